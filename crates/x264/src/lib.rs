//! The encoder x264 as a WebAssembly module: open with settings, push frames, take packets, flush, close.
//! Knows nothing of files, clips, plans or workers. Built only for WebAssembly; see docs/x264.md.
#![cfg(target_arch = "wasm32")]

mod chunk;
mod encoder;
mod files;
mod library;
mod module;

// The tables in c/ refer to the kernels by name.
use clipfit_x264_kernels as _;

pub use encoder::{Encoder, Error, Format, Packet, ParameterSets, Pass, Settings, Statistics};
pub use module::{X264, memory_refused};
