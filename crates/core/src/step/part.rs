//! What a worker in the browser is made of. Knows no address and no file.

use serde::{Deserialize, Serialize};

/// What a worker can do is brought by these, each a script and a WebAssembly module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// ffmpeg and ffprobe.
    Core,
    /// The same built with threads, for a worker of its own; only where the page is cross-origin isolated.
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

impl LoadFailure {
    /// What is wrong and what to do, as sentences.
    pub fn text(self) -> &'static str {
        match self {
            LoadFailure::Network => {
                "The encoder could not be fetched. Check the connection and try again; afterwards it works offline."
            }
            LoadFailure::Status => {
                "The server does not have the encoder any more, probably because of a new release. Reload the page."
            }
            LoadFailure::Corrupt => "The encoder arrived damaged. Reload the page and try again.",
            LoadFailure::Refused => {
                "The browser refused to start the encoder. It may be out of memory, or WebAssembly may be switched off."
            }
        }
    }
}
