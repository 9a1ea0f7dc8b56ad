//! Sample jobs in every phase, with plans made by the core itself. Shared by the tests and the gallery.
#![allow(dead_code, reason = "each file that includes it uses a part")]

use clipfit_core::clip::facts::{
    AudioFacts, Colour, Container, Framing, MediaFacts, Missing, OtherKind, OtherStream, VideoFacts,
};
use clipfit_core::clip::metadata::Metadata;
use clipfit_core::clip::rotation::Rotation;
use clipfit_core::job;
use clipfit_core::job::report::Report;
use clipfit_core::machine::Decoder;
use clipfit_core::machine::Machine;
use clipfit_core::machine::VideoEncoder;
use clipfit_core::machine::limits::Limits;
use clipfit_core::machine::speeds::Speeds;
use clipfit_core::plan::predict::{self as speed, Means};
use clipfit_core::plan::refusal::{self as feasibility, Measured};
use clipfit_core::plan::{self, Action, Plan};
use clipfit_core::progress::{Estimate, Stage};
use clipfit_core::units::{Bytes, FrameRate, Kbps, Micros};
use clipfit_core::view::account::{ClipAccount, EffortsAccount, PlanAccount, ResultAccount};
use clipfit_core::view::update::FailureAccount;
use clipfit_core::wishes::{AudioWish, Codec, Wishes};
use clipfit_page::job::{
    ClipFile, FileId, Finished, Job, JobId, Log, Made, Phase, Preparing, RunId, Running,
};
use clipfit_page::shared::Shared;
use std::rc::Rc;

/// Thirty seconds of 480p with a subtitle track.
pub(crate) fn facts() -> MediaFacts {
    let duration = Micros::from_seconds(30.0);
    MediaFacts {
        file_bytes: Bytes(4_142_310),
        zero: Micros(0),
        container: Container::Matroska,
        video: VideoFacts {
            peak: None,
            index: 0,
            codec: "h264".into(),
            profile: Some("High".into()),
            pixel_format: "yuv420p".into(),
            width: 1280,
            height: 720,
            sample_aspect: (1, 1),
            rotation: Rotation::None,
            framing: Framing::default(),
            frame_rate: FrameRate::whole(24),
            constant_rate: true,
            frames: 720,
            start: Micros(0),
            stamped_late: Micros(0),
            gradual_refresh: false,
            duration,
            bytes: Bytes(3_600_000),
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
            keyframes: (0..15).map(|n| Micros::from_seconds(f64::from(n) * 2.0)).collect(),
        },
        metadata: Metadata::default(),
        audio: vec![AudioFacts {
            damaged: false,
            index: 1,
            codec: "opus".into(),
            profile: None,
            channels: 6,
            sample_rate: 48_000,
            bitrate: Some(Kbps(128.0)),
            start: Micros(0),
            duration,
            default: true,
            language: Some("eng".into()),
        }],
        others: vec![OtherStream {
            index: 2,
            kind: OtherKind::Subtitle,
            codec: Some("subrip".into()),
            language: Some("deu".into()),
            empty: false,
        }],
        missing: Missing::default(),
        joined: false,
    }
}

/// 1.9 MB, the rest by default.
pub(crate) fn wishes() -> Wishes {
    Wishes { target: Bytes(1_900_000), ..Wishes::default() }
}

/// The sample as the page receives it.
pub(crate) fn clip() -> ClipAccount {
    (&facts()).into()
}

/// The core's plan for the sample.
pub(crate) fn plan() -> Option<Plan> {
    plan::plan(&facts(), &wishes(), Machine::ffmpeg(2, VideoEncoder::Own)).ok()
}

/// Predictions for the sample on an imagined machine.
pub(crate) fn efforts(codec: Codec) -> EffortsAccount {
    const FIGURES: &str =
        "superfast=86e6\nveryfast=54e6\nmedium=26e6\ndecode=150e6\nh264-profile=high\nh264=60e6\nvp9=20e6";
    let Some(speeds) = Speeds::parse(FIGURES) else {
        return [].as_slice().into();
    };
    let machine = Machine {
        decoder: Decoder::Browser,
        encoders: speeds.encoders(),
        ..Machine::ffmpeg(2, VideoEncoder::Own)
    };
    let limits = Limits { workers: 2, memory: Bytes(3_000_000_000), frames: Bytes(0) };
    let means = Means { machine, limits, speeds: &speeds };
    speed::predict(&facts(), &Wishes { codec, ..wishes() }, &means).as_slice().into()
}

