//! The mapping as a text that ffmpeg's filter `lut3d` reads (Adobe's Cube LUT Specification 1.0). Knows no filter.

use crate::Hdr;
use std::fmt::Write;

impl Hdr {
    /// Returns a table of the results at `size` levels of each coded red, green and blue, from 0 to 1: a line for each,
    /// red changing fastest.
    pub fn cube(&self, size: u16) -> String {
        let level = |index: u16| f32::from(index) / f32::from(size.max(2) - 1);
        let mut text = format!("LUT_3D_SIZE {size}\n");
        for blue in 0..size {
            for green in 0..size {
                for red in 0..size {
                    let [r, g, b] = self.map([red, green, blue].map(level));
                    // Writing into a text cannot fail.
                    let _ = writeln!(text, "{r:.5} {g:.5} {b:.5}");
                }
            }
        }
        text
    }
}
