//! Cuts a finished file into the segments of a stream with the container crate, and lays out the package. Knows nothing
//! of playlists: they come with the report.

use clipfit_container::read::{MOST_HEADER, next_box};
use clipfit_container::{Packager, Piece, Rate};
use clipfit_core::step::files::RESULT_FILE;
use clipfit_core::step::package::PackageStep;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Cuts the result in `place` into `step`'s files in the same folder. Reads the index, then one segment at a time.
pub(crate) fn cut(place: &Path, step: &PackageStep) -> io::Result<()> {
    let mut file = File::open(place.join(RESULT_FILE))?;
    let index = index(&mut file)?;
    let rate = Rate { numerator: step.rate_numerator, denominator: step.rate_denominator };
    let mut packager =
        Packager::new(&index, step.format().into(), rate, &step.firsts).map_err(io::Error::other)?;
    for (place_of, name) in step.outputs().into_iter().enumerate() {
        let bytes = if place_of == 0 {
            packager.init()
        } else {
            let pieces = packager.wanted().ok_or_else(|| io::Error::other("fewer segments than planned"))?;
            let media = read(&mut file, &pieces)?;
            packager.write(&media)
        };
        fs::write(place.join(name), bytes.map_err(io::Error::other)?)?;
    }
    Ok(())
}

/// Reads the `moov` box including its header.
fn index(file: &mut File) -> io::Result<Vec<u8>> {
    /// No index is larger, and a broken one must not take all memory.
    const MOST: u64 = 1 << 30;
    let length = file.metadata()?.len();
    let mut at = 0_u64;
    loop {
        let head = part(file, at, MOST_HEADER as u64)?;
        let found = next_box(&head, length.saturating_sub(at)).ok_or(io::ErrorKind::InvalidData)?;
        if &found.kind == b"moov" {
            return part(file, at, found.size.min(MOST));
        }
        at = at.checked_add(found.size).ok_or(io::ErrorKind::InvalidData)?;
    }
}

/// Returns `bytes` bytes of the file from `at`, or as many as there are.
fn part(file: &mut File, at: u64, bytes: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut part = Vec::new();
    file.take(bytes).read_to_end(&mut part)?;
    Ok(part)
}

fn read(file: &mut File, pieces: &[Piece]) -> io::Result<Vec<u8>> {
    let mut media = Vec::new();
    for piece in pieces {
        file.seek(SeekFrom::Start(piece.offset))?;
        let read = file.take(piece.bytes).read_to_end(&mut media)?;
        if read as u64 != piece.bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(media)
}
