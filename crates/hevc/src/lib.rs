//! FFmpeg's HEVC decoder as a WebAssembly module: open with the container's record, send packets, take frames. Knows
//! nothing of files, clips, plans or workers. Built only for WebAssembly; see docs/hevc.md.
#![cfg(target_arch = "wasm32")]

mod decoder;
mod library;
mod module;

// The tables in c/ refer to the kernels by name.
use clipfit_hevc_kernels as _;

pub use decoder::{Decoder, Error, Frame};
pub use module::{Hevc, HevcFrame, memory_refused};
