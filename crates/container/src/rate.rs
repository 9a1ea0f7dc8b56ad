//! Frames a second, and the clock on which every frame has a whole number of ticks.

use crate::Error;

/// Ticks of the track's clock in a second are at least this many, as in ffmpeg's own files: on a coarser clock its
/// concatenation loses the last frame's length where a frame is more than one tick.
const TRACK_SCALE: u32 = 10_000;

/// Frames a second, as a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Frames...
    pub numerator: u32,
    /// ...in so many seconds.
    pub denominator: u32,
}

/// A track's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Ticks in a second.
    pub(crate) scale: u32,
    /// Ticks of a frame.
    pub(crate) frame: u32,
}

impl Rate {
    pub(crate) fn clock(self) -> Result<Clock, Error> {
        if self.numerator == 0 || self.denominator == 0 {
            return Err(Error::TooLarge);
        }
        let factor = TRACK_SCALE.div_ceil(self.numerator).next_power_of_two();
        let ticks = |of: u32| of.checked_mul(factor).ok_or(Error::TooLarge);
        Ok(Clock { scale: ticks(self.numerator)?, frame: ticks(self.denominator)? })
    }

    /// The frame nearest to a time on a clock of `scale` ticks a second.
    pub(crate) fn nearest_frame(self, ticks: i64, scale: u32) -> i128 {
        let frame = 2 * i128::from(self.denominator) * i128::from(scale);
        (2 * i128::from(ticks) * i128::from(self.numerator) + frame / 2).div_euclid(frame)
    }
}
