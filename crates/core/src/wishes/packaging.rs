//! What can be chosen for a package for streaming. Knows no playlist and no segment.

use crate::units::Bytes;
use clipfit_container::Format;
use serde::{Deserialize, Serialize};

/// What segments are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SegmentFormat {
    /// MPEG-2 transport streams: played by everything that plays HLS at all.
    #[default]
    Ts,
    /// Fragmented MP4: smaller, and nothing to convert in browsers.
    Fmp4,
}

impl SegmentFormat {
    /// Returns its name in options.
    pub fn id(self) -> &'static str {
        match self {
            SegmentFormat::Ts => "ts",
            SegmentFormat::Fmp4 => "fmp4",
        }
    }

    /// Returns the ending of a segment's name.
    pub fn ending(self) -> &'static str {
        match self {
            SegmentFormat::Ts => "ts",
            SegmentFormat::Fmp4 => "m4s",
        }
    }
}

impl From<SegmentFormat> for Format {
    fn from(format: SegmentFormat) -> Format {
        match format {
            SegmentFormat::Ts => Format::TransportStream,
            SegmentFormat::Fmp4 => Format::Fragments,
        }
    }
}

/// What can be chosen for a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packaging {
    /// What its segments are made of.
    pub format: SegmentFormat,
    /// How long they are, in seconds.
    pub seconds: u32,
    /// The whole package is never larger than this; `None`: steady quality.
    pub target: Option<Bytes>,
}

impl Default for Packaging {
    fn default() -> Self {
        Packaging { format: SegmentFormat::Ts, seconds: 10, target: None }
    }
}
