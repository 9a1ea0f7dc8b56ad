//! The command lines that do what a plan says, for the whole clip at once. The options are those of `step::ffmpeg`;
//! what only a driver needs, such as chunks, progress and one header for all, is left out.

use crate::hls;
use crate::machine::{NativeEncoder, VideoEncoder};
use crate::plan::audio::{AudioPlan, MixedTrack};
use crate::plan::chunks::Chunk;
use crate::plan::{Action, EncodePlan, PackagePlan, Plan, RateControl};
use crate::step::ffmpeg::{
    Arguments, Tones, aac, begin_at, copy_into_mp4, dated, filters, finish_mp4, in_place, mix_tracks,
    other_pass, seconds, x264_pass,
};
use crate::step::x264::{Pass, Passes};
use crate::units::{Kbps, Micros};
use crate::wishes::Codec;
use crate::wishes::packaging::SegmentFormat;

/// Returns ffmpeg's arguments for each command that makes `result` from `source` as planned, in order; none where the
/// source is handed over as it is. The files of a package have names of their own.
pub fn equivalent(plan: &Plan, source: &str, result: &str) -> Vec<Vec<String>> {
    let (source, result) = (as_file(source), as_file(result));
    match &plan.action {
        Action::Keep => Vec::new(),
        Action::Remux(remux) => vec![copy_into_mp4(Arguments::new(""), remux, &source, &result)],
        Action::Encode(encode) => encodes(encode, &source, &result, None),
        Action::Package(package) => renditions(package, &source),
    }
}

/// Returns a name that ffmpeg takes for nothing but a file: not for an option, nor for an address.
fn as_file(name: &str) -> String {
    if name.starts_with('-') || name.contains(':') && !name.starts_with('/') {
        format!("./{name}")
    } else {
        name.to_owned()
    }
}

/// Returns the encode of each rendition, and what cuts them into segments.
fn renditions(package: &PackagePlan, source: &str) -> Vec<Vec<String>> {
    let name =
        |encode: &EncodePlan| format!("{}.mp4", hls::folder(encode.format.width, encode.format.height));
    let apart = package.format.and_then(|_| segment_seconds(package));
    let each = |one: &EncodePlan| encodes(one, source, &name(one), apart);
    let mut commands: Vec<_> = package.renditions.iter().flat_map(|one| each(&one.encode)).collect();
    commands.extend(package.format.map(|format| segments(package, format, apart, name)));
    commands
}

/// Returns how long the segments are, in whole seconds; `None` if there is only one.
fn segment_seconds(package: &PackagePlan) -> Option<u64> {
    /// Frame times are rounded to microseconds.
    const ROUNDED: f64 = 1e-3;
    let (first, rate) = (package.firsts.get(1)?, package.renditions.first()?.encode.grid.rate);
    Some(((*first as f64 / rate.per_second() + ROUNDED) as u64).max(1))
}

/// Cuts finished renditions into segments, with their playlists.
fn segments(
    package: &PackagePlan,
    format: SegmentFormat,
    apart: Option<u64>,
    name: impl Fn(&EncodePlan) -> String,
) -> Vec<String> {
    let renditions: Vec<&EncodePlan> = package.renditions.iter().map(|one| &one.encode).collect();
    let heard = |one: &EncodePlan| one.audio.stream().is_some();
    let opened = renditions.iter().fold(Arguments::new(""), |arguments, one| arguments.pair("-i", name(one)));
    let mapped = renditions.iter().enumerate().fold(opened, |arguments, (index, one)| {
        let arguments = arguments.pair("-map", format!("{index}:v"));
        if heard(one) { arguments.pair("-map", format!("{index}:a")) } else { arguments }
    });
    let streams = renditions.iter().enumerate().map(|(index, one)| {
        let audio = if heard(one) { format!(",a:{index}") } else { String::new() };
        format!("v:{index}{audio},name:{}", hls::folder(one.format.width, one.format.height))
    });
    let whole = renditions.first().map_or(1, |one| one.grid.duration().seconds().ceil() as u64);
    let kind = match format {
        SegmentFormat::Ts => "mpegts",
        SegmentFormat::Fmp4 => "fmp4",
    };
    mapped
        .words("-c copy -f hls")
        .pair("-hls_time", apart.unwrap_or(whole))
        .words("-hls_playlist_type vod")
        .pair("-hls_segment_type", kind)
        .pair("-hls_segment_filename", format!("%v/segment%03d.{}", format.ending()))
        .pair("-master_pl_name", hls::MASTER)
        .pair("-var_stream_map", streams.collect::<Vec<_>>().join(" "))
        .word(&format!("%v/{}", hls::INDEX))
        .0
}

