//! Why a file is no clip. Its sentences are in `view::failures`. Knows nothing of how a file is read.

use crate::units::Micros;
use serde::Serialize;

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum ProbeFailure {
    /// No bytes.
    Empty,
    /// Not recognised as any media.
    NotMedia,
    /// An image, a text or the like that the core would open but that is no clip.
    NotVideo {
        /// What it is, in ffmpeg's word for the format.
        format: String,
    },
    /// Audio without video.
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
    /// A codec that the reader has no name for.
    UnknownCodec,
    /// A codec that is known, in a stream that does not even say how large its frames are.
    Undecodable {
        /// ffmpeg's name for it.
        codec: String,
    },
    /// A video stream without a frame.
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
