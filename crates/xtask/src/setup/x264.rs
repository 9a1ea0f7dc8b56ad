//! Provides what the encoder's module is built from: clang for WebAssembly and x264's sources. If one is missing, the
//! site encodes with the stock core and says so.

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
/// The package that contains the archive, and the archive's path in it.
const CARRIER: &str = "crates/x264/source/Cargo.toml";
const PACKAGE: &str = "x264-dev-0.2.0";
const ARCHIVE: &str = "archive/x264-stable.tar.gz";
/// Where the sources go. crates/x264/build.rs looks there.
const FOLDER: &str = "target/x264";

/// A clang that compiles to WebAssembly, with a C library for it.
#[derive(Debug)]
pub(crate) struct Compiler {
    /// The program.
    pub(crate) clang: String,
    /// The C library's archive.
    pub(crate) library: PathBuf,
}

impl Compiler {
    /// Returns the environment variables for crates/x264/build.rs.
    pub(crate) fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("CLIPFIT_WASM_CLANG", self.clang.clone()),
            ("CLIPFIT_WASI_LIBRARY", self.library.to_string_lossy().into_owned()),
        ]
    }
}

/// Finds the compiler, or installs it as root on Debian. With `None`, the site is built without the encoder.
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
             Going on without the x264 module: the site then encodes with the stock core, several times slower.",
            PACKAGES.join(" ")
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

/// Returns the compiler if x264's sources are available, too.
pub(crate) fn ready(workspace: &Workspace) -> Option<Compiler> {
    find(workspace).filter(|_| workspace.join(FOLDER).join("source/x264.h").is_file())
}

/// Fetches and unpacks x264's sources, once.
pub(super) fn source(workspace: &Workspace) -> Result<(), Error> {
    let folder = workspace.join(FOLDER);
    let (source, stamp) = (folder.join("source"), folder.join("stamp"));
    if source.is_dir() && fs::read_to_string(&stamp).is_ok_and(|package| package == PACKAGE) {
        return Ok(());
    }
    announce("fetching x264's sources", "ten seconds");
    workspace.run_aside("cargo", &["fetch", "--locked", "--manifest-path", CARRIER])?;
    let archive = archive(workspace)?;
    let unpacked = folder.join("unpacked");
    for old in [&source, &unpacked] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(Error::file(old))?;
        }
    }
    fs::create_dir_all(&unpacked).map_err(Error::file(&unpacked))?;
    let (archive, place) = (archive.to_string_lossy(), unpacked.to_string_lossy());
    workspace.run_aside("tar", &["-xzf", &archive, "-C", &place, "--strip-components=1"])?;
    fs::rename(&unpacked, &source).map_err(Error::file(&source))?;
    fs::write(&stamp, PACKAGE).map_err(Error::file(stamp))
}

/// Returns where cargo has put the archive.
fn archive(workspace: &Workspace) -> Result<PathBuf, Error> {
    let arguments = ["metadata", "--format-version=1", "--locked", "--offline", "--manifest-path", CARRIER];
    let listing = workspace.ask("cargo", &arguments).unwrap_or_default();
    // The listing is one line of JSON. A path in it ends at its quotation mark.
    let manifest = listing.split('"').find(|text| text.ends_with("Cargo.toml") && text.contains(PACKAGE));
    let archive = manifest.map(|manifest| Path::new(manifest).with_file_name(ARCHIVE));
    archive
        .filter(|archive| archive.is_file())
        .ok_or_else(|| Error::Missing(vec![format!("{ARCHIVE} in the fetched package {PACKAGE}")]))
}
