//! What is known of a clip before anything is planned. Plain data; `streams` fills it in.

use crate::clip::metadata::Metadata;
use crate::clip::rotation::Rotation;
use crate::units::{Bytes, FrameRate, Kbps, Micros};
use serde::{Deserialize, Serialize};

/// Everything the planner may rely on about one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MediaFacts {
    /// Size of the file.
    pub file_bytes: Bytes,
    /// The container it came in.
    pub container: Container,
    /// The timestamp in the file at which the zero-based timeline begins: the first of any stream.
    pub zero: Micros,
    /// The video to keep: the first real video stream.
    pub video: VideoFacts,
    /// Audio streams in file order.
    pub audio: Vec<AudioFacts>,
    /// What it tells of whoever made it.
    #[serde(default)]
    pub metadata: Metadata,
    /// Streams that are neither: subtitles, data, attachments, cover art, further video, empty tracks.
    pub others: Vec<OtherStream>,
    /// What the file should hold and does not.
    pub missing: Missing,
    /// Its times start again or leap: the streams described here are those of a continuous copy.
    pub joined: bool,
}

/// Containers take less than this share of a file themselves, in percent.
const CONTAINER_SHARE: u64 = 30;

impl MediaFacts {
    /// Returns how much of the file belongs to no track that is known, in percent, where that is more than a container
    /// takes. `None` as well where tracks have no known size, and for transport streams, which may be stuffed.
    pub fn unread(&self) -> Option<u32> {
        let known = self.others.is_empty() && !self.joined && self.missing == Missing::default();
        if !known || self.container == Container::MpegTs || self.file_bytes == Bytes(0) {
            return None;
        }
        let mut read = self.video.bytes.0;
        for track in &self.audio {
            read = read.saturating_add(track.bitrate?.during(track.duration).0);
        }
        let unread = self.file_bytes.0.saturating_sub(read);
        let share = u128::from(unread) * 100 / u128::from(self.file_bytes.0);
        (share >= u128::from(CONTAINER_SHARE)).then_some(u32::try_from(share).unwrap_or(100))
    }

    /// Returns the facts of the same file where decoders have to pass over errors: they begin nowhere but at its start,
    /// and nothing is copied.
    pub fn damaged(mut self) -> MediaFacts {
        self.video.only_from_start = true;
        self.copy_no_audio();
        self
    }

    /// Marks every audio track as damaged, so that none is copied.
    pub fn copy_no_audio(&mut self) {
        self.audio.iter_mut().for_each(|track| track.damaged = true);
    }
}

/// What a file should hold and does not: a download or a recording that was stopped, one that began midway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Missing {
    /// The file is cut off.
    pub end: Option<CutOff>,
    /// Length of the frames at the beginning that refer to frames that are not there.
    pub start: Micros,
}

/// A file without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOff {
    /// Length of the video that is there.
    pub there: Micros,
    /// How long the video should be, where the file says.
    pub whole: Option<Micros>,
}

/// The container families that people bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Container {
    /// ISO base media with an `mp4`-like brand.
    Mp4,
    /// QuickTime (brand `qt  `).
    Mov,
    /// Matroska.
    Matroska,
    /// WebM.
    WebM,
    /// AVI.
    Avi,
    /// MPEG transport stream.
    MpegTs,
    /// Anything else that the core can open.
    Other,
}

