//! What the user asks for, as typed values. `link` reads them from an address; the page edits them.

pub mod destinations;
pub mod ladder;
pub mod link;
pub mod names;
pub mod packaging;
pub mod renditions;
pub mod shape;

use crate::units::{Bytes, FrameRate, Kbps, Micros};
use crate::wishes::ladder::Rung;
use crate::wishes::packaging::Packaging;
use crate::wishes::renditions::Wanted;
use crate::wishes::shape::Shape;
use serde::{Deserialize, Serialize};

/// The target when nobody names one: the least that any destination takes, so that an unnamed limit fits everywhere.
pub const DEFAULT_TARGET: Bytes = Bytes(10_000_000);

/// Everything that can be chosen for one clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wishes {
    /// What kind of result.
    pub mode: Mode,
    /// The limit in `Mode::Size`.
    pub target: Bytes,
    /// The destination that the target was taken from; its greatest length counts in `Mode::Size`.
    pub destination: Option<destinations::Id>,
    /// The format in `Mode::Ladder`; `None` is the best rung that is not above the source.
    pub rung: Option<Rung>,
    /// Several renditions at once in `Mode::Ladder`, instead of one rung; empty asks for none.
    pub renditions: Vec<Wanted>,
    /// How a package is made in `Mode::Hls`.
    pub packaging: Packaging,
    /// How much time to spend.
    pub effort: Effort,
    /// The video codec.
    pub codec: Codec,
    /// Height of the result in pixels as seen upright; `None` lets the budget decide.
    pub height: Option<u32>,
    /// Frame rate of the result; `None` lets the budget decide.
    pub frame_rate: Option<FrameRate>,
    /// What to do with the audio.
    pub audio: AudioWish,
    /// What to do with several audio tracks.
    pub tracks: Tracks,
    /// The part of the clip to keep; `None` keeps all.
    pub trim: Option<Trim>,
    /// The part of the frames to keep, and which way up.
    #[serde(default)]
    pub shape: Shape,
    /// Nothing but the plan is asked for.
    #[serde(default)]
    pub only_plan: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        Wishes {
            mode: Mode::Size,
            target: DEFAULT_TARGET,
            destination: None,
            rung: None,
            renditions: Vec::new(),
            packaging: Packaging::default(),
            effort: Effort::Auto,
            codec: Codec::H264,
            height: None,
            frame_rate: None,
            audio: AudioWish::Auto,
            tracks: Tracks::First,
            trim: None,
            shape: Shape::default(),
            only_plan: false,
        }
    }
}

impl Wishes {
    /// Returns whether the result is several files, of which a browser makes one archive.
    pub fn asks_for_files(&self) -> bool {
        match self.mode {
            Mode::Hls => true,
            Mode::Ladder => !self.renditions.is_empty(),
            Mode::Size | Mode::Quick => false,
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
    /// A format of fixed size and frame rate that never takes more than its bandwidth.
    Ladder,
    /// Several sizes cut into segments, with playlists: HTTP Live Streaming.
    Hls,
}

/// How much time to spend for sharpness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effort {
    /// Best where the work is small, fast where it would be long, else balanced.
    Auto,
    /// In seconds: the browser's own encoder.
    Fast,
    /// Quicker.
    Balanced,
    /// Smallest and sharpest.
    Best,
}

impl Effort {
    /// All.
    pub const ALL: [Effort; 4] = [Effort::Auto, Effort::Fast, Effort::Balanced, Effort::Best];

    /// Returns its name in links.
    pub fn id(self) -> &'static str {
        match self {
            Effort::Auto => "auto",
            Effort::Fast => "fast",
            Effort::Balanced => "balanced",
            Effort::Best => "best",
        }
    }

    /// Returns the one with this name.
    pub fn find(id: &str) -> Option<Effort> {
        Effort::ALL.into_iter().find(|effort| effort.id() == id)
    }
}

/// The video codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Codec {
    /// H.264: plays everywhere.
    #[default]
    H264,
    /// H.265 (HEVC).
    H265,
    /// VP9.
    Vp9,
    /// AV1.
    Av1,
}

impl Codec {
    /// All, the most widely played first.
    pub const ALL: [Codec; 4] = [Codec::H264, Codec::H265, Codec::Vp9, Codec::Av1];

    /// Returns its name in links.
    pub fn id(self) -> &'static str {
        match self {
            Codec::H264 => "h264",
            Codec::H265 => "h265",
            Codec::Vp9 => "vp9",
            Codec::Av1 => "av1",
        }
    }

    /// Returns the one with this name.
    pub fn find(id: &str) -> Option<Codec> {
        Codec::ALL.into_iter().find(|codec| codec.id() == id)
    }

    /// Towards people.
    pub fn name(self) -> &'static str {
        match self {
            Codec::H264 => "H.264",
            Codec::H265 => "H.265",
            Codec::Vp9 => "VP9",
            Codec::Av1 => "AV1",
        }
    }

    /// Returns the sample entry that players look for in an MP4.
    pub fn sample_entry(self) -> &'static str {
        match self {
            Codec::H264 => "avc1",
            Codec::H265 => "hvc1",
            Codec::Vp9 => "vp09",
            Codec::Av1 => "av01",
        }
    }

    /// Returns where a file of this codec plays and where not, as a sentence.
    pub fn plays(self) -> &'static str {
        match self {
            Codec::H264 => "Plays everywhere.",
            Codec::H265 => {
                "Plays on Apple devices, on newer Android phones and televisions, and in most browsers on newer machines; not in Firefox on older ones, and not in many chat apps."
            }
            Codec::Vp9 => {
                "Plays in Chrome, Edge, Firefox and on Android; on Apple devices from 2020 on; not in older players and televisions."
            }
            Codec::Av1 => {
                "Plays in Chrome, Edge and Firefox and on devices from about 2022 on; on Apple devices only with the newest chips; not in older players."
            }
        }
    }
}

/// What to do with the audio.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum AudioWish {
    /// By the rule of `audio`.
    Auto,
    /// Copy the packets, or say why that cannot be.
    Copy,
    /// No audio.
    None,
    /// Encode at this rate.
    Encode(Kbps),
}

/// What becomes of several audio tracks, such as a game and a microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Tracks {
    /// The default one is kept, else the first.
    #[default]
    First,
    /// All are mixed into one.
    Mix,
}

impl Tracks {
    /// All.
    pub const ALL: [Tracks; 2] = [Tracks::First, Tracks::Mix];

    /// As links name it.
    pub fn id(self) -> &'static str {
        match self {
            Tracks::First => "first",
            Tracks::Mix => "mix",
        }
    }

    /// The one that `id` names.
    pub fn find(id: &str) -> Option<Tracks> {
        Tracks::ALL.into_iter().find(|tracks| tracks.id() == id)
    }
}

/// A part of the clip on its zero-based timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Trim {
    /// First moment to keep.
    pub start: Micros,
    /// First moment not to keep; `None` keeps all to the end.
    pub end: Option<Micros>,
}
