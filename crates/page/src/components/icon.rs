//! The page's icons, as inline SVG. They are decoration: each one sits next to a text.

use yew::prelude::*;

/// The icons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// A padlock.
    Lock,
    /// An arrow into a tray.
    Download,
    /// A tick.
    Check,
    /// A triangle with a mark.
    Warning,
    /// A cross.
    Close,
    /// Two sheets.
    Copy,
    /// Two halves and the line between them.
    Compare,
    /// A bar between two ends.
    Trim,
    /// An arrow in a circle.
    Again,
    /// Lines with knobs.
    Sliders,
    /// A plug pulled out.
    Offline,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Icon::Lock => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
            Icon::Download => "M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14",
            Icon::Check => "M5 12.5l4.5 4.5L19 7.5",
            Icon::Warning => "M12 4.5L21 19.5H3zM12 10v4.5M12 17v.2",
            Icon::Close => "M6 6l12 12M18 6L6 18",
            Icon::Copy => "M9 9h10v11H9zM15 9V4.5H5V15h4",
            Icon::Compare => "M12 3v18M9 6H4v12h5M15 6h5v12h-5",
            Icon::Trim => "M6 5v14M18 5v14M6 12h12M3 8v8M21 8v8",
            Icon::Again => "M19 12a7 7 0 1 1-2.2-5.1M19 4v4.2h-4.2",
            Icon::Sliders => "M4 8h9m4 0h3M4 16h3m4 0h9M15 6v4M9 14v4",
            Icon::Offline => {
                "M4 4l16 16M8.2 12.5a6 6 0 0 1 3-1.6M15.8 12.5l-.9-.7M5 9.3a11 11 0 0 1 3-1.9m4-.7a11 11 0 0 1 7 2.6M12 17.5v.2"
            }
        }
    }

    /// Draws the icon.
    pub fn draw(self) -> Html {
        html! {
            <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path d={self.path()} />
            </svg>
        }
    }
}

/// Draws the logo: a clip between two brackets.
pub fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
            <path class="logo__brackets" d="M18 11H7v42h11M46 11h11v42H46" />
            <rect class="logo__clip" x="17" y="19" width="30" height="26" rx="5" />
            <path class="logo__play" d="M28 26.2v11.6a1 1 0 0 0 1.5.9l9.7-5.8a1 1 0 0 0 0-1.8l-9.7-5.8a1 1 0 0 0-1.5.9z" />
        </svg>
    }
}
