//! Why a job has no result: one enum that carries its evidence. Its sentences are in `view::failures`.

use super::verify::Fault;
use crate::clip::failure::ProbeFailure;
use crate::machine::WhyFfmpeg;
use crate::plan::refusal::Refusal;
use crate::step::load::LoadFailure;
pub use crate::step::load::PackFailure;
use crate::units::{Bytes, Micros};
use serde::Serialize;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The file is no clip.
    Probe(ProbeFailure),
    /// Only the browser decodes the codec, and it is not up to this clip.
    OnlyInBrowser {
        /// The codec.
        codec: String,
        /// What it is not up to.
        why: WhyFfmpeg,
    },
    /// A required part could not be loaded.
    NotLoaded(LoadFailure),
    /// Nothing watchable fits; carries offers.
    TooSmall(Refusal),
    /// No frame could be decoded.
    Undecodable {
        /// The codec.
        codec: String,
        /// Last lines of the log.
        log: Vec<String>,
    },
    /// The user's file could not be read to its end.
    InputUnreadable {
        /// Last lines of the log.
        log: Vec<String>,
    },
    /// The machine has not enough memory, even for one worker.
    OutOfMemory {
        /// Last lines of the log.
        log: Vec<String>,
    },
    /// A program failed again and again.
    Broken {
        /// What it was doing.
        step: Step,
        /// Its exit code, when it ended by itself.
        exit_code: Option<i32>,
        /// Last lines of the log.
        log: Vec<String>,
    },
    /// The limit was missed after every permitted correction.
    OverLimit {
        /// The smallest size reached.
        reached: Bytes,
        /// The limit.
        limit: Bytes,
    },
    /// The quick recipe cannot make this file smaller.
    AlreadySmall {
        /// Size of the source.
        source: Bytes,
    },
    /// The finished file did not pass its check.
    CheckFailed {
        /// What was wrong.
        fault: Fault,
    },
    /// The files of a package are there, but not the archive of them.
    NotPacked(PackFailure),
    /// Not one frame of the clip is in the part to keep.
    NothingKept {
        /// How long the clip is.
        length: Micros,
    },
    /// What is to be kept of the frames lies outside of them.
    CropOutside {
        /// The size of the frames, upright.
        size: (u32, u32),
    },
    /// The user cancelled.
    Cancelled,
}

/// What a task was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Step {
    /// Encoding the audio.
    Audio,
    /// The first pass over a chunk.
    FirstPass,
    /// Encoding a chunk.
    Encode,
    /// Putting the result together.
    Assemble,
    /// Checking the result.
    Check,
}

impl Failure {
    /// Returns the refusal with its offers, where there is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Failure::TooSmall(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Returns the last lines of the log that came with the failure.
    pub fn log(&self) -> &[String] {
        match self {
            Failure::Undecodable { log, .. }
            | Failure::InputUnreadable { log }
            | Failure::OutOfMemory { log }
            | Failure::Broken { log, .. } => log,
            _ => &[],
        }
    }
}
