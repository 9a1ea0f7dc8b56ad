//! The plan as data: what will be made of a clip. Built by the rest of this folder; decides nothing itself.

use super::audio::{AacCoder, AudioPlan};
use super::chunks::{Chunk, Grid};
use super::notes::Note;
use super::overhead::overhead;
use crate::clip::facts::{Colour, Field, Framing};
use crate::clip::format::VideoFormat;
use crate::clip::metadata::Captured;
use crate::clip::rotation::Rotation;
use crate::hls::Segments;
use crate::machine::{Decoder, Preset, VideoEncoder};
use crate::units::{Bytes, Kbps, Micros};
use crate::wishes::Codec;
use crate::wishes::ladder::Cap;
use crate::wishes::packaging::SegmentFormat;
use serde::{Deserialize, Serialize};

/// What will be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// No result is larger than this.
    pub limit: Bytes,
    /// How the result comes about.
    pub action: Action,
    /// What changes, what is dropped, and why.
    pub notes: Vec<Note>,
}

impl Plan {
    /// Returns whether there are several renditions, or segments.
    pub fn is_package(&self) -> bool {
        matches!(self.action, Action::Package(_))
    }
}

/// Three ways to a result, cheapest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// The source fits and plays everywhere: hand it over as it is.
    Keep,
    /// Its packets fit and play everywhere, only the container does not: copy them into MP4.
    Remux(RemuxPlan),
    /// Encode.
    Encode(Box<EncodePlan>),
    /// Encode several renditions and cut them into segments.
    Package(PackagePlan),
}

/// Copying packets into MP4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemuxPlan {
    /// Video stream index.
    pub video: u32,
    /// Audio stream index.
    pub audio: Option<u32>,
    /// Video frames that the result must have.
    pub frames: u64,
    /// Length that the result must have.
    pub duration: Micros,
    /// When the clip was captured, where it says.
    #[serde(default)]
    pub captured: Option<Captured>,
}

/// An encode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncodePlan {
    /// Video stream index in the source.
    pub stream: u32,
    /// The file's timestamp at which the timeline of `grid` begins.
    pub zero: Micros,
    /// Size and rate of the result.
    #[serde(rename = "picture")]
    pub format: VideoFormat,
    /// Its frames on the source's timeline.
    pub grid: Grid,
    /// The chunks, in order; they cover the grid.
    pub chunks: Vec<Chunk>,
    /// Who decodes the source and puts the result together.
    pub decoder: Decoder,
    /// Which encoder encodes the video.
    pub engine: VideoEncoder,
    /// The codec of the video.
    pub codec: Codec,
    /// x264's preset, or x265's, where one of them encodes; how thorough other encoders of a native ffmpeg are.
    pub preset: Preset,
    /// How bytes are controlled.
    pub control: RateControl,
    /// Frames from one keyframe to the next, where that is fixed; else the encoder places them.
    pub keyframe_distance: Option<u64>,
    /// Conversions on the way from source to result.
    pub conversion: Conversion,
    /// The audio.
    pub audio: AudioPlan,
    /// Length of the audio.
    #[serde(rename = "sound")]
    pub audio_length: Micros,
    /// When the clip was captured, where it says.
    #[serde(default)]
    pub captured: Option<Captured>,
    /// The source was joined from parts whose audio overlaps or leaves gaps where they meet.
    pub joined: bool,
    /// The kept part of the source, when not all of it.
    pub trim: Option<(Micros, Micros)>,
}

/// How the encoder's bytes are controlled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum RateControl {
    /// Two passes, spending this many bytes on the video (an estimate until the audio's bytes are known).
    TwoPass {
        /// Bytes for the video.
        video: Bytes,
    },
    /// An encoder that may miss its rate: its bytes are measured, and it encodes again.
    Measured {
        /// Bytes for the video.
        video: Bytes,
    },
    /// One pass at a constant rate factor.
    Quality {
        /// 0 to 51, lower is better and bigger.
        crf: u32,
    },
    /// One pass that never takes more than a bandwidth.
    Capped(Cap),
    /// One pass at a constant rate factor, as far as a bandwidth lasts.
    Constrained {
        /// 0 to 51, lower is better and bigger.
        crf: u32,
        /// The bandwidth.
        cap: Cap,
    },
}

