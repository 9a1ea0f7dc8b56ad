//! Where results go and how they get there: complete or not at all, never over the source, and over another file only
//! with `--force`.

use crate::clip::{self, Clip};
use crate::error::Error;
use clipfit_core::hls::{INDEX, INIT, MASTER};
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
        (None, None) => result_path(input),
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

    /// Returns whether `folder` holds such a package and nothing else, at any depth.
    fn is_in(self, folder: &Path) -> bool {
        match self {
            Package::Stream => {
                let Some(master) = text(&folder.join(MASTER)) else { return false };
                has_only(folder, &|path, name| match path.is_dir() {
                    true => {
                        is_rendition(name) && master.contains(&format!("{name}/{INDEX}")) && is_stream(path)
                    }
                    false => name == MASTER,
                })
            }
            Package::Files => has_only(folder, &|path, name| {
                path.is_file() && name.strip_suffix(".mp4").is_some_and(is_rendition)
            }),
        }
    }
}

/// Returns whether `ours` is true of everything in `folder`, by its path and name. Links are never ours.
fn has_only(folder: &Path, ours: &dyn Fn(&Path, &str) -> bool) -> bool {
    let is_ours = |entry: io::Result<fs::DirEntry>| {
        let Ok(entry) = entry else { return false };
        let is_plain = entry.file_type().is_ok_and(|kind| kind.is_file() || kind.is_dir());
        is_plain && entry.file_name().to_str().is_some_and(|name| ours(&entry.path(), name))
    };
    fs::read_dir(folder).is_ok_and(|mut entries| entries.all(is_ours))
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Returns whether `folder` holds one rendition of a stream: its playlist and files that this names.
fn is_stream(folder: &Path) -> bool {
    let Some(index) = text(&folder.join(INDEX)) else { return false };
    let named: HashSet<&str> = index.lines().collect();
    let has_init = index.contains(&format!("\"{INIT}\""));
    has_only(folder, &|path, name| {
        path.is_file() && (name == INDEX || named.contains(name) || (has_init && name == INIT))
    })
}

/// Returns the text of a playlist.
fn text(playlist: &Path) -> Option<String> {
    /// Those of a day in segments of a second are shorter.
    const LONGEST: u64 = 16 << 20;
    let about = playlist.symlink_metadata().ok()?;
    if !about.is_file() || about.len() > LONGEST { None } else { fs::read_to_string(playlist).ok() }
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
        refuse_special(&self.path)?;
        match self.path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            _ if self.may_replace(&self.path) => Ok(()),
            _ if self.force => Err(Error::NoPackage(self.path.clone())),
            _ => Err(Error::Exists(self.path.clone())),
        }
    }

    /// Returns whether what is in this folder may go.
    fn may_replace(&self, folder: &Path) -> bool {
        is_empty(folder) || (self.force && self.kind.is_in(folder))
    }

    /// Puts `whole` in the place of the folder at `path`, which is moved aside first and goes when the new one is
    /// there.
    fn replace(&self, path: &Path, whole: &Path) -> Result<(), Error> {
        let not_written = |source| Error::NotWritten { path: self.path.clone(), source };
        let aside = tempfile::Builder::new().prefix(".clipfit-").suffix(".old").tempdir_in(folder_of(path));
        // Kept by hand: it may be the only place of the old folder.
        let aside = aside.map_err(not_written)?.keep();
        let old = aside.join("package");
        let moved = fs::rename(path, &old).map_err(not_written).and_then(|()| {
            // Something may have come into it since it was looked at. Nothing does any more.
            let checked =
                if self.may_replace(&old) { Ok(()) } else { Err(Error::NoPackage(self.path.clone())) };
            checked.and_then(|()| fs::rename(whole, path).map_err(not_written)).inspect_err(|_| {
                // If this fails as well, the old folder stays under its other name.
                let _ = fs::rename(&old, path);
            })
        });
        if moved.is_ok() {
            // The new one is in its place, whether or not the old one can be removed.
            let _ = fs::remove_dir_all(&old);
        }
        match fs::remove_dir(&aside) {
            Err(_) if moved.is_err() => {
                let left = format!("the folder that was there is now {}", old.display());
                Err(not_written(io::Error::other(left)))
            }
            _ => moved,
        }
    }
}

