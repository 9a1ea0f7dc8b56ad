//! Cutting one finished file into the segments of a stream. Knows no playlist.

use crate::hls::{INIT, Segments, segment_name};
use crate::wishes::packaging::SegmentFormat;

/// Cutting one rendition's MP4 file into segments: `INIT` and `segment_name`s, in the working folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageStep {
    /// What they are made of.
    pub format: SegmentFormat,
    /// Where they begin.
    pub segments: Segments,
}

impl PackageStep {
    /// The files that it writes: `INIT`, then the segments in order.
    pub fn outputs(&self) -> Vec<String> {
        let segments = (0..self.segments.count()).map(|index| segment_name(self.format, index));
        std::iter::once(INIT.to_owned()).chain(segments).collect()
    }
}
