//! The temporary folder of a job: a working folder per task, and the files kept between tasks. Files are moved and
//! linked, and never copied: a clip may be larger than the disk of the folder.

use crate::error::Error;
use clipfit_core::job::report::PackageFile;
use clipfit_core::step::{Artifact, Input, InputSource, Task, Written};
use clipfit_core::units::Bytes;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Creates a temporary folder that is removed when its handle is dropped.
pub(crate) fn temporary() -> Result<TempDir, Error> {
    tempfile::Builder::new().prefix("clipfit-").tempdir().map_err(Error::Temporary)
}

/// Makes the clip at `from` readable at `to`, in the temporary folder. It may be on another disk.
pub(crate) fn link(from: &Path, to: &Path) -> Result<(), Error> {
    link_clip(from, to).map_err(|source| Error::NotLinked { folder: std::env::temp_dir(), source })
}

fn link_clip(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return symbolic_link(from, to);
    // Elsewhere a symbolic link needs a permission that few have.
    #[cfg(not(unix))]
    return link_kept(from, to);
}

/// Makes a kept file readable at `to`, under a second name if the disk knows such names.
fn link_kept(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to).or_else(|_| symbolic_link(from, to))
}

fn symbolic_link(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(from, to);
    #[cfg(windows)]
    return std::os::windows::fs::symlink_file(from, to);
    #[cfg(not(any(unix, windows)))]
    Err(io::ErrorKind::Unsupported.into())
}

/// The name of the clip in a job's folder.
const LINK: &str = "clip";

/// A job's files.
#[derive(Debug)]
pub(crate) struct Folder {
    root: TempDir,
    kept: HashMap<Artifact, PathBuf>,
}

impl Folder {
    /// Creates the folder of a job on this clip.
    pub(crate) fn new(clip: &Path) -> Result<Folder, Error> {
        let root = temporary()?;
        // Once at the beginning, so that it fails before anything runs.
        link(clip, &root.path().join(LINK))?;
        Ok(Folder { root, kept: HashMap::new() })
    }

    /// Returns the free bytes on its disk, as the system reports them.
    pub(crate) fn free(&self) -> Bytes {
        #[cfg(unix)]
        let free = rustix::fs::statvfs(self.root.path())
            .map_or(0, |about| about.f_bavail.saturating_mul(about.f_frsize));
        #[cfg(not(unix))]
        let free = 0;
        Bytes(free)
    }

    /// Returns the path of a kept file.
    pub(crate) fn kept(&self, artifact: Artifact) -> Option<&Path> {
        self.kept.get(&artifact).map(PathBuf::as_path)
    }

    /// Creates a working folder for `task` with its inputs in it.
    pub(crate) fn prepare(&self, task: &Task) -> io::Result<PathBuf> {
        let place = self.place(task);
        fs::create_dir(&place)?;
        for Input { name, source } in &task.inputs {
            let to = place.join(name);
            match source {
                InputSource::Clip => link_clip(&self.root.path().join(LINK), &to)?,
                InputSource::Kept(artifact) => {
                    // Presets without a macroblock tree write no such file and need none.
                    if let Some(from) = self.kept(*artifact) {
                        link_kept(from, &to)?;
                    }
                }
                InputSource::Text(text) => fs::write(&to, text)?,
            }
        }
        Ok(place)
    }

    /// Keeps what `task` wrote, reads the parts that the job wants, and removes its working folder.
    pub(crate) fn collect(&mut self, task: &Task) -> Vec<Written> {
        let place = self.place(task);
        let mut written = Vec::new();
        for output in &task.outputs {
            let file = place.join(&output.name);
            // An unreadable file counts as not written. Then the job tries again.
            let Ok((size, head)) = head(&file, output.read) else { continue };
            if let Some(artifact) = output.keep {
                let to = self.root.path().join(format!("{artifact:?}"));
                if fs::rename(&file, &to).is_err() {
                    continue;
                }
                self.kept.insert(artifact, to);
            }
            written.push(Written { name: output.name.clone(), size, head });
        }
        // Leftovers are removed with the whole folder.
        let _ = fs::remove_dir_all(place);
        written
    }

    /// Lays out the files of a package and returns their folder.
    pub(crate) fn package(&self, files: &[PackageFile]) -> io::Result<PathBuf> {
        let root = self.root.path().join("package");
        for file in files {
            let to = root.join(&file.path);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            match &file.source {
                InputSource::Text(text) => fs::write(&to, text)?,
                InputSource::Kept(artifact) => {
                    let from = self.kept(*artifact).ok_or(io::ErrorKind::NotFound)?;
                    link_kept(from, &to)?;
                }
                InputSource::Clip => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        Ok(root)
    }

    /// Removes kept files.
    pub(crate) fn forget(&mut self, artifacts: &[Artifact]) {
        for path in artifacts.iter().filter_map(|artifact| self.kept.remove(artifact)) {
            // It is removed with the whole folder at the latest.
            let _ = fs::remove_file(path);
        }
    }

    fn place(&self, task: &Task) -> PathBuf {
        self.root.path().join(format!("task{}", task.id.0))
    }
}

/// Returns a file's size and its first `most` bytes.
fn head(file: &Path, most: usize) -> io::Result<(Bytes, Vec<u8>)> {
    let file = File::open(file)?;
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    file.take(most as u64).read_to_end(&mut head)?;
    Ok((Bytes(size), head))
}
