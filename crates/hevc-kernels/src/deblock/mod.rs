//! The deblocking filter (H.265, 8.7.2.5): eight samples along an edge, in two segments of four that decide for
//! themselves. `h` filters an edge that lies across, `v` one that goes down. As in FFmpeg, `p` is what lies before the
//! edge and `q` what begins at it; `no_p` and `no_q` keep either side of a segment as it is.

mod chroma;
mod luma;
pub mod reference;

pub use chroma::*;
pub use luma::*;
