//! What a file is: its streams, frames, times and colours, as readers tell them. Knows no wish, no plan and no machine.

pub mod facts;
pub mod ffprobe;
pub mod format;
pub mod probe;
