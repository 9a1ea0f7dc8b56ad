//! What the browser's own codecs are asked to do, as plain steps. Knows nothing of WebCodecs' calls; a step names
//! times, sizes and rates only.

use crate::machine::limits::frames_waiting;
use crate::machine::{Encoders, Profile};
use crate::plan::EncodePlan;
use crate::plan::audio::{self, AacCoder, AudioPlan, Mix};
use crate::plan::chunks::Chunk;
use crate::step::tones::Hdr;
use crate::step::x264 as encoder;
use crate::units::{Bytes, FrameRate, Kbps, Micros};
use crate::wishes::Codec;
use serde::Serialize;

/// Decoding one chunk: its frames on the output grid, upright, at the output size, planar 4:2:0 in limited range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DecodeStep {
    /// Position of the stream in the file.
    pub stream: u32,
    /// Decode from the keyframe at or before this time in the file; `None`: from the start.
    pub from: Option<Micros>,
    /// Time in the file of the grid's first slot.
    pub origin: Micros,
    /// Slots per second.
    pub rate: FrameRate,
    /// First slot of the chunk.
    pub first: u64,
    /// How many slots.
    pub frames: u64,
    /// Width of the result in pixels.
    pub width: u32,
    /// Height of the result in pixels.
    pub height: u32,
    /// Where the video is in it: left, top, width, height. What is around it is black.
    pub inside: [u32; 4],
    /// The part of the coded frames that is kept: left, top, width, height; `None` keeps all.
    pub crop: Option<[u32; 4]>,
    /// Clockwise degrees that turn the frame the way up it is to have.
    pub turn: u32,
    /// Left and right are swapped, after the turn.
    pub mirrored: bool,
    /// The source uses the full range of values.
    pub full_range: bool,
    /// HDR that is to become BT.709; `None` leaves the colours as they are.
    pub hdr: Option<Hdr>,
    /// Most decoded frames that wait, and most packets that are on their way to the decoder.
    pub waiting: u32,
    /// Goes on at the next keyframe after a decode error. The frame before it is shown until then.
    pub lenient: bool,
    /// Our own HEVC decoder decodes it, whatever the browser claims to decode.
    pub own_decoder: bool,
}

/// Measures how loud an audio stream is, window by window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ListenStep {
    /// Position of the stream in the file.
    pub stream: u32,
    /// Time in the file at which the first window begins.
    pub origin: Micros,
    /// Length of a window.
    pub window: Micros,
    /// Goes on after decode errors.
    pub lenient: bool,
}

/// Making the audio.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AudioStep {
    /// Position of the stream in the file.
    pub stream: u32,
    /// Packets as they are, rather than AAC anew.
    pub copy: bool,
    /// The rate for the encoder, in bits per second.
    pub bitrate: u64,
    /// How the encoder searches for quantizers.
    pub coder: AacCoder,
    /// Channels of the result.
    pub channels: u32,
    /// Samples per second of the result.
    pub sample_rate: u32,
    /// Time in the file at which the result begins.
    pub origin: Micros,
    /// How much to keep from there; `None`: to the end.
    pub length: Option<Micros>,
    /// So much of what is due may be missing...
    pub may_miss: Micros,
    /// ...or this share of it, where that is more.
    pub may_miss_share: f64,
    /// How the channels of sources are mixed into those of the result. A source of as many channels needs no mix; of
    /// any other number that is not listed there is none.
    pub mixes: Vec<Mix>,
    /// How loud the decoded source is, is measured besides: `Answer::Heard`.
    pub listen: Option<ListenStep>,
    /// Goes on after decode errors, with silence in their place.
    pub lenient: bool,
}

/// One encode of one chunk by the browser's own encoder.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WebCodecsStep {
    /// The codec in WebCodecs' own words, such as `avc1.64001e`.
    pub codec: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames per second.
    pub rate: FrameRate,
    /// Code points of H.273 for primaries, transfer and matrix of the frames; 2 where nobody knows.
    pub colour: [u8; 3],
    /// The rate for the encoder, in bits per second.
    pub bitrate: u64,
    /// How many frames there are to encode; with fewer or more nothing is handed out.
    pub frames: u64,
    /// Hardware is asked for by name, where it takes frames of this size.
    pub hardware: bool,
}

