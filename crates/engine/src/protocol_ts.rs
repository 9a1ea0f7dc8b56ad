//! Renders `protocol.rs` and the steps of core as TypeScript and fails when the committed file differs.
//! `cargo xtask generate` runs this same test with `CLIPFIT_GENERATE` set, which writes the file instead.

use std::{env, fs, path::Path};

use ts_rs::{Config, TS};

use crate::protocol::{Downloads, FromWorker, LogLine, MissingPart, PartAddress, ToWorker};
use clipfit_core::clip::listing::{AudioDetails, ListedStream, Listing, Oddity, StreamKind, VideoDetails};
use clipfit_core::clip::packets::PacketTable;
use clipfit_core::clip::watched::Perceived;
use clipfit_core::machine::speeds::SpeedFigures;
use clipfit_core::machine::{InHardware, Profile};
use clipfit_core::plan::audio::{AacCoder, Mix};
use clipfit_core::step::load::{LoadFailure, Part};
use clipfit_core::step::package::PackageStep;
use clipfit_core::step::tones::Hdr;
use clipfit_core::step::watch::{SampleStep, WatchStep};
use clipfit_core::step::webcodecs::{AudioStep, DecodeStep, ListenStep, WebCodecsStep};
use clipfit_core::step::x264::{Passes, X264Step};
use clipfit_core::step::{Answer, Death, Encode, Program, files};
use clipfit_core::units::{FrameRate, Micros};

/// Where the page's TypeScript expects it, from this crate's folder.
const TARGET: &str = "../../web/src/generated/protocol.ts";

const HEADER: &str = "\
// Generated from core and crates/engine/src/protocol.rs by `cargo xtask generate`. Do not edit: a test compares them.
";

/// Returns one exported declaration with its doc comment.
fn declaration<T: TS>(config: &Config) -> String {
    format!("\n{}export {}\n", T::docs().unwrap_or_default(), T::decl(config))
}

/// Returns the names of files that workers write or look for.
fn file_names() -> String {
    let entries = files::OF_WORKERS.map(|(name, file)| format!("  {name}: \"{file}\",\n"));
    format!(
        "\n/** Names of files in a task's working folder. */\nexport const FILES = {{\n{}}} as const;\n",
        entries.concat()
    )
}

fn render() -> String {
    // Counts and times stay far below the 2^53 up to which JavaScript's numbers are exact.
    let config = Config::new().with_large_int("number");
    let text = [
        HEADER.to_owned(),
        declaration::<ToWorker>(&config),
        declaration::<FromWorker>(&config),
        declaration::<PartAddress>(&config),
        declaration::<Downloads>(&config),
        declaration::<MissingPart>(&config),
        declaration::<LogLine>(&config),
        declaration::<Part>(&config),
        declaration::<LoadFailure>(&config),
        declaration::<Program>(&config),
        declaration::<DecodeStep>(&config),
        declaration::<Hdr>(&config),
        declaration::<AacCoder>(&config),
        declaration::<AudioStep>(&config),
        declaration::<Mix>(&config),
        declaration::<PackageStep>(&config),
        declaration::<Encode>(&config),
        declaration::<X264Step>(&config),
        declaration::<Passes>(&config),
        declaration::<WebCodecsStep>(&config),
        declaration::<SampleStep>(&config),
        declaration::<WatchStep>(&config),
        declaration::<ListenStep>(&config),
        declaration::<Perceived>(&config),
        declaration::<Answer>(&config),
        declaration::<Listing>(&config),
        declaration::<ListedStream>(&config),
        declaration::<StreamKind>(&config),
        declaration::<Oddity>(&config),
        declaration::<VideoDetails>(&config),
        declaration::<AudioDetails>(&config),
        declaration::<PacketTable>(&config),
        declaration::<SpeedFigures>(&config),
        declaration::<InHardware>(&config),
        declaration::<Profile>(&config),
        declaration::<Death>(&config),
        declaration::<FrameRate>(&config),
        declaration::<Micros>(&config),
        file_names(),
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
