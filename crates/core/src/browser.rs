//! What the browser's own codecs are asked to do, as plain steps, and which clips they may be trusted with. Knows nothing of
//! WebCodecs' calls; a step names times, sizes and rates only.

use crate::audio::{self, AudioPlan};
use crate::chunks::Chunk;
use crate::encoder::{self, Profile};
use crate::facts::{Container, MediaFacts, Rotation};
use crate::plan::EncodePlan;
use crate::probe::{ProbeFailure, Unexamined};
use crate::session::task::Death;
use crate::units::{Bytes, FrameRate, Kbps, Micros};
use crate::wishes::Codec;
use serde::{Deserialize, Serialize};

/// Who reads, decodes and puts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decoder {
    /// The browser's own codecs; ffmpeg is never fetched.
    Browser,
    /// ffmpeg, with the reason where the browser was asked first.
    Ffmpeg(Option<WhyFfmpeg>),
}

/// Why a clip goes the way of ffmpeg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhyFfmpeg {
    /// The browser's codecs, or what is needed around them, are not there.
    NotHere,
    /// A container that is read by ffmpeg only, or one that is built oddly.
    Container,
    /// The browser has no decoder for the picture, or hands its frames over unreadable.
    Picture,
    /// High dynamic range: tone mapping is ffmpeg's.
    HighRange,
    /// Interlaced: joining fields is ffmpeg's.
    Interlaced,
    /// The picture is to be mirrored.
    Mirrored,
    /// The full range of values, which the browser loses.
    Range,
    /// The browser found something wrong with the file: what it is, ffmpeg says.
    Wrong,
    /// Channels of the sound have to be mixed in a way that is ffmpeg's.
    Mix,
    /// Only the container is to be changed.
    Remux,
    /// The browser has no decoder for the sound.
    Sound,
    /// The browser failed midway.
    Midway,
    /// x264 for WebAssembly is missing or failed, and the next one is inside ffmpeg.
    Encoder,
    /// x265 is to encode, which is inside ffmpeg.
    X265,
}

impl WhyFfmpeg {
    /// Why ffmpeg looks at a clip of which the browser's own look failed like this; `None` where ffmpeg would fail the same way.
    /// Whatever the browser makes of it, what is wrong with a file is said in ffprobe's words.
    pub fn after(failure: &Unexamined) -> Option<WhyFfmpeg> {
        match failure {
            Unexamined::Death(Death::InputUnreadable) => None,
            Unexamined::Death(Death::Browser) => Some(WhyFfmpeg::Container),
            Unexamined::Death(Death::Crash | Death::Encoder | Death::OutOfMemory) => Some(WhyFfmpeg::Midway),
            Unexamined::Told(ProbeFailure::UnsupportedCodec { .. }) => Some(WhyFfmpeg::Picture),
            Unexamined::Told(_) => Some(WhyFfmpeg::Wrong),
        }
    }

    /// For the end of a sentence.
    pub fn text(self) -> &'static str {
        match self {
            WhyFfmpeg::NotHere => "this browser's own decoder is not to be had",
            WhyFfmpeg::Container => "the way this file is built is left to ffmpeg",
            WhyFfmpeg::Picture => "this browser cannot decode the picture",
            WhyFfmpeg::HighRange => "high dynamic range has to be mapped",
            WhyFfmpeg::Interlaced => "interlaced fields have to be joined",
            WhyFfmpeg::Mirrored => "the picture has to be mirrored",
            WhyFfmpeg::Range => "this browser loses the picture's full range of values",
            WhyFfmpeg::Wrong => "something about this file is unusual",
            WhyFfmpeg::Mix => "the channels of its sound have to be mixed",
            WhyFfmpeg::Remux => "only the container changes",
            WhyFfmpeg::Sound => "this browser cannot decode the sound",
            WhyFfmpeg::Midway => "the browser's own decoder failed midway",
            WhyFfmpeg::Encoder => "Clipfit's fast encoder is not available here",
            WhyFfmpeg::X265 => "x265, which makes H.265, is part of it",
        }
    }
}

/// What the browser made of the picture when it examined the clip itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen<'a> {
    /// Layout of the frame that it decoded on trial, in WebCodecs' words; empty when it could not.
    pub layout: &'a str,
    /// The container wants the picture mirrored.
    pub mirrored: bool,
}

impl Seen<'_> {
    /// Whether the decoder hands out RGB, whatever is coded.
    fn is_rgb(&self) -> bool {
        ["RGBA", "RGBX", "BGRA", "BGRX"].contains(&self.layout)
    }

    /// The matrix of the frames as they come, where `told` is that of the file. Firefox hands out RGB, and what comes back from
    /// that is BT.709. Of a picture that does not say its matrix it takes BT.709 for granted, so that the values stay what
    /// they were, except in these codecs.
    pub(crate) fn matrix(&self, told: Option<String>, codec: &str) -> Option<String> {
        const TAKEN_FOR_BT601: [&str; 2] = ["vp8", "av1"];
        if self.is_rgb() && (told.is_some() || TAKEN_FOR_BT601.contains(&codec)) {
            Some("bt709".to_owned())
        } else {
            told
        }
    }
}

