//! Builds the plan of one encode from a clip, the wishes and a chosen video format: encoder, chunks, conversions. Knows
//! no budget.

use super::audio::{self, AudioPlan};
use super::chunks::{self, Grid};
use super::notes::Note;
use super::part::kept;
use super::types::{Conversion, EncodePlan, RateControl};
use crate::clip::facts::{Colour, MediaFacts, VideoFacts};
use crate::clip::format::VideoFormat;
use crate::machine::{Decoder, Machine, Preset, Threads, VideoEncoder};
use crate::units::Micros;
use crate::wishes::{Codec, Effort, Mode, Wishes};

/// Returns the effort that `Auto` stands for on this clip.
pub fn effort_of(wishes: &Wishes, format: VideoFormat, duration: Micros) -> Effort {
    match wishes.effort {
        Effort::Auto if format.pixels_per_second() * duration.seconds() <= BEST_UP_TO_PIXELS => Effort::Best,
        Effort::Auto => Effort::Balanced,
        chosen => chosen,
    }
}

/// `Auto` spends the time where it is short: up to this many pixels (about 40 s of 480p at 30 frames per second).
const BEST_UP_TO_PIXELS: f64 = 0.5e9;

/// Returns the encoder for these wishes: a native ffmpeg's for the codec, the browser's own for `Effort::Fast` and for
/// codecs that only it has, x265 for H.265 where that is not to be had, else x264.
pub(super) fn engine_for(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> VideoEncoder {
    let wanted = wishes.effort == Effort::Fast || wishes.codec != Codec::H264;
    let possible = machine.decoder == Decoder::Browser && machine.encoders.has(wishes.codec);
    // x265 takes its frames from ffmpeg, which cannot decode AV1.
    let x265 = wishes.codec == Codec::H265 && machine.threads == Threads::Here && facts.video.codec != "av1";
    match (wishes.mode, machine.native.best(wishes.codec)) {
        (Mode::Size, Some(encoder)) => VideoEncoder::NativeOther(encoder),
        (Mode::Size, None) if wanted && possible => VideoEncoder::Browser,
        (Mode::Size, None) if x265 => VideoEncoder::X265,
        _ => machine.engine,
    }
}

/// Returns what the machine lacks for these wishes.
pub(crate) fn machine_notes(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Decoder::Ffmpeg(Some(why)) = machine.decoder {
        notes.push(Note::DecodedByFfmpeg { why });
    }
    let engine = engine_for(facts, wishes, machine);
    if engine == VideoEncoder::Stock {
        notes.push(Note::StockEncoder);
    }
    if engine.is_x264() {
        if wishes.codec != Codec::H264 {
            let why = machine.offers(wishes.codec).err();
            notes.push(Note::CodecNotHere { codec: wishes.codec, why });
        } else if wishes.effort == Effort::Fast
            && wishes.mode == Mode::Size
            && machine.decoder == Decoder::Browser
        {
            notes.push(Note::FastNotHere);
        }
    }
    notes
}

pub(crate) fn encode_plan(
    facts: &MediaFacts,
    wishes: &Wishes,
    machine: Machine,
    format: VideoFormat,
    preset: Preset,
    control: RateControl,
    audio: AudioPlan,
) -> EncodePlan {
    let (start, end) = kept(facts, wishes);
    let grid = Grid::new(&facts.video, format.frame_rate, start, end);
    EncodePlan {
        stream: facts.video.index,
        zero: facts.zero,
        format,
        // Threads of its own, and a second pass that knows the whole clip.
        chunks: if machine.engine.takes_the_whole() {
            chunks::whole(&facts.video, facts.container, &grid)
        } else {
            chunks::cut(&facts.video, facts.container, &grid, machine.workers)
        },
        grid,
        decoder: machine.decoder,
        engine: machine.engine,
        codec: if machine.engine.is_x264() { Codec::H264 } else { wishes.codec },
        preset,
        control,
        keyframe_distance: None,
        conversion: conversion(&facts.video, format),
        audio,
        audio_length: audio::audio_length(facts, wishes, end - start),
        captured: facts.metadata.captured,
        joined: facts.joined,
        trim: wishes.trim.map(|_| (start, end)),
    }
}

/// How the names of RGB pixel formats begin.
const RGB: [&str; 9] = ["rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8", "x2rgb"];

pub(crate) fn conversion(video: &VideoFacts, format: VideoFormat) -> Conversion {
    let tone_map = video.is_hdr();
    let rgb = RGB.iter().any(|name| video.pixel_format.starts_with(name));
    let bt709 = || Some("bt709".to_owned());
    let colour = if tone_map {
        Colour { primaries: bt709(), transfer: bt709(), matrix: bt709(), full_range: false }
    } else {
        // Players guess the matrix of an untagged video by its size, which may change here.
        let guessed = if rgb || video.height >= 720 { "bt709" } else { "smpte170m" };
        let matrix = video.colour.matrix.clone().filter(|_| !rgb).unwrap_or_else(|| guessed.to_owned());
        Colour { full_range: false, matrix: Some(matrix), ..video.colour.clone() }
    };
    Conversion {
        source: (video.width, video.height),
        inside: (format.width, format.height),
        rotation: video.rotation,
        framing: video.framing,
        deinterlace: video.interlaced,
        first_field: video.first_field,
        resized: video.resized.is_some(),
        reshaped: video.resized.is_some_and(|resized| resized.reshaped),
        tone_map,
        peak: video.peak.filter(|_| tone_map),
        full_range: video.colour.full_range || video.pixel_format.starts_with("yuvj"),
        rgb,
        source_colour: video.colour.clone(),
        colour,
    }
}