/// The video stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoFacts {
    /// Stream index in the file.
    pub index: u32,
    /// ffmpeg's codec name, such as `h264`.
    pub codec: String,
    /// ffmpeg's profile name, when known.
    pub profile: Option<String>,
    /// ffmpeg's pixel format name, such as `yuv420p10le`.
    pub pixel_format: String,
    /// Coded width in pixels, before rotation and aspect.
    pub width: u32,
    /// Coded height in pixels, before rotation and aspect.
    pub height: u32,
    /// Pixel aspect ratio, width to height; (1, 1) when unknown.
    pub sample_aspect: (u32, u32),
    /// How far the frames must be turned clockwise to stand upright.
    pub rotation: Rotation,
    /// What a person wants of the frames; the file knows nothing of it.
    #[serde(default)]
    pub framing: Framing,
    /// The rate of the output frame grid at full rate: the nominal rate of the clip.
    pub frame_rate: FrameRate,
    /// Whether every frame lies on that grid (within two milliseconds or so of timestamp rounding).
    pub constant_rate: bool,
    /// How many frames were found in the file.
    pub frames: u64,
    /// Time of the first frame on the zero-based timeline.
    pub start: Micros,
    /// How much later than its place the decoder stamps each frame: containers without presentation times (AVI) leave
    /// it only the decoding times, and reordered frames come late.
    pub stamped_late: Micros,
    /// From the first frame's time to the end of the last.
    pub duration: Micros,
    /// Bytes of all its packets.
    pub bytes: Bytes,
    /// Colour tags.
    pub colour: Colour,
    /// The brightest light of HDR in nits, where the file tells it.
    #[serde(skip)]
    pub peak: Option<u32>,
    /// Whether it is interlaced: as the stream says, or as a look at its frames shows.
    pub interlaced: bool,
    /// Which field of a frame comes first, where a look showed that it is interlaced: its frames do not say so then.
    #[serde(default)]
    pub first_field: Option<Field>,
    /// The frames change their size midway; `width` and `height` are those of the largest.
    #[serde(default)]
    pub resized: Option<Resized>,
    /// Its colours are Dolby Vision's own, which nothing else shows right.
    #[serde(default)]
    pub dolby_vision: bool,
    /// Keyframes only begin a gradual refresh: decoding must start one earlier.
    pub gradual_refresh: bool,
    /// Times of the keyframes, ascending, on the zero-based timeline.
    pub keyframes: Vec<Micros>,
    /// Bytes of all packets before each keyframe; empty where not known.
    pub bytes_before: Vec<Bytes>,
    /// Times of all frames, ascending, on the zero-based timeline.
    #[serde(skip)]
    pub times: Vec<Micros>,
    /// Clipfit's own decoder decodes it, where the browser has none.
    #[serde(skip)]
    pub own_decoder: bool,
    /// The browser's decoder hands out RGB, made with the matrix that the file names or that it takes for granted.
    #[serde(skip)]
    pub decoded_as_rgb: bool,
    /// Decoding after a seek gives other frames than decoding from the start: no chunk may begin with a seek.
    #[serde(skip)]
    pub only_from_start: bool,
}

impl VideoFacts {
    /// Returns the time of the first frame at or after `time`, which people write to the millisecond; the end
    /// behind the last one.
    pub(crate) fn frame_from(&self, time: Micros) -> Micros {
        const WRITTEN_TO: Micros = Micros(1_000);
        let next = self.times.partition_point(|shown| *shown < time - WRITTEN_TO);
        let behind = self.start + self.duration;
        if self.times.is_empty() { time.min(behind) } else { self.times.get(next).copied().unwrap_or(behind) }
    }

    /// Returns whether our own decoder may try what another has failed at.
    pub(crate) fn suits_own_decoder(&self) -> bool {
        self.codec == "hevc" && !self.own_decoder
    }

    /// Returns the size in square pixels, upright: what a person sees of the file.
    pub fn full_size(&self) -> (u32, u32) {
        self.displayed((self.width, self.height), self.sample_aspect)
    }

    /// Returns the same of what is kept of the frames, the way up that is asked for.
    pub fn display_size(&self) -> (u32, u32) {
        let Framing { crop, turn, .. } = self.framing;
        let kept = crop.map_or((self.width, self.height), |[_, _, width, height]| (width, height));
        turn.turned(self.displayed(kept, self.sample_aspect))
    }

    /// The same of a frame of another size.
    pub(crate) fn displayed(&self, (width, height): (u32, u32), aspect: (u32, u32)) -> (u32, u32) {
        let (horizontal, vertical) = aspect;
        let width = if horizontal == 0 || vertical == 0 || horizontal == vertical {
            width
        } else {
            (f64::from(width) * f64::from(horizontal) / f64::from(vertical)).round().max(1.0) as u32
        };
        self.rotation.turned((width, height))
    }

    /// Returns about how many bytes the packets before `time` have.
    pub(crate) fn bytes_until(&self, time: Micros) -> f64 {
        let end = (self.start + self.duration, self.bytes);
        let mut before = (self.start, Bytes(0));
        for after in self.keyframes.iter().copied().zip(self.bytes_before.iter().copied()).chain([end]) {
            if time < after.0 {
                let share = (time - before.0).seconds() / (after.0 - before.0).seconds().max(1e-6);
                return before.1.0 as f64 + share.max(0.0) * (after.1.0 as f64 - before.1.0 as f64);
            }
            before = after;
        }
        self.bytes.0 as f64
    }

    /// Returns whether the video is high dynamic range (PQ or HLG transfer) and needs tone mapping for SDR screens.
    pub fn is_hdr(&self) -> bool {
        matches!(self.colour.transfer.as_deref(), Some("smpte2084" | "arib-std-b67"))
    }
}

/// One of the two fields of an interlaced frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Field {
    /// The lines from the topmost on.
    Top,
    /// The lines between.
    Bottom,
}

