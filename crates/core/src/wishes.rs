//! What the person asks for, as typed values. `link` reads them from an address; the page edits them.

use crate::units::{Bytes, FrameRate, Kbps, Micros};
use serde::{Deserialize, Serialize};

/// The target when nobody names one: 10 MB.
pub const DEFAULT_TARGET: Bytes = Bytes(10_000_000);

/// Everything that can be chosen for one clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wishes {
    /// What kind of result.
    pub mode: Mode,
    /// The limit in `Mode::Size`.
    pub target: Bytes,
    /// How much time to spend.
    pub effort: Effort,
    /// Height of the result in pixels as seen upright; `None` lets the budget decide.
    pub height: Option<u32>,
    /// Frame rate of the result; `None` lets the budget decide.
    pub frame_rate: Option<FrameRate>,
    /// What to do with the sound.
    pub audio: AudioWish,
    /// The part of the clip to keep; `None` keeps all.
    pub trim: Option<Trim>,
}

impl Default for Wishes {
    fn default() -> Self {
        Wishes {
            mode: Mode::Size,
            target: DEFAULT_TARGET,
            effort: Effort::Auto,
            height: None,
            frame_rate: None,
            audio: AudioWish::Auto,
            trim: None,
        }
    }
}

/// Kinds of result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Never over `Wishes::target`.
    Size,
    /// One click: constant quality, about a tenth of the size, never larger than the source.
    Quick,
}

/// How much time to spend for sharpness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effort {
    /// Best where the work is small, else balanced.
    Auto,
    /// Quicker.
    Balanced,
    /// Smallest and sharpest.
    Best,
}

/// What to do with the sound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum AudioWish {
    /// By the rule of `audio`.
    Auto,
    /// Copy the packets, or say why that cannot be.
    Copy,
    /// No sound.
    None,
    /// Encode at this rate.
    Encode(Kbps),
}

/// A part of the clip on its zero-based timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trim {
    /// First moment to keep.
    pub start: Micros,
    /// First moment not to keep.
    pub end: Micros,
}
