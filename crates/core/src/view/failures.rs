//! Why there is no result, as sentences: what is wrong, and what to do about it. Every error of core gets its `Display` here, so that
//! all sentences are edited in one place.

use crate::clip::probe::ProbeFailure;
use crate::job::failure::{Failure, PackFailure, Step};
use crate::job::verify::Fault;
use crate::machine::CodecUnavailable;
use crate::plan::refusal::{Change, Refusal};
use crate::step::load::LoadFailure;
use std::error::Error;
use std::fmt::{self, Display, Formatter};

impl Error for ProbeFailure {}

impl Display for ProbeFailure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            ProbeFailure::Empty => f.write_str("This file is empty (0 bytes). Copy or export it again."),
            ProbeFailure::NotMedia => f.write_str(
                "This is not a video file that Clipfit can read. Choose a clip such as MP4, MOV, MKV, WebM, AVI or TS.",
            ),
            ProbeFailure::NotVideo { format } => write!(
                f,
                "There is no video in this file ({format}). Choose a clip such as MP4, MOV, MKV, WebM, AVI or TS."
            ),
            ProbeFailure::AudioOnly => f.write_str(
                "This file has sound but no picture. Clipfit compresses video: choose a file that contains some.",
            ),
            ProbeFailure::Truncated { there: Some(there), whole: Some(whole) } => write!(
                f,
                "This file is cut off: it contains only {there} of {whole}. Copy or download it again to get all of it."
            ),
            ProbeFailure::Truncated { .. } => f.write_str(
                "This file is cut off: its end, with the index, is missing. Copy or download it again to get all of it.",
            ),
            ProbeFailure::UnsupportedCodec { codec } => write!(
                f,
                "The video uses {}, which Clipfit cannot decode yet. Save it as H.264, H.265 or VP9 and try that.",
                codec.to_uppercase()
            ),
            ProbeFailure::TimesJump { at } => write!(
                f,
                "The timestamps in this file jump at {at}: it was probably joined from several recordings. Join them with a \
                 video tool that writes new timestamps, or compress the parts one by one."
            ),
            ProbeFailure::NoFrames => f.write_str(
                "This file has a video track without a single frame: its length is zero. Record or export it again.",
            ),
            ProbeFailure::Unreadable => {
                f.write_str("This file could not be read. It may have been moved or changed: choose it again.")
            }
            ProbeFailure::Broken => f.write_str(
                "This file could not be examined. Try again; if that does not help, the file may be damaged.",
            ),
        }
    }
}

impl Error for LoadFailure {}

impl Display for LoadFailure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LoadFailure::Network => {
                "The encoder could not be downloaded. Check the connection and try again; afterwards it works offline."
            }
            LoadFailure::Status => {
                "The server no longer has the encoder, probably because of a new release. Reload the page."
            }
            LoadFailure::Corrupt => "The encoder arrived damaged. Reload the page and try again.",
            LoadFailure::Refused => {
                "The browser refused to start the encoder. It may be out of memory, or WebAssembly may be switched off."
            }
        })
    }
}

impl Error for CodecUnavailable {}

impl Display for CodecUnavailable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            CodecUnavailable::NoEncoder(codec) => {
                write!(f, "This browser has no working {} encoder.", codec.name())
            }
            CodecUnavailable::NotInFfmpeg(codec) => {
                write!(f, "The ffmpeg on this machine has no {} encoder.", codec.name())
            }
            CodecUnavailable::NotIsolated => f.write_str(
                "This browser has no working H.265 encoder, and x265 needs a page served with isolation headers.",
            ),
        }
    }
}

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
            Change::AutomaticPicture => "Choose size and frame rate automatically".into(),
            Change::KeepFirst(length) => format!("Keep the first {length}"),
        }
    }
}

impl Error for Fault {}

impl Display for Fault {
    /// For the middle of a sentence.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Unreadable => f.write_str("it could not be opened again"),
            Fault::Streams => f.write_str("a stream is missing or of the wrong kind"),
            Fault::PictureSize => f.write_str("its video has the wrong size"),
            Fault::Frames { expected, found } => write!(f, "it has {found} frames instead of {expected}"),
            Fault::Duration => f.write_str("its length is wrong"),
            Fault::SoundShort { expected, found } => {
                write!(f, "its audio ends at {found} instead of {expected}")
            }
            Fault::IndexLast => f.write_str("its index does not come first"),
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
            Failure::NotLoaded(failure) => failure.fmt(f),
            Failure::TooSmall(refusal) => refusal.fmt(f),
            Failure::Undecodable { codec, .. } => write!(
                f,
                "The video in this file ({codec}) could not be decoded. The file may be damaged; if it plays elsewhere, save it as \
                 MP4 there and try that."
            ),
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
            Failure::Cancelled => f.write_str("Cancelled."),
        }
    }
}

impl Error for PackFailure {}

impl Display for PackFailure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PackFailure::NotLoaded(_) => {
                "The player could not be loaded. Check the connection and try again."
            }
            PackFailure::NotWritten(_) => "The package could not be saved.",
        })
    }
}
