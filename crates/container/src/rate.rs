//! The frame rate, and a clock on which every frame lasts a whole number of ticks.

use crate::Error;

/// The fewest ticks per second of a track's clock, as in ffmpeg's own files: on a coarser clock, its concatenation
/// loses the duration of the last frame if a frame lasts more than one tick.
const TRACK_SCALE: u32 = 10_000;

/// Frames per second, as a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Frames in `denominator` seconds.
    pub numerator: u32,
    /// Seconds.
    pub denominator: u32,
}

/// A track's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Ticks per second.
    pub(crate) scale: u32,
    /// Ticks per frame.
    pub(crate) frame: u32,
}

impl Rate {
    /// Returns the clock of a track with this rate.
    pub(crate) fn clock(self) -> Result<Clock, Error> {
        if self.numerator == 0 || self.denominator == 0 {
            return Err(Error::TooLarge);
        }
        let factor = TRACK_SCALE.div_ceil(self.numerator).next_power_of_two();
        let ticks = |of: u32| of.checked_mul(factor).ok_or(Error::TooLarge);
        Ok(Clock { scale: ticks(self.numerator)?, frame: ticks(self.denominator)? })
    }

    /// Returns the frame nearest to a time on a clock with `scale` ticks per second.
    pub(crate) fn nearest_frame(self, ticks: i64, scale: u32) -> i128 {
        let frame = 2 * i128::from(self.denominator) * i128::from(scale);
        (2 * i128::from(ticks) * i128::from(self.numerator) + frame / 2).div_euclid(frame)
    }
}
