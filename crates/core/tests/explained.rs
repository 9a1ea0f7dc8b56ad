//! Every option that any command of Clipfit's holds has a sentence: the planner runs over the clips of
//! `tests/golden/plans.txt`, and so do all that spell options for ffmpeg, ffprobe, x264 and x265.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

mod support;

use clipfit_core::clip::facts::{Field, Framing, MediaFacts};
use clipfit_core::clip::look::Keyframes;
use clipfit_core::clip::metadata::Captured;
use clipfit_core::clip::rotation::Rotation;
use clipfit_core::command::{Part, equivalent, explained, parts, sentence, x264_option};
use clipfit_core::live::{Address, Push, publish};
use clipfit_core::machine::{Machine, NativeEncoder, NativeEncoders, VideoEncoder};
use clipfit_core::plan::{Action, EncodePlan, Plan, plan};
use clipfit_core::step::ffmpeg::{self as args, FrameSource, Native};
use clipfit_core::step::x264::{Pass, Passes};
use clipfit_core::step::{files, x264};
use clipfit_core::units::{Kbps, Micros};
use clipfit_core::wishes::{Codec, Effort, Mode, Tracks, Wishes, link};
use std::collections::BTreeSet;
use std::path::Path;
use support::read_clip;

/// The clips of the golden plans with their wishes, and each clip in all modes, with all efforts and codecs. Some clips
/// of kinds that the golden plans have none of come with them.
fn cases() -> Vec<(MediaFacts, Wishes)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/plans.txt");
    let mut cases: Vec<(MediaFacts, Wishes)> = Vec::new();
    let mut clips = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        if let Some(clip) = line.strip_prefix("clip ") {
            clips.push((read_clip(clip), Wishes::default()));
        } else if let Some(address) = line.strip_prefix("link ") {
            let (facts, _) = clips.last().expect("a clip before the link");
            cases.push((facts.clone(), link::parse(address, "").wishes));
        }
    }
    let part = link::parse("target=1MB&start-at=5&end-at=9", "").wishes;
    let mixed = Wishes { tracks: Tracks::Mix, ..part };
    for kind in ["pcm_s16le:1536x12", "pcm_s16le:768x1 pcm_s16le:1536x2"] {
        let mut facts = read_clip(&format!("720x576@25 30s 40MB avi dvvideo {kind} interlaced"));
        facts.video.first_field = Some(Field::Top);
        facts.video.pixel_format = "rgb24".into();
        facts.metadata.captured = Some(Captured(1_700_000_000));
        clips.push((facts, mixed.clone()));
    }
    let (first, wishes) = clips[0].clone();
    for (turn, mirrored) in [(Rotation::Right, true), (Rotation::Half, false), (Rotation::Left, false)] {
        let mut facts = first.clone();
        facts.video.framing = Framing { crop: Some([2, 4, 320, 180]), turn, mirrored };
        clips.push((facts, wishes.clone()));
    }
    for (facts, wishes) in clips {
        for mode in [Mode::Size, Mode::Quick, Mode::Ladder, Mode::Hls] {
            let of_efforts =
                [Effort::Fast, Effort::Balanced, Effort::Best].map(|effort| (effort, Codec::H264));
            for (effort, codec) in of_efforts.into_iter().chain(Codec::ALL.map(|codec| (Effort::Auto, codec)))
            {
                cases.push((facts.clone(), Wishes { mode, effort, codec, ..wishes.clone() }));
            }
        }
    }
    cases
}

fn machines() -> [Machine; 4] {
    [
        Machine::ffmpeg(2, VideoEncoder::Own),
        Machine::ffmpeg(2, VideoEncoder::Stock),
        Machine::native(2, NativeEncoders::of(|_| true)),
        Machine::native(2, NativeEncoders::of(|encoder| encoder == NativeEncoder::Aom)),
    ]
}

/// What has no sentence.
#[derive(Default)]
struct Unexplained(BTreeSet<String>);

impl Unexplained {
    fn see(&mut self, command: &[String]) {
        let unknown = |part: &Part| sentence(part).is_none();
        self.0.extend(parts(command).into_iter().filter(unknown).map(|part| format!("{part:?}")));
    }

