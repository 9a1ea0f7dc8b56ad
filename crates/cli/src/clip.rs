//! A clip on disk: its path, its name and its size.

use crate::error::Error;
use clipfit_core::units::Bytes;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// A file as the person named it.
#[derive(Debug, Clone)]
pub struct Clip {
    /// As named.
    pub named: PathBuf,
    /// The same from the root.
    pub path: PathBuf,
    /// Its size.
    pub bytes: Bytes,
}

impl Clip {
    /// The file at `path`, when it can be read.
    pub fn open(path: &Path) -> Result<Clip, Error> {
        let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
        let about = File::open(path).and_then(|file| file.metadata()).map_err(unreadable)?;
        if !about.is_file() {
            return Err(unreadable(std::io::Error::other("it is no file")));
        }
        let whole = fs::canonicalize(path).map_err(unreadable)?;
        Ok(Clip { named: path.to_owned(), path: whole, bytes: Bytes(about.len()) })
    }

    /// Whether it can still be read.
    pub(crate) fn is_there(&self) -> bool {
        File::open(&self.path).is_ok()
    }
}