/// Returns the passes of one encode. `apart` is the distance of keyframes in seconds, where segments begin at them.
fn encodes(plan: &EncodePlan, source: &str, result: &str, apart: Option<u64>) -> Vec<Vec<String>> {
    let rate = plan.video_rate().unwrap_or_default();
    let command = |pass: Step| one_pass(plan, source, result, apart, pass);
    match (encoder(plan), plan.control) {
        (None, RateControl::TwoPass { .. } | RateControl::Measured { .. }) => {
            vec![command(Step::X264(Pass::First(rate))), command(Step::X264(Pass::Second(rate)))]
        }
        (None, _) => vec![command(Step::X264(plan.opening_pass()))],
        (Some(encoder), _) if encoder.has_first_pass() => {
            [Passes::First, Passes::Second].map(|pass| command(Step::Other(encoder, pass, rate))).into()
        }
        (Some(encoder), _) => vec![command(Step::Other(encoder, Passes::Only, rate))],
    }
}

/// What a command does about the video.
#[derive(Debug, Clone, Copy)]
enum Step {
    X264(Pass),
    Other(NativeEncoder, Passes, Kbps),
}

impl Step {
    /// Returns whether it only measures.
    fn measures(self) -> bool {
        matches!(self, Step::X264(Pass::First(_)) | Step::Other(_, Passes::First, _))
    }
}

/// Returns the native encoder for the plan's codec; `None` is x264.
pub(super) fn encoder(plan: &EncodePlan) -> Option<NativeEncoder> {
    match plan.engine {
        VideoEncoder::NativeOther(encoder) => Some(encoder),
        _ if plan.codec == Codec::H264 => None,
        _ => NativeEncoder::ALL.into_iter().find(|encoder| encoder.codec() == plan.codec),
    }
}

fn one_pass(plan: &EncodePlan, source: &str, result: &str, apart: Option<u64>, step: Step) -> Vec<String> {
    let first = plan.chunks.first();
    // The chunks put together: decoding starts where it does for the first.
    let chunk =
        Chunk { first: 0, frames: plan.grid.frames, seek: first.and_then(|chunk| chunk.seek), anchor: 0 };
    let start = plan.zero + plan.grid.start;
    let arguments = begin_at(&chunk, Arguments::new(""));
    // ffmpeg's own times begin at zero, too, where the file's do.
    let own_times = chunk.seek.is_none() && plan.zero == Micros(0) && start == Micros(0);
    let arguments = if own_times { arguments } else { arguments.words("-copyts") };
    let arguments = if plan.conversion.resized { arguments.words("-reinit_filter 0") } else { arguments };
    let arguments = arguments.pair("-i", source);
    // Copied packets keep their times, and the video begins at zero.
    let moved = matches!(plan.audio, AudioPlan::Copy { .. }) && start != Micros(0) && !step.measures();
    let arguments = if moved {
        arguments.pair("-itsoffset", seconds(Micros(0) - start)).pair("-i", source)
    } else {
        arguments
    };
    let arguments = arguments.pair("-map", format!("0:{}", plan.stream));
    let arguments =
        if step.measures() { arguments.words("-an") } else { audio(arguments, plan, usize::from(moved)) };
    // The filters hold the last frame for ever. A limit on the output's frames would end the audio too early.
    let chain = format!("{},trim=end_frame={}", filters(plan, &chunk, Tones::Filters), chunk.frames);
    let arguments = arguments.pair("-vf", chain).words("-fps_mode passthrough");
    let arguments = match step {
        Step::X264(pass) => {
            let arguments = arguments.words("-c:v libx264").pair("-preset", plan.preset.name());
            x264_pass(arguments, plan, pass, Vec::new())
        }
        Step::Other(encoder, pass, rate) => other_pass(arguments, plan, encoder, pass, rate),
    };
    let arguments = match apart {
        Some(apart) => arguments.pair("-force_key_frames", format!("expr:gte(t,n_forced*{apart})")),
        None => arguments,
    };
    if step.measures() {
        return arguments.words("-f null -").0;
    }
    let arguments = arguments.words("-map_metadata -1 -map_chapters -1");
    finish_mp4(dated(arguments, plan.captured), plan.codec.sample_entry()).word(result).0
}

/// Makes the audio from this input.
fn audio(arguments: Arguments, plan: &EncodePlan, input: usize) -> Arguments {
    let (from, length) = match plan.trim {
        Some((start, end)) => (start, Some(end - start)),
        None => (plan.grid.start, None),
    };
    let from = plan.zero + from;
    match &plan.audio {
        AudioPlan::None(_) => arguments.words("-an"),
        AudioPlan::Copy { stream, .. } => {
            arguments.pair("-map", format!("{input}:{stream}")).words("-c:a copy")
        }
        AudioPlan::Encode { stream, bitrate, channels, sample_rate, source_channels, mixed, .. } => {
            let arguments = if mixed.is_empty() {
                arguments
                    .pair("-map", format!("{input}:{stream}"))
                    .pair("-af", in_place(*source_channels, from, plan.joined))
            } else {
                let first = MixedTrack { stream: *stream, channels: *source_channels };
                let tracks: Vec<MixedTrack> = std::iter::once(first).chain(mixed.iter().copied()).collect();
                let graph = mix_tracks(&tracks, *channels, *sample_rate, from, plan.joined);
                arguments.pair("-filter_complex", graph).words("-map [mixed]")
            };
            let arguments = aac(arguments, plan, *channels, *sample_rate, *bitrate);
            match length {
                Some(length) => arguments.pair("-t", seconds(length)),
                None => arguments,
            }
        }
    }
}
