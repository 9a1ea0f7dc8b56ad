//! Provides what modules with C are built from: clang for WebAssembly, and the sources of x264 and FFmpeg. If something
//! is missing, the site encodes and decodes with the stock core and says so.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{announce, system};
use crate::{error::Error, process::Workspace};

/// Possible names of clang, with that of Debian's packages first.
const CLANG: [&str; 5] = ["clang-19", "clang-21", "clang-20", "clang-18", "clang"];
/// Debian's packages.
const PACKAGES: [&str; 4] = ["clang-19", "lld-19", "wasi-libc", "libclang-rt-19-dev-wasm32"];

/// C sources that a package of cargo carries as an archive. They go to `target/<name>/source`, where the build script
/// that compiles them looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sources {
    name: &'static str,
    /// The manifest that names the package.
    carrier: &'static str,
    package: &'static str,
    /// The archive's path in the package.
    archive: &'static str,
    /// A file among them.
    proof: &'static str,
    /// What the site does without them.
    without: &'static str,
}

/// x264.
pub(crate) const X264: Sources = Sources {
    name: "x264",
    carrier: "crates/x264/source/Cargo.toml",
    package: "x264-dev-0.2.0",
    archive: "archive/x264-stable.tar.gz",
    proof: "x264.h",
    without: "the site then encodes with the stock core, several times slower",
};
/// FFmpeg.
pub(crate) const FFMPEG: Sources = Sources {
    name: "ffmpeg",
    carrier: "crates/hevc/source/Cargo.toml",
    package: "ffmpeg-dev-0.3.8",
    archive: "archive/FFmpeg-FFmpeg-2722fc2.tar.xz",
    proof: "libavcodec/hevcdec.c",
    without: "the site then decodes HEVC with the stock core, where the browser does not, half as fast",
};

/// A clang that compiles to WebAssembly, with a C library for it.
#[derive(Debug)]
pub(crate) struct Compiler {
    /// The program.
    pub(crate) clang: String,
    /// The C library's archive.
    pub(crate) library: PathBuf,
}

impl Compiler {
    /// Returns the environment variables for crates/wasm-c/src/clang.rs.
    pub(crate) fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("CLIPFIT_WASM_CLANG", self.clang.clone()),
            ("CLIPFIT_WASI_LIBRARY", self.library.to_string_lossy().into_owned()),
        ]
    }
}

/// Finds the compiler, or installs it as root on Debian. With `None`, the site is built without the
/// modules that need it.
pub(super) fn compiler(workspace: &Workspace) -> Option<Compiler> {
    if let Some(compiler) = find(workspace) {
        return Some(compiler);
    }
    if let Err(error) = system::install_packages(workspace, &PACKAGES) {
        eprintln!("xtask: {error}");
    }
    let compiler = find(workspace);
    if compiler.is_none() {
        eprintln!(
            "xtask: no clang for WebAssembly with a WASI C library here (Debian: apt-get install {}). \
             Going on without x264 and HEVC modules: {}; {}.",
            PACKAGES.join(" "),
            X264.without,
            FFMPEG.without
        );
    }
    compiler
}

/// Finds the compiler on this machine: the one that the environment names, else one with a usual name.
fn find(workspace: &Workspace) -> Option<Compiler> {
    let named = |variable: &str| env::var(variable).ok();
    let clangs: Vec<String> = match named("CLIPFIT_WASM_CLANG") {
        Some(clang) => vec![clang],
        None => CLANG.map(str::to_owned).to_vec(),
    };
    clangs.into_iter().find_map(|clang| {
        let mut target = vec!["--target=wasm32-wasi".to_owned()];
        target.extend(named("CLIPFIT_WASI_SYSROOT").map(|sysroot| format!("--sysroot={sysroot}")));
        let ask = |words: &[&str]| {
            let arguments: Vec<&str> =
                target.iter().map(String::as_str).chain(words.iter().copied()).collect();
            workspace.ask(&clang, &arguments)
        };
        let library = match named("CLIPFIT_WASI_LIBRARY") {
            Some(library) => library,
            None => ask(&["-print-file-name=libc.a"])?,
        };
        let answers = ask(&["-E", "-include", "stdio.h", "-x", "c", "/dev/null"]).is_some();
        let library = PathBuf::from(library);
        (library.is_file() && answers).then_some(Compiler { clang, library })
    })
}

impl Sources {
    /// Returns the compiler if these sources are available, too.
    pub(crate) fn compiler(self, workspace: &Workspace) -> Option<Compiler> {
        find(workspace).filter(|_| self.folder(workspace).join("source").join(self.proof).is_file())
    }

    fn folder(self, workspace: &Workspace) -> PathBuf {
        workspace.join(format!("target/{}", self.name))
    }

    /// Fetches and unpacks them, once, or says what the site does without.
    pub(super) fn provide(self, workspace: &Workspace) {
        if let Err(error) = self.fetch(workspace) {
            eprintln!("xtask: {error}\nxtask: continuing without {}'s sources: {}", self.name, self.without);
        }
    }

    fn fetch(self, workspace: &Workspace) -> Result<(), Error> {
        let folder = self.folder(workspace);
        let (source, stamp) = (folder.join("source"), folder.join("stamp"));
        if source.is_dir() && fs::read_to_string(&stamp).is_ok_and(|package| package == self.package) {
            return Ok(());
        }
        announce(&format!("fetching {}'s sources", self.name), "ten seconds");
        workspace.run_aside("cargo", &["fetch", "--locked", "--manifest-path", self.carrier])?;
        let archive = self.archive(workspace)?;
        let unpacked = folder.join("unpacked");
        for old in [&source, &unpacked] {
            if old.exists() {
                fs::remove_dir_all(old).map_err(Error::file(old))?;
            }
        }
        fs::create_dir_all(&unpacked).map_err(Error::file(&unpacked))?;
        let (archive, place) = (archive.to_string_lossy(), unpacked.to_string_lossy());
        workspace.run_aside("tar", &["-xf", &archive, "-C", &place, "--strip-components=1"])?;
        fs::rename(&unpacked, &source).map_err(Error::file(&source))?;
        fs::write(&stamp, self.package).map_err(Error::file(stamp))
    }

    /// Returns where cargo has put the archive.
    fn archive(self, workspace: &Workspace) -> Result<PathBuf, Error> {
        let arguments =
            ["metadata", "--format-version=1", "--locked", "--offline", "--manifest-path", self.carrier];
        let listing = workspace.ask("cargo", &arguments).unwrap_or_default();
        // The listing is one line of JSON. A path in it ends at its quotation mark.
        let manifest =
            listing.split('"').find(|text| text.ends_with("Cargo.toml") && text.contains(self.package));
        let archive = manifest.map(|manifest| Path::new(manifest).with_file_name(self.archive));
        archive.filter(|archive| archive.is_file()).ok_or_else(|| {
            Error::Missing(vec![format!("{} in the fetched package {}", self.archive, self.package)])
        })
    }
}
