//! What the session asks of its driver and what it is told back: tasks, events and commands as plain data.
//! A driver runs programs and keeps files; it decides nothing.

pub mod ffmpeg;
pub mod package;
pub mod webcodecs;
pub mod x264;

use crate::job::outcome::{GiveUp, Report};
use crate::machine::WhyFfmpeg;
use crate::plan::Plan;
use crate::step::package::PackageStep;
use crate::step::webcodecs::{BrowserEncodeStep, DecodeStep, Examination, SoundStep};
use crate::step::x264::EncodeStep;
use crate::units::{Bytes, FrameRate};
use crate::wishes::Codec;

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

/// What runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Program {
    /// `ffmpeg` with these arguments.
    Ffmpeg(Vec<String>),
    /// The same by ffmpeg's multi-thread core, which may hang: its driver watches for signs of life.
    FfmpegThreads(Vec<String>),
    /// `ffprobe` with these arguments.
    Ffprobe(Vec<String>),
    /// None: an encode alone, of frames that lie among the inputs and are of this size, which may not be the encode's.
    Frames {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The worker measures how fast it is, for `speed`.
    Measure,
    /// The browser tells of a file, as ffprobe does.
    Examine(Examination),
    /// The browser decodes a chunk of the clip into frames.
    Decode(DecodeStep),
    /// The browser makes the sound.
    Sound(SoundStep),
    /// The encoded chunks and the sound are put together, frames at this rate.
    Assemble(FrameRate),
    /// A finished file, the only input, is cut into the segments of a stream: `PackageStep::outputs`.
    Package(PackageStep),
}

/// An encode of frames, with whatever does it.
#[derive(Debug, Clone, PartialEq)]
pub enum Encode {
    /// x264 itself.
    X264(EncodeStep),
    /// The browser's own encoder.
    Browser(BrowserEncodeStep),
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
    /// A line that a running program printed on its standard output (`-progress pipe:1` writes there).
    Printed {
        /// The task.
        task: TaskId,
        /// The line.
        line: String,
    },
    /// A program ended by itself.
    Done {
        /// The task.
        task: TaskId,
        /// Exit code.
        exit_code: i32,
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

/// How a worker was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// No memory: fewer workers at once may do.
    OutOfMemory,
    /// The person's file cannot be read any more: trying again is no use.
    InputUnreadable,
    /// The encoder (x264 itself, the browser's own or x265) refused, failed or hung; another one may do better.
    Encoder,
    /// The browser's own codecs could not do what they promised; ffmpeg may.
    Browser,
    /// Anything else.
    Crash,
}
