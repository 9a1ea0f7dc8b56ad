//! Pure planning for Clipfit: what is known of a clip, what is wished, the plan that follows, and the job that carries
//! it out. The browser and the command line drive the same code.
//!
//! Invariant: nothing here touches the world. No async, clock, file system, web-sys, threads or logging; every function
//! gives the same answer natively and in WebAssembly. The modules are layers: each names only those above it in this
//! list (`tests/layers.rs` fails otherwise). Without the feature `planner` nothing is left that plans or carries out:
//! what the page links.

// Sample clips are read by the tests in here as by those outside.
#[cfg(test)]
extern crate self as clipfit_core;

mod percent;
pub mod progress;
mod table;
pub mod units;

pub mod clip;
pub mod wishes;

#[cfg_attr(not(feature = "planner"), allow(dead_code, reason = "much of it only the planner asks"))]
pub mod machine;

#[cfg(feature = "planner")]
pub mod hls;
#[cfg(feature = "planner")]
pub mod rate;

#[cfg(feature = "planner")]
pub mod plan;

#[cfg(feature = "planner")]
pub mod step;
/// Of steps, who only shows them knows why one could not be taken.
#[cfg(not(feature = "planner"))]
pub mod step {
    pub mod load;
}

#[cfg(feature = "planner")]
pub mod job;

pub mod live;

#[cfg(feature = "planner")]
pub mod command;

pub mod view;

#[cfg(test)]
mod testing;
