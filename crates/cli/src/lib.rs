//! Clipfit on the command line: arguments become wishes, core's commands become runs of a native ffmpeg, its answers become
//! text or JSON lines.
//!
//! Invariant: nothing here decides about bytes, sizes or encoders, and no file appears under its final name before it is whole.

pub mod clip;
mod commands;
pub mod driver;
pub mod error;
pub mod ffmpeg;
mod folder;
pub mod interrupt;
pub mod options;
mod output;
mod package;
mod process;
mod voice;
mod words;

use clap::Parser;
use clap::error::ErrorKind;
use clipfit_core::live::destination::conceal_addresses;
use error::Error;
use options::Options;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use voice::Voice;

/// Every job has a result.
const DONE: u8 = 0;
/// Some job has none.
const FAILED: u8 = 1;
/// The command line was not understood.
const USAGE: u8 = 2;
/// Interrupted: 128 and the number of SIGINT.
const INTERRUPTED: u8 = 130;

/// Runs the program with these arguments, the first being its own name.
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

/// Help, the version, or what was wrong with the arguments.
fn not_run(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if !asked_for && arguments.iter().any(|argument| argument == "--json") {
        let mut voice = Voice::new(true);
        let text = conceal_addresses(&error.render().to_string());
        let text = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        voice.error(None, &Error::Usage(text));
        voice.end();
    } else {
        // A misplaced address would be shown as it is, stream key and all; help has none.
        let plain = error.render().to_string();
        let shown = conceal_addresses(&plain);
        // Nobody is left to tell when even this cannot be written.
        let _ = if asked_for || shown == plain { error.print() } else { write!(io::stderr(), "{shown}") };
    }
    ExitCode::from(if asked_for { DONE } else { USAGE })
}
