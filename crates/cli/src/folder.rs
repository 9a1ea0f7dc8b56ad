//! The temporary folder of a job: a working folder for each task, and the files that are kept between tasks. Files are moved
//! and linked, not copied, where the system can.

use crate::error::Error;
use crate::package;
use clipfit_core::job::report::PackageFile;
use clipfit_core::step::{Artifact, Input, Source, Task, Written};
use clipfit_core::units::Bytes;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A new temporary folder, which is gone when its handle is.
pub(crate) fn temporary() -> Result<TempDir, Error> {
    tempfile::Builder::new().prefix("clipfit-").tempdir().map_err(Error::Temporary)
}

/// Makes the file at `from` appear at `to` for reading.
pub(crate) fn link(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(from, to);
    #[cfg(not(unix))]
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop))
}

/// A job's files.
#[derive(Debug)]
pub(crate) struct Folder {
    root: TempDir,
    kept: HashMap<Artifact, PathBuf>,
}

impl Folder {
    pub(crate) fn new() -> Result<Folder, Error> {
        Ok(Folder { root: temporary()?, kept: HashMap::new() })
    }

    /// Bytes that are free on its disk, as far as the system tells.
    pub(crate) fn free(&self) -> Bytes {
        #[cfg(unix)]
        let free = rustix::fs::statvfs(self.root.path())
            .map_or(0, |about| about.f_bavail.saturating_mul(about.f_frsize));
        #[cfg(not(unix))]
        let free = 0;
        Bytes(free)
    }

    /// The kept file of this name.
    pub(crate) fn kept(&self, artifact: Artifact) -> Option<&Path> {
        self.kept.get(&artifact).map(PathBuf::as_path)
    }

    /// A working folder for `task` with its inputs in it.
    pub(crate) fn prepare(&self, task: &Task, clip: &Path) -> io::Result<PathBuf> {
        let place = self.place(task);
        fs::create_dir(&place)?;
        for Input { name, source } in &task.inputs {
            let to = place.join(name);
            match source {
                Source::Clip => link(clip, &to)?,
                Source::Kept(artifact) => {
                    // Presets without a macroblock tree leave no such file, and need none.
                    if let Some(from) = self.kept(*artifact) {
                        fs::hard_link(from, &to).or_else(|_| fs::copy(from, &to).map(drop))?;
                    }
                }
                Source::Text(text) => fs::write(&to, text)?,
            }
        }
        Ok(place)
    }

    /// Keeps what `task` wrote and reads of it what the session wants to see; its working folder goes.
    pub(crate) fn collect(&mut self, task: &Task) -> Vec<Written> {
        let place = self.place(task);
        let mut written = Vec::new();
        for output in &task.outputs {
            let file = place.join(&output.name);
            // What cannot be read back counts as not written; the session then tries again.
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
        // What stays behind goes with the whole folder.
        let _ = fs::remove_dir_all(place);
        written
    }

    /// The files of a package, laid out.
    pub(crate) fn package(&self, files: &[PackageFile]) -> io::Result<PathBuf> {
        let root = self.root.path().join("package");
        package::lay_out(files, self, &root)?;
        Ok(root)
    }

    /// Forgets kept files.
    pub(crate) fn forget(&mut self, artifacts: &[Artifact]) {
        for path in artifacts.iter().filter_map(|artifact| self.kept.remove(artifact)) {
            // It goes with the whole folder at the latest.
            let _ = fs::remove_file(path);
        }
    }

    fn place(&self, task: &Task) -> PathBuf {
        self.root.path().join(format!("task{}", task.id.0))
    }
}

/// A file's size and its first `most` bytes.
fn head(file: &Path, most: usize) -> io::Result<(Bytes, Vec<u8>)> {
    let file = File::open(file)?;
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    file.take(most as u64).read_to_end(&mut head)?;
    Ok((Bytes(size), head))
}
