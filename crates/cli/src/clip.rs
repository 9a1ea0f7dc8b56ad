//! A clip on disk: its path, its name, and its facts from ffprobe.

use crate::error::Error;
use crate::ffmpeg::Ffmpeg;
use crate::folder;
use crate::interrupt::Interrupt;
use crate::process;
use clipfit_core::arguments as args;
use clipfit_core::facts::MediaFacts;
use clipfit_core::probe::{ProbeFailure, Reader, read_streams};
use clipfit_core::units::Bytes;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// A file that the user named.
#[derive(Debug, Clone)]
pub struct Clip {
    /// The path as named.
    pub named: PathBuf,
    /// The absolute path.
    pub path: PathBuf,
    /// Its size.
    pub bytes: Bytes,
}

impl Clip {
    /// Opens the file at `path` if it is readable.
    pub fn open(path: &Path) -> Result<Clip, Error> {
        let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
        let about = File::open(path).and_then(|file| file.metadata()).map_err(unreadable)?;
        if !about.is_file() {
            return Err(unreadable(std::io::Error::other("it is not a file")));
        }
        let whole = fs::canonicalize(path).map_err(unreadable)?;
        Ok(Clip { named: path.to_owned(), path: whole, bytes: Bytes(about.len()) })
    }

    /// Returns whether it is still readable.
    pub(crate) fn is_there(&self) -> bool {
        File::open(&self.path).is_ok()
    }

    /// Reads the file twice: its streams, then the packets of its video.
    pub fn examine(&self, ffmpeg: &Ffmpeg, interrupt: &Interrupt) -> Result<MediaFacts, Error> {
        // ffprobe has no useful message for an empty file.
        if self.bytes.0 == 0 {
            return Err(Error::Probe(ProbeFailure::Empty));
        }
        let folder = folder::temporary()?;
        folder::link(&self.path, &folder.path().join(args::CLIP)).map_err(Error::Temporary)?;
        let look = |arguments: Vec<String>| -> Result<(String, Vec<String>), Error> {
            let (_, end) = process::ask(&ffmpeg.ffprobe, &arguments, folder.path(), interrupt)?;
            let written = fs::read(folder.path().join(args::PROBE_FILE)).unwrap_or_default();
            Ok((String::from_utf8_lossy(&written).into_owned(), end.log))
        };
        let (listing, log) = look(args::probe_streams())?;
        let streams = read_streams(self.bytes, &listing, &log, Reader::Native).map_err(Error::Probe)?;
        let (packets, log) = look(args::probe_packets(streams.video_stream()))?;
        streams.read_packets(self.bytes, &packets, &log).map_err(Error::Probe)
    }
}
