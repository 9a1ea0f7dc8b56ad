//! Motion compensation: interpolating, averaging, weighting and copying blocks and planes. Blocks are those that x264
//! asks for: 2 to 20 pixels wide, any number of rows. Nothing is written outside the block, and nothing read that
//! x264's C would not read.
#![allow(clippy::too_many_arguments, reason = "x264's tables say what a kernel takes")]

mod average;
mod chroma;
mod half_pixels;
mod luma;
mod planes;
mod reduced;
mod rows;
mod weight;

pub use average::*;
pub use chroma::*;
pub use half_pixels::*;
pub use luma::*;
pub use planes::*;
pub use reduced::*;
pub use weight::*;
