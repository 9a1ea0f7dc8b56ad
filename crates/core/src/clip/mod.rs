//! What a file is: its streams, frames, times and colours, as readers tell them. Knows no wish, no plan and no machine.

pub mod facts;
pub mod failure;
pub mod ffprobe;
pub mod format;
pub mod listing;
pub mod mp4;
pub mod packets;
pub mod streams;
