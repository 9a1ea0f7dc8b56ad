//! For one clip and one setting the command line and the browser make the same plan.
//!
//! What is compared, over all golden cases: the words of a link as options give the same wishes; and under these wishes
//! a machine with a native ffmpeg and one with a browser, both of two processors, plan the same limit, format, grid,
//! chunks, preset, rate control, conversions and audio, or refuse with the same words. Who decodes and which build of
//! x264 encodes differ, and nothing else may. The golden cases ask for no codec but H.264 and for no `effort=fast`:
//! there the browser's own encoders are another matter.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

#[path = "../../core/tests/support/mod.rs"]
mod golden;

use clap::Parser;
use clipfit_cli::options::{Command, Options};
use clipfit_core::machine::Decoder;
use clipfit_core::machine::Machine;
use clipfit_core::machine::{Encoders, NativeEncoders, Profile, VideoEncoder};
use clipfit_core::plan::{Action, plan};
use clipfit_core::wishes::Wishes;
use clipfit_core::wishes::link;
use std::path::Path;

/// The wishes of a link's words as options: `target=10MB&mode=quick` is `--target 10MB --quick`.
fn wishes_of_options(address: &str) -> Wishes {
    let mut words = vec!["clipfit".to_owned(), "compress".into(), "clip.mp4".into()];
    for pair in address.split('&') {
        match pair.split_once('=').unwrap() {
            ("mode", "quick") => words.push("--quick".into()),
            (name, value) => words.extend([format!("--{name}"), value.to_owned()]),
        }
    }
    let options = Options::try_parse_from(&words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    let Command::Compress(compress) = options.command else { panic!("{words:?}") };
    compress.wishes()
}

#[test]
fn the_command_line_plans_as_the_browser_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/plans.txt");
    let written = std::fs::read_to_string(&path).unwrap();
    let native = Machine::native(2, NativeEncoders::of(|_| true));
    let encoders = Encoders { h264: Some(Profile::High), ..Encoders::default() };
    let by_ffmpeg = Machine::ffmpeg(2, VideoEncoder::Own);
    let by_browser = Machine { decoder: Decoder::Browser, encoders, ..by_ffmpeg };
    let (mut facts, mut compared) = (None, 0);
    for line in written.lines() {
        if let Some(clip) = line.strip_prefix("clip ") {
            facts = Some(golden::read_clip(clip));
        } else if let Some(address) = line.strip_prefix("link ") {
            let facts = facts.as_ref().expect("a clip before the link");
            let wishes = wishes_of_options(address);
            assert_eq!(wishes, link::parse(address, "").wishes, "{address}");
            let ours = plan(facts, &wishes, native);
            for browser in [by_ffmpeg, by_browser] {
                let mut theirs = plan(facts, &wishes, browser);
                if let (Ok(ours), Ok(theirs)) = (&ours, &mut theirs)
                    && let (Action::Encode(ours), Action::Encode(theirs)) = (&ours.action, &mut theirs.action)
                {
                    (theirs.engine, theirs.decoder) = (ours.engine, ours.decoder);
                }
                assert_eq!(ours, theirs, "{address}");
                compared += 1;
            }
        }
    }
    assert!(compared > 40, "only {compared} plans were compared");
}
