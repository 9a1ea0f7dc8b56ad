//! How a session ends: a report with the figures of a checked result, or a failure that carries its evidence and
//! says what to do about it.

use crate::clip::format::Picture;
use crate::plan::notes::Note;
use crate::plan::refusal::Refusal;
use crate::step::Source;
use crate::units::{Bytes, Micros};
use serde::Serialize;

/// A finished, checked result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Size of the source.
    pub source_bytes: Bytes,
    /// Size of the result.
    pub bytes: Bytes,
    /// The limit that held.
    pub limit: Bytes,
    /// The source itself is the result.
    pub kept_source: bool,
    /// Size and rate of the picture.
    pub picture: Picture,
    /// Frames of the picture.
    pub frames: u64,
    /// Length of the result.
    pub duration: Micros,
    /// Chunks that were encoded again to meet the limit or the floor.
    pub encoded_again: u32,
    /// What the plan changed and dropped, with what was found while running.
    pub notes: Vec<Note>,
    /// The files of a package; a single result has none.
    pub files: Vec<PackageFile>,
}

/// A file of a package.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PackageFile {
    /// Where it belongs, with forward slashes.
    pub path: String,
    /// Its size.
    pub bytes: Bytes,
    /// What is in it.
    #[serde(skip)]
    pub source: Source,
}

impl PackageFile {
    pub(super) fn text(path: String, text: String) -> PackageFile {
        PackageFile { path, bytes: Bytes(text.len() as u64), source: Source::Text(text) }
    }
}

impl Report {
    /// Share of the source's bytes that were saved, 0 to 1.
    pub fn saved(&self) -> f64 {
        if self.source_bytes.0 == 0 { 0.0 } else { 1.0 - self.bytes.0 as f64 / self.source_bytes.0 as f64 }
    }
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq)]
pub enum GiveUp {
    /// Nothing watchable fits, as the encode itself showed.
    TooSmall(Refusal),
    /// No frame could be decoded.
    Undecodable {
        /// The codec.
        codec: String,
        /// Last lines of the log.
        log: Vec<String>,
    },
    /// The person's file could not be read to its end.
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
        fault: crate::job::verify::Fault,
    },
    /// The person cancelled.
    Cancelled,
}

/// What a task was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Step {
    /// Making the sound.
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

impl GiveUp {
    /// What is wrong and what to do, as sentences.
    pub fn text(&self) -> String {
        match self {
            GiveUp::TooSmall(refusal) => refusal.text(),
            GiveUp::Undecodable { codec, .. } => format!(
                "The picture in this file ({codec}) could not be decoded. The file may be damaged; if it plays elsewhere, save it as MP4 there and try that."
            ),
            GiveUp::InputUnreadable { .. } => {
                "This file could not be read to its end. It may have been moved, changed or damaged: choose it again.".into()
            }
            GiveUp::OutOfMemory { .. } => {
                "Memory ran out. Close other tabs or programs, or choose a smaller height, and try again.".into()
            }
            GiveUp::Broken { step, .. } => {
                let doing = match step {
                    Step::Audio => "encoding the sound",
                    Step::FirstPass => "measuring the picture",
                    Step::Encode => "encoding the picture",
                    Step::Assemble => "putting the result together",
                    Step::Check => "checking the result",
                };
                format!("Something went wrong while {doing}, and again when it was retried. The log has the details; another effort or height may avoid it.")
            }
            GiveUp::OverLimit { reached, limit } => format!(
                "The smallest file reached was {reached}, over the limit of {limit}, so it is not offered. Try a smaller height or leave the sound out."
            ),
            GiveUp::AlreadySmall { source } => {
                format!("At {source} this file is smaller already than the quick recipe can make it. Use it as it is, or name a target size.")
            }
            GiveUp::CheckFailed { fault } => {
                format!("The finished file did not pass its check ({}), so it is not offered. Please try again.", fault.text())
            }
            GiveUp::Cancelled => "Cancelled.".into(),
        }
    }

    /// Last lines of the log that came with the failure.
    pub fn log(&self) -> &[String] {
        match self {
            GiveUp::Undecodable { log, .. }
            | GiveUp::InputUnreadable { log }
            | GiveUp::OutOfMemory { log }
            | GiveUp::Broken { log, .. } => log,
            _ => &[],
        }
    }
}
