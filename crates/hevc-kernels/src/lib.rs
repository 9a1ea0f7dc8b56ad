//! SIMD kernels for FFmpeg's HEVC decoder in WebAssembly, with the signatures of its function table (`HEVCDSPContext`),
//! for 8 and for 10 bits per sample. Each group has a scalar reference that says what it computes; tests/ compare the
//! two. Knows nothing of FFmpeg's structures or callers. Names are `clipfit_hevc_`, the table's entry and the bits per
//! sample, so that c/kernels.h of the crate hevc can declare them.
//!
//! Every kernel is `unsafe` for one reason: as in FFmpeg, pointers must be valid for the block's rows at the given
//! stride (bytes from row to row). A kernel writes the block's samples only, but may read up to sixteen bytes past a
//! row's last one: FFmpeg pads its frames for that. Blocks of coefficients and of intermediate samples are 16 bits wide;
//! rows of the latter are `ROW` apart, and a kernel may overwrite what follows a block in its row.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "kernels read and write through C's pointers")]
#![allow(clippy::missing_safety_doc, reason = "one contract for all of them, at the top of the crate")]

pub mod deblock;
pub mod lanes;
pub mod motion;
pub mod sao;
pub mod transform;

/// Distance of rows of intermediate samples (`MAX_PB_SIZE`), in samples.
pub const ROW: isize = 64;
