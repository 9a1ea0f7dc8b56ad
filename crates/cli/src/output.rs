//! Where results go and how they get there: complete or not at all, never over the source, and over another file only
//! with `--force`.

use crate::clip::Clip;
use crate::error::Error;
use clipfit_core::hls::MASTER;
use clipfit_core::wishes::names;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The destination of one clip's result.
pub(crate) trait Place {
    /// Returns its path.
    fn path(&self) -> &Path;

    /// Checks whether the result of the clip at `input` may go there, as far as that is known before it is made.
    fn check(&self, input: &Path) -> Result<(), Error>;

    /// Puts a copy of `made` there: first under a temporary name, and under its own once it is complete and on the
    /// disk.
    fn write(&self, made: &Path) -> Result<(), Error>;
}

/// The file for the result of one clip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FilePlace {
    path: PathBuf,
    /// Whether an existing file may be replaced.
    force: bool,
}

/// Returns the place for each of `inputs`. `wanted` is a file; it is a folder if it exists as one, ends like one,
/// or if there are several inputs. Without `wanted`, results go next to their sources.
pub(crate) fn file_places(
    inputs: &[PathBuf],
    wanted: Option<&Path>,
    force: bool,
) -> Result<Vec<FilePlace>, Error> {
    let ends_as_folder = |path: &Path| path.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
    let folder = wanted.filter(|path| path.is_dir() || ends_as_folder(path) || inputs.len() > 1);
    if let Some(folder) = folder {
        fs::create_dir_all(folder).map_err(|source| Error::NotWritten { path: folder.to_owned(), source })?;
    }
    let place = |input: &PathBuf| match (folder, wanted) {
        (Some(folder), _) => folder.join(result_name(input)),
        (None, Some(file)) => file.to_owned(),
        (None, None) => input.with_file_name(result_name(input)),
    };
    let paths = distinct(inputs.iter().map(place).collect())?;
    Ok(paths.into_iter().map(|path| FilePlace { path, force }).collect())
}

/// Returns `paths`, or an error if two clips share one.
fn distinct(paths: Vec<PathBuf>) -> Result<Vec<PathBuf>, Error> {
    let mut seen = HashSet::new();
    match paths.iter().find(|path| !seen.insert(path.as_path())) {
        Some(twice) => Err(Error::Usage(format!("two of these clips would both become {}", twice.display()))),
        None => Ok(paths),
    }
}

/// The content of a package folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Package {
    /// A streaming package.
    Stream,
    /// Renditions, one file each.
    Files,
}

impl Package {
    /// Returns the ending of the folder's name.
    fn ending(self) -> &'static str {
        match self {
            Package::Stream => "hls",
            Package::Files => "renditions",
        }
    }

    /// Returns whether `folder` holds such a package and nothing with another name.
    fn is_in(self, folder: &Path) -> bool {
        let ours = |entry: io::Result<fs::DirEntry>| {
            let Ok(entry) = entry else { return false };
            let name = entry.file_name().to_string_lossy().into_owned();
            match self {
                Package::Stream if entry.path().is_dir() => is_rendition(&name),
                Package::Stream => name == MASTER,
                Package::Files => name.strip_suffix(".mp4").is_some_and(is_rendition),
            }
        };
        let complete = self == Package::Files || folder.join(MASTER).is_file();
        complete && fs::read_dir(folder).is_ok_and(|mut entries| entries.all(ours))
    }
}

/// Returns whether this is a rendition's name, such as `720p` (see `hls::folder`).
fn is_rendition(name: &str) -> bool {
    let lines = name.strip_suffix('p').unwrap_or_default();
    !lines.is_empty() && lines.bytes().all(|digit| digit.is_ascii_digit())
}

/// The folder for the package of one clip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackagePlace {
    path: PathBuf,
    kind: Package,
    /// Whether an existing folder may be replaced.
    force: bool,
}

