//! SIMD kernels for x264 in WebAssembly, with the signatures of its function tables (8 bits per sample). Next to each
//! is a scalar reference that says what it computes; tests/ compare the two. Knows nothing of x264's structures or
//! callers. Names are `clipfit_` and the table's entry, so that c/kernels_*.h of the crate x264 can declare them.
//!
//! Every kernel is `unsafe` for one reason: as in x264, pointers must be valid for the block's rows at the given stride
//! (bytes from row to row, negative allowed where x264 does). `ENCODED_STRIDE` and `DECODED_STRIDE` are the fixed
//! strides of the macroblock being encoded and of its reconstruction.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "kernels read and write through C's pointers")]
#![allow(clippy::missing_safety_doc, reason = "one contract for all of them, at the top of the crate")]

pub mod lanes;
pub mod motion;
pub mod picture;
pub mod pixel;
pub mod transform;

/// Stride of x264's copy of the source macroblock (`FENC_STRIDE`), in bytes.
pub const ENCODED_STRIDE: isize = 16;
/// Stride of x264's reconstruction of the macroblock (`FDEC_STRIDE`), in bytes.
pub const DECODED_STRIDE: isize = 32;
