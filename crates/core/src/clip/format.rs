//! The size and rate of a video, and what follows from them. Knows no file and no budget.

use crate::units::{FrameRate, Kbps};
use serde::{Deserialize, Serialize};

/// Frame size and rate of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoFormat {
    /// Width in square pixels, even.
    pub width: u32,
    /// Height in square pixels, even.
    pub height: u32,
    /// Frames per second.
    pub frame_rate: FrameRate,
}

impl VideoFormat {
    /// Pixels in a second of it.
    pub fn pixels_per_second(&self) -> f64 {
        f64::from(self.width) * f64::from(self.height) * self.frame_rate.per_second()
    }

    /// Bits per pixel and frame that `rate` leaves it.
    pub fn density(&self, rate: Kbps) -> f64 {
        rate.0 * 1000.0 / self.pixels_per_second()
    }

    /// Returns the smaller of width and height.
    pub fn short_side(&self) -> u32 {
        self.width.min(self.height)
    }
}