/// Returns the folder for the package of each of `inputs`: `wanted` for one clip, folders inside it for several.
pub(crate) fn packages(
    inputs: &[PathBuf],
    kind: Package,
    wanted: Option<&Path>,
    force: bool,
) -> Result<Vec<PackagePlace>, Error> {
    let name = |input: &PathBuf| {
        let name = input.file_name().unwrap_or(OsStr::new("clip")).to_string_lossy().into_owned();
        format!("{}-{}", names::result_stem(&name), kind.ending())
    };
    let place = |input: &PathBuf| match wanted {
        Some(folder) if inputs.len() > 1 => folder.join(name(input)),
        Some(folder) => folder.to_owned(),
        None => input.with_file_name(name(input)),
    };
    let paths = distinct(inputs.iter().map(place).collect())?;
    Ok(paths.into_iter().map(|path| PackagePlace { path, kind, force }).collect())
}

impl PackagePlace {
    /// Checks that the path is free. A folder that is not a package is never replaced.
    fn is_free(&self) -> Result<(), Error> {
        let empty = |folder: &Path| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
        let free = !self.path.exists() || empty(&self.path) || (self.force && self.kind.is_in(&self.path));
        match free {
            true => Ok(()),
            false if self.force => Err(Error::NoPackage(self.path.clone())),
            false => Err(Error::Exists(self.path.clone())),
        }
    }
}

impl Place for PackagePlace {
    fn path(&self) -> &Path {
        &self.path
    }

    fn check(&self, input: &Path) -> Result<(), Error> {
        let clip = Clip::open(input)?;
        // The folder to replace contains the source.
        match fs::canonicalize(&self.path) {
            Ok(there) if clip.path.starts_with(&there) => Err(Error::IsSource(self.path.clone())),
            _ => self.is_free(),
        }
    }

    fn write(&self, made: &Path) -> Result<(), Error> {
        self.is_free()?;
        let not_written = |source| Error::NotWritten { path: self.path.clone(), source };
        let parent = folder_of(&self.path);
        fs::create_dir_all(parent).map_err(not_written)?;
        let part = tempfile::Builder::new().prefix(".clipfit-").suffix(".part").tempdir_in(parent);
        let part = part.map_err(not_written)?;
        let whole = part.path().join("package");
        copy_folder(made, &whole).map_err(not_written)?;
        if self.path.exists() {
            fs::remove_dir_all(&self.path).map_err(not_written)?;
        }
        fs::rename(&whole, &self.path).map_err(not_written)
    }
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            let mut source = File::open(entry.path())?;
            let mut file = File::create(&target)?;
            io::copy(&mut source, &mut file)?;
            file.sync_all()?;
        }
    }
    Ok(())
}

fn result_name(input: &Path) -> String {
    let name = input.file_name().unwrap_or(OsStr::new("clip"));
    names::result_name(&name.to_string_lossy())
}

impl Place for FilePlace {
    fn path(&self) -> &Path {
        &self.path
    }

    fn check(&self, input: &Path) -> Result<(), Error> {
        let clip = Clip::open(input)?;
        if self.path.is_dir() {
            return Err(self.not_written(io::Error::other("it is a folder")));
        }
        match fs::canonicalize(&self.path) {
            Ok(there) if there == clip.path || is_same_file(&there, &clip.path) => {
                Err(Error::IsSource(self.path.clone()))
            }
            Ok(_) if !self.force => Err(Error::Exists(self.path.clone())),
            Ok(_) => Ok(()),
            Err(_) if folder_of(&self.path).is_dir() => Ok(()),
            Err(source) => Err(self.not_written(source)),
        }
    }