impl WebCodecsStep {
    /// Describes it for the log.
    pub fn describe(&self) -> String {
        let encoder = if self.hardware { "hardware encoder" } else { "encoder" };
        format!("browser's {encoder}: {} at {} kb/s", self.codec, self.bitrate / 1000)
    }
}

/// Returns the step that decodes `chunk` of `plan`.
pub fn decode(plan: &EncodePlan, chunk: &Chunk) -> DecodeStep {
    DecodeStep {
        stream: plan.stream,
        from: chunk.seek.map(|seek| plan.zero + seek),
        origin: plan.zero + plan.grid.origin,
        rate: plan.grid.rate,
        first: chunk.first,
        frames: chunk.frames,
        width: plan.format.width,
        height: plan.format.height,
        inside: plan.conversion.place(plan.format),
        crop: plan.conversion.framing.crop,
        turn: plan.conversion.rotation.and(plan.conversion.framing.turn).clockwise(),
        mirrored: plan.conversion.framing.mirrored,
        full_range: plan.conversion.full_range,
        hdr: Hdr::of(&plan.conversion),
        waiting: frames_waiting(plan.conversion.source),
        lenient: false,
        own_decoder: false,
    }
}

/// Returns the audio of `plan`; `None` where it has none.
pub fn audio(plan: &EncodePlan) -> Option<AudioStep> {
    let (may_miss, may_miss_share) = audio::MAY_MISS;
    let step = |stream: u32, bitrate: Kbps, sample_rate: u32| AudioStep {
        stream,
        copy: true,
        bitrate: (bitrate.0 * 1000.0).round().max(0.0) as u64,
        coder: AacCoder::TwoLoop,
        channels: 0,
        sample_rate,
        origin: plan.zero + plan.grid.start,
        length: plan.trim.map(|(_, end)| end - plan.grid.start),
        may_miss,
        may_miss_share,
        mixes: Vec::new(),
        listen: None,
        lenient: false,
    };
    match plan.audio {
        AudioPlan::None(_) => None,
        AudioPlan::Copy { stream, sample_rate, bitrate } => Some(step(stream, bitrate, sample_rate)),
        AudioPlan::Encode { stream, channels, sample_rate, .. } => Some(AudioStep {
            copy: false,
            coder: plan.aac_coder(channels),
            channels,
            mixes: audio::mixes_into(channels),
            ..step(stream, plan.audio.expected(), sample_rate)
        }),
    }
}

/// Returns the codec of `plan` in WebCodecs' own words (RFC 6381), with a level that its size and rate fit into.
/// H.264's levels serve for all: those of H.265 are numbered threefold, and VP9's and AV1's hold at least as much at
/// the same number. Where H.264 has a level that the others lack, the next one serves them.
fn codec_string(plan: &EncodePlan, profile: Profile) -> String {
    let level = encoder::level(plan).max(30);
    let level = match (plan.codec, level) {
        (Codec::H264, level) => level,
        (_, 32) => 40,
        (_, 42) => 50,
        (_, level) => level,
    };
    match plan.codec {
        Codec::H264 => {
            let profile = match profile {
                Profile::High => "6400",
                Profile::Main => "4d00",
                Profile::Baseline => "42e0",
            };
            format!("avc1.{profile}{level:02x}")
        }
        Codec::H265 => format!("hvc1.1.6.L{}.B0", level * 3),
        Codec::Vp9 => format!("vp09.00.{level}.08"),
        // AV1 counts its levels from 2.0 in quarters.
        Codec::Av1 => format!("av01.0.{:02}M.08", (level / 10 - 2) * 4 + (level % 10).min(3)),
    }
}

/// Returns the step that encodes `chunk` of `plan` into about `asked` with one of `encoders`.
pub fn encode(plan: &EncodePlan, encoders: Encoders, chunk: &Chunk, asked: Bytes) -> WebCodecsStep {
    let profile = encoders.h264.unwrap_or(Profile::Baseline);
    let rate = asked.over(plan.grid.rate.time_of(chunk.frames));
    WebCodecsStep {
        codec: codec_string(plan, profile),
        width: plan.format.width,
        height: plan.format.height,
        rate: plan.grid.rate,
        colour: plan.conversion.colour.code_points(),
        bitrate: (rate.0 * 1000.0).max(1.0) as u64,
        frames: chunk.frames,
        hardware: encoders.hardware.has(plan.codec),
    }
}
