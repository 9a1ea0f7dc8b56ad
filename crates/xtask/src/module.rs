//! Builds the encoder's module: x264 and the kernels, linked, optimised, with its script, into target/x264/module, from where
//! web/build.mjs takes it.

use std::fs;

use crate::{
    error::Error,
    process::Workspace,
    setup::{self, Compiler},
};

/// Where the module goes.
const FOLDER: &str = "target/x264/module";
/// What cargo makes of the crate.
const LINKED: &str = "target/wasm32-unknown-unknown/release/clipfit_x264.wasm";
/// Types of the module's script, as the workers' TypeScript is checked against them.
const TYPES: &str = "web/src/generated/x264.d.ts";
/// What rustc and clang let the module use must be named again.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Builds the module, or removes an older one where it cannot be built; answers whether there is one.
pub(crate) fn build(workspace: &Workspace) -> Result<bool, Error> {
    let folder = workspace.join(FOLDER);
    if setup::wasm_compiler(workspace).is_none() {
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(Error::file(folder))?;
        }
        return Ok(false);
    }
    eprintln!("xtask: building the x264 module (a minute the first time)");
    let stamp = folder.join("linked");
    let arguments = ["build", "--release", "--package", "clipfit-x264", "--target", "wasm32-unknown-unknown"];
    with_compiler(workspace, "cargo", &arguments, &[])?;
    let linked = workspace.join(LINKED);
    let bytes = fs::read(&linked).map_err(Error::file(&linked))?;
    // Optimising takes longer than all else: done again only for another module.
    if fs::read(&stamp).is_ok_and(|known| known == bytes) {
        return Ok(true);
    }
    if stamp.exists() {
        fs::remove_file(&stamp).map_err(Error::file(&stamp))?;
    }
    let arguments = ["--target", "web", "--out-dir", FOLDER, "--out-name", "x264", LINKED];
    workspace.run_aside("wasm-bindgen", &arguments)?;
    let module = format!("{FOLDER}/x264_bg.wasm");
    let arguments: Vec<&str> = ["-O3", &module, "-o", &module].into_iter().chain(FEATURES).collect();
    workspace.run_aside("wasm-opt", &arguments)?;
    fs::write(&stamp, bytes).map_err(Error::file(stamp))?;
    Ok(true)
}

/// Runs a program that may compile the crate, told of the compiler that there is.
pub(crate) fn with_compiler(
    workspace: &Workspace,
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), Error> {
    let compiler = setup::wasm_compiler(workspace);
    workspace.run_with(program, arguments, |command| {
        command.envs(compiler.iter().flat_map(Compiler::environment)).envs(environment.iter().copied())
    })
}

/// Writes the types of the module's script, or holds the committed ones against it.
pub(crate) fn types(workspace: &Workspace, write: bool) -> Result<(), Error> {
    let built = workspace.join(FOLDER).join("x264.d.ts");
    let wanted = without_internals(&fs::read_to_string(&built).map_err(Error::file(&built))?);
    let committed = workspace.join(TYPES);
    if write {
        return fs::write(&committed, wanted).map_err(Error::file(committed));
    }
    if fs::read_to_string(&committed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    Err(Error::OutOfDate { file: TYPES })
}

/// The module's own exports are nobody's business but its script's: of those only the memory stays.
fn without_internals(types: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in types.lines() {
        if line == "}" {
            inside = false;
        }
        if !inside || line.contains("readonly memory:") {
            kept.push_str(line);
            kept.push('\n');
        }
        inside |= line.starts_with("export interface InitOutput");
    }
    kept
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn only_the_memory_stays_of_the_exports() {
        let types = "export class A {\n}\nexport interface InitOutput {\n    readonly memory: WebAssembly.Memory;\n    \
                     readonly x: () => void;\n}\nexport const b = 1;\n";
        let kept = "export class A {\n}\nexport interface InitOutput {\n    readonly memory: WebAssembly.Memory;\n}\n\
                    export const b = 1;\n";
        assert_eq!(without_internals(types), kept);
    }
}
