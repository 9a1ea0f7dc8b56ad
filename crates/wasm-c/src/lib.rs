//! C libraries inside our WebAssembly modules. Natively, for their build scripts: compiles them with clang. In the
//! modules: the C library's start, its heap for Rust too, and an operating system that refuses everything. Knows no
//! particular library.

#[cfg(not(target_arch = "wasm32"))]
mod clang;
#[cfg(target_arch = "wasm32")]
mod heap;
#[cfg(target_arch = "wasm32")]
mod system;

#[cfg(not(target_arch = "wasm32"))]
pub use clang::{Group, Library};
#[cfg(target_arch = "wasm32")]
pub use heap::memory_refused;
