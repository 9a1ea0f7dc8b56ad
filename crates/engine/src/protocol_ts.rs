//! Renders `protocol.rs` as TypeScript and fails when the committed file differs.
//! `cargo xtask generate` runs this same test with `CLIPFIT_GENERATE` set, which writes the file instead.

use std::{env, fs, path::Path};

use ts_rs::{Config, TS};

use crate::protocol::{
    BrowserEncodeStep, CrashReason, DecodeStep, Encode, EncodeStep, FromWorker, LogLine, MissingPart,
    PartAddress, Program, SoundStep, ToWorker,
};
use clipfit_core::step::load::{LoadFailure, Part};

/// Where the page's TypeScript expects it, from this crate's folder.
const TARGET: &str = "../../web/src/generated/protocol.ts";

const HEADER: &str = "\
// Generated from crates/engine/src/protocol.rs by `cargo xtask generate`. Do not edit: a test compares the two.
";

/// One exported declaration with its doc comment.
fn declaration<T: TS>(config: &Config) -> String {
    format!("\n{}export {}\n", T::docs().unwrap_or_default(), T::decl(config))
}

fn render() -> String {
    let config = Config::new();
    let text = [
        HEADER.to_owned(),
        declaration::<ToWorker>(&config),
        declaration::<FromWorker>(&config),
        declaration::<Program>(&config),
        declaration::<Encode>(&config),
        declaration::<EncodeStep>(&config),
        declaration::<BrowserEncodeStep>(&config),
        declaration::<DecodeStep>(&config),
        declaration::<SoundStep>(&config),
        declaration::<Part>(&config),
        declaration::<PartAddress>(&config),
        declaration::<MissingPart>(&config),
        declaration::<LogLine>(&config),
        declaration::<LoadFailure>(&config),
        declaration::<CrashReason>(&config),
    ]
    .concat();
    // ts-rs leaves a blank after each comma that ends a line; every whitespace check would trip over it.
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

#[test]
fn typescript_matches_protocol() -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(TARGET);
    let wanted = render();
    if env::var_os("CLIPFIT_GENERATE").is_some() {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        return fs::write(&path, wanted);
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "web/src/generated/protocol.ts is out of date: run `cargo xtask generate`");
    Ok(())
}
