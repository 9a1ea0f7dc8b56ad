//! MP4 files of one track, putting such files together into one with its index first, and cutting that one into the segments
//! of a stream. Knows the boxes; no codec, no clip, no plan. Bytes in, bytes out: whoever calls reads and writes the files.

mod assembly;
mod boxes;
mod entry;
mod error;
mod file;
mod index;
mod rate;
mod segments;

pub use assembly::{Assembly, Piece, assemble};
pub use entry::{Picture, Sound, UNSAID};
pub use error::Error;
pub use file::{PictureFile, SoundFile};
pub use rate::Rate;
pub use segments::{Format, Packager, ZERO_SECONDS};
