//! What the session asks of its driver and what it is told back: tasks, events and commands as plain data.
//! A driver runs programs and keeps files; it decides nothing.

use super::outcome::{GiveUp, Report};
use crate::encoder::EncodeStep;
use crate::plan::Plan;
use crate::units::Bytes;

/// Identifies a task within one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub u32);

/// A file that the driver keeps for later tasks. Keeping it again under the same name replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Artifact {
    /// x264's statistics of a chunk.
    Stats(usize),
    /// x264's macroblock-tree file of a chunk.
    MbTree(usize),
    /// The decoded frames of a chunk, as they go into the encoder.
    Frames(usize),
    /// The encoded chunk; the second part counts its encodes, so that the best of several can be chosen.
    Encoded(usize, u32),
    /// The encoded or copied sound.
    Audio,
    /// The assembled result.
    Result,
}

/// Which program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// `ffmpeg`
    Ffmpeg,
    /// `ffprobe`
    Ffprobe,
    /// None: x264 alone, on frames that lie among the inputs.
    Encoder,
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
    /// Which program.
    pub program: Program,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Files that it reads.
    pub inputs: Vec<Input>,
    /// Files that it writes.
    pub outputs: Vec<Output>,
    /// An encode by x264 itself: of the frames that the program writes, or of those among the inputs. Its statistics and
    /// its chunk count among the outputs.
    pub encode: Option<EncodeStep>,
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

/// How a worker was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// No memory: fewer workers at once may do.
    OutOfMemory,
    /// The person's file cannot be read any more: trying again is no use.
    InputUnreadable,
    /// x264 itself refused or failed; ffmpeg's own may do better.
    Encoder,
    /// Anything else.
    Crash,
}

/// What the driver must do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Run this now; a worker is free for it.
    Run(Task),
    /// The plan has changed: show this one.
    Replanned(Box<Plan>),
    /// Forget these kept files.
    Drop(Vec<Artifact>),
    /// Stop whatever runs and forget all files: the session ended without a result.
    Stop,
    /// The result is `Artifact::Result`, or the person's own file when `Report::kept_source`.
    Finish(Box<Report>),
    /// There is no result.
    GiveUp(Box<GiveUp>),
}
