//! Typed wrapper between Clipfit's pure core and the workers in `web/`: errors, drop guards, cancellation.
//! Decides nothing about the encode; knows no component of the page.
#![allow(unsafe_code, reason = "wasm-bindgen's generated glue")]

mod driver;
pub mod engine;
pub mod job;
mod kept;
mod log;
pub mod player;
mod pool;
pub mod protocol;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod protocol_ts;
mod site;
pub mod speeds;
pub mod telling;
