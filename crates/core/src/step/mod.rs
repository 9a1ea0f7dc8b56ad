//! What the job asks of its driver and what it hears back: tasks, events and commands as plain data.
//! A driver runs programs and keeps files; it decides nothing.
//!
//! The steps in here are the only definition: drivers serialize them for their workers, and
//! `web/src/generated/protocol.ts` is generated from them (feature `typescript`).

pub mod answer;
pub mod ffmpeg;
pub mod files;
pub mod package;
pub mod part;
pub mod webcodecs;
pub mod x264;

use crate::job::outcome::{GiveUp, Report};
use crate::machine::WhyFfmpeg;
use crate::plan::Plan;
use crate::step::package::PackageStep;
use crate::step::webcodecs::{AudioStep, DecodeStep, WebCodecsStep};
use crate::step::x264::X264Step;
use crate::units::{Bytes, FrameRate};
use crate::wishes::Codec;
use serde::{Deserialize, Serialize};

pub use answer::Answer;
pub use part::{LoadFailure, Part};

/// Identifies a task within one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub u32);

/// A file that the driver keeps for later tasks. Keeping it again under the same name replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Artifact {
    /// x264's or x265's statistics of a chunk.
    Stats(usize),
    /// x264's macroblock-tree file of a chunk, or what x265 calls so.
    MbTree(usize),
    /// The decoded frames of a chunk, as they go into the encoder.
    Frames(usize),
    /// The encoded chunk; the second part counts its encodes, so that the best of several can be chosen.
    Encoded(usize, u32),
    /// The encoded or copied sound.
    Audio,
    /// The assembled result.
    Result,
    /// The assembled file of one rendition of a package.
    Rendition(usize),
    /// What players of that rendition need before its first fragment.
    Init(usize),
    /// A segment of that rendition, counted from 0.
    Segment(usize, usize),
}

/// What runs. A program that makes one file writes it under the first name of the task's outputs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Program {
    /// `ffmpeg` with these arguments.
    Ffmpeg {
        /// Without the program's name.
        arguments: Vec<String>,
    },
    /// The same by ffmpeg's multi-thread core, which may hang: its driver watches for signs of life.
    FfmpegThreads {
        /// Without the program's name.
        arguments: Vec<String>,
    },
    /// `ffprobe` with these arguments.
    Ffprobe {
        /// Without the program's name.
        arguments: Vec<String>,
    },
    /// None: an encode alone, of frames that lie among the inputs and are of this size. Frames of another size than the
    /// encode's are scaled.
    Frames {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The worker measures how fast it is: `Answer::Speeds`.
    Measure,
    /// The browser lists the streams of the first input, a clip or a result: `Answer::Streams`.
    ExamineStreams,
    /// The browser lists the packets of one video stream of the first input, and tries to decode its first keyframe:
    /// `Answer::Packets`.
    ExaminePackets {
        /// Position of the stream in the file.
        stream: u32,
    },
    /// The browser decodes a chunk of the first input into frames, for the encode.
    Decode(DecodeStep),
    /// The browser makes the audio from the first input.
    Audio(AudioStep),
    /// The encoded chunks, and the audio where there is one, are put together.
    Assemble {
        /// Frames per second.
        rate: FrameRate,
    },
    /// A finished file, the only input, is cut into the segments of a stream: `PackageStep::outputs`.
    Package(PackageStep),
}

impl Program {
    /// A line for the log; `None` where the encode says it all.
    pub fn describe(&self) -> Option<String> {
        Some(match self {
            Program::Ffmpeg { arguments } | Program::FfmpegThreads { arguments } => {
                format!("ffmpeg {}", arguments.join(" "))
            }
            Program::Ffprobe { arguments } => format!("ffprobe {}", arguments.join(" ")),
            Program::Frames { .. } => return None,
            Program::Measure => "measure the machine".into(),
            Program::ExamineStreams => "browser: examine the streams".into(),
            Program::ExaminePackets { stream } => format!("browser: examine the packets of stream {stream}"),
            Program::Decode(step) => format!(
                "browser: decode {} frames from {} at {}x{}",
                step.frames, step.first, step.width, step.height
            ),
            Program::Audio(step) => {
                let verb = if step.copy { "copy" } else { "encode" };
                format!("browser: {verb} the audio of stream {}", step.stream)
            }
            Program::Assemble { rate } => format!("browser: assemble at {rate} frames a second"),
            Program::Package(step) => {
                format!("browser: package into {} segments ({})", step.firsts.len(), step.format().id())
            }
        })
    }
}