/// Whether the browser may be trusted with a clip that it examined itself.
pub fn suits(facts: &MediaFacts, seen: Seen<'_>) -> Result<(), WhyFfmpeg> {
    let known =
        matches!(facts.container, Container::Mp4 | Container::Mov | Container::Matroska | Container::WebM);
    let cases = [
        (!known || facts.video.stamped_late != Micros(0), WhyFfmpeg::Container),
        (facts.video.is_hdr(), WhyFfmpeg::HighRange),
        (facts.video.interlaced, WhyFfmpeg::Interlaced),
        (seen.layout.is_empty(), WhyFfmpeg::Picture),
        (seen.mirrored, WhyFfmpeg::Mirrored),
        // Firefox takes it for the limited range.
        (seen.is_rgb() && facts.video.colour.full_range, WhyFfmpeg::Range),
    ];
    cases.into_iter().find(|(applies, _)| *applies).map_or(Ok(()), |(_, why)| Err(why))
}

/// Whether the way of the browser mixes `from` channels into `to`: to mono or stereo, from layouts that are told apart by their
/// number alone.
pub(crate) fn mixes(from: u32, to: u32) -> bool {
    from == to || (to <= 2 && matches!(from, 1 | 2 | 6 | 8))
}

/// What is to be told of a file, in the words of ffprobe's own listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Examination {
    /// The clip's streams, with a frame decoded on trial.
    Streams,
    /// The packets of one stream of the clip.
    Packets(u32),
    /// The finished result.
    Result,
}

/// Decoding one chunk: its frames on the output grid, upright, at the output size, planar 4:2:0 in limited range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeStep {
    /// Position of the track in the file.
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
    /// Where the picture is in it: left, top, width, height. What is around it is black.
    pub inside: [u32; 4],
    /// Clockwise degrees that make the picture upright.
    pub turn: u32,
    /// The source uses the full range of values.
    pub full_range: bool,
}

/// Making the sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoundStep {
    /// Position of the track in the file.
    pub stream: u32,
    /// Packets as they are, rather than AAC anew.
    pub copy: bool,
    /// Rate of the encode.
    pub bitrate: Kbps,
    /// Channels of the result.
    pub channels: u32,
    /// Samples per second of the result.
    pub sample_rate: u32,
    /// Time in the file at which the result begins.
    pub origin: Micros,
    /// How much to keep from there; `None`: to the end.
    pub length: Option<Micros>,
}

/// One encode of one chunk by the browser's own encoder.
#[derive(Debug, Clone, PartialEq)]
pub struct BrowserEncodeStep {
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
    /// What the encoder is asked for, in bits per second.
    pub bitrate: u64,
    /// How many frames there are to encode; with fewer or more nothing is handed out.
    pub frames: u64,
}

impl BrowserEncodeStep {
    /// For the log.
    pub fn describe(&self) -> String {
        format!("browser's encoder: {} at {} kb/s", self.codec, self.bitrate / 1000)
    }
}

/// Decoding `chunk` of `plan`.
pub fn decode(plan: &EncodePlan, chunk: &Chunk) -> DecodeStep {
    DecodeStep {
        stream: plan.stream,
        from: chunk.seek.map(|seek| plan.zero + seek),
        origin: plan.zero + plan.grid.origin,
        rate: plan.grid.rate,
        first: chunk.first,
        frames: chunk.frames,
        width: plan.picture.width,
        height: plan.picture.height,
        inside: plan.conversion.place(plan.picture),
        turn: match plan.conversion.rotation {
            Rotation::None => 0,
            Rotation::Right => 90,
            Rotation::Half => 180,
            Rotation::Left => 270,
        },
        full_range: plan.conversion.full_range,
    }
}

/// The sound of `plan`; `None` where it has none.
pub fn sound(plan: &EncodePlan) -> Option<SoundStep> {
    let origin = plan.zero + plan.grid.start;
    let length = plan.trim.map(|(_, end)| end - plan.grid.start);
    match &plan.audio {
        AudioPlan::None(_) => None,
        AudioPlan::Copy { stream, sample_rate, bitrate } => Some(SoundStep {
            stream: *stream,
            copy: true,
            bitrate: *bitrate,
            channels: 0,
            sample_rate: *sample_rate,
            origin,
            length,
        }),
        AudioPlan::Encode { stream, bitrate, channels, sample_rate, .. } => Some(SoundStep {
            stream: *stream,
            copy: false,
            bitrate: bitrate.unwrap_or(audio::UNNAMED),
            channels: *channels,
            sample_rate: *sample_rate,
            origin,
            length,
        }),
    }
}

/// The codec of `plan` in WebCodecs' own words (RFC 6381), with a level that its size and rate fit into. H.264's levels serve
/// for all: those of H.265 are numbered threefold, and VP9's and AV1's hold at least as much at the same number. Where H.264
/// has a level that the others lack, the next one serves them.
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

