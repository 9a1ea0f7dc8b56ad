//! Reads the clips of `tests/golden/plans.txt`. The command line's tests and the job's include this file as well.

use clipfit_core::clip::facts::{
    AudioFacts, Colour, Container, Framing, MediaFacts, Missing, OtherKind, OtherStream, VideoFacts,
};
use clipfit_core::clip::metadata::Metadata;
use clipfit_core::clip::rotation::Rotation;
use clipfit_core::units::{Bytes, FrameRate, Kbps, Micros};
use clipfit_core::wishes::link;

/// The facts of a clip as a line after `clip` tells them.
pub(crate) fn read_clip(text: &str) -> MediaFacts {
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
            peak: None,
            index: 0,
            codec: "h264".into(),
            profile: None,
            pixel_format: "yuv420p".into(),
            width: width.parse().unwrap(),
            height: height.parse().unwrap(),
            sample_aspect: (1, 1),
            rotation: Rotation::None,
            framing: Framing::default(),
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
            first_field: None,
            resized: None,
            dolby_vision: false,
            bytes_before: Vec::new(),
            times: Vec::new(),
            only_from_start: false,
            own_decoder: false,
            decoded_as_rgb: false,
            keyframes: (0..frames).step_by(100).map(|frame| rate.time_of(frame)).collect(),
        },
        metadata: Metadata::default(),
        audio: Vec::new(),
        others: Vec::new(),
        missing: Missing::default(),
        joined: false,
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
        "located" => facts.metadata.personal = true,
        "hdr" => facts.video.colour.transfer = Some("smpte2084".into()),
        "subtitle" => facts.others.push(OtherStream {
            index,
            kind: OtherKind::Subtitle,
            codec: Some("subrip".into()),
            language: Some("eng".into()),
            empty: false,
        }),
        _ => match word.split_once(':') {
            None => facts.video.codec = word.into(),
            Some((codec, audio)) => {
                let (bitrate, channels) = audio.split_once('x').unwrap();
                facts.audio.push(AudioFacts {
                    damaged: false,
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