    /// All that a job may run for this encode.
    fn see_encode(&mut self, plan: &EncodePlan) {
        let (chunk, rate) = (&plan.chunks[plan.chunks.len() - 1], Kbps(100.0));
        self.see(&args::decode_chunk(plan, chunk));
        for pass in [plan.opening_pass(), Pass::First(rate), Pass::Second(rate), Pass::Quality(23.0)] {
            self.see(&args::encode_chunk(plan, chunk, pass, None));
            let own = x264::step(plan, chunk, pass).options;
            let unknown = |option: &&String| sentence(&x264_option(option)).is_none();
            self.0.extend(own.iter().filter(unknown).map(|option| format!("x264: {option}")));
        }
        for frames in [FrameSource::Decoded, FrameSource::Kept, FrameSource::FromFile] {
            let native = Some(Native { threads: 2, frames });
            self.see(&args::encode_chunk(plan, chunk, plan.opening_pass(), native));
        }
        for pass in [Passes::First, Passes::Second] {
            self.see(&args::encode_x265(plan, chunk, pass, rate));
            for encoder in NativeEncoder::ALL {
                self.see(&args::encode_other(plan, encoder, chunk, pass, rate));
            }
        }
        self.see(&args::assemble(plan));
        self.see(&args::make_audio(plan).unwrap_or_default());
    }
}

#[test]
fn nothing_goes_unexplained() {
    let mut unexplained = Unexplained::default();
    let (mut commands, mut kinds) = (0, BTreeSet::new());
    for (facts, wishes) in cases() {
        for machine in machines() {
            let Ok(plan) = plan(&facts, &wishes, machine) else { continue };
            kinds.insert(kind(&plan));
            for command in equivalent(&plan, "clip.mov", "clip-clipfit.mp4") {
                commands += 1;
                unexplained.see(&command);
                let rows = explained(&[command]);
                assert!(rows.iter().all(|row| !row.words.is_empty() && row.sentence.ends_with(['.', ':'])));
            }
            match &plan.action {
                Action::Keep => {}
                Action::Remux(remux) => unexplained.see(&args::remux(remux)),
                Action::Encode(encode) => unexplained.see_encode(encode),
                Action::Package(package) => {
                    package.renditions.iter().for_each(|one| unexplained.see_encode(&one.encode));
                }
            }
        }
    }
    assert!(commands > 500 && kinds.len() == 4, "{commands} of {kinds:?}");
    assert_eq!(unexplained.0, BTreeSet::new());
}

fn kind(plan: &Plan) -> &'static str {
    match &plan.action {
        Action::Keep => "keep",
        Action::Remux(_) => "remux",
        Action::Encode(_) => "encode",
        Action::Package(_) => "package",
    }
}

#[test]
fn nor_what_looks_at_clips_or_streams_them() {
    let mut unexplained = Unexplained::default();
    for command in [
        args::probe_streams(),
        args::probe_packets(0),
        args::probe_sizes(0, &Keyframes::At(vec![Micros(0)])),
        args::probe_result(),
        args::look_for_fields(0, Micros(1)),
        args::find_whole_frames(files::CLIP, 0),
        args::join(&[0, 1], Micros(1)),
        args::copy_for_browser(0, &[(1, true), (2, false)]),
    ] {
        unexplained.see(&command);
    }
    let facts = read_clip("1920x1080@60 60s 90MB mp4 h264 aac:128x2 hdr interlaced");
    for to in ["rtmp://h/live/key", "srt://h:8890", "https://h/whip"].map(|to| Address::parse(to).unwrap()) {
        let to = to.clone().with_bearer("token").unwrap_or(to);
        for push in [Push::of_test_pattern(None, to.clone()), Push::of_clip(&facts, None, to.clone())] {
            let push = Push { looped: true, ..push };
            unexplained.see(&publish(&push, "clip.mp4", Micros(1)));
        }
    }
    assert_eq!(unexplained.0, BTreeSet::new());
}

/// A test that never fails would prove nothing.
#[test]
fn an_unknown_option_is_found() {
    let mut unexplained = Unexplained::default();
    let words =
        "-i clip.mp4 -vf hue=h=1,scale=2:2 -x264-params crf=3:psy-rd=1 -new_option 3 -c:v libx264 out.mp4";
    unexplained.see(&words.split(' ').map(str::to_owned).collect::<Vec<_>>());
    for unknown in ["\"hue\"", "\"-new_option\"", "\"psy-rd\""] {
        assert!(unexplained.0.iter().any(|part| part.contains(unknown)), "{unknown}: {:?}", unexplained.0);
    }
}
