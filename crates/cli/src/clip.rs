//! A clip on disk: its path, its name, and what makes it a file that can be read. Knows nothing of its streams.

use crate::error::Error;
use crate::guard;
use clipfit_core::units::Bytes;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read};
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
    /// Opens the file at `path` if it is readable and names no other files.
    pub fn open(path: &Path) -> Result<Clip, Error> {
        let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
        let file = open(path).map_err(unreadable)?;
        let bytes = Bytes(file.metadata().map_err(unreadable)?.len());
        let mut head = Vec::new();
        file.take(guard::HEAD).read_to_end(&mut head).map_err(unreadable)?;
        if let Some(kind) = guard::playlist(&head) {
            return Err(Error::Playlist(kind));
        }
        let whole = fs::canonicalize(path).map_err(unreadable)?;
        Ok(Clip { named: path.to_owned(), path: whole, bytes })
    }

    /// Returns whether it is still readable.
    pub(crate) fn is_there(&self) -> bool {
        open(&self.path).is_ok()
    }
}

/// Opens a file for reading. Never waits for the other end of a pipe.
fn open(path: &Path) -> io::Result<File> {
    let refused = |file_type: FileType| match other_than_file(file_type) {
        Some(kind) => Err(io::Error::other(format!("it is not a file but {kind}"))),
        None => Ok(()),
    };
    // Before it is opened, because that may already act on a device, and afterwards, because it may be another by then.
    refused(fs::metadata(path)?.file_type())?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    let file = options.open(path)?;
    refused(file.metadata()?.file_type())?;
    Ok(file)
}

/// Returns what this is if it is no file, as people call it.
pub(crate) fn other_than_file(file_type: FileType) -> Option<&'static str> {
    if file_type.is_file() {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file_type.is_fifo() {
            return Some("a pipe");
        }
        if file_type.is_socket() {
            return Some("a socket");
        }
        if file_type.is_block_device() || file_type.is_char_device() {
            return Some("a device");
        }
    }
    Some(if file_type.is_dir() { "a folder" } else { "something else" })
}
