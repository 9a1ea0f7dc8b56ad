//! Installs the Rust side: the WebAssembly target, the crates of the lock file, and pinned command line tools inside
//! target/.

use std::{fs, path::Path};

use super::announce;
use crate::{error::Error, process::Workspace};

/// Where `cargo install` puts the tools; the programs are in its `bin`.
const ROOT: &str = "target/tools";
/// Where they are built: separate from the workspace's own build, and removed afterwards.
const BUILD: &str = "target/tools-build";
const TARGET: &str = "wasm32-unknown-unknown";

/// A pinned command line tool.
struct Tool {
    /// Its package.
    package: &'static str,
    /// Its program, which prints a name and the version for `--version`.
    program: &'static str,
    version: &'static str,
    minutes: &'static str,
    /// Whether only tests need it.
    for_tests: bool,
}

const TOOLS: [Tool; 3] = [
    // 0.22 needs a newer Rust than the workspace's.
    Tool {
        package: "trunk",
        program: "trunk",
        version: "0.21.14",
        minutes: "six to seventeen minutes if it must be built",
        for_tests: false,
    },
    // Must have exactly the version of the wasm-bindgen crate in Cargo.toml. A test compares the two.
    Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: "0.2.126",
        minutes: "two minutes if it must be built",
        for_tests: false,
    },
    Tool {
        package: "wasm-pack",
        program: "wasm-pack",
        version: "0.15.1",
        minutes: "two minutes if it must be built",
        for_tests: true,
    },
];

/// Installs the standard library for WebAssembly.
pub(super) fn wasm_target(workspace: &Workspace) -> Result<(), Error> {
    let installed = || {
        workspace
            .ask("rustc", &["--print", "target-libdir", "--target", TARGET])
            .is_some_and(|folder| Path::new(&folder).is_dir())
    };
    if installed() {
        return Ok(());
    }
    if workspace.find_program(&["rustup"]).is_some() {
        announce(&format!("adding the Rust target {TARGET}"), "half a minute");
        return workspace.run_aside("rustup", &["target", "add", TARGET]);
    }
    Err(Error::Missing(vec![format!(
        "Rust's standard library for {TARGET} (with rustup: rustup target add {TARGET}; else your system's package)"
    )]))
}

/// Fetches the crates of Cargo.lock, because Trunk builds offline.
pub(super) fn crates(workspace: &Workspace) -> Result<(), Error> {
    if workspace.ask("cargo", &["metadata", "--format-version=1", "--locked", "--offline"]).is_some() {
        return Ok(());
    }
    announce("fetching crates", "half a minute");
    workspace.run_aside("cargo", &["fetch"])
}

/// Installs the pinned tools: prebuilt if cargo-binstall is available and finds them, else built.
pub(super) fn install(workspace: &Workspace, for_tests: bool) -> Result<(), Error> {
    for tool in TOOLS.iter().filter(|tool| for_tests || !tool.for_tests) {
        if is_installed(workspace, tool) {
            continue;
        }
        announce(&format!("installing {} {} into {ROOT}", tool.package, tool.version), tool.minutes);
        if !install_prebuilt(workspace, tool) {
            install_from_source(workspace, tool)?;
        }
        if !is_installed(workspace, tool) {
            let Tool { package, version, .. } = tool;
            return Err(Error::Missing(vec![format!("{package} {version}, though it was just installed")]));
        }
    }
    Ok(())
}

fn is_installed(workspace: &Workspace, tool: &Tool) -> bool {
    let file = workspace.join(ROOT).join("bin").join(tool.program);
    let answer = workspace.ask(&file.to_string_lossy(), &["--version"]).unwrap_or_default();
    answer.split_whitespace().nth(1) == Some(tool.version)
}

fn install_prebuilt(workspace: &Workspace, tool: &Tool) -> bool {
    if workspace.find_program(&["cargo-binstall"]).is_none() {
        return false;
    }
    let package = format!("{}@{}", tool.package, tool.version);
    // xtask builds them itself, in its own folder.
    let arguments =
        ["binstall", "--no-confirm", "--disable-strategies", "compile", "--root", ROOT, package.as_str()];
    workspace.run_aside("cargo", &arguments).is_ok()
}

fn install_from_source(workspace: &Workspace, tool: &Tool) -> Result<(), Error> {
    let package = format!("{}@{}", tool.package, tool.version);
    let arguments =
        ["install", "--locked", "--force", "--root", ROOT, "--target-dir", BUILD, package.as_str()];
    workspace.run_aside("cargo", &arguments)?;
    // A gigabyte that is not needed again.
    let build = workspace.join(BUILD);
    fs::remove_dir_all(&build).map_err(Error::file(build))
}

#[cfg(test)]
mod unit {
    use super::*;

    const MANIFEST: &str = include_str!("../../../../Cargo.toml");
    const TRUNK: &str = include_str!("../../../../Trunk.toml");

    #[test]
    fn versions_agree_everywhere() {
        for tool in TOOLS {
            match tool.program {
                "wasm-bindgen" => {
                    assert!(MANIFEST.contains(&format!("wasm-bindgen = \"={}\"", tool.version)));
                    assert!(TRUNK.contains(&format!("wasm_bindgen = \"{}\"", tool.version)));
                }
                "trunk" => assert!(TRUNK.contains(&format!("trunk-version = \"{}\"", tool.version))),
                _ => {}
            }
        }
    }
}
