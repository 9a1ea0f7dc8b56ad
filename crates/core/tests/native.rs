//! The session driven by a native ffmpeg on real media: plans of every kind of source, carried out and checked.
//! The media are made here; without ffmpeg on PATH these tests fail and say so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "tests stop at the first surprise"
)]

mod support;

use clipfit_core::plan::FLOOR;
use clipfit_core::units::Bytes;
use clipfit_core::wishes::{Effort, Wishes};
use support::{compress, probe};

fn wishes(target: u64) -> Wishes {
    Wishes { target: Bytes(target), effort: Effort::Balanced, ..Wishes::default() }
}

/// Compresses the clip to a third of its size and checks the promise, frames and length.
#[test]
fn every_kind_of_source_meets_its_size() {
    for clip in support::clips() {
        let facts = probe(&clip).unwrap_or_else(|failure| panic!("{}: {failure:?}", clip.name));
        let target = facts.file_bytes.0 / 3;
        let outcome = compress(&clip, &facts, &wishes(target), 2);
        let report = outcome.unwrap_or_else(|failure| panic!("{}: {failure:?}", clip.name));
        println!("{}: {} of {} again {}", clip.name, report.bytes.0, target, report.encoded_again);
        assert!(report.bytes.0 <= target, "{}", clip.name);
        // A single frame has one quantizer and no neighbours to make up for its steps.
        let floor = if clip.frames == 1 { 0.90 } else { FLOOR };
        assert!(
            report.bytes.0 as f64 >= floor * target as f64,
            "{}: {} of {target}",
            clip.name,
            report.bytes.0
        );
        assert_eq!(report.frames, clip.frames, "{}", clip.name);
    }
}
