//! The part of the frames to keep and which way up, as people name it. Refuses to know any clip.

use crate::clip::rotation::Rotation;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What becomes of the frames: first cropped, then turned, then flipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Shape {
    /// The part to keep; `None` keeps all.
    pub crop: Option<Crop>,
    /// The turn, clockwise.
    pub turn: Rotation,
    /// What is swapped.
    pub flip: Flip,
}

/// A part of the upright frame, in pixels as a person sees them: square.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Crop {
    /// The largest part of this aspect ratio, in the middle.
    Ratio {
        /// Width...
        across: u32,
        /// ...to height.
        down: u32,
    },
    /// A part of this size.
    Part {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// Pixels to the left of it and above it; `None` is the middle.
        at: Option<(u32, u32)>,
    },
}

/// What is swapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Flip {
    /// Nothing.
    #[default]
    None,
    /// Left and right.
    Horizontal,
    /// Top and bottom.
    Vertical,
    /// Both.
    Both,
}

impl Flip {
    /// All, with their names in links.
    pub const ALL: [(Flip, &str); 4] = [
        (Flip::None, "none"),
        (Flip::Horizontal, "horizontal"),
        (Flip::Vertical, "vertical"),
        (Flip::Both, "both"),
    ];

    /// Returns the one with this name in links.
    pub fn find(id: &str) -> Option<Flip> {
        Flip::ALL.into_iter().find(|(_, name)| *name == id).map(|(flip, _)| flip)
    }

    /// Returns its name in links.
    pub fn id(self) -> &'static str {
        Flip::ALL.into_iter().find(|(flip, _)| *flip == self).map_or("none", |(_, name)| name)
    }
}

/// Reads a turn in degrees, clockwise: 0, 90, 180 or 270.
pub fn parse_turn(text: &str) -> Option<Rotation> {
    let degrees: u32 = text.trim().parse().ok()?;
    (degrees < 360 && degrees.is_multiple_of(90)).then(|| Rotation::from_clockwise(degrees))
}

impl Crop {
    /// Reads an aspect ratio (`16:9`) or a part (`640x360` in the middle, `640x360+10+20` so far from the left and the top).
    pub fn parse(text: &str) -> Option<Crop> {
        let side = |text: &str| text.parse().ok().filter(|side| (1..=100_000).contains(side));
        let text = text.trim();
        if let Some((across, down)) = text.split_once(':') {
            return Some(Crop::Ratio { across: side(across)?, down: side(down)? });
        }
        let (size, at) = text.split_once('+').map_or((text, None), |(size, at)| (size, Some(at)));
        let (width, height) = size.split_once('x')?;
        let place = |text: &str| text.parse().ok().filter(|place| (0..=100_000).contains(place));
        let at = match at {
            None => None,
            Some(at) => {
                let (left, top) = at.split_once('+')?;
                Some((place(left)?, place(top)?))
            }
        };
        Some(Crop::Part { width: side(width)?, height: side(height)?, at })
    }

    /// Returns left, top, width and height of what is within an upright frame of this size.
    pub fn within(self, (width, height): (u32, u32)) -> [u32; 4] {
        match self {
            Crop::Ratio { across, down } => {
                let [wide, high] = [width, height].map(u64::from);
                let [across, down] = [across, down].map(u64::from);
                // Frames have even sides.
                let even = |of: u64, to: u64| (of + to) / (2 * to) * 2;
                let (w, h) = if wide * down > high * across {
                    (even(high * across, down), high)
                } else {
                    (wide, even(wide * down, across))
                };
                let [w, h] = [w, h].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
                [(width - w.min(width)) / 2, (height - h.min(height)) / 2, w.min(width), h.min(height)]
            }
            Crop::Part { width: w, height: h, at } => {
                let middle = (width.saturating_sub(w) / 2, height.saturating_sub(h) / 2);
                let (left, top) = at.unwrap_or(middle);
                let within = |from: u32, side: u32, frame: u32| side.min(frame.saturating_sub(from));
                [left, top, within(left, w, width), within(top, h, height)]
            }
        }
    }
}

impl fmt::Display for Crop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Crop::Ratio { across, down } => write!(f, "{across}:{down}"),
            Crop::Part { width, height, at: None } => write!(f, "{width}x{height}"),
            Crop::Part { width, height, at: Some((left, top)) } => write!(f, "{width}x{height}+{left}+{top}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_as_people_write_them() {
        let part = |width, height, at| Some(Crop::Part { width, height, at });
        for (text, crop) in [
            ("16:9", Some(Crop::Ratio { across: 16, down: 9 })),
            ("640x360", part(640, 360, None)),
            ("640x360+0+20", part(640, 360, Some((0, 20)))),
        ] {
            assert_eq!(Crop::parse(text), crop, "{text}");
            assert_eq!(crop.map(|crop| crop.to_string()).as_deref(), Some(text));
        }
        for bad in ["", "16", "0:9", "16:", "640x", "x360", "640x360+1", "640x360+-1+2", "-640x360", "1e3x20"]
        {
            assert_eq!(Crop::parse(bad), None, "{bad}");
        }
        for (text, turn) in
            [("90", Some(Rotation::Right)), ("0", Some(Rotation::None)), ("45", None), ("360", None)]
        {
            assert_eq!(parse_turn(text), turn, "{text}");
        }
    }
}