/// An encode of frames, with whatever does it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Encode {
    /// x264 itself.
    X264(X264Step),
    /// The browser's own encoder.
    WebCodecs(WebCodecsStep),
}

impl Encode {
    /// A line for the log.
    pub fn describe(&self) -> String {
        match self {
            Encode::X264(step) => step.command_line(),
            Encode::WebCodecs(step) => step.describe(),
        }
    }
}

/// Where an input file comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// The person's file.
    Clip,
    /// A kept file.
    Kept(Artifact),
    /// A small text given here.
    Text(String),
}

/// A file that the program reads under `name` in its working folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Name in the working folder.
    pub name: String,
    /// Where it comes from.
    pub source: Source,
}

/// A file that the program writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Name in the working folder.
    pub name: String,
    /// Under what it is kept; `None` drops it once it has been read.
    pub keep: Option<Artifact>,
    /// How many of its first bytes the session wants to see (`usize::MAX` for all).
    pub read: usize,
}

/// One run of a program.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Its identity.
    pub id: TaskId,
    /// What runs.
    pub program: Program,
    /// Files that it reads.
    pub inputs: Vec<Input>,
    /// Files that it writes.
    pub outputs: Vec<Output>,
    /// An encode of the frames that the program makes, or of those among the inputs. What it writes counts among the
    /// outputs.
    pub encode: Option<Encode>,
}

/// A written file, as told to the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Name in the working folder.
    pub name: String,
    /// Its whole size.
    pub size: Bytes,
    /// The first `Output::read` bytes.
    pub head: Vec<u8>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The driver is ready with this many workers.
    Start {
        /// How many programs may run side by side, at least 1.
        workers: usize,
        /// How many bytes of decoded frames the driver can keep, so that they need not be decoded again.
        frames: Bytes,
    },
    /// A running task has got this far.
    Progress {
        /// The task.
        task: TaskId,
        /// Frames that it has encoded.
        frames: u64,
    },
    /// A program ended by itself.
    Done {
        /// The task.
        task: TaskId,
        /// Exit code; 0 is success, and of what is no program.
        exit_code: i32,
        /// What it found out, where it was asked to.
        answer: Option<Answer>,
        /// The files that it wrote, of those wanted.
        outputs: Vec<Written>,
        /// Last lines of its log, as evidence.
        log: Vec<String>,
    },
    /// The worker that ran it is gone; the task did not end.
    WorkerDied {
        /// The task.
        task: TaskId,
        /// Why, as far as known.
        death: Death,
        /// Last lines of its log, as evidence.
        log: Vec<String>,
    },
    /// The person wants no result any more.
    Cancel,
}

/// What the driver must do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Run this now; a worker is free for it.
    Run(Task),
    /// The plan has changed: show this one.
    Replanned(Box<Plan>),
    /// The browser's own encoder for this codec failed or does not keep to its rate: it is not to be planned with again as long
    /// as the page is open.
    EncoderFailed(Codec),
    /// Forget these kept files.
    Drop(Vec<Artifact>),
    /// Stop whatever runs and forget all files: the session ended without a result.
    Stop,
    /// The result is `Artifact::Result`, or the person's own file when `Report::kept_source`.
    Finish(Box<Report>),
    /// There is no result.
    GiveUp(Box<GiveUp>),
    /// The browser's own codecs have failed: stop whatever runs, forget all files, and begin anew with ffmpeg's view of the
    /// clip and a plan that decodes with it.
    BeginWithFfmpeg(WhyFfmpeg),
}

/// How a worker was lost, or a task ended without an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Death {
    /// No memory: fewer workers at once may do.
    OutOfMemory,
    /// The person's file cannot be read any more (moved, changed or removed while open): trying again is no use.
    InputUnreadable,
    /// The encoder (x264 itself, the browser's own or x265) refused, failed or hung; another one may do better.
    Encoder,
    /// The browser's own codecs could not do what they promised; ffmpeg may.
    Browser,
    /// Anything else.
    Crash,
}
