//! The commands other than testing: build, serve, measure, generate, format.

use crate::{
    error::Error,
    module::{ENGINE, HEVC, MEDIA, X264},
    process::Workspace,
    setup::{self, Needs},
};

/// Sets up and writes dist/.
pub(crate) fn build(workspace: &Workspace) -> Result<(), Error> {
    setup::run(workspace, Needs::default())?;
    trunk(workspace)
}

/// Builds the modules that can be built here, and writes dist/. web/finish.mjs, which Trunk runs at the end, checks the
/// site against its size limits.
pub(crate) fn trunk(workspace: &Workspace) -> Result<(), Error> {
    ENGINE.build(workspace)?;
    MEDIA.build(workspace)?;
    X264.build(workspace)?;
    HEVC.build(workspace)?;
    eprintln!("xtask: building the site into dist (a minute or two the first time)");
    workspace.run_aside("trunk", &["build", "--release", "--offline", "true"])
}

/// Sets up, builds, and serves dist/ until interrupted.
pub(crate) fn serve(workspace: &Workspace, port: u16, prefix: &str, isolate: bool) -> Result<(), Error> {
    build(workspace)?;
    let port = port.to_string();
    let options = ["web/serve.mjs", "dist", "--port", &port, "--prefix", prefix];
    let isolation = isolate.then_some("--isolate");
    workspace.run("node", &options.into_iter().chain(isolation).collect::<Vec<_>>())
}

/// Sets up, builds what is measured, and runs the benchmark. Only its results go to standard output.
pub(crate) fn bench(workspace: &Workspace, arguments: &[String]) -> Result<(), Error> {
    setup::run(workspace, Needs { browsers: true, ..Needs::default() })?;
    trunk(workspace)?;
    if arguments.iter().any(|argument| ["--cli", "--phone"].contains(&argument.as_str())) {
        eprintln!("xtask: building the command line (a minute or two the first time)");
        workspace.run_aside("cargo", &["build", "--release", "--package", "clipfit-cli"])?;
    }
    in_browser(workspace, "tests/bench/bench.mjs", arguments)
}

/// Sets up, builds the site, and runs the soak. Only its results go to standard output.
pub(crate) fn soak(workspace: &Workspace, arguments: &[String]) -> Result<(), Error> {
    setup::run(workspace, Needs { browsers: true, ..Needs::default() })?;
    trunk(workspace)?;
    in_browser(workspace, "tests/soak/soak.mjs", arguments)
}

/// Runs a script that starts browsers.
fn in_browser(workspace: &Workspace, script: &str, arguments: &[String]) -> Result<(), Error> {
    let arguments: Vec<&str> = std::iter::once(script).chain(arguments.iter().map(String::as_str)).collect();
    workspace.run_with("node", &arguments, |command| command.envs(setup::browser_environment(workspace)))
}

/// Writes the generated TypeScript: the worker protocol, which its comparing test writes on request, and the modules'
/// types.
pub(crate) fn generate(workspace: &Workspace) -> Result<(), Error> {
    setup::run(workspace, Needs::default())?;
    for module in [ENGINE, MEDIA, X264, HEVC] {
        if module.build(workspace)? {
            module.types(workspace, true)?;
        }
    }
    workspace.run_with(
        "cargo",
        &["test", "--quiet", "--package", "clipfit-engine", "--lib", "typescript_matches_protocol"],
        |command| command.env("CLIPFIT_GENERATE", "1"),
    )
}

/// Formats all sources as the tests require.
pub(crate) fn format(workspace: &Workspace) -> Result<(), Error> {
    setup::run(workspace, Needs::default())?;
    workspace.run("cargo", &["fmt", "--all"])?;
    workspace.run("biome", &["check", "--write"])
}