/// Refuses pipes, devices and sockets, also behind a link.
fn refuse_special(path: &Path) -> Result<(), Error> {
    let kind = fs::metadata(path).map(|about| about.file_type()).ok().filter(|kind| !kind.is_dir());
    match kind.and_then(clip::other_than_file) {
        Some(kind) => {
            let source = io::Error::other(format!("it is {kind}, which is never replaced"));
            Err(Error::NotWritten { path: path.to_owned(), source })
        }
        None => Ok(()),
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
        // Behind a link, the folder is replaced and not the link.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let parent = folder_of(&path);
        fs::create_dir_all(parent).map_err(not_written)?;
        let part = tempfile::Builder::new().prefix(".clipfit-").suffix(".part").tempdir_in(parent);
        let part = part.map_err(not_written)?;
        let whole = part.path().join("package");
        copy_folder(made, &whole).map_err(not_written)?;
        match path.exists() {
            true => self.replace(&path, &whole),
            false => fs::rename(&whole, &path).map_err(not_written),
        }?;
        sync(parent);
        Ok(())
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

/// Returns the path of a result that nothing else is said about: next to its source.
pub(crate) fn result_path(input: &Path) -> PathBuf {
    input.with_file_name(result_name(input))
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
        refuse_special(&self.path)?;
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
        refuse_special(&self.path)?;
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
        sync(folder_of(&self.path));
        Ok(())
    }
}

impl FilePlace {
    fn not_written(&self, source: io::Error) -> Error {
        Error::NotWritten { path: self.path.clone(), source }
    }
}

/// Puts the names in a folder on the disk, too. A system that cannot promise that has still written the files.
fn sync(folder: &Path) {
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
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
        const STREAM: [&str; 4] = ["master.m3u8", "720p/index.m3u8", "720p/init.mp4", "720p/segment000.m4s"];
        // The kind, the existing files, and whether they may be replaced.
        let stream = |more: &'static str| STREAM.into_iter().chain([more]).collect();
        let cases = [
            (Package::Files, vec!["720p.mp4", "360p.mp4"], true),
            (Package::Files, vec!["clip.mp4"], false),
            (Package::Files, vec!["720p.mp4", "trip.mp4"], false),
            (Package::Files, vec!["p.mp4"], false),
            (Package::Files, vec!["720p.mp4/film.mp4"], false),
            (Package::Stream, STREAM.to_vec(), true),
            (Package::Stream, stream("notes.txt"), false),
            (Package::Stream, stream("films/a.mp4"), false),
            (Package::Stream, stream("360p/a.mp4"), false),
            (Package::Stream, stream("360p/index.m3u8"), false),
            (Package::Stream, stream("720p/film.mp4"), false),
            (Package::Stream, stream("720p/segment001.m4s"), false),
            (Package::Stream, stream("720p/more/segment000.m4s"), false),
            (Package::Stream, vec!["master.m3u8", "720p/index.m3u8", "720p/segment000.m4s/film.mp4"], false),
            (Package::Stream, vec!["master.m3u8", "720p/segment000.m4s"], false),
            (Package::Stream, vec!["720p/index.m3u8"], false),
        ];
        for (kind, files, expected) in cases {
            let Ok(folder) = tempfile::tempdir() else { panic!("no folder") };
            for file in &files {
                let path = folder.path().join(file);
                let text = match *file {
                    "master.m3u8" => "#EXTM3U\n720p/index.m3u8\n",
                    _ => "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\nsegment000.m4s\n",
                };
                let made = fs::create_dir_all(folder_of(&path)).and_then(|()| fs::write(&path, text));
                assert!(made.is_ok(), "{file}");
            }
            assert_eq!(kind.is_in(folder.path()), expected, "{kind:?} {files:?}");
            // A source among them is never replaced.
            let place = PackagePlace { path: folder.path().to_owned(), kind, force: true };
            let source = folder.path().join("clip.mov");
            assert!(fs::write(&source, "x").is_ok());
            assert!(matches!(place.check(&source), Err(Error::IsSource(_))), "{kind:?} {files:?}");
        }
    }

    #[test]
    fn what_cannot_be_replaced_is_put_back() {
        let Ok(folder) = tempfile::tempdir() else { panic!("no folder") };
        let path = folder.path().join("package");
        let place = PackagePlace { path: path.clone(), kind: Package::Files, force: true };
        let whole = folder.path().join("new");
        // Whether the new one is there, the file that is in the old one, and whether the old one gives way.
        for (is_made, old, is_replaced) in
            [(false, "720p.mp4", false), (true, "trip.mp4", false), (true, "720p.mp4", true)]
        {
            let _ = fs::remove_dir_all(&path);
            assert!(fs::create_dir_all(&path).and_then(|()| fs::write(path.join(old), "old")).is_ok());
            assert!(!is_made || fs::create_dir_all(&whole).is_ok());
            assert_eq!(place.replace(&path, &whole).is_ok(), is_replaced, "{old}");
            assert_eq!(path.join(old).exists(), !is_replaced, "{old}");
            let mut names = fs::read_dir(folder.path()).into_iter().flatten().flatten();
            let is_hidden = |entry: fs::DirEntry| entry.file_name().to_string_lossy().starts_with('.');
            assert!(!names.any(is_hidden), "something is left beside it");
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
