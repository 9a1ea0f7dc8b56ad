//! `clipfit completions`: prints a completion script for a shell.

use crate::error::Error;
use crate::options::Options;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::{self, Write};
use std::path::PathBuf;

pub(super) fn run(shell: Shell) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Options::command(), "clipfit", &mut script);
    let not_written = |source| Error::NotWritten { path: PathBuf::from("standard output"), source };
    io::stdout().lock().write_all(&script).map_err(not_written)
}