/// Frames that change their size midway. Sizes in square pixels, upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resized {
    /// A size before the change.
    pub from: (u32, u32),
    /// A size after it; one of the two is the largest.
    pub to: (u32, u32),
    /// Not all frames have the same aspect ratio.
    pub reshaped: bool,
}

/// What is kept of the frames and which way up: what a person asks for. Without a wish, all as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Framing {
    /// The part of the coded frames: left, top, width, height in their own pixels, all even. `None` keeps all.
    pub crop: Option<[u32; 4]>,
    /// How the upright frames are turned.
    pub turn: Rotation,
    /// Left and right are swapped, after the turn.
    pub mirrored: bool,
}

/// ffmpeg's names of the colour tags; `None` where the file says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Colour {
    /// `color_primaries`
    pub primaries: Option<String>,
    /// `color_transfer`
    pub transfer: Option<String>,
    /// `color_space` (the matrix)
    pub matrix: Option<String>,
    /// Full (0 to 255) rather than limited range.
    pub full_range: bool,
}

impl Colour {
    /// Returns the code points of Rec. ITU-T H.273 for primaries, transfer and matrix; 2 (unspecified) for what is not
    /// said.
    pub(crate) fn code_points(&self) -> [u8; 3] {
        const PRIMARIES: &[(&str, u8)] = &[
            ("bt709", 1),
            ("bt470m", 4),
            ("bt470bg", 5),
            ("smpte170m", 6),
            ("smpte240m", 7),
            ("film", 8),
            ("bt2020", 9),
            ("smpte428", 10),
            ("smpte431", 11),
            ("smpte432", 12),
        ];
        const TRANSFERS: &[(&str, u8)] = &[
            ("bt709", 1),
            ("bt470m", 4),
            ("bt470bg", 5),
            ("smpte170m", 6),
            ("smpte240m", 7),
            ("linear", 8),
            ("iec61966-2-4", 11),
            ("bt1361e", 12),
            ("iec61966-2-1", 13),
            ("bt2020-10", 14),
            ("bt2020-12", 15),
            ("smpte2084", 16),
            ("arib-std-b67", 18),
        ];
        const MATRICES: &[(&str, u8)] = &[
            ("bt709", 1),
            ("fcc", 4),
            ("bt470bg", 5),
            ("smpte170m", 6),
            ("smpte240m", 7),
            ("ycgco", 8),
            ("bt2020nc", 9),
            ("bt2020c", 10),
        ];
        const UNSPECIFIED: u8 = 2;
        let code = |names: &[(&str, u8)], name: &Option<String>| {
            let found = names.iter().find(|(known, _)| name.as_deref() == Some(known));
            found.map_or(UNSPECIFIED, |(_, code)| *code)
        };
        [code(PRIMARIES, &self.primaries), code(TRANSFERS, &self.transfer), code(MATRICES, &self.matrix)]
    }
}

/// One audio stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AudioFacts {
    /// Stream index in the file.
    pub index: u32,
    /// ffmpeg's codec name.
    pub codec: String,
    /// ffmpeg's profile name, when known.
    pub profile: Option<String>,
    /// Channels, at least 1.
    pub channels: u32,
    /// Samples per second.
    pub sample_rate: u32,
    /// Measured or declared average bitrate; `None` when neither is known.
    pub bitrate: Option<Kbps>,
    /// Time of its first sample on the zero-based timeline.
    pub start: Micros,
    /// Its length; zero when unknown.
    pub duration: Micros,
    /// Marked as the default track.
    pub default: bool,
    /// Not all of it decodes: a copy would not play.
    #[serde(skip)]
    pub damaged: bool,
    /// Language tag, when present.
    pub language: Option<String>,
}

impl AudioFacts {
    /// Returns whether it can be copied into an MP4 that plays everywhere.
    pub fn is_whole_aac(&self) -> bool {
        self.codec == "aac" && !self.damaged
    }
}

/// A stream that an MP4 with one video and one audio track does not carry on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherStream {
    /// Stream index in the file.
    pub index: u32,
    /// What it is.
    pub kind: OtherKind,
    /// ffmpeg's codec name, when known.
    pub codec: Option<String>,
    /// Language tag, when present.
    pub language: Option<String>,
    /// It has no content at all.
    pub empty: bool,
}

/// Kinds of streams beside the main video and audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OtherKind {
    /// A second video.
    Video,
    /// An empty audio track.
    Audio,
    /// A still image attached as cover.
    CoverArt,
    /// Subtitles or captions.
    Subtitle,
    /// Timed data (GPS, time code and the like).
    Data,
    /// An attached file such as a font.
    Attachment,
    /// Not identified by the core.
    Unknown,
}
