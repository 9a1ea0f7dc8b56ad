//! Knows where things are and runs other programs: always from the workspace's root, with our own tools first on PATH.

use std::{
    env,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::error::Error;

/// The checkout and the PATH for programs that it runs.
pub(crate) struct Workspace {
    root: PathBuf,
    path: OsString,
}

impl Workspace {
    /// Finds the checkout that this program was built from.
    pub(crate) fn find() -> Result<Self, Error> {
        // Cargo sets this at run time, so that a moved checkout still works. The compiled-in path is for a start
        // without cargo.
        let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let crate_folder = PathBuf::from(manifest);
        let root = crate_folder.join("../..");
        let root = root.canonicalize().map_err(Error::file(root))?;
        let own = [root.join("target/tools/bin"), root.join("node_modules/.bin")];
        let inherited = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(own.into_iter().chain(env::split_paths(&inherited)))
            .map_err(|error| Error::Usage(format!("PATH cannot be extended: {error}")))?;
        Ok(Self { root, path })
    }

    /// Returns a path inside the checkout.
    pub(crate) fn join(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// Finds the first of several programs on PATH.
    pub(crate) fn find_program(&self, names: &[&str]) -> Option<PathBuf> {
        names.iter().find_map(|name| {
            env::split_paths(&self.path)
                .map(|folder| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
                .find(|file| file.is_file())
        })
    }

    /// Returns what a program prints, or nothing if it is missing or fails.
    pub(crate) fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let output = self.command(program, arguments).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Runs a program to its end. A failure is an error.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Result<(), Error> {
        self.run_with(program, arguments, |command| command)
    }

    /// Runs a program like `run`, but redirects standard output to standard error, where progress belongs.
    pub(crate) fn run_aside(&self, program: &str, arguments: &[&str]) -> Result<(), Error> {
        self.run_with(program, arguments, |command| command.stdout(io::stderr()))
    }

    /// Runs a program like `run`, after a last change to the call.
    pub(crate) fn run_with(
        &self,
        program: &str,
        arguments: &[&str],
        change: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Result<(), Error> {
        let mut command = self.command(program, arguments);
        let status = change(&mut command)
            .status()
            .map_err(|source| Error::Start { program: program.to_owned(), source })?;
        if status.success() {
            return Ok(());
        }
        let words: Vec<&str> = std::iter::once(program).chain(arguments.iter().copied()).collect();
        Err(Error::Failed { command: words.join(" "), status })
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        // On some systems, Rust looks up a bare name on the parent's PATH, so it is looked up here.
        let file = self.find_program(&[program]).unwrap_or_else(|| program.into());
        let mut command = Command::new(file);
        command
            .args(arguments)
            .current_dir(&self.root)
            .env("PATH", &self.path)
            // Trunk 0.21 mistakes the usual NO_COLOR=1 for an invalid value of its own option.
            .env_remove("NO_COLOR");
        // Left over from `cargo run`. They would make other crates' builds look out of date.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }
}
