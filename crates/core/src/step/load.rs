//! The parts that a worker can be given, and why one could not be loaded; and why the script that packs a package could
//! not do it. Knows no address and no file.

use serde::{Deserialize, Serialize};

/// What a worker can do is brought by these, each a script and a WebAssembly module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// ffmpeg and ffprobe.
    Core,
    /// The same built with threads, for a worker by itself; only where the page is cross-origin isolated.
    CoreThreads,
    /// x264.
    Encoder,
    /// What is needed around the browser's own codecs.
    Codecs,
}

/// Why a part could not be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum LoadFailure {
    /// No answer, or a connection that broke: try again when the network is back.
    Network,
    /// The server answered with an error status (404 after a new release, for one): reload the page.
    Status,
    /// What arrived is not the part.
    Corrupt,
    /// The browser refused to compile or start it (no memory, WebAssembly switched off).
    Refused,
}

/// Why files could not be put into one archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PackFailure {
    /// The script that packs did not arrive.
    NotLoaded(String),
    /// The archive could not be written.
    NotWritten(String),
}
