//! A clip on disk: its path, its name, and its facts from ffprobe.

use crate::error::Error;
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
}
