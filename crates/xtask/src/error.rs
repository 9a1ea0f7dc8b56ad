//! Errors, with messages that say what to do next.

use std::{io, path::PathBuf, process::ExitStatus};

/// Any failure of a task.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The command line is invalid.
    #[error("{0}\nSee: cargo xtask help")]
    Usage(String),
    /// A file or folder could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which one.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("cannot run `{program}`: {source}")]
    Start {
        /// Which one.
        program: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A program ran and failed.
    #[error("`{command}` failed ({status})")]
    Failed {
        /// The command line of the call.
        command: String,
        /// Its exit status.
        status: ExitStatus,
    },
    /// Something that this machine lacks and that xtask must not install by itself.
    #[error("this machine lacks:\n{}", .0.iter().map(|line| format!("  - {line}")).collect::<Vec<_>>().join("\n"))]
    Missing(Vec<String>),
    /// A step of the test run failed.
    #[error("step `{step}` failed: {source}\nRun it alone: cargo xtask test --only {step}")]
    Step {
        /// Its name, as `--only` takes it.
        step: &'static str,
        /// The cause.
        source: Box<Error>,
    },
    /// A generated file is out of date.
    #[error("{file} is out of date: run `cargo xtask generate`")]
    OutOfDate {
        /// Which one.
        file: &'static str,
    },
    /// A folder lacks what the step must run.
    #[error("no {what} in {folder}")]
    NothingToRun {
        /// What was looked for.
        what: &'static str,
        /// The folder.
        folder: PathBuf,
    },
}

impl Error {
    /// Returns a closure for `map_err` on a file operation.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
