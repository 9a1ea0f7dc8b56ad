//! The session driven by a native ffmpeg on real media: plans of every kind of source, carried out and checked.
//! The media are made here; without ffmpeg on PATH these tests fail and say so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "tests stop at the first surprise"
)]

#[path = "native/ladder.rs"]
mod ladder;
mod support;

use clipfit_core::plan::FLOOR;
use clipfit_core::session::outcome::GiveUp;
use clipfit_core::units::{Bytes, FrameRate, Kbps};
use clipfit_core::wishes::{AudioWish, Effort, Wishes};
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
        if facts.video.constant_rate {
            every_frame_shows_its_own_source_frame(&clip);
        }
    }
}

/// Frame `n` of the result is nearer to frame `n` of the source than to its neighbours, at chunk seams too.
fn every_frame_shows_its_own_source_frame(clip: &support::Clip) {
    let source = support::thumbnails(&clip.path);
    let result = support::thumbnails(&clip.path.with_extension("out.mp4"));
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
    let clip = support::clips().into_iter().find(|clip| clip.name == "plain.mp4").unwrap();
    let facts = probe(&clip).unwrap();
    let cases = [
        wishes(2_000),
        wishes(9_000),
        Wishes { height: Some(180), frame_rate: Some(FrameRate::whole(25)), ..wishes(30_000) },
        Wishes { audio: AudioWish::Encode(Kbps(96.0)), ..wishes(50_000) },
        Wishes { audio: AudioWish::Copy, ..wishes(65_000) },
    ];
    for wishes in cases {
        let outcome = compress(&clip, &facts, &wishes, 2);
        let Err(GiveUp::TooSmall(refusal)) = outcome else { panic!("{wishes:?}: {outcome:?}") };
        assert!(refusal.least > refusal.target && !refusal.offers.is_empty(), "{refusal:?}");
        for offer in &refusal.offers {
            let report = compress(&clip, &facts, &offer.wishes, 2);
            let report = report.unwrap_or_else(|reason| panic!("{wishes:?} {:?}: {reason:?}", offer.change));
            println!("{:?} of {}: {}", offer.change, wishes.target, report.bytes);
            assert!(report.bytes <= offer.wishes.target);
        }
    }
}
