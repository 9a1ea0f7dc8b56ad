//! What a file is: its streams, frames, times and colours, as readers tell them. Knows no wish, no plan and no machine.

#[cfg(feature = "planner")]
pub mod facts;
pub mod failure;
#[cfg(feature = "planner")]
pub mod ffprobe;
pub mod format;
#[cfg(feature = "planner")]
pub mod listing;
#[cfg(feature = "planner")]
pub mod look;
#[cfg(feature = "planner")]
pub mod metadata;
#[cfg(feature = "planner")]
pub mod packets;
pub mod rotation;
#[cfg(feature = "planner")]
pub mod streams;
#[cfg(feature = "planner")]
pub mod watched;
