//! Builds the modules other than the page's own, each with its script: for workers, the encoder with x264 and the
//! kernels, the HEVC decoder, and the codecs module; for the page, the engine. They go into target/<name>/module, from where
//! web/build.mjs takes them.

use std::fs;

use crate::{
    error::Error,
    process::Workspace,
    setup::{self, Compiler, Sources},
};

/// The features that rustc and clang use. wasm-opt needs them again.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// A module, by the name of its crate without `clipfit-`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Module {
    name: &'static str,
    /// The C in it, so that not every machine can build it.
    sources: Option<Sources>,
    /// The types of its script, which the TypeScript is checked against.
    types: &'static str,
    /// The goal of wasm-opt: speed, or a small module.
    optimise: &'static str,
}

/// The encoder.
pub(crate) const X264: Module = Module {
    name: "x264",
    sources: Some(setup::X264),
    types: "web/src/generated/x264.d.ts",
    optimise: "-O3",
};
/// The HEVC decoder.
pub(crate) const HEVC: Module = Module {
    name: "hevc",
    sources: Some(setup::FFMPEG),
    types: "web/src/generated/hevc.d.ts",
    optimise: "-O3",
};
/// The module that works with the browser's codecs.
pub(crate) const MEDIA: Module =
    Module { name: "media", sources: None, types: "web/src/generated/media.d.ts", optimise: "-O3" };
/// The engine, which plans and drives the workers.
pub(crate) const ENGINE: Module =
    Module { name: "engine", sources: None, types: "web/src/generated/engine.d.ts", optimise: "-Oz" };

impl Module {
    /// Returns its output folder.
    fn folder(self) -> String {
        format!("target/{}/module", self.name)
    }

    /// Builds it, or removes an older one if it cannot be built. Returns whether there is one.
    pub(crate) fn build(self, workspace: &Workspace) -> Result<bool, Error> {
        let (name, out) = (self.name, self.folder());
        let folder = workspace.join(&out);
        if self.sources.is_some() && self.compiler(workspace).is_none() {
            if folder.exists() {
                fs::remove_dir_all(&folder).map_err(Error::file(folder))?;
            }
            return Ok(false);
        }
        eprintln!("xtask: building the {name} module (a minute the first time)");
        let stamp = folder.join("linked");
        let package = format!("clipfit-{name}");
        let arguments = ["build", "--release", "--package", &package, "--target", "wasm32-unknown-unknown"];
        self.with_compiler(workspace, "cargo", &arguments, &[])?;
        let made = format!("target/wasm32-unknown-unknown/release/clipfit_{name}.wasm");
        let linked = workspace.join(&made);
        let bytes = fs::read(&linked).map_err(Error::file(&linked))?;
        // Optimising takes longer than everything else, so it runs again only if the module has changed.
        if fs::read(&stamp).is_ok_and(|known| known == bytes) {
            return Ok(true);
        }
        if stamp.exists() {
            fs::remove_file(&stamp).map_err(Error::file(&stamp))?;
        }
        let arguments = ["--target", "web", "--out-dir", &out, "--out-name", name, &made];
        workspace.run_aside("wasm-bindgen", &arguments)?;
        let module = format!("{out}/{name}_bg.wasm");
        let arguments: Vec<&str> =
            [self.optimise, &module, "-o", &module].into_iter().chain(FEATURES).collect();
        workspace.run_aside("wasm-opt", &arguments)?;
        fs::write(&stamp, bytes).map_err(Error::file(stamp))?;
        Ok(true)
    }

    /// Writes the types of its script, or compares them with the committed ones.
    pub(crate) fn types(self, workspace: &Workspace, write: bool) -> Result<(), Error> {
        let built = workspace.join(self.folder()).join(format!("{}.d.ts", self.name));
        let wanted = without_internals(&fs::read_to_string(&built).map_err(Error::file(&built))?);
        let committed = workspace.join(self.types);
        if write {
            return fs::write(&committed, wanted).map_err(Error::file(committed));
        }
        if fs::read_to_string(&committed).is_ok_and(|found| found == wanted) {
            return Ok(());
        }
        Err(Error::OutOfDate { file: self.types })
    }

    /// Returns what compiles its C, if it has any that can be compiled here.
    pub(crate) fn compiler(self, workspace: &Workspace) -> Option<Compiler> {
        self.sources.and_then(|sources| sources.compiler(workspace))
    }

    /// Runs a program that may compile the crate, with the available compiler in its environment.
    pub(crate) fn with_compiler(
        self,
        workspace: &Workspace,
        program: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<(), Error> {
        let compiler = self.compiler(workspace);
        workspace.run_with(program, arguments, |command| {
            command.envs(compiler.iter().flat_map(Compiler::environment)).envs(environment.iter().copied())
        })
    }
}

/// Removes the module's own exports except the memory: only its script uses them.
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
