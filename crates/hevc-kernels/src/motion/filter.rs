//! The filters, for eight neighbouring samples at a time.

use crate::lanes::*;
use core::arch::wasm32::*;

/// Luma's filters at one, two and three quarters.
pub(super) const LUMA: [[i32; 8]; 3] =
    [[-1, 4, -10, 58, 17, -5, 1, 0], [-1, 4, -11, 40, 40, -11, 4, -1], [0, 1, -5, 17, 58, -10, 4, -1]];

/// Chroma's filters at one to seven eighths.
pub(super) const CHROMA: [[i32; 4]; 7] = [
    [-2, 58, 10, -2],
    [-4, 54, 16, -2],
    [-6, 46, 28, -4],
    [-4, 36, 36, -4],
    [-4, 28, 46, -6],
    [-2, 16, 54, -4],
    [-2, 10, 58, -2],
];

/// A filter's factors, each in every lane: one by one and in pairs.
#[derive(Clone, Copy)]
pub(super) struct Filter<const TAPS: usize> {
    single: [v128; TAPS],
    // As many as taps, of which half are used: arrays of half a size need a generic expression.
    pairs: [v128; TAPS],
}

impl<const TAPS: usize> Filter<TAPS> {
    /// Taps before the sample itself.
    pub(super) const BEFORE: isize = TAPS as isize / 2 - 1;

    #[inline(always)]
    pub(super) fn new(factors: &[i32; TAPS]) -> Filter<TAPS> {
        let mut filter = Filter { single: [i16x8_splat(0); TAPS], pairs: [i16x8_splat(0); TAPS] };
        for tap in 0..TAPS {
            filter.single[tap] = i16x8_splat(factors[tap] as i16);
            if tap < TAPS / 2 {
                filter.pairs[tap] = i32x4_splat(pair(factors[2 * tap], factors[2 * tap + 1]));
            }
        }
        filter
    }

    /// Filters eight samples, of which the first tap of the first is at `from`; taps are `step` bytes apart.
    #[inline(always)]
    unsafe fn eight_bits(&self, from: *const u8, step: isize) -> v128 {
        unsafe {
            let mut sum = i16x8_mul(Eight::load(from), self.single[0]);
            for tap in 1..TAPS {
                sum = i16x8_add(
                    sum,
                    i16x8_mul(Eight::load(from.offset(tap as isize * step)), self.single[tap]),
                );
            }
            sum
        }
    }

    /// Filters eight samples across.
    #[inline(always)]
    pub(super) unsafe fn across<D: Depth>(&self, from: *const u8) -> v128 {
        unsafe {
            let from = from.offset(-Self::BEFORE * D::BYTES);
            if D::BITS == 8 {
                return self.eight_bits(from, D::BYTES);
            }
            // Neighbours are pairs already: of the even samples, and one sample further of the odd ones.
            let (mut even, mut odd) = (i32x4_splat(0), i32x4_splat(0));
            for at in 0..TAPS / 2 {
                let from = from.offset(2 * at as isize * D::BYTES);
                even = i32x4_add(even, i32x4_dot_i16x8(D::load(from), self.pairs[at]));
                odd = i32x4_add(odd, i32x4_dot_i16x8(D::load(from.offset(D::BYTES)), self.pairs[at]));
            }
            let shift = D::BITS - 8;
            i16x8_shuffle::<0, 8, 2, 10, 4, 12, 6, 14>(i32x4_shr(even, shift), i32x4_shr(odd, shift))
        }
    }

    /// Filters eight samples down.
    #[inline(always)]
    pub(super) unsafe fn down<D: Depth>(&self, from: *const u8, stride: isize) -> v128 {
        unsafe {
            let from = from.offset(-Self::BEFORE * stride);
            if D::BITS == 8 {
                return self.eight_bits(from, stride);
            }
            let [left, right] = self.sums(|tap| D::load(from.offset(tap as isize * stride)));
            let shift = D::BITS - 8;
            // A sum of one filter fits in 16 bits: nothing saturates.
            i16x8_narrow_i32x4(i32x4_shr(left, shift), i32x4_shr(right, shift))
        }
    }

    /// Filters eight samples down whose rows have been filtered already: in 32 bits, the left four and the right four.
    #[inline(always)]
    pub(super) unsafe fn down_again(&self, rows: *const v128) -> [v128; 2] {
        unsafe {
            let [left, right] = self.sums(|tap| *rows.add(tap));
            [i32x4_shr(left, 6), i32x4_shr(right, 6)]
        }
    }

    #[inline(always)]
    fn sums(&self, row: impl Fn(usize) -> v128) -> [v128; 2] {
        let (mut left, mut right) = (i32x4_splat(0), i32x4_splat(0));
        for at in 0..TAPS / 2 {
            let (first, second) = (row(2 * at), row(2 * at + 1));
            left = i32x4_add(left, i32x4_dot_i16x8(pairs_low(first, second), self.pairs[at]));
            right = i32x4_add(right, i32x4_dot_i16x8(pairs_high(first, second), self.pairs[at]));
        }
        [left, right]
    }
}
