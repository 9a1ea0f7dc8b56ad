//! The test run: named steps in a fixed order. The first failure ends it.

use std::{
    fs,
    io::{self, IsTerminal},
    path::Path,
};

use crate::{
    error::Error,
    module::{ENGINE, HEVC, MEDIA, Module, X264},
    process::Workspace,
    setup::{self, Needs},
    site,
};

/// The crates that are tested natively.
const NATIVE: [&str; 8] = [
    "clipfit-core",
    "clipfit-cli",
    "clipfit-engine",
    "clipfit-container",
    "clipfit-tone",
    "clipfit-media",
    "clipfit-fuzz",
    "xtask",
];

/// One step of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// rustfmt
    Fmt,
    /// clippy, natively and for WebAssembly
    Clippy,
    /// tsc, and the types of the modules against the committed ones
    Types,
    /// Formatter and linter of the TypeScript and the scripts
    Lint,
    /// Native Rust tests
    Core,
    /// Tests of the scripts and the service worker in web/, without the app
    Web,
    /// Rust tests in a headless browser
    Wasm,
    /// The encoder and its kernels, in Node and in a headless browser
    X264,
    /// The built site in Chromium, Firefox and WebKit
    E2e,
}

impl Step {
    /// In the order in which they run: quick results first, and the end-to-end tests' summary last.
    pub(crate) const ALL: [Self; 9] = [
        Self::Fmt,
        Self::Clippy,
        Self::Types,
        Self::Lint,
        Self::Core,
        Self::Web,
        Self::Wasm,
        Self::X264,
        Self::E2e,
    ];

    /// Returns its name for `--only`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Types => "types",
            Self::Lint => "lint",
            Self::Core => "core",
            Self::Web => "web",
            Self::Wasm => "wasm",
            Self::X264 => "x264",
            Self::E2e => "e2e",
        }
    }

    fn run(self, workspace: &Workspace) -> Result<(), Error> {
        match self {
            Self::Fmt => workspace.run("cargo", &["fmt", "--all", "--check"]),
            Self::Clippy => clippy(workspace),
            Self::Types => {
                for module in [ENGINE, MEDIA] {
                    module.build(workspace)?;
                    module.types(workspace, false)?;
                }
                workspace.run("tsc", &["--noEmit"])?;
                ["web/src/compare", "web/src/player", "web/src/engine", "web/src/page"]
                    .into_iter()
                    .try_for_each(|folder| workspace.run("tsc", &["--noEmit", "--project", folder]))
            }
            Self::Lint => {
                // `biome ci` colours every letter separately, even in a log file.
                let colours = if io::stdout().is_terminal() { "--colors=force" } else { "--colors=off" };
                workspace.run("biome", &["ci", "--error-on-warnings", colours])
            }
            Self::Core => {
                let packages = NATIVE.iter().flat_map(|package| ["--package", package]);
                let arguments: Vec<&str> = ["test"].into_iter().chain(packages).collect();
                workspace.run("cargo", &arguments)
            }
            Self::Web => {
                ["web", "web/src/codecs"].into_iter().try_for_each(|folder| node_tests(workspace, folder))
            }
            Self::Wasm => {
                // What computes differently with SIMD, and what may not fit into 32 bits.
                ["crates/media", "crates/container"]
                    .into_iter()
                    .try_for_each(|folder| workspace.run("wasm-pack", &["test", "--node", folder]))?;
                ["crates/engine", "crates/page"].into_iter().try_for_each(|folder| {
                    workspace.run("wasm-pack", &["test", "--headless", "--chrome", folder])
                })
            }
            Self::X264 => x264(workspace),
            Self::E2e => {
                // Checked first: a site that nothing tests need not be built.
                test_files(workspace, "tests/e2e")?;
                site::trunk(workspace)?;
                node_tests(workspace, "tests/e2e")
            }
        }
    }
}

/// Sets up what the steps need and runs them.
pub(crate) fn run(workspace: &Workspace, steps: &[Step]) -> Result<(), Error> {
    let browsers = steps.iter().any(|step| matches!(step, Step::Web | Step::Wasm | Step::X264 | Step::E2e));
    setup::run(
        workspace,
        Needs {
            test_runner: steps.contains(&Step::Wasm) || steps.contains(&Step::X264),
            browsers,
            servers: steps.contains(&Step::Core),
        },
    )?;
    for step in steps {
        eprintln!("xtask: step {}", step.name());
        step.run(workspace).map_err(|source| Error::Step { step: step.name(), source: Box::new(source) })?;
    }
    Ok(())
}

