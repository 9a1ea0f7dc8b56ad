//! Intra prediction, its costs, and deblocking. A decoded macroblock is in memory at `DECODED_STRIDE` with its
//! neighbours above and to the left; a source macroblock at `ENCODED_STRIDE`. Knows nothing of which mode or edge is
//! wanted when.

mod averages;
pub mod deblock_chroma;
pub mod deblock_luma;
pub mod deblock_reference;
pub mod deblock_strength;
pub mod intra_reference;
pub mod intra_sad;
pub mod intra_satd;
mod neighbours;
pub mod predict_4x4;
pub mod predict_8x8;
pub mod predict_blocks;
pub mod predict_reference;
mod transpose;