/// Encoding `chunk` of `plan` so that it takes about `asked`; `profile` is for H.264.
pub fn encode(plan: &EncodePlan, profile: Profile, chunk: &Chunk, asked: Bytes) -> BrowserEncodeStep {
    let rate = asked.over(plan.grid.rate.time_of(chunk.frames));
    BrowserEncodeStep {
        codec: codec_string(plan, profile),
        width: plan.picture.width,
        height: plan.picture.height,
        rate: plan.grid.rate,
        colour: plan.conversion.colour.code_points(),
        bitrate: (rate.0 * 1000.0).max(1.0) as u64,
        frames: chunk.frames,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "tests stop at the first surprise")]

    use super::*;
    use crate::encoder::{Encoders, Engine};
    use crate::plan::{self, Machine};
    use crate::probe::{Reader, read_streams};
    use crate::session::tests::facts;
    use crate::wishes::{AudioWish, Wishes};

    const SEEN: Seen<'static> = Seen { layout: "NV12", mirrored: false };

    #[test]
    fn a_picture_that_the_browser_would_change_is_left_to_ffmpeg() {
        let rgb = Seen { layout: "BGRX", ..SEEN };
        let cases = [
            (SEEN, false, Ok(())),
            (SEEN, true, Ok(())),
            (rgb, false, Ok(())),
            (rgb, true, Err(WhyFfmpeg::Range)),
            (Seen { mirrored: true, ..SEEN }, false, Err(WhyFfmpeg::Mirrored)),
            (Seen::default(), false, Err(WhyFfmpeg::Picture)),
        ];
        for (seen, full_range, answer) in cases {
            let mut facts = facts(100);
            facts.video.colour.full_range = full_range;
            assert_eq!(suits(&facts, seen), answer, "{seen:?}");
        }
    }

    #[test]
    fn what_comes_as_rgb_has_the_matrix_that_it_was_made_with() {
        let cases = [
            ("NV12", "vp8", None, None),
            ("NV12", "h264", Some("smpte170m"), Some("smpte170m")),
            ("BGRX", "h264", Some("smpte170m"), Some("bt709")),
            ("BGRX", "h264", None, None),
            ("BGRX", "vp8", None, Some("bt709")),
            ("RGBA", "av1", None, Some("bt709")),
            ("", "h264", Some("smpte170m"), Some("smpte170m")),
        ];
        for (layout, codec, told, matrix) in cases {
            let told =
                told.map_or(String::new(), |told| format!("streams.stream.0.color_space=\"{told}\"\n"));
            let listing = format!(
                "streams.stream.0.index=0\nstreams.stream.0.codec_type=\"video\"\nstreams.stream.0.codec_name=\"{codec}\"\n\
                 streams.stream.0.width=320\nstreams.stream.0.height=180\nstreams.stream.0.clipfit_decodes=\"{layout}\"\n{told}\
                 format.format_name=\"matroska,webm\"\nformat.start_time=\"0.0\"\n"
            );
            let streams = read_streams(Bytes(1000), &listing, &[], Reader::Page).expect("streams");
            let facts = streams.read_packets(Bytes(1000), "0.0,0.0,0.5,100,K_\n", &[]).expect("facts");
            assert_eq!(facts.video.colour.matrix.as_deref(), matrix, "{codec} as {layout}");
        }
    }

    #[test]
    fn only_channels_that_the_browsers_way_mixes_are_planned_for_it() {
        let machine = Machine {
            decoder: Decoder::Browser,
            encoders: Encoders::default(),
            ..Machine::ffmpeg(2, Engine::Own)
        };
        let wishes =
            Wishes { audio: AudioWish::Encode(Kbps(64.0)), target: Bytes(300_000), ..Wishes::default() };
        for (channels, why) in [
            (1, None),
            (2, None),
            (3, Some(WhyFfmpeg::Mix)),
            (4, Some(WhyFfmpeg::Mix)),
            (5, Some(WhyFfmpeg::Mix)),
            (6, None),
            (7, Some(WhyFfmpeg::Mix)),
            (8, None),
        ] {
            let mut facts = facts(500);
            facts.audio[0].channels = channels;
            let plan = plan::plan(&facts, &wishes, machine).expect("a plan");
            assert_eq!(plan.needs_ffmpeg(|_| true), why, "{channels}");
        }
    }

    #[test]
    fn the_reason_for_which_ffmpeg_looks_again_is_the_true_one() {
        let codec = ProbeFailure::UnsupportedCodec { codec: "av1".into() };
        for (failure, why) in [
            (Unexamined::Death(Death::Browser), Some(WhyFfmpeg::Container)),
            (Unexamined::Death(Death::OutOfMemory), Some(WhyFfmpeg::Midway)),
            (Unexamined::Death(Death::InputUnreadable), None),
            (Unexamined::Told(codec), Some(WhyFfmpeg::Picture)),
            (Unexamined::Told(ProbeFailure::NoFrames), Some(WhyFfmpeg::Wrong)),
        ] {
            assert_eq!(WhyFfmpeg::after(&failure), why, "{failure:?}");
        }
    }
}
