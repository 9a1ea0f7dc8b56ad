//! What becomes of intermediate samples: they are kept, rounded to samples, averaged with another prediction's, or
//! weighted.

use crate::ROW;
use crate::lanes::*;
use core::arch::wasm32::*;

/// Takes eight intermediate samples at a time; `count` of them are in the block.
pub(super) trait Finish<D: Depth> {
    /// Takes samples that fit in 16 bits.
    #[inline(always)]
    unsafe fn narrow(&self, x: isize, y: isize, count: isize, samples: v128) {
        unsafe { self.wide(x, y, count, widen(samples)) }
    }

    /// Takes samples of 32 bits, the left four and the right four.
    unsafe fn wide(&self, x: isize, y: isize, count: isize, samples: [v128; 2]);
}

/// Keeps the intermediate samples, for `Average` or `AverageWeighted` to take.
pub(super) struct Keep {
    pub(super) to: *mut i16,
}

/// Rounds to samples.
pub(super) struct Round {
    pub(super) to: *mut u8,
    pub(super) stride: isize,
}

/// Averages with intermediate samples of another prediction.
pub(super) struct Average {
    pub(super) to: *mut u8,
    pub(super) stride: isize,
    pub(super) other: *const i16,
}

/// Multiplies with a weight and adds an offset.
pub(super) struct Weigh {
    to: *mut u8,
    stride: isize,
    scale: v128,
    round: v128,
    shift: u32,
    offset: v128,
}

impl Weigh {
    #[inline(always)]
    pub(super) fn new<D: Depth>(to: *mut u8, stride: isize, [denominator, scale, offset]: [i32; 3]) -> Weigh {
        let shift = denominator as u32 + 14 - D::BITS;
        let (round, offset) = (i32x4_splat(1 << (shift - 1)), i32x4_splat(offset * (1 << (D::BITS - 8))));
        Weigh { to, stride, scale: i32x4_splat(scale), round, shift, offset }
    }
}

/// Weighs both predictions and averages them.
pub(super) struct AverageWeighted {
    to: *mut u8,
    stride: isize,
    other: *const i16,
    other_scale: v128,
    scale: v128,
    offset: v128,
    shift: u32,
}

impl AverageWeighted {
    #[inline(always)]
    pub(super) fn new<D: Depth>(
        to: *mut u8,
        stride: isize,
        other: *const i16,
        [denominator, other_scale, scale, other_offset, offset]: [i32; 5],
    ) -> AverageWeighted {
        let log2 = denominator as u32 + 14 - D::BITS;
        let depth = 1 << (D::BITS - 8);
        AverageWeighted {
            to,
            stride,
            other,
            other_scale: i32x4_splat(other_scale),
            scale: i32x4_splat(scale),
            offset: i32x4_splat((other_offset * depth + offset * depth + 1) * (1 << log2)),
            shift: log2 + 1,
        }
    }
}

#[inline(always)]
fn widen(samples: v128) -> [v128; 2] {
    [i32x4_extend_low_i16x8(samples), i32x4_extend_high_i16x8(samples)]
}

#[inline(always)]
unsafe fn other(from: *const i16, x: isize, y: isize) -> v128 {
    unsafe { v128_load(from.offset(y * ROW + x).cast()) }
}

/// Stores samples of 32 bits. A value that saturates at 16 bits is clipped to the same sample.
#[inline(always)]
unsafe fn store<D: Depth>(to: *mut u8, [left, right]: [v128; 2], count: isize) {
    unsafe { D::store(to, i16x8_narrow_i32x4(left, right), count) }
}

impl<D: Depth> Finish<D> for Keep {
    #[inline(always)]
    unsafe fn narrow(&self, x: isize, y: isize, _: isize, samples: v128) {
        unsafe { v128_store(self.to.offset(y * ROW + x).cast(), samples) }
    }

    #[inline(always)]
    unsafe fn wide(&self, x: isize, y: isize, count: isize, [left, right]: [v128; 2]) {
        // As in C, what does not fit wraps.
        let samples = i16x8_shuffle::<0, 2, 4, 6, 8, 10, 12, 14>(left, right);
        unsafe { Finish::<D>::narrow(self, x, y, count, samples) }
    }
}

impl<D: Depth> Finish<D> for Round {
    #[inline(always)]
    unsafe fn narrow(&self, x: isize, y: isize, count: isize, samples: v128) {
        unsafe {
            let shift = 14 - D::BITS;
            let rounded = i16x8_shr(i16x8_add_sat(samples, i16x8_splat(1 << (shift - 1))), shift);
            D::store(self.to.offset(y * self.stride + x * D::BYTES), rounded, count);
        }
    }

    #[inline(always)]
    unsafe fn wide(&self, x: isize, y: isize, count: isize, [left, right]: [v128; 2]) {
        // A value that saturates here rounds and clips to the same sample.
        unsafe { Finish::<D>::narrow(self, x, y, count, i16x8_narrow_i32x4(left, right)) }
    }
}

impl<D: Depth> Finish<D> for Average {
    #[inline(always)]
    unsafe fn narrow(&self, x: isize, y: isize, count: isize, samples: v128) {
        unsafe {
            let shift = 15 - D::BITS;
            // Sums that saturate are beyond the largest sample or below zero, and stay so.
            let sum = i16x8_add_sat(samples, other(self.other, x, y));
            let rounded = i16x8_shr(i16x8_add_sat(sum, i16x8_splat(1 << (shift - 1))), shift);
            D::store(self.to.offset(y * self.stride + x * D::BYTES), rounded, count);
        }
    }

    #[inline(always)]
    unsafe fn wide(&self, x: isize, y: isize, count: isize, samples: [v128; 2]) {
        unsafe {
            let shift = 15 - D::BITS;
            let others = widen(other(self.other, x, y));
            let round = i32x4_splat(1 << (shift - 1));
            let rounded =
                [0, 1].map(|half| i32x4_shr(i32x4_add(i32x4_add(samples[half], others[half]), round), shift));
            store::<D>(self.to.offset(y * self.stride + x * D::BYTES), rounded, count);
        }
    }
}

impl<D: Depth> Finish<D> for Weigh {
    #[inline(always)]
    unsafe fn wide(&self, x: isize, y: isize, count: isize, samples: [v128; 2]) {
        unsafe {
            let weighted = samples.map(|half| {
                let rounded = i32x4_add(i32x4_mul(half, self.scale), self.round);
                i32x4_add(i32x4_shr(rounded, self.shift), self.offset)
            });
            store::<D>(self.to.offset(y * self.stride + x * D::BYTES), weighted, count);
        }
    }
}

impl<D: Depth> Finish<D> for AverageWeighted {
    #[inline(always)]
    unsafe fn wide(&self, x: isize, y: isize, count: isize, samples: [v128; 2]) {
        unsafe {
            let others = widen(other(self.other, x, y));
            let weighted = [0, 1].map(|half| {
                let sum = i32x4_add(
                    i32x4_mul(samples[half], self.scale),
                    i32x4_mul(others[half], self.other_scale),
                );
                i32x4_shr(i32x4_add(sum, self.offset), self.shift)
            });
            store::<D>(self.to.offset(y * self.stride + x * D::BYTES), weighted, count);
        }
    }
}
