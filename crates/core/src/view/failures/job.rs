//! The sentences for what ends a job: a refusal, a failed check, a failure.

use crate::clip::failure::ProbeFailure;
use crate::job::failure::{Failure, Step};
use crate::job::verify::Fault;
use crate::plan::refusal::{Change, Refusal};
use std::error::Error;
use std::fmt::{self, Display, Formatter};

impl Error for Refusal {}

impl Display for Refusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is too little for this clip: nothing watchable fits. The least that would do is {}.",
            self.target, self.least
        )
    }
}

impl Change {
    /// Returns the label of a button that takes the offer.
    pub fn text(&self) -> String {
        match self {
            Change::Target(least) => format!("Allow {least}"),
            Change::NoAudio => "Leave the sound out".into(),
            Change::AutomaticAudio => "Choose the sound automatically".into(),
            Change::AutomaticFormat => "Choose size and frame rate automatically".into(),
            Change::KeepFirst(length) => format!("Keep the first {length}"),
        }
    }
}

impl Error for Fault {}

impl Display for Fault {
    /// Writes it for the middle of a sentence.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Unreadable => f.write_str("it could not be opened again"),
            Fault::Streams => f.write_str("a stream is missing or of the wrong kind"),
            Fault::FrameSize => f.write_str("its video has the wrong dimensions"),
            Fault::Frames { expected, found } => write!(f, "it has {found} frames instead of {expected}"),
            Fault::Duration => f.write_str("its length is wrong"),
            Fault::AudioShort { expected, found } => {
                write!(f, "its audio ends at {found} instead of {expected}")
            }
            Fault::Undecodable => f.write_str("not all of it decodes"),
            Fault::IndexLast => f.write_str("its index is not at the start"),
            Fault::TooLarge => f.write_str("it is over the limit"),
            Fault::Package(rule) => f.write_str(rule),
        }
    }
}

impl Error for Failure {}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Probe(failure) => failure.fmt(f),
            Failure::OnlyInBrowser { codec, why } => write!(
                f,
                "The video uses {}, which only the browser can decode here, and not in this clip: {}. Save it as H.264, H.265 or VP9 and \
                 try that.",
                codec.to_uppercase(),
                why.text()
            ),
            Failure::NotLoaded(failure) => failure.fmt(f),
            Failure::TooSmall(refusal) => refusal.fmt(f),
            Failure::Undecodable { codec, .. } => ProbeFailure::Undecodable { codec: codec.clone() }.fmt(f),
            Failure::InputUnreadable { .. } => f.write_str(
                "This file could not be read to its end. It may have been moved, changed or damaged: choose it again.",
            ),
            Failure::OutOfMemory { .. } => f.write_str(
                "Memory ran out. Close other tabs or programs, or choose a smaller height, and try again.",
            ),
            Failure::Broken { step, .. } => {
                let doing = match step {
                    Step::Audio => "encoding the audio",
                    Step::FirstPass => "measuring the video",
                    Step::Encode => "encoding the video",
                    Step::Assemble => "putting the result together",
                    Step::Check => "checking the result",
                };
                write!(
                    f,
                    "Something went wrong while {doing}, and again on every retry. The log has the details; another effort or height \
                     may avoid it."
                )
            }
            Failure::OverLimit { reached, limit } => write!(
                f,
                "The smallest file reached was {reached}, over the limit of {limit}, so it is not offered. Try a smaller height, or \
                 leave the audio out."
            ),
            Failure::AlreadySmall { source } => write!(
                f,
                "At {source} this file is already smaller than the quick recipe can make it. Use it as it is, or name a target size."
            ),
            Failure::CheckFailed { fault } => {
                write!(f, "The finished file did not pass its check ({fault}), so it is not offered. Please try again.")
            }
            Failure::NotPacked(failure) => failure.fmt(f),
            Failure::NothingKept { length } => {
                write!(f, "The part to keep has no frame: the clip is {length} long. Choose another part.")
            }
            Failure::CropOutside { size: (width, height) } => {
                write!(f, "The part to keep lies outside the frame, which has {width}×{height} pixels. Choose a part of it.")
            }
            Failure::Cancelled => f.write_str("Cancelled."),
        }
    }
}
