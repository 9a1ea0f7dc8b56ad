//! Core's programs and encodes in the words of the worker protocol, and for the log. Decides nothing.

use crate::protocol;
use clipfit_core::step::ffmpeg as args;
use clipfit_core::step::package::PackageStep;
use clipfit_core::step::webcodecs::{BrowserEncodeStep, DecodeStep, Examination, SoundStep};
use clipfit_core::step::x264::{EncodeStep, Passes};
use clipfit_core::step::{Death, Encode, Program};
use clipfit_core::units::Micros;
use clipfit_core::wishes::packaging::SegmentFormat;

/// A program as the worker is told it.
pub(crate) fn program(program: &Program) -> protocol::Program {
    match program {
        Program::Ffmpeg(arguments) | Program::FfmpegThreads(arguments) => {
            protocol::Program::Ffmpeg { arguments: arguments.clone() }
        }
        Program::Ffprobe(arguments) => protocol::Program::Ffprobe { arguments: arguments.clone() },
        Program::Frames { width, height } => protocol::Program::Frames { width: *width, height: *height },
        Program::Measure => protocol::Program::Measure,
        Program::Examine(Examination::Streams) => protocol::Program::ExamineStreams,
        Program::Examine(Examination::Packets(stream)) => {
            protocol::Program::ExaminePackets { stream: *stream }
        }
        Program::Examine(Examination::Result) => protocol::Program::ExamineResult,
        Program::Decode(step) => protocol::Program::Decode { step: decode(step) },
        Program::Sound(step) => protocol::Program::Sound { step: sound(step) },
        Program::Assemble(rate) => protocol::Program::Assemble {
            rate_numerator: rate.numerator(),
            rate_denominator: rate.denominator(),
            sound: args::AUDIO_FILE.to_owned(),
        },
        Program::Package(step) => package(step),
    }
}

/// Whether a program is for the worker with threads.
pub(crate) fn wants_threads(program: &Program) -> bool {
    matches!(program, Program::FfmpegThreads(_))
}

/// A program for the log; `None` where the encode says it all.
pub(crate) fn describe(program: &Program) -> Option<String> {
    Some(match program {
        Program::Ffmpeg(arguments) | Program::FfmpegThreads(arguments) => {
            format!("ffmpeg {}", arguments.join(" "))
        }
        Program::Ffprobe(arguments) => format!("ffprobe {}", arguments.join(" ")),
        Program::Frames { .. } => return None,
        Program::Measure => "measure the machine".into(),
        Program::Examine(what) => format!("browser: examine {what:?}"),
        Program::Decode(step) => format!(
            "browser: decode {} frames from {} at {}x{}",
            step.frames, step.first, step.width, step.height
        ),
        Program::Sound(step) => format!(
            "browser: {} the sound of track {}",
            if step.copy { "copy" } else { "encode" },
            step.stream
        ),
        Program::Assemble(rate) => format!("browser: assemble at {rate} frames a second"),
        Program::Package(step) => {
            format!("browser: package into {} segments ({:?})", step.segments.count(), step.format)
        }
    })
}

/// An encode as the worker is told it.
pub(crate) fn encode(encode: &Encode) -> protocol::Encode {
    match encode {
        Encode::X264(step) => protocol::Encode::X264(x264(step)),
        Encode::Browser(step) => protocol::Encode::Browser(browser(step)),
    }
}

/// An encode for the log.
pub(crate) fn describe_encode(encode: &Encode) -> String {
    match encode {
        Encode::X264(step) => step.command_line(),
        Encode::Browser(step) => step.describe(),
    }
}

/// What follows from a crash.
pub(crate) fn death(reason: protocol::CrashReason) -> Death {
    match reason {
        protocol::CrashReason::OutOfMemory => Death::OutOfMemory,
        protocol::CrashReason::InputUnreadable => Death::InputUnreadable,
        protocol::CrashReason::Encoder => Death::Encoder,
        protocol::CrashReason::Browser => Death::Browser,
        protocol::CrashReason::Trap => Death::Crash,
    }
}

fn micros(time: Micros) -> f64 {
    time.0 as f64
}

/// Counts beyond the type do not come from clips that any browser plays.
fn count(frames: u64) -> u32 {
    u32::try_from(frames).unwrap_or(u32::MAX)
}

fn x264(step: &EncodeStep) -> protocol::EncodeStep {
    protocol::EncodeStep {
        width: step.width,
        height: step.height,
        rate_numerator: step.rate.numerator(),
        rate_denominator: step.rate.denominator(),
        preset: step.preset.to_owned(),
        options: step.options.clone(),
        pass: match step.pass {
            Passes::Only => 0,
            Passes::First => 1,
            Passes::Second => 2,
        },
        count: count(step.frames),
        frames: args::FRAMES_FILE.to_owned(),
        statistics: args::STATS_FILE.to_owned(),
        tree: args::MBTREE_FILE.to_owned(),
        chunk: args::CHUNK_FILE.to_owned(),
    }
}

fn browser(step: &BrowserEncodeStep) -> protocol::BrowserEncodeStep {
    protocol::BrowserEncodeStep {
        codec: step.codec.clone(),
        width: step.width,
        height: step.height,
        rate_numerator: step.rate.numerator(),
        rate_denominator: step.rate.denominator(),
        colour: step.colour,
        bitrate: step.bitrate as f64,
        count: count(step.frames),
        chunk: args::CHUNK_FILE.to_owned(),
    }
}

fn decode(step: &DecodeStep) -> protocol::DecodeStep {
    protocol::DecodeStep {
        stream: step.stream,
        from: step.from.map(micros),
        origin: micros(step.origin),
        rate_numerator: step.rate.numerator(),
        rate_denominator: step.rate.denominator(),
        first: count(step.first),
        frames: count(step.frames),
        width: step.width,
        height: step.height,
        inside: step.inside,
        turn: step.turn,
        full_range: step.full_range,
    }
}

fn package(step: &PackageStep) -> protocol::Program {
    let rate = step.segments.rate();
    protocol::Program::Package {
        fragments: step.format == SegmentFormat::Fmp4,
        rate_numerator: rate.numerator(),
        rate_denominator: rate.denominator(),
        firsts: step.segments.firsts().iter().map(|first| count(*first)).collect(),
    }
}

fn sound(step: &SoundStep) -> protocol::SoundStep {
    protocol::SoundStep {
        stream: step.stream,
        copy: step.copy,
        bitrate: (step.bitrate.0 * 1000.0).round(),
        channels: step.channels,
        sample_rate: step.sample_rate,
        origin: micros(step.origin),
        length: step.length.map(micros),
    }
}
