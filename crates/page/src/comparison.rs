//! Whether a source and its result are compared, and why they cannot be. Knows no viewer.

/// How comparing goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Comparison {
    /// The viewer is closed.
    #[default]
    Closed,
    /// The viewer is open.
    Open,
    /// The viewer closed by itself.
    Failed(CompareError),
}

/// Why a source and its result cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// The script did not arrive.
    #[error("The viewer could not be loaded. Check the connection and try again.")]
    NotLoaded,
    /// The browser does not play the source, or cannot read it.
    #[error("This browser cannot play the original file, so it cannot be shown beside the result.")]
    Source,
    /// The browser does not play the result.
    #[error("This browser cannot play the result. The saved file may play elsewhere.")]
    Result,
}
