//! Everything that a developer or a build machine does with this workspace: `cargo xtask help`.
//! Runs other programs and decides nothing about Clipfit itself. Needs only Rust, Node and git to start.

mod cli;
mod error;
mod module;
mod process;
mod setup;
mod site;
mod tests;

use std::{env, process::ExitCode};

use cli::Command;
use error::Error;
use process::Workspace;
use setup::Needs;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    let workspace = Workspace::find()?;
    match cli::parse(env::args().skip(1))? {
        Command::Help => {
            eprint!("{}", cli::HELP);
            Ok(())
        }
        Command::Setup => setup::run(&workspace, Needs { test_runner: true, browsers: true, servers: true }),
        Command::Build => site::build(&workspace),
        Command::Serve { port, prefix, isolate } => site::serve(&workspace, port, &prefix, isolate),
        Command::Test { steps } => tests::run(&workspace, &steps),
        Command::Bench { arguments } => site::bench(&workspace, &arguments),
        Command::Soak { arguments } => site::soak(&workspace, &arguments),
        Command::Generate => site::generate(&workspace),
        Command::Format => site::format(&workspace),
    }
}