/// A queued job.
pub(crate) fn queued(id: u32, name: &str) -> Job {
    let source = ClipFile { file: FileId(id), name: name.into(), bytes: facts().file_bytes };
    Job::new(JobId(id), RunId(id), source, wishes())
}

/// A job whose core is downloading.
pub(crate) fn loading(id: u32) -> Job {
    let phase = Phase::Planning(Preparing::Loading { received: Bytes(4_310_000), total: Bytes(10_214_000) });
    Job { phase, ..queued(id, "holiday.mov") }
}

/// A job with a plan.
pub(crate) fn planned(id: u32) -> Job {
    Job {
        phase: Phase::Planning(Preparing::Planned),
        clip: Some(Shared::new(clip())),
        efforts: Some(Shared::new(efforts(Codec::H264))),
        plan: plan().map(|plan| Shared::new(PlanAccount::new(&plan, "clip.mp4"))),
        planned_at: Some(Micros(0)),
        ..queued(id, "big-buck-bunny-trailer.mkv")
    }
}

/// A job at 42 percent, with a codec that only the browser's own encoder makes.
pub(crate) fn encoding(id: u32) -> Job {
    let estimate = Estimate { left: Some(Micros::from_seconds(17.3)), speed: Some(1.04) };
    Job {
        phase: Phase::Encoding(Running { stage: Stage::Encoding, estimate }),
        efforts: Some(Shared::new(efforts(Codec::Vp9))),
        percent: 42,
        ..planned(id)
    }
}

/// The file of a single result.
pub(crate) fn made(url: &str) -> Made {
    Made { url: url.into(), files: Rc::new([]), urls: Vec::new() }
}

/// A finished job, with its result at `url`.
pub(crate) fn done(id: u32, url: &str) -> Job {
    let job = planned(id);
    let Some(Action::Encode(encode)) = plan().map(|plan| plan.action) else { return job };
    let report = Report {
        source_bytes: facts().file_bytes,
        bytes: Bytes(1_889_412),
        limit: Bytes(1_900_000),
        kept_source: false,
        format: encode.format,
        frames: 720,
        duration: Micros::from_seconds(30.0),
        grid: Some(encode.grid),
        encoded_again: 1,
        notes: plan().map_or_else(Vec::new, |plan| plan.notes),
        files: Vec::new(),
    };
    let done = Finished {
        report: Shared::new(ResultAccount::from(&report)),
        made: made(url),
        saving: None,
        safe: false,
    };
    Job { phase: Phase::Done(done), percent: 100, ..job }
}

/// A job that was refused, with the core's own offers.
pub(crate) fn refused(id: u32) -> Job {
    let wishes = Wishes { target: Bytes(40_000), audio: AudioWish::Encode(Kbps(96.0)), ..Wishes::default() };
    let measured = Measured { video: Bytes(30_000), audio: Bytes(360_000), overhead: Bytes(20_000) };
    let refusal = feasibility::refuse_measured(&facts(), &wishes, measured);
    let failure = FailureAccount::from(job::failure::Failure::TooSmall(refusal));
    Job {
        wishes,
        phase: Phase::Failed(failure),
        clip: Some(Shared::new(clip())),
        ..queued(id, "screen recording 2026-11-03 at 10.12.44 with a very long name.mov")
    }
}

/// A failed job with its log open.
pub(crate) fn broken(id: u32) -> Job {
    let text = clipfit_core::clip::failure::ProbeFailure::NotMedia.to_string();
    let log = Log { text: Shared::new(LOG.into()), copied: None };
    Job { phase: Phase::Failed(FailureAccount::plain(text)), log: Some(log), ..queued(id, "notes.txt") }
}

/// A cancelled job.
pub(crate) fn cancelled(id: u32) -> Job {
    Job { phase: Phase::Cancelled, percent: 42, ..planned(id) }
}

const LOG: &str = "ffprobe version 5.1.4 Copyright (c) 2007-2023 the FFmpeg developers
notes.txt: Invalid data found when processing input";
