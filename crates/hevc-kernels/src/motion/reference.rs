//! What the kernels of this group compute, in plain arithmetic, sample by sample.

use super::filter::{CHROMA, LUMA};

/// Returns the filter of a group at a place between pixels: luma's quarters have eight taps, chroma's eighths four.
fn filter(taps: usize, place: usize) -> &'static [i32] {
    match taps {
        8 => &LUMA[place - 1],
        _ => &CHROMA[place - 1],
    }
}

/// Returns an intermediate sample; `sample` returns the one of the reference at a distance, and (x, y) is the place
/// between pixels, zero where the vector is whole.
pub fn interpolate(taps: usize, [x, y]: [usize; 2], bits: u32, sample: impl Fn(isize, isize) -> i32) -> i32 {
    let sum = |place: usize, value: &dyn Fn(isize) -> i32| -> i32 {
        let before = taps as isize / 2 - 1;
        filter(taps, place).iter().zip(-before..).map(|(factor, at)| factor * value(at)).sum()
    };
    let across = |row: isize| sum(x, &|at| sample(at, row)) >> (bits - 8);
    match (x, y) {
        (0, 0) => sample(0, 0) << (14 - bits),
        (_, 0) => across(0),
        (0, _) => sum(y, &|at| sample(0, at)) >> (bits - 8),
        _ => sum(y, &across) >> 6,
    }
}

fn clip(value: i32, bits: u32) -> i32 {
    value.clamp(0, (1 << bits) - 1)
}

/// Rounds an intermediate sample.
pub fn round(value: i32, bits: u32) -> i32 {
    let shift = 14 - bits;
    clip((value + (1 << (shift - 1))) >> shift, bits)
}

/// Averages an intermediate sample with another.
pub fn average(value: i32, other: i16, bits: u32) -> i32 {
    let shift = 15 - bits;
    clip((value + i32::from(other) + (1 << (shift - 1))) >> shift, bits)
}

/// Weighs an intermediate sample.
pub fn weigh(value: i32, [denominator, scale, offset]: [i32; 3], bits: u32) -> i32 {
    let shift = denominator + 14 - bits as i32;
    clip(((value * scale + (1 << (shift - 1))) >> shift) + offset * (1 << (bits - 8)), bits)
}

/// Weighs two intermediate samples and averages them.
pub fn average_weighted(
    value: i32,
    other: i16,
    [denominator, other_scale, scale, other_offset, offset]: [i32; 5],
    bits: u32,
) -> i32 {
    let log2 = denominator + 14 - bits as i32;
    let offsets = (other_offset + offset) * (1 << (bits - 8));
    let sum = value * scale + i32::from(other) * other_scale + ((offsets + 1) << log2);
    clip(sum >> (log2 + 1), bits)
}
