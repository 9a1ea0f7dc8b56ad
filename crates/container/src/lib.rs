//! MP4 files: reads what plans and checks need (`read`), and with the feature `write` writes files of one track, puts
//! them together into one file with its index first, and cuts that file into the segments of a stream. Knows boxes; no
//! clip, plan or decoder. Bytes in, bytes out: the caller reads and writes the files.

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
pub use entry::{AudioConfig, UNSPECIFIED, VideoConfig};
#[cfg(feature = "write")]
pub use error::Error;
#[cfg(feature = "write")]
pub use file::{AudioFile, VideoFile};
#[cfg(feature = "write")]
pub use rate::Rate;
pub use read::segment::{Format, ZERO_SECONDS};
#[cfg(feature = "write")]
pub use segments::Packager;