/// Conversions between source and result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversion {
    /// Size of the source's frames before rotation and aspect.
    pub source: (u32, u32),
    /// Size of the video within the result's frame, in its middle; what is around it is black.
    pub inside: (u32, u32),
    /// How the source must be turned to stand upright.
    pub rotation: Rotation,
    /// What is kept of the source's frames, and which way up.
    #[serde(default)]
    pub framing: Framing,
    /// Turn into progressive frames.
    pub deinterlace: bool,
    /// Which field comes first in every frame, where the frames do not say what they are.
    #[serde(default)]
    pub first_field: Option<Field>,
    /// The source's frames change their size midway.
    #[serde(default)]
    pub resized: bool,
    /// They change their aspect ratio as well: each is fitted into `inside`.
    #[serde(default)]
    pub reshaped: bool,
    /// Map high dynamic range to SDR.
    pub tone_map: bool,
    /// The brightest light of the source in nits, where it tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<u32>,
    /// Convert full range to limited range.
    pub full_range: bool,
    /// The source is RGB: the matrix is ours to choose.
    pub rgb: bool,
    /// Colour tags of the source.
    pub source_colour: Colour,
    /// Colour tags of the result.
    pub colour: Colour,
}

/// What is done to upright frames first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upright {
    /// The size of all frames, for a source whose frames change theirs.
    pub same: Option<(u32, u32)>,
    /// The part that is kept: left, top, width, height.
    pub crop: Option<[u32; 4]>,
    /// How it is turned.
    pub turn: Rotation,
    /// Left and right are swapped, after the turn.
    pub mirrored: bool,
}

impl Conversion {
    /// Returns what is done to upright frames before they are scaled; `None` where nothing is.
    pub fn upright(&self) -> Option<Upright> {
        let Framing { crop, turn, mirrored } = self.framing;
        (self.framing != Framing::default()).then(|| Upright {
            same: self.resized.then(|| self.rotation.turned(self.source)),
            crop: crop.map(|part| self.rotation.part(part, self.source)),
            turn,
            mirrored,
        })
    }

    /// Returns whether each frame is fitted into the result by itself.
    pub fn fits_each(&self) -> bool {
        self.reshaped && self.framing == Framing::default()
    }

    /// Returns where the video is in the result's frame: left, top, width, height. On whole samples of colour.
    pub fn place(&self, frame: VideoFormat) -> [u32; 4] {
        let middle = |frame: u32, own: u32| (frame.saturating_sub(own) / 2) & !1;
        let (width, height) = self.inside;
        [middle(frame.width, width), middle(frame.height, height), width, height]
    }
}

/// The renditions of a package, the largest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackagePlan {
    /// What segments are made of; `None` leaves every rendition one file.
    pub format: Option<SegmentFormat>,
    /// First frames of the segments.
    pub firsts: Vec<u64>,
    /// One encode each. Where there are segments, they are the chunks.
    pub renditions: Vec<RenditionPlan>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenditionPlan {
    /// How it is encoded.
    pub encode: EncodePlan,
    /// Its file, before it is cut into segments, is never larger than this.
    pub limit: Bytes,
}

impl PackagePlan {
    /// Returns where the segments begin.
    pub fn segments(&self) -> Option<Segments> {
        let grid = &self.renditions.first()?.encode.grid;
        Segments::new(self.firsts.clone(), grid.frames, grid.rate).ok()
    }
}

/// Audio encoders take a little more than their rate, most of all in short clips.
const AUDIO_OVER: f64 = 1.25;

impl EncodePlan {
    /// Returns whether its frames show what the source's show, as they show it.
    pub(crate) fn shows_all(&self) -> bool {
        let Conversion { framing, inside, .. } = &self.conversion;
        *framing == Framing::default() && *inside == (self.format.width, self.format.height)
    }

    /// Returns the bytes that the audio is expected to take.
    pub fn audio_bytes(&self) -> Bytes {
        self.audio.expected().during(self.audio_length)
    }

    /// Returns what the container of the result costs.
    pub fn overhead(&self) -> Bytes {
        overhead(self.grid.frames, &self.audio, self.audio_length)
    }

    /// Returns the most that an encode within a bandwidth takes, with audio and container.
    pub(crate) fn most(&self) -> Bytes {
        let video = match self.control {
            RateControl::Capped(cap) | RateControl::Constrained { cap, .. } => {
                cap.most(self.grid.duration(), self.chunks.len())
            }
            _ => Bytes(0),
        };
        Bytes(video.0 + self.audio_bytes().times(AUDIO_OVER).0 + self.overhead().0)
    }

    /// Returns how audio that is encoded into so many channels searches for quantizers.
    pub fn aac_coder(&self, channels: u32) -> AacCoder {
        AacCoder::at(self.audio.expected(), channels, self.video_rate())
    }

    /// Returns the bitrate aimed at for the video; `None` where quality leads.
    pub fn video_rate(&self) -> Option<Kbps> {
        match self.control {
            RateControl::TwoPass { video } | RateControl::Measured { video } => {
                Some(video.over(self.grid.duration()))
            }
            RateControl::Capped(cap) | RateControl::Constrained { cap, .. } => Some(cap.rate),
            RateControl::Quality { .. } => None,
        }
    }
}
