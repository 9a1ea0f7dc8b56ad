//! Installs what building and testing need. Idempotent: existing installations stay, and checking is quick.

mod npm;
mod system;
mod tools;
mod x264;

pub(crate) use system::browser_environment;
pub(crate) use x264::{Compiler, ready as wasm_compiler};

use crate::{error::Error, process::Workspace};

/// What a command needs in addition to what every build needs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Needs {
    /// The runner of the WebAssembly tests.
    pub(crate) test_runner: bool,
    /// Browsers, their driver and native ffmpeg.
    pub(crate) browsers: bool,
    /// Native ffmpeg, and the servers for the tests of live streams.
    pub(crate) servers: bool,
}

/// Checks and installs everything, with the cheapest checks first.
pub(crate) fn run(workspace: &Workspace, needs: Needs) -> Result<(), Error> {
    system::node(workspace)?;
    if needs.browsers {
        system::browsers(workspace)?;
    }
    if needs.servers {
        system::servers(workspace)?;
    }
    tools::wasm_target(workspace)?;
    tools::crates(workspace)?;
    tools::install(workspace, needs.test_runner)?;
    npm::install(workspace)?;
    if x264::compiler(workspace).is_some()
        && let Err(error) = x264::source(workspace)
    {
        eprintln!("xtask: {error}\nxtask: continuing without the x264 module");
    }
    Ok(())
}

/// Announces a step that takes a while.
fn announce(what: &str, duration: &str) {
    eprintln!("xtask: {what} ({duration})");
}
