//! Quarter turns of frames, and what they do to sizes and places.

use serde::{Deserialize, Serialize};

/// A clockwise turn, such as the one that makes frames upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Rotation {
    /// Already upright.
    #[default]
    None,
    /// 90 degrees clockwise.
    Right,
    /// Upside down.
    Half,
    /// 90 degrees counter-clockwise.
    Left,
}

impl Rotation {
    /// Returns a size after the turn.
    pub fn turned(self, (width, height): (u32, u32)) -> (u32, u32) {
        match self {
            Rotation::None | Rotation::Half => (width, height),
            Rotation::Right | Rotation::Left => (height, width),
        }
    }

    /// Returns one turn after the other.
    pub fn and(self, other: Rotation) -> Rotation {
        Rotation::from_clockwise((self.clockwise() + other.clockwise()) % 360)
    }

    /// Returns where a part of a frame of this size is after the turn; parts are left, top, width, height.
    pub fn part(self, [left, top, width, height]: [u32; 4], frame: (u32, u32)) -> [u32; 4] {
        let right = frame.0.saturating_sub(left + width);
        let below = frame.1.saturating_sub(top + height);
        match self {
            Rotation::None => [left, top, width, height],
            Rotation::Right => [below, left, height, width],
            Rotation::Half => [right, below, width, height],
            Rotation::Left => [top, right, height, width],
        }
    }

    /// Returns the turn that undoes it.
    pub fn back(self) -> Rotation {
        Rotation::from_clockwise((360 - self.clockwise()) % 360)
    }

    /// Returns the turn in clockwise degrees.
    pub fn clockwise(self) -> u32 {
        match self {
            Rotation::None => 0,
            Rotation::Right => 90,
            Rotation::Half => 180,
            Rotation::Left => 270,
        }
    }

    /// Reads clockwise degrees; anything but quarter turns is none.
    pub fn from_clockwise(degrees: u32) -> Rotation {
        match degrees {
            90 => Rotation::Right,
            180 => Rotation::Half,
            270 => Rotation::Left,
            _ => Rotation::None,
        }
    }
}
