//! Motion compensation: interpolation of a block by HEVC's filters (H.265, 8.5.3.3.3), and what becomes of the result.
//! Luma's filters (`qpel`) have eight taps at quarters of a pixel, chroma's (`epel`) four at eighths; `pel` stands for
//! whole pixels. `h` filters across, `v` down, `hv` across and then down.
//!
//! Intermediate samples have 14 bits and a sign in 16 bits. Those of one filter fit for every input, those of two do
//! not quite: they stay 32 bits wide as far as FFmpeg's C keeps them so.

mod entries;
mod filter;
mod finish;
pub mod reference;

pub use entries::*;
