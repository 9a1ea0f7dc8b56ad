//! A job driven by a native ffmpeg on real media: plans of every kind of source, carried out and checked.
//! The media are made here; without ffmpeg on PATH these tests fail and say so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "tests stop at the first surprise"
)]

#[path = "native/audio.rs"]
mod audio;
#[path = "native/damaged.rs"]
mod damaged;
#[path = "native/incomplete.rs"]
mod incomplete;
#[path = "native/ladder.rs"]
mod ladder;
#[path = "native/looks.rs"]
mod looks;
#[path = "native/metadata.rs"]
mod metadata;
mod support;
#[path = "native/trim.rs"]
mod trim;

use clipfit_cli::error::Error;
use clipfit_core::job::failure::Failure;
use clipfit_core::plan::notes::Note;
use clipfit_core::rate::ledger::FLOOR;
use clipfit_core::units::{Bytes, FrameRate, Kbps};
use clipfit_core::wishes::{AudioWish, Codec, Effort, Wishes};
use std::path::Path;
use support::{compress, probe};

/// Even an encoder that does not listen comes to this part of the target on these clips.
const MEASURED_FLOOR: f64 = 0.9;

fn wishes(target: u64) -> Wishes {
    Wishes { target: Bytes(target), effort: Effort::Balanced, ..Wishes::default() }
}

/// Compresses the clip to a third of its size and checks the promise, frames and length.
#[test]
fn every_kind_of_source_meets_its_size() {
    for clip in support::clips() {
        let facts = probe(&clip).unwrap_or_else(|failure| panic!("{}: {failure:?}", clip.name));
        let target = facts.file_bytes.0 / 3;
        // Room for one of the two chunks: both ways of getting frames in one result.
        let room = Bytes(clip.frames * 320 * 180 * 3 / 4);
        let outcome = compress(&clip, &wishes(target), 2, room);
        let finished = outcome.unwrap_or_else(|failure| panic!("{}: {failure:?}", clip.name));
        let report = &finished.report;
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
        if facts.video.constant_rate {
            every_frame_shows_its_own_source_frame(&clip, &finished.file);
        }
    }
}

/// Frame `n` of the result is nearer to frame `n` of the source than to its neighbours, at chunk seams too.
fn every_frame_shows_its_own_source_frame(clip: &support::Clip, result: &Path) {
    let source = support::thumbnails(&clip.path);
    let result = support::thumbnails(result);
    assert_eq!(source.len(), result.len(), "{}", clip.name);
    let distance = |a: &[u8], b: &[u8]| -> u64 {
        a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b)) * u64::from(a.abs_diff(*b))).sum()
    };
    for (index, frame) in result.iter().enumerate() {
        let own = distance(frame, &source[index]);
        for other in [index.wrapping_sub(1), index + 1] {
            let nearer = source.get(other).is_some_and(|other| distance(frame, other) < own);
            assert!(!nearer, "{}: frame {index} shows frame {other}", clip.name);
        }
    }
}

/// A size that is too little is answered with one that will do, and with ways out that work.
#[test]
fn a_refusal_offers_only_what_works() {
    let clip = support::clip("plain.mp4");
    let cases = [
        wishes(2_000),
        wishes(9_000),
        Wishes { height: Some(180), frame_rate: Some(FrameRate::whole(25)), ..wishes(30_000) },
        Wishes { audio: AudioWish::Encode(Kbps(96.0)), ..wishes(50_000) },
        Wishes { audio: AudioWish::Copy, ..wishes(65_000) },
    ];
    for wishes in cases {
        let outcome = compress(&clip, &wishes, 2, Bytes(0));
        let refusal = match outcome {
            Err(Error::NoResult(failure)) => match *failure {
                Failure::TooSmall(refusal) => refusal,
                failure => panic!("{wishes:?}: {failure:?}"),
            },
            outcome => panic!("{wishes:?}: {outcome:?}"),
        };
        assert!(refusal.least > refusal.target && !refusal.offers.is_empty(), "{refusal:?}");
        for offer in &refusal.offers {
            let report = compress(&clip, &offer.wishes, 2, Bytes(u64::MAX));
            let finished =
                report.unwrap_or_else(|reason| panic!("{wishes:?} {:?}: {reason:?}", offer.change));
            let report = &finished.report;
            println!("{:?} of {}: {}", offer.change, wishes.target, report.bytes);
            assert!(report.bytes <= offer.wishes.target);
        }
    }
}

/// Encoders that ffmpeg has for other codecs keep the promise as well; those that it lacks are named.
#[test]
fn other_codecs_meet_their_size() {
    let clip = support::clip("plain.mp4");
    let facts = probe(&clip).unwrap();
    for codec in [Codec::H265, Codec::Vp9, Codec::Av1] {
        let wishes = Wishes { codec, effort: Effort::Fast, ..wishes(facts.file_bytes.0 / 3) };
        let finished =
            compress(&clip, &wishes, 2, Bytes(0)).unwrap_or_else(|error| panic!("{codec:?}: {error}"));
        let (report, result) = (&finished.report, &finished.file);
        println!("{codec:?}: {} of {} again {}", report.bytes.0, wishes.target.0, report.encoded_again);
        assert!(report.bytes <= wishes.target, "{codec:?}");
        let missing = |note: &&Note| matches!(note, Note::CodecNotHere { .. });
        let missing = report.notes.iter().find(missing);
        let listing = support::streams(result);
        let name = if codec == Codec::H265 { "hevc" } else { codec.id() };
        assert_eq!(listing.contains(&format!("codec_name={name}")), missing.is_none(), "{report:?}");
        // SVT-AV1 does not always take more when it is asked for more; then the report says that not all was used.
        let floor = if report.notes.contains(&Note::NotAllUsed) { MEASURED_FLOOR } else { FLOOR };
        assert!(report.bytes.0 as f64 >= floor * wishes.target.0 as f64, "{codec:?}: {}", report.bytes);
        assert_eq!(support::thumbnails(result).len() as u64, clip.frames);
    }
}
