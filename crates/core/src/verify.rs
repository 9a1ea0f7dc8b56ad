//! The check of a finished file before it is offered: size, streams, frames, length, index first.

use serde::Serialize;

/// What a check found wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Fault {
    /// It could not be opened again.
    Unreadable,
    /// Streams are missing or of the wrong kind.
    Streams,
    /// The number of frames is off.
    Frames {
        /// What it should be.
        expected: u64,
        /// What it is.
        found: u64,
    },
    /// The length is off.
    Duration,
    /// The index does not come first.
    IndexLast,
}

impl Fault {
    /// For a sentence.
    pub fn text(&self) -> String {
        match self {
            Fault::Unreadable => "it could not be opened again".into(),
            Fault::Streams => "a stream is missing or of the wrong kind".into(),
            Fault::Frames { expected, found } => format!("it has {found} frames instead of {expected}"),
            Fault::Duration => "its length is wrong".into(),
            Fault::IndexLast => "its index does not come first".into(),
        }
    }
}
