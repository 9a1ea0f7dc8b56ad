//! MP4 files: reading what plans and checks need (`read`), and with the feature `write` writing files of one track,
//! putting such files together into one with its index first, and cutting that one into the segments of a stream. Knows
//! the boxes; no codec, no clip, no plan. Bytes in, bytes out: whoever calls reads and writes the files.

#[cfg(feature = "write")]
mod assembly;
#[cfg(feature = "write")]
mod boxes;
#[cfg(feature = "write")]
mod entry;
#[cfg(feature = "write")]
mod error;
#[cfg(feature = "write")]
mod file;
#[cfg(feature = "write")]
mod index;
#[cfg(feature = "write")]
mod rate;
pub mod read;
#[cfg(feature = "write")]
mod segments;

#[cfg(feature = "write")]
pub use assembly::{Assembly, Piece, assemble};
#[cfg(feature = "write")]
pub use entry::{Picture, Sound, UNSAID};
#[cfg(feature = "write")]
pub use error::Error;
#[cfg(feature = "write")]
pub use file::{PictureFile, SoundFile};
#[cfg(feature = "write")]
pub use rate::Rate;
pub use read::segment::{Format, ZERO_SECONDS};
#[cfg(feature = "write")]
pub use segments::Packager;
