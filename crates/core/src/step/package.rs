//! Cutting one finished file into the segments of a stream. Knows no playlist.

use crate::hls::{INIT, Segments, segment_name};
use crate::units::FrameRate;
use crate::wishes::packaging::SegmentFormat;
use serde::Serialize;

/// Cutting one rendition's MP4 file into segments: `INIT` and `segment_name`s, in the working folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PackageStep {
    /// Fragments of MP4 rather than transport streams.
    pub fragments: bool,
    /// Frames per second: numerator.
    pub rate_numerator: u32,
    /// Frames per second: denominator.
    pub rate_denominator: u32,
    /// The frames with which segments begin.
    pub firsts: Vec<u64>,
}

impl PackageStep {
    /// Returns the step that cuts into these segments of this format.
    pub fn new(format: SegmentFormat, segments: &Segments) -> PackageStep {
        let rate: FrameRate = segments.rate();
        PackageStep {
            fragments: format == SegmentFormat::Fmp4,
            rate_numerator: rate.numerator(),
            rate_denominator: rate.denominator(),
            firsts: segments.firsts().to_vec(),
        }
    }

    /// Returns what the segments are made of.
    pub fn format(&self) -> SegmentFormat {
        if self.fragments { SegmentFormat::Fmp4 } else { SegmentFormat::Ts }
    }

    /// Returns the files that it writes: `INIT`, then the segments in order.
    pub fn outputs(&self) -> Vec<String> {
        let segments = (0..self.firsts.len()).map(|index| segment_name(self.format(), index));
        std::iter::once(INIT.to_owned()).chain(segments).collect()
    }
}
