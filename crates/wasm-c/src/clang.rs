//! Compiles a library's C sources with clang for WebAssembly and hands the objects to Rust's linker.
#![allow(clippy::print_stdout, reason = "cargo reads what a build script prints")]

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

/// WebAssembly features of every browser that has SIMD.
const FEATURES: [&str; 4] = ["-msimd128", "-mbulk-memory", "-msign-ext", "-mnontrapping-fptoint"];

/// The C library's functions that `heap` replaces.
const HEAP: [&str; 3] = ["malloc", "calloc", "realloc"];

/// C sources that are compiled alike.
#[derive(Debug)]
pub struct Group {
    /// Where they are.
    pub folder: PathBuf,
    /// Their names without `.c`, separated by spaces.
    pub files: &'static str,
    /// Macros.
    pub defines: &'static [(&'static str, &'static str)],
}

/// A C library inside a module.
#[derive(Debug)]
pub struct Library {
    /// What it is called in messages.
    pub name: &'static str,
    /// A file that is there if the sources are.
    pub proof: PathBuf,
    /// A file that is written whenever the sources are.
    pub stamp: PathBuf,
    /// Folders of headers.
    pub includes: Vec<PathBuf>,
    /// Options for clang.
    pub flags: &'static [&'static str],
    /// The sources.
    pub groups: Vec<Group>,
    /// Functions whose calls go to `__wrap_` and their name instead, separated by spaces.
    pub wrapped: &'static str,
}

impl Library {
    /// Compiles the library where a build script runs for WebAssembly. `cargo xtask setup` provides the sources. A
    /// native check of the crate (an editor, `cargo doc`) needs no library.
    pub fn build(&self) -> ExitCode {
        if env::var("CARGO_CFG_TARGET_ARCH").as_deref() != Ok("wasm32") {
            return ExitCode::SUCCESS;
        }
        println!("cargo:rerun-if-changed=c");
        // Unpacked files are older than what was built before from another version.
        println!("cargo:rerun-if-changed={}", self.stamp.display());
        println!("cargo:rerun-if-changed={}", self.proof.display());
        println!("cargo:rerun-if-env-changed=CLIPFIT_WASM_CLANG");
        println!("cargo:rerun-if-env-changed=CLIPFIT_WASI_LIBRARY");
        println!("cargo:rerun-if-env-changed=CLIPFIT_WASI_SYSROOT");
        if !self.proof.is_file() {
            println!("cargo:warning={}'s sources are missing: run `cargo xtask setup`", self.name);
            return ExitCode::FAILURE;
        }
        let clang = env::var("CLIPFIT_WASM_CLANG").unwrap_or_else(|_| "clang-19".into());
        for group in &self.groups {
            match self.compile(group, &clang) {
                Ok(objects) => {
                    for object in objects {
                        println!("cargo:rustc-link-arg={}", object.display());
                    }
                }
                Err(error) => {
                    println!("cargo:warning={} could not be compiled with {clang}: {error}", self.name);
                    return ExitCode::FAILURE;
                }
            }
        }
        for name in HEAP.iter().copied().chain(self.wrapped.split_whitespace()) {
            println!("cargo:rustc-link-arg=--wrap={name}");
        }
        let library =
            env::var("CLIPFIT_WASI_LIBRARY").unwrap_or_else(|_| "/usr/lib/wasm32-wasi/libc.a".into());
        println!("cargo:rustc-link-arg={library}");
        ExitCode::SUCCESS
    }

    fn compile(&self, group: &Group, clang: &str) -> Result<Vec<PathBuf>, cc::Error> {
        let mut build = cc::Build::new();
        build
            .compiler(clang)
            .target("wasm32-wasi")
            .opt_level(3)
            .debug(false)
            .warnings(false)
            .includes(&self.includes)
            // A kernel that does not match its table's entry is an error.
            .flag("-Werror=incompatible-function-pointer-types")
            .define("_GNU_SOURCE", None)
            .files(group.files.split_whitespace().map(|name| group.folder.join(name).with_extension("c")));
        for flag in FEATURES.iter().chain(self.flags) {
            build.flag(flag);
        }
        for (name, value) in group.defines {
            build.define(name, *value);
        }
        if let Some(sysroot) = env::var_os("CLIPFIT_WASI_SYSROOT") {
            build.flag(format!("--sysroot={}", sysroot.to_string_lossy()));
        }
        build.try_compile_intermediates()
    }
}
