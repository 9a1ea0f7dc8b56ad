//! The error of this crate.

/// Why a file could not be written, read, assembled or cut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file's index is damaged.
    #[error("the index cannot be read: {0}")]
    Unreadable(String),
    /// An index contains what our files never contain.
    #[error("the index holds {0}")]
    Foreign(&'static str),
    /// A frame is not on the grid of the frame rate.
    #[error("sample {sample} of chunk {chunk} is not on the grid of frames")]
    OffGrid {
        /// The chunk, from 0.
        chunk: usize,
        /// The sample, from 0.
        sample: usize,
    },
    /// No closed group of pictures begins where a segment must begin.
    #[error("no closed group of pictures begins at frame {frame}")]
    NoCut {
        /// The frame, from 0.
        frame: u64,
    },
    /// There are no packets.
    #[error("there are no packets")]
    Empty,
    /// A size, time or count that the format cannot hold.
    #[error("a number does not fit the format")]
    TooLarge,
    /// This crate does not write the codec, or not with this configuration.
    #[error("{0}")]
    Codec(String),
}

impl From<mp4_atom::Error> for Error {
    fn from(error: mp4_atom::Error) -> Error {
        Error::Unreadable(error.to_string())
    }
}
