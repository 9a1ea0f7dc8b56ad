//! Pure planning for Clipfit: what is known of a clip, what is wished, the plan that follows, and the session that
//! carries it out. The browser and the command line drive the same code.
//!
//! Invariant: nothing here touches the world. No async, clock, file system, web-sys, threads or logging; every
//! function gives the same answer natively and in WebAssembly.

// Sample clips are read by the tests in here as by those outside.
#[cfg(test)]
extern crate self as clipfit_core;

pub mod account;
pub mod allocate;
pub mod arguments;
pub mod audio;
pub mod browser;
pub mod chunks;
pub mod destinations;
pub mod encoder;
pub mod explain;
pub mod facts;
pub mod feasibility;
pub mod hls;
pub mod ladder;
pub mod link;
mod listing;
pub mod live;
pub mod mp4;
mod percent;
pub mod picture;
pub mod plan;
pub mod probe;
pub mod progress;
pub mod renditions;
pub mod session;
pub mod speed;
pub mod stats;
pub mod units;
pub mod verify;
pub mod wishes;
