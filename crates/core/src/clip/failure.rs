//! Why a file is no clip, with the sentences that say so. Knows nothing of how a file is read.

use crate::units::Micros;
use serde::Serialize;

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum ProbeFailure {
    /// No bytes.
    Empty,
    /// Not recognised as any media.
    NotMedia,
    /// A picture, a text or the like that the core would open but that is no clip.
    NotVideo {
        /// What it is, in ffmpeg's word for the format.
        format: String,
    },
    /// Sound without a picture.
    AudioOnly,
    /// The end of the file is missing.
    Truncated {
        /// How much is there, in seconds, when known.
        there: Option<Micros>,
        /// How much there should be, when known.
        whole: Option<Micros>,
    },
    /// A codec that this core cannot decode.
    UnsupportedCodec {
        /// ffmpeg's name for it.
        codec: String,
    },
    /// A picture stream without a frame.
    NoFrames,
    /// Times in the file start again or leap.
    TimesJump {
        /// Where.
        at: Micros,
    },
    /// The file could not be read.
    Unreadable,
    /// ffprobe ended without an answer.
    Broken,
}

impl ProbeFailure {
    /// What is wrong with this file and what to do, as sentences.
    pub fn text(&self) -> String {
        match self {
            ProbeFailure::Empty => "This file is empty (0 bytes). Copy or export it again.".into(),
            ProbeFailure::NotMedia => {
                "This is not a video file that Clipfit can read. Choose a clip such as MP4, MOV, MKV, WebM, AVI or TS.".into()
            }
            ProbeFailure::NotVideo { format } => {
                format!("This file is no video ({format}). Choose a clip such as MP4, MOV, MKV, WebM, AVI or TS.")
            }
            ProbeFailure::AudioOnly => "This file has sound but no picture. Clipfit compresses video; choose a clip with a picture.".into(),
            ProbeFailure::Truncated { there: Some(there), whole: Some(whole) } => format!(
                "This file is cut off: only {there} of {whole} are there. Copy or download it again to get all of it."
            ),
            ProbeFailure::Truncated { .. } => {
                "This file is cut off: its end, with the index, is missing. Copy or download it again to get all of it.".into()
            }
            ProbeFailure::UnsupportedCodec { codec } => format!(
                "The picture is coded as {}, which Clipfit cannot decode yet. Save it as H.264, H.265 or VP9 and try that.",
                codec.to_uppercase()
            ),
            ProbeFailure::TimesJump { at } => format!(
                "The times in this file jump at {at}: it was probably joined from several recordings. Join them with a video tool that writes new times, or compress the parts one by one."
            ),
            ProbeFailure::NoFrames => "This file has a picture track without a single frame: its length is zero. Record or export it again.".into(),
            ProbeFailure::Unreadable => "This file could not be read. It may have been moved or changed: choose it again.".into(),
            ProbeFailure::Broken => "The file could not be examined. Try again; if it stays so, the file may be damaged.".into(),
        }
    }
}
