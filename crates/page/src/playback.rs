//! The state of a package that plays, and why one cannot. Knows no player.

/// Why a package cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlayerError {
    /// The script did not arrive.
    #[error("The player could not be loaded. Check the connection and try again.")]
    NotLoaded(String),
    /// The browser has no Media Source Extensions.
    #[error("This browser cannot play the stream here. The saved package plays elsewhere.")]
    Unsupported,
    /// A file of the package is missing, or no playlist.
    #[error("The package is not whole.")]
    Package(String),
    /// The browser cannot decode it.
    #[error("The browser cannot play these videos. The saved package may play elsewhere.")]
    Media(String),
}

/// How playing goes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlayerState {
    /// Folders of the renditions, the leanest first; empty until they are known.
    pub levels: Vec<String>,
    /// Which one is shown.
    pub current: Option<usize>,
    /// Which one was chosen; `None` leaves it to the player.
    pub chosen: Option<usize>,
    /// Seconds that are ready behind the frame that is shown.
    pub buffered: f64,
    /// The last frame has been shown.
    pub ended: bool,
    /// It cannot go on.
    pub error: Option<PlayerError>,
}