/// Checks natively what runs natively, and for WebAssembly what runs in the page. The tests of the core and of the
/// media module need an operating system, so for WebAssembly only their libraries are checked.
fn clippy(workspace: &Workspace) -> Result<(), Error> {
    const PAGE: &[&str] = &[
        "-p",
        "clipfit-site",
        "-p",
        "clipfit-engine",
        "-p",
        "clipfit-page",
        "--all-targets",
        "--target",
        "wasm32-unknown-unknown",
    ];
    // By itself, as it is built: beside others core's planner would be linked, and a use of it not be noticed.
    const PAGE_ALONE: &[&str] = &["-p", "clipfit-page", "--target", "wasm32-unknown-unknown"];
    const LIBRARIES: &[&str] =
        &["-p", "clipfit-core", "-p", "clipfit-media", "--lib", "--target", "wasm32-unknown-unknown"];
    const ENCODER: &[&str] = &[
        "-p",
        "clipfit-x264-kernels",
        "-p",
        "clipfit-x264",
        "--all-targets",
        "--target",
        "wasm32-unknown-unknown",
    ];
    let native: Vec<&str> =
        NATIVE.iter().flat_map(|package| ["-p", package]).chain(["--all-targets"]).collect();
    const DECODER: &[&str] = &[
        "-p",
        "clipfit-hevc-kernels",
        "-p",
        "clipfit-hevc",
        "--all-targets",
        "--target",
        "wasm32-unknown-unknown",
    ];
    let encoder = X264.compiler(workspace).map(|_| ENCODER);
    let decoder = HEVC.compiler(workspace).map(|_| DECODER);
    let parts = [native.as_slice(), LIBRARIES, PAGE_ALONE, PAGE].into_iter().chain(encoder).chain(decoder);
    parts.into_iter().try_for_each(|part| {
        let arguments: Vec<&str> =
            ["clippy"].iter().chain(part).chain(&["--", "-D", "warnings"]).copied().collect();
        X264.with_compiler(workspace, "cargo", &arguments, &[])
    })
}

/// Tests the kernels and the encoder in Node and in Chromium, and compares the types of the modules with C with the
/// committed ones.
fn x264(workspace: &Workspace) -> Result<(), Error> {
    const CRATES: [(Module, &[&str]); 2] =
        [(X264, &["crates/x264-kernels", "crates/x264"]), (HEVC, &["crates/hevc-kernels"])];
    for (module, folders) in CRATES {
        if !module.build(workspace)? {
            eprintln!("xtask: no clang for WebAssembly, so no modules with C to test");
            continue;
        }
        module.types(workspace, false)?;
        for folder in folders {
            module.with_compiler(workspace, "wasm-pack", &["test", "--node", folder], &[])?;
            // Tests that do not choose an environment run in Node only, unless this is set.
            let browser = [("WASM_BINDGEN_USE_BROWSER", "1"), ("WASM_BINDGEN_TEST_TIMEOUT", "600")];
            let arguments = ["test", "--headless", "--chrome", folder];
            module.with_compiler(workspace, "wasm-pack", &arguments, &browser)?;
        }
    }
    Ok(())
}

/// Runs the test files of a folder one after the other, because they measure time and share two processors.
fn node_tests(workspace: &Workspace, folder: &str) -> Result<(), Error> {
    let files = test_files(workspace, folder)?;
    let options = ["--test", "--test-concurrency=1", "--test-reporter=spec"];
    let arguments: Vec<&str> = options.into_iter().chain(files.iter().map(String::as_str)).collect();
    workspace.run_with("node", &arguments, |command| command.envs(setup::browser_environment(workspace)))
}

/// Returns the `*.test.mjs` files of a folder, by name. None is an error: a step that tests nothing must not pass.
fn test_files(workspace: &Workspace, folder: &str) -> Result<Vec<String>, Error> {
    let place = workspace.join(folder);
    let mut files = Vec::new();
    if place.is_dir() {
        for entry in fs::read_dir(&place).map_err(Error::file(&place))? {
            let name = entry.map_err(Error::file(&place))?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".test.mjs") {
                files.push(Path::new(folder).join(name).to_string_lossy().into_owned());
            }
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Error::NothingToRun { what: "*.test.mjs", folder: place });
    }
    Ok(files)
}
