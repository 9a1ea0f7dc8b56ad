//! Plans compared with `tests/golden/plans.txt`: cases as data, one checking function.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

use clipfit_core::audio::AudioPlan;
use clipfit_core::encoder::Engine;
use clipfit_core::facts::{
    AudioFacts, Colour, Container, MediaFacts, OtherKind, OtherStream, Rotation, VideoFacts,
};
use clipfit_core::link;
use clipfit_core::plan::{Action, EncodePlan, Machine, RateControl, plan};
use clipfit_core::units::{Bytes, FrameRate, Kbps, Micros};
use std::path::Path;

#[test]
fn plans_are_as_written_down() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/plans.txt");
    let written = std::fs::read_to_string(&path).unwrap();
    let mut facts = None;
    let mut planned = String::new();
    for line in written.lines().filter(|line| !line.starts_with('=')) {
        planned.push_str(line);
        planned.push('\n');
        if let Some(clip) = line.strip_prefix("clip ") {
            facts = Some(read_clip(clip));
        } else if let Some(address) = line.strip_prefix("link ") {
            for row in summary(facts.as_ref().expect("a clip before the link"), address) {
                planned.push_str(&format!("= {row}\n"));
            }
        }
    }
    if std::env::var_os("CLIPFIT_GENERATE").is_some() {
        std::fs::write(&path, planned).unwrap();
    } else {
        assert_eq!(planned, written, "plans differ; see the head of {}", path.display());
    }
}

fn summary(facts: &MediaFacts, address: &str) -> Vec<String> {
    let link = link::parse(address, "");
    assert_eq!(link.problems, [], "{address}");
    let plan = match plan(facts, &link.wishes, Machine::ffmpeg(2, Engine::Native)) {
        Ok(plan) => plan,
        Err(refusal) => {
            let offers = refusal.offers.iter().map(|offer| format!("  offers: {}", offer.change.text()));
            return std::iter::once(refusal.text()).chain(offers).collect();
        }
    };
    let action = match &plan.action {
        Action::Keep => "kept".into(),
        Action::Remux(_) => "packets copied".into(),
        Action::Encode(encode) => describe(encode),
    };
    let notes = plan.notes.iter().map(|note| format!("  {}", note.text()));
    std::iter::once(format!("at most {}: {action}", plan.limit)).chain(notes).collect()
}

fn describe(encode: &EncodePlan) -> String {
    let picture = encode.picture;
    let control = match encode.control {
        RateControl::TwoPass { video } | RateControl::Measured { video } => {
            video.over(encode.grid.duration()).to_string()
        }
        RateControl::Quality { crf } => format!("crf {crf}"),
        RateControl::Capped(cap) => {
            format!("below {} with {} kb, every {:?}", cap.rate, cap.buffer, encode.keyframe_distance)
        }
    };
    let sound = match &encode.audio {
        AudioPlan::None(why) => format!("no sound ({why:?})"),
        AudioPlan::Copy { bitrate, .. } => format!("sound copied ({bitrate})"),
        AudioPlan::Encode { bitrate, channels, sample_rate, .. } => {
            let rate = bitrate.map_or("default".into(), |rate| rate.to_string());
            format!("sound {rate} {channels} ch {sample_rate} Hz")
        }
    };
    format!(
        "{}x{}@{} {control} {}, {sound}, {} frames in {} chunks",
        picture.width,
        picture.height,
        picture.frame_rate,
        encode.preset.name(),
        encode.grid.frames,
        encode.chunks.len()
    )
}

fn read_clip(text: &str) -> MediaFacts {
    let mut words = text.split_whitespace();
    let (size, rate) = words.next().and_then(|word| word.split_once('@')).unwrap();
    let (width, height) = size.split_once('x').unwrap();
    let rate = FrameRate::parse(rate).unwrap();
    let seconds: f64 = words.next().and_then(|word| word.strip_suffix('s')).unwrap().parse().unwrap();
    let file_bytes = words.next().and_then(link::parse_size).unwrap();
    let duration = Micros::from_seconds(seconds);
    let frames = rate.frames_in(duration);
    let mut facts = MediaFacts {
        file_bytes,
        container: Container::Mp4,
        zero: Micros(0),
        video: VideoFacts {
            index: 0,
            codec: "h264".into(),
            profile: None,
            pixel_format: "yuv420p".into(),
            width: width.parse().unwrap(),
            height: height.parse().unwrap(),
            sample_aspect: (1, 1),
            rotation: Rotation::None,
            frame_rate: rate,
            constant_rate: true,
            frames,
            start: Micros(0),
            stamped_late: Micros(0),
            gradual_refresh: false,
            duration: rate.time_of(frames),
            bytes: Bytes(file_bytes.0 * 9 / 10),
            colour: Colour::default(),
            interlaced: false,
            bytes_before: Vec::new(),
            keyframes: (0..frames).step_by(100).map(|frame| rate.time_of(frame)).collect(),
        },
        audio: Vec::new(),
        others: Vec::new(),
    };
    words.for_each(|word| apply(&mut facts, word));
    facts
}

fn apply(facts: &mut MediaFacts, word: &str) {
    let index = 1 + facts.audio.len() as u32 + facts.others.len() as u32;
    match word {
        "mp4" => facts.container = Container::Mp4,
        "mov" => facts.container = Container::Mov,
        "mkv" => facts.container = Container::Matroska,
        "webm" => facts.container = Container::WebM,
        "avi" => facts.container = Container::Avi,
        "ts" => facts.container = Container::MpegTs,
        "turned" => facts.video.rotation = Rotation::Right,
        "stretched" => facts.video.sample_aspect = (16, 15),
        "uneven" => facts.video.constant_rate = false,
        "interlaced" => facts.video.interlaced = true,
        "hdr" => facts.video.colour.transfer = Some("smpte2084".into()),
        "subtitle" => facts.others.push(OtherStream {
            index,
            kind: OtherKind::Subtitle,
            codec: Some("subrip".into()),
            language: Some("eng".into()),
        }),
        _ => match word.split_once(':') {
            None => facts.video.codec = word.into(),
            Some((codec, sound)) => {
                let (bitrate, channels) = sound.split_once('x').unwrap();
                facts.audio.push(AudioFacts {
                    index,
                    codec: codec.into(),
                    profile: None,
                    channels: channels.parse().unwrap(),
                    sample_rate: 48_000,
                    bitrate: Some(Kbps(bitrate.parse().unwrap())),
                    start: Micros(0),
                    duration: facts.video.duration,
                    default: facts.audio.is_empty(),
                    language: None,
                });
            }
        },
    }
}
