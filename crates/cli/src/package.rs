//! Cuts a finished file into the segments of a stream with the container crate, and lays out the package. Knows nothing of
//! playlists: they come with the report.

use crate::folder::Folder;
use clipfit_container::{Format, Packager, Piece, Rate};
use clipfit_core::arguments::RESULT_FILE;
use clipfit_core::hls::{PackageStep, SegmentFormat};
use clipfit_core::session::outcome::PackageFile;
use clipfit_core::session::task::Source;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Cuts the result in `place` into `step`'s files in the same folder. Reads the index, then one segment at a time.
pub(crate) fn cut(place: &Path, step: &PackageStep) -> io::Result<()> {
    let mut file = File::open(place.join(RESULT_FILE))?;
    let index = index(&mut file)?;
    let format = match step.format {
        SegmentFormat::Ts => Format::TransportStream,
        SegmentFormat::Fmp4 => Format::Fragments,
    };
    let rate = step.segments.rate();
    let rate = Rate { numerator: rate.numerator(), denominator: rate.denominator() };
    let mut packager =
        Packager::new(&index, format, rate, step.segments.firsts()).map_err(io::Error::other)?;
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
    let mut at = 0;
    loop {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        file.read_exact(&mut head[..8])?;
        let short = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let size = if short == 1 {
            file.read_exact(&mut head[8..])?;
            u64::from_be_bytes([head[8], head[9], head[10], head[11], head[12], head[13], head[14], head[15]])
        } else {
            u64::from(short)
        };
        if size < 8 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if &head[4..8] == b"moov" {
            file.seek(SeekFrom::Start(at))?;
            let mut index = Vec::new();
            file.take(size.min(MOST)).read_to_end(&mut index)?;
            return Ok(index);
        }
        at = at.checked_add(size).ok_or(io::ErrorKind::InvalidData)?;
    }
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

/// Lays out a package's files in the new folder `root`.
pub(crate) fn lay_out(files: &[PackageFile], folder: &Folder, root: &Path) -> io::Result<()> {
    for file in files {
        let to = root.join(&file.path);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        match &file.source {
            Source::Text(text) => fs::write(&to, text)?,
            Source::Kept(artifact) => {
                let from = folder.kept(*artifact).ok_or(io::ErrorKind::NotFound)?;
                fs::hard_link(from, &to).or_else(|_| fs::copy(from, &to).map(drop))?;
            }
            Source::Clip => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    Ok(())
}
