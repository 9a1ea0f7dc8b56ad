//! What a reader lists of a file: its container and its streams, as the file itself declares them. Plain data, the same
//! from the browser's reader and from ffprobe; judges nothing.

use crate::units::{FrameRate, Micros};
use serde::Deserialize;

/// A file.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    /// ffmpeg's name of the container format; empty where the reader knows none.
    pub format: String,
    /// The major brand of an MP4 or MOV file.
    pub brand: Option<String>,
    /// The first time of any stream.
    pub start: Option<Micros>,
    /// From there to the last.
    pub duration: Option<Micros>,
    /// When the longest stream ends by a header that does not know whether the file is whole (Matroska).
    pub declared_end: Option<Micros>,
    /// The index is spread over the file, as in an MP4 file that was written while recording. Nothing is known of the
    /// packets then.
    pub fragmented: bool,
    /// The names of its tags and of its streams', as the container has them.
    pub tags: Vec<String>,
    /// When it was captured, as it says itself.
    pub captured: Option<String>,
    /// In the order of the file.
    pub streams: Vec<ListedStream>,
}

/// A stream.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ListedStream {
    /// Its number in the file.
    pub index: u32,
    /// What it carries.
    pub kind: StreamKind,
    /// ffmpeg's name of the codec.
    pub codec: Option<String>,
    /// The container's own name of the codec.
    pub tag: Option<String>,
    /// The container's own name of what handles it.
    pub handler: Option<String>,
    /// ffmpeg's name of the profile.
    pub profile: Option<String>,
    /// ISO 639-2; none where the file does not say.
    pub language: Option<String>,
    /// Marked as the one to play.
    pub default: bool,
    /// A cover or a thumbnail, no video.
    pub still: bool,
    /// Time of its first packet.
    pub start: Option<Micros>,
    /// From there to the end of its last.
    pub duration: Option<Micros>,
    /// Bits per second, measured or declared.
    pub bitrate: Option<f64>,
    /// How many packets there are, where they were counted.
    pub packets: Option<u64>,
    /// How many packets the header promises.
    pub promised: Option<u64>,
    /// What is unusual about it. Its packets are then unknown.
    pub odd: Option<Oddity>,
    /// Of video.
    pub video: Option<VideoDetails>,
    /// Of audio.
    pub audio: Option<AudioDetails>,
}

/// What a stream carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum StreamKind {
    /// Frames.
    Video,
    /// Samples.
    Audio,
    /// Subtitles or captions.
    Subtitle,
    /// Timed data (GPS, time code and the like).
    Data,
    /// An attached file such as a font.
    Attachment,
    /// Not identified.
    #[default]
    Unknown,
}

/// What neither a browser's demuxer nor its decoders deal with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Oddity {
    /// Its data are encrypted.
    Encrypted,
    /// Its codec settings change midway.
    SeveralDescriptions,
    /// The container shows several pieces of it.
    SeveralEdits,
    /// The container shows none of it.
    NothingShown,
    /// The container shows less than the whole frame.
    Cropped,
}

/// Details of a video stream. Colours have ffmpeg's names.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct VideoDetails {
    /// Coded width in pixels; 0 where it is not known.
    pub width: u32,
    /// Coded height in pixels; 0 where it is not known.
    pub height: u32,
    /// Width to height of a pixel.
    pub sample_aspect: Option<(u64, u64)>,
    /// Clockwise degrees that make the frame upright: 0, 90, 180 or 270.
    pub rotation: u32,
    /// The container wants the frame mirrored.
    pub mirrored: bool,
    /// ffmpeg's name of the pixel format.
    pub pixel_format: Option<String>,
    /// `color_primaries`
    pub primaries: Option<String>,
    /// `color_transfer`
    pub transfer: Option<String>,
    /// `color_space`
    pub matrix: Option<String>,
    /// Full (0 to 255) rather than limited range.
    pub full_range: bool,
    /// The brightest light of its HDR in nits, where the file tells it.
    pub peak: Option<u32>,
    /// It says that it is interlaced.
    pub interlaced: bool,
    /// It says neither that it is interlaced nor that it is not, where such video may be interlaced.
    pub fields_unsaid: bool,
    /// Its profile of Dolby Vision, and what it says that it is compatible with (0 is nothing).
    pub dolby_vision: Option<(u32, u32)>,
    /// The lowest rate that has a place for every frame.
    pub base_rate: Option<FrameRate>,
    /// Frames over time.
    pub average_rate: Option<FrameRate>,
    /// How many frames its decoder holds back to put them into order.
    pub reordered: u32,
}

/// Details of an audio stream.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AudioDetails {
    /// Samples per second; 0 where it is not known.
    pub sample_rate: u32,
    /// Channels; 0 where it is not known.
    pub channels: u32,
    /// Whether the browser says that it decodes it; none where nobody asked.
    pub decodes: Option<bool>,
}

impl ListedStream {
    /// Returns whether it is known to have no packets.
    pub(crate) fn is_empty(&self) -> bool {
        self.packets == Some(0)
    }

    /// Returns whether it is a stream to watch or to listen to, rather than a still image or another kind of data.
    pub fn plays(&self) -> bool {
        matches!(self.kind, StreamKind::Video | StreamKind::Audio) && !self.still
    }
}