    fn write(&self, made: &Path) -> Result<(), Error> {
        let not_written = |source| self.not_written(source);
        let mut name = tempfile::Builder::new();
        name.prefix(".clipfit-").suffix(".part");
        // As readable as any new file; temporary files are readable by their owner only.
        #[cfg(unix)]
        name.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = name.tempfile_in(folder_of(&self.path)).map_err(not_written)?;
        // A copy, because the temporary folder may be on another disk; the system shares the blocks if it can.
        // Through the open file: a copy by name would also copy the permissions of the temporary file.
        let copied = File::open(made).and_then(|mut made| io::copy(&mut made, &mut file.as_file()));
        copied.and_then(|_| file.as_file().sync_all()).map_err(not_written)?;
        let put = if self.force { file.persist(&self.path) } else { file.persist_noclobber(&self.path) };
        match put {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(Error::Exists(self.path.clone()))
            }
            Err(error) => Err(not_written(error.error)),
        }?;
        // Puts the name on the disk, too. A system that cannot promise that has still written the file.
        #[cfg(unix)]
        let _ = File::open(folder_of(&self.path)).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl FilePlace {
    fn not_written(&self, source: io::Error) -> Error {
        Error::NotWritten { path: self.path.clone(), source }
    }
}

/// Returns the parent folder of `path`.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns whether two paths name the same file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let place = |path: &Path| fs::metadata(path).map(|about| (about.dev(), about.ino())).ok();
        place(one).is_some() && place(one) == place(other)
    }
    #[cfg(not(unix))]
    {
        one == other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_package_is_replaced() {
        // The kind, the existing files, and whether they may be replaced.
        let cases: [(Package, &[&str], bool); 8] = [
            (Package::Files, &["720p.mp4", "360p.mp4"], true),
            (Package::Files, &["clip.mp4"], false),
            (Package::Files, &["720p.mp4", "trip.mp4"], false),
            (Package::Files, &["p.mp4"], false),
            (Package::Stream, &["master.m3u8", "720p/index.m3u8"], true),
            (Package::Stream, &["master.m3u8", "notes.txt"], false),
            (Package::Stream, &["master.m3u8", "films/a.mp4"], false),
            (Package::Stream, &["720p/index.m3u8"], false),
        ];
        for (kind, files, expected) in cases {
            let Ok(folder) = tempfile::tempdir() else { panic!("no folder") };
            for file in files {
                let path = folder.path().join(file);
                let made = fs::create_dir_all(folder_of(&path)).and_then(|()| fs::write(&path, "x"));
                assert!(made.is_ok(), "{file}");
            }
            assert_eq!(kind.is_in(folder.path()), expected, "{kind:?} {files:?}");
            // A source among them is never replaced.
            let place = PackagePlace { path: folder.path().to_owned(), kind, force: true };
            let source = folder.path().join(files[0]);
            assert!(matches!(place.check(&source), Err(Error::IsSource(_))), "{kind:?} {files:?}");
        }
    }

    #[test]
    fn results_go_where_they_are_wanted() {
        let folder = std::env::temp_dir();
        let in_folder = |name: &str| folder.join(name);
        let cases: [(&[&str], Option<PathBuf>, Vec<PathBuf>); 4] = [
            (&["a/b.mov"], None, vec!["a/b-clipfit.mp4".into()]),
            (&["b.mov"], Some("c.mp4".into()), vec!["c.mp4".into()]),
            (&["a/b.mov"], Some(folder.clone()), vec![in_folder("b-clipfit.mp4")]),
            (
                &["a/b.mov", "c.d.mkv"],
                Some(folder.clone()),
                vec![in_folder("b-clipfit.mp4"), in_folder("c.d-clipfit.mp4")],
            ),
        ];
        for (inputs, wanted, expected) in cases {
            let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
            let Ok(places) = file_places(&inputs, wanted.as_deref(), false) else { panic!("{inputs:?}") };
            assert_eq!(places.into_iter().map(|place| place.path).collect::<Vec<_>>(), expected);
        }
        let twice = ["a/b.mov", "c/b.mkv"].map(PathBuf::from);
        assert!(matches!(file_places(&twice, Some(&folder), true), Err(Error::Usage(_))));
        assert!(matches!(packages(&twice, Package::Files, Some(&folder), true), Err(Error::Usage(_))));
    }
}
