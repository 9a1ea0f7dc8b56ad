//! What a job hears from its driver and what it answers. Knows no order of either.

use super::failure::{Failure, PackFailure};
use super::report::Report;
use crate::clip::facts::MediaFacts;
use crate::machine::WhyFfmpeg;
use crate::machine::encoders::NativeEncoders;
use crate::machine::speeds::SpeedFigures;
use crate::plan::Plan;
use crate::plan::predict::Prediction;
use crate::step::load::{LoadFailure, Part};
use crate::step::{Answer, Artifact, Death, Task, TaskId, Written};
use crate::units::Bytes;
use crate::wishes::Codec;

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The driver is ready.
    Start,
    /// The parts that were to be loaded are ready, but for these.
    Loaded {
        /// Those that are not.
        missing: Vec<(Part, LoadFailure)>,
    },
    /// Not even the worker that loads them started.
    NotLoaded(LoadFailure),
    /// The native ffmpeg's encoders besides x264.
    Encoders(NativeEncoders),
    /// A running task has encoded so many frames.
    Progress {
        /// The task.
        task: TaskId,
        /// Frames so far.
        frames: u64,
    },
    /// A task ended by itself.
    Done {
        /// The task.
        task: TaskId,
        /// Exit code; 0 for what is no program.
        exit_code: i32,
        /// What it found out, where it was asked to.
        answer: Option<Answer>,
        /// The files that it wrote, of those wanted.
        outputs: Vec<Written>,
        /// Last lines of its log, as evidence.
        log: Vec<String>,
    },
    /// The worker that ran a task is gone; the task did not end.
    Died {
        /// The task.
        task: TaskId,
        /// Why, as far as known.
        death: Death,
        /// Last lines of its log, as evidence.
        log: Vec<String>,
    },
    /// What puts files into one archive is there.
    PackerLoaded(Result<(), PackFailure>),
    /// The files of a package are in one archive of this size.
    Packed(Result<Bytes, PackFailure>),
    /// The person wants no result any more.
    Cancel,
}

/// What the driver must do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// End all workers and make these parts ready for all that start from now on; answered by `Loaded` or `NotLoaded`.
    Load {
        /// The parts.
        parts: Vec<Part>,
        /// Why ffmpeg does it, where the browser's own codecs were asked first: for the log.
        why: Option<WhyFfmpeg>,
    },
    /// Make ffmpeg's multi-thread core ready in a worker besides the others; answered likewise.
    LoadThreads,
    /// Load what puts files into one archive; answered by `PackerLoaded`.
    LoadPacker,
    /// Ask the native ffmpeg for its encoders; answered by `Encoders`.
    FindEncoders,
    /// Run this now; a worker is free for it.
    Run(Task),
    /// Show this.
    Show(Milestone),
    /// Keep the measured speeds of this machine.
    KeepSpeeds(SpeedFigures),
    /// The browser's own encoder for this codec failed or does not keep to its rate: do not plan with it again as long
    /// as the page is open.
    EncoderFailed(Codec),
    /// Forget these kept files.
    Drop(Vec<Artifact>),
    /// Stop whatever runs and forget all files.
    Stop,
    /// Put the report's files into one archive; answered by `Packed`.
    Pack(Box<Report>),
    /// The result is there: the file `ArtifactKind::Result`, the report's files, or the person's own when
    /// `Report::kept_source`.
    Finish(Box<Report>),
    /// There is no result.
    GiveUp(Box<Failure>),
    /// The plan has been shown, and nothing else was asked for.
    Rest,
}

/// What becomes known on the way, in this order. A job that falls back to ffmpeg begins again.
#[derive(Debug, Clone, PartialEq)]
pub enum Milestone {
    /// The file is being examined.
    Probing,
    /// What the file is.
    Probed(Box<MediaFacts>),
    /// The prediction for each effort, quickest first; empty if there is no choice.
    Predicted(Vec<Prediction>),
    /// What will be made of it; shown again when the plan had to change.
    Planned(Box<Plan>),
}
