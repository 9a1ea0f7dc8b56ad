//! Installs what building and testing need. Idempotent: existing installations stay, and checking is quick.

mod clang;
mod npm;
mod system;
mod tools;

pub(crate) use clang::{Compiler, FFMPEG, Sources, X264};
pub(crate) use system::browser_environment;

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
    if clang::compiler(workspace).is_some() {
        X264.provide(workspace);
        FFMPEG.provide(workspace);
    }
    Ok(())
}

/// Announces a step that takes a while.
fn announce(what: &str, duration: &str) {
    eprintln!("xtask: {what} ({duration})");
}
