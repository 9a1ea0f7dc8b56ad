//! Clipfit on the command line: arguments become wishes, core's commands become runs of a native ffmpeg, and the
//! outcome becomes text or JSON lines.
//!
//! Invariant: nothing here decides about bytes, sizes or encoders, and no file appears under its final name before it
//! is complete.

pub mod clip;
mod commands;
pub mod driver;
pub mod error;
pub mod ffmpeg;
mod folder;
pub mod guard;
pub mod interrupt;
pub mod options;
mod output;
mod package;
mod process;
mod silence;
mod voice;
mod words;

use clap::Parser;
use clap::error::ErrorKind;
use clipfit_core::live::address::conceal_addresses;
use error::Error;
use options::Options;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use voice::Voice;

/// Every clip has a result.
const DONE: u8 = 0;
/// One or more clips failed.
const FAILED: u8 = 1;
/// The command line is invalid.
const USAGE: u8 = 2;
/// Interrupted: 128 plus the number of SIGINT.
const INTERRUPTED: u8 = 130;

/// Runs the program with these arguments; the first is its own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let options = match Options::try_parse_from(&arguments) {
        Ok(options) => options,
        Err(error) => return not_run(&error, &arguments),
    };
    let mut voice = Voice::new(options.json);
    let outcome = commands::run(options.command, &mut voice);
    let code = match &outcome {
        Ok(()) if voice.failed() == 0 => DONE,
        Ok(()) => FAILED,
        Err(Error::Interrupted) => INTERRUPTED,
        Err(Error::Usage(_)) => USAGE,
        Err(_) => FAILED,
    };
    if let Err(error) = &outcome {
        voice.error(None, error);
    }
    voice.end();
    ExitCode::from(code)
}

/// Prints the help, the version, or the error in the arguments.
fn not_run(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if !asked_for && arguments.iter().any(|argument| argument == "--json") {
        let mut voice = Voice::new(true);
        let text = conceal_addresses(&error.render().to_string());
        let text = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        voice.error(None, &Error::Usage(text));
        voice.end();
    } else {
        // clap would show a misplaced address with its stream key. The help contains no address.
        let plain = error.render().to_string();
        let shown = conceal_addresses(&plain);
        // If this cannot be written, there is nowhere left to report it.
        let _ = if asked_for || shown == plain { error.print() } else { write!(io::stderr(), "{shown}") };
    }
    ExitCode::from(if asked_for { DONE } else { USAGE })
}
