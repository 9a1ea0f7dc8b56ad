//! Short texts that contain figures. Sentences about clips, plans and failures come from core and are not made here.

use clipfit_core::clip::facts::MediaFacts;
use clipfit_core::job::report::Report;
use clipfit_core::live::reconnect::{Loss, Sent};
use clipfit_core::live::{Address, Protocol, Push};
use clipfit_core::plan::audio::AudioPlan;
use clipfit_core::plan::{Action, EncodePlan, Plan, RateControl};
use clipfit_core::units::{Micros, grouped};
use clipfit_core::view::notes::channel_layout;

/// The state of a live stream.
#[derive(Debug)]
pub(crate) enum Status<'a> {
    /// A connection starts, the `attempt`th in a row. It sends the clip from here on.
    Connecting { attempt: u32, from: Micros },
    /// The server accepts the stream.
    Connected,
    /// Media is being sent.
    Sending(Sent),
    /// The connection broke; the next one starts after a delay.
    Waiting { delay: Micros, attempt: u32, loss: Loss, log: &'a [String] },
}

/// Describes a clip: `4.14 MB, 0:30, 854x480 at 24 fps, h264, aac 5.1`.
pub(crate) fn clip(facts: &MediaFacts) -> String {
    let video = &facts.video;
    let (width, height) = video.full_size();
    let video = format!(
        "{}, {}, {width}x{height} at {} fps, {}",
        facts.file_bytes, video.duration, video.frame_rate, video.codec
    );
    let audios =
        facts.audio.iter().map(|audio| format!(", {} {}", audio.codec, channel_layout(audio.channels)));
    std::iter::once(video).chain(audios).collect()
}

/// Lists the details of a clip, one per row.
pub(crate) fn details(facts: &MediaFacts) -> Vec<String> {
    let video = &facts.video;
    let even = if video.constant_rate { "even" } else { "uneven" };
    let mut rows = vec![
        format!("container: {:?}, {} bytes", facts.container, grouped(facts.file_bytes.0)),
        format!(
            "video {}: {}, {}, {}x{}, {} frames ({even} timestamps), {}, keyframes: {}",
            video.index,
            video.codec,
            video.pixel_format,
            video.width,
            video.height,
            video.frames,
            video.bytes.over(video.duration),
            video.keyframes.len(),
        ),
    ];
    rows.extend(facts.audio.iter().map(|audio| {
        let rate = audio.bitrate.map_or(String::new(), |rate| format!(", {rate}"));
        let layout = channel_layout(audio.channels);
        format!("audio {}: {}, {layout}, {} Hz{rate}", audio.index, audio.codec, audio.sample_rate)
    }));
    rows.extend(facts.others.iter().map(|other| {
        let codec = other.codec.as_deref().unwrap_or("unknown");
        format!("other {}: {:?}, {codec}", other.index, other.kind)
    }));
    rows
}

/// Describes a plan:
/// `at most 1.90 MB: 854x480 at 24 fps, H.264 437 kb/s in two passes (x264 inside ffmpeg, medium), AAC 64 kb/s stereo`.
pub(crate) fn plan(plan: &Plan) -> String {
    let what = match &plan.action {
        Action::Keep => "the source file, unchanged".to_owned(),
        Action::Remux(_) => "the source's packets, copied into MP4".to_owned(),
        Action::Encode(encode) => self::encode(encode),
        Action::Package(package) => {
            let each: Vec<String> = package.renditions.iter().map(|one| self::encode(&one.encode)).collect();
            let what = match package.format {
                Some(_) => format!("{} segments for each of", package.firsts.len()),
                None => "one file for each of".to_owned(),
            };
            format!("{what}\n  {}", each.join("\n  "))
        }
    };
    format!("at most {}: {what}", plan.limit)
}

fn encode(encode: &EncodePlan) -> String {
    let format = encode.format;
    let control = match encode.control {
        RateControl::TwoPass { video } => format!("{} in two passes", video.over(encode.grid.duration())),
        RateControl::Measured { video } => format!("{}, measured", video.over(encode.grid.duration())),
        RateControl::Quality { crf } => format!("CRF {crf}"),
        RateControl::Constrained { crf, cap } => format!("CRF {crf} up to {}", cap.rate),
        RateControl::Capped(cap) => format!("up to {}, buffer {} kb", cap.rate, cap.buffer),
    };
    let audio = match &encode.audio {
        AudioPlan::None(_) => "no audio".to_owned(),
        AudioPlan::Copy { bitrate, .. } => format!("audio copied ({bitrate})"),
        AudioPlan::Encode { bitrate, channels, .. } => {
            let rate = bitrate.map_or(String::new(), |rate| format!("{rate} "));
            format!("AAC {rate}{}", channel_layout(*channels))
        }
    };
    format!(
        "{}x{} at {} fps, {} {control} ({}, {}), {audio}",
        format.width,
        format.height,
        format.frame_rate,
        encode.codec.name(),
        encode.engine.name(),
        encode.preset.name(),
    )
}

/// Describes a result: `1,883,599 bytes, 99.1 % of the limit, 54 % smaller, in 8.1 s`.
pub(crate) fn report(report: &Report, took: Micros) -> String {
    let bytes = grouped(report.bytes.0);
    if report.kept_source {
        return format!("{bytes} bytes, the source file unchanged");
    }
    let used = report.bytes.0 as f64 / report.limit.0.max(1) as f64 * 100.0;
    // Rounded down: 100 % means that the result reaches the limit.
    let used = (used * 10.0).floor() / 10.0;
    let smaller = (report.saved() * 100.0).floor();
    let smaller = if smaller >= 1.0 { format!(", {smaller} % smaller") } else { String::new() };
    format!("{bytes} bytes, {used} % of the limit{smaller}, in {took}")
}

/// Describes what has been sent: `0:12 sent, 31.5 kB, 84 kb/s`.
pub(crate) fn sent(sent: &Sent) -> String {
    let rate = sent.rate.map_or(String::new(), |rate| format!(", {rate}"));
    format!("{} sent, {}{rate}", sent.media, sent.bytes)
}

/// Describes the state of a live stream in one line.
pub(crate) fn status(status: &Status<'_>, to: &Address) -> String {
    match status {
        Status::Connecting { from, .. } if from.0 > 0 => {
            format!("connecting to {to}, the clip starts at {from}")
        }
        Status::Connecting { .. } => format!("connecting to {to}"),
        Status::Connected => format!("connected to {to}"),
        Status::Sending(sent) => self::sent(sent),
        Status::Waiting { delay, attempt, loss, log } => {
            let evidence = log.last().map_or(String::new(), |line| format!(" ({line})"));
            format!("{loss}{evidence}; reconnecting in {:.1} s (attempt {attempt})", delay.seconds())
        }
    }
}

/// Describes a live stream:
/// `256x144 at 4 fps, H.264 at most 20 kb/s with a buffer of 5 kb, a keyframe every 12 frames, AAC 64 kb/s`.
pub(crate) fn push(push: &Push) -> String {
    let (rung, cap) = (push.rung, push.rung.cap());
    let coded = if push.to.protocol() == Protocol::Whip { "Opus" } else { "AAC" };
    let audio = push.audio_rate().map_or("no audio".to_owned(), |rate| format!("{coded} {rate}"));
    format!(
        "{}x{} at {} fps, H.264 at most {} with a buffer of {} kb, a keyframe every {} frames, {audio}",
        rung.width,
        rung.height,
        rung.frame_rate,
        cap.rate,
        cap.buffer,
        rung.keyframe_distance(),
    )
}
