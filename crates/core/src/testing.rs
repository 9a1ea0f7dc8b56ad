//! Sample clips and files for the tests of every layer.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use crate::clip::facts::MediaFacts;
use crate::clip::watched;
use crate::units::Bytes;
use std::ops::Range;

#[path = "../tests/support/mod.rs"]
mod support;

/// Returns a clip of so many frames at 25 a second, with keyframes every two seconds.
pub(crate) fn facts(frames: u64) -> MediaFacts {
    let (seconds, bytes) = (frames as f64 / 25.0, frames * 6_000);
    let mut facts = support::read_clip(&format!("320x180@25 {seconds}s {bytes}B h264 aac:128x2"));
    let video = &mut facts.video;
    video.bytes = Bytes(frames * 5_000);
    video.keyframes = (0..frames).step_by(50).map(|frame| video.frame_rate.time_of(frame)).collect();
    facts
}

/// Samples of these slots at 25 a second, in each of which something has moved; `brighter` makes them other ones.
pub(crate) fn samples(slots: Range<u64>, brighter: u8) -> Vec<u8> {
    let pixels = u64::from(watched::WIDTH * watched::HEIGHT);
    let sample = |index: u64| (0..pixels).map(move |place| ((place + index * 7) % 32) as u8 * 4 + brighter);
    (slots.start.div_ceil(3)..slots.end.div_ceil(3)).flat_map(sample).collect()
}

/// Returns the beginning of an MP4 with `media` bytes of packets; the index first or last.
pub(crate) fn mp4_head(media: u64, index_first: bool) -> Vec<u8> {
    let boxed =
        |kind: &[u8; 4], size: u64| [&u32::try_from(size + 8).unwrap().to_be_bytes()[..], kind].concat();
    if index_first { [boxed(b"moov", 0), boxed(b"mdat", media)].concat() } else { boxed(b"mdat", media) }
}
