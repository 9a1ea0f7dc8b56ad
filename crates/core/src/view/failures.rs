//! Why there is no result, as sentences: what is wrong, and what to do about it. Every error of core gets its `Display`
//! here, so that all sentences are edited in one place.

#[cfg(feature = "planner")]
mod job;

use crate::clip::failure::ProbeFailure;
use crate::machine::CodecUnavailable;
use crate::step::load::{LoadFailure, PackFailure};
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
                "This file has sound but no picture. Clipfit compresses video: choose a file with a video track.",
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
            ProbeFailure::UnknownCodec => f.write_str(
                "The video in this file is of a kind that Clipfit does not know. The file may be damaged; if it plays elsewhere, \
                 save it as MP4 there and try that.",
            ),
            ProbeFailure::Undecodable { codec } => write!(
                f,
                "The video in this file ({codec}) could not be decoded. The file may be damaged; if it plays elsewhere, save it as \
                 MP4 there and try that."
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
