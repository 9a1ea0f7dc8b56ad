//! SATD: half the sum of the absolute 4x4 Hadamard coefficients of two blocks' differences. The function in which x264
//! spends most of its time. Knows nothing of 8x8 transforms.
//!
//! The even and odd bytes of a row hold horizontal neighbours in the same lane, so the first horizontal step needs no
//! shuffle; rows meet in registers, so neither do the vertical steps. The second horizontal step, last of all, never
//! happens: of two neighbours x and y it would make |x + y| + |x - y|, and half of that, which is what SATD counts, is
//! the larger of |x| and |y|.

use super::hadamard::{sums_and_differences, transform_reference};
use super::{even, odd};
use crate::ENCODED_STRIDE;
use crate::lanes::{load4x4, load8x2, load16, sum32};
use core::arch::wasm32::*;

/// Returns the differences of sixteen pixels, as the sums and the differences of horizontal neighbours. Lanes keep the
/// order of the pixels; a block of 4x4 has two lanes in each.
#[inline(always)]
fn first_step(a: v128, b: v128) -> (v128, v128) {
    sums_and_differences(i16x8_sub(even(a), even(b)), i16x8_sub(odd(a), odd(b)))
}

/// Returns the four vertical sums and differences of four rows.
#[inline(always)]
fn vertical([a, b, c, d]: [v128; 4]) -> [v128; 4] {
    let ((a, b), (c, d)) = (sums_and_differences(a, b), sums_and_differences(c, d));
    let ((a, c), (b, d)) = (sums_and_differences(a, c), sums_and_differences(b, d));
    [a, b, c, d]
}

/// Adds up what the last horizontal step would make, halved: in the odd lanes. The even ones hold nothing of use.
#[inline(always)]
fn last_step<const COUNT: usize>(values: [v128; COUNT]) -> v128 {
    let mut sum = i16x8_splat(0);
    for value in values {
        let size = i16x8_abs(value);
        sum = i16x8_add(sum, i16x8_max(size, u32x4_shl(size, 16)));
    }
    sum
}

/// Transforms four blocks of 4x4 whose rows stand in the four vectors. An odd lane of the result holds one block's
/// SATD, 8,160 at most.
#[inline(always)]
fn four_blocks(a: [v128; 4], b: [v128; 4]) -> v128 {
    let rows = [0, 1, 2, 3].map(|row| first_step(a[row], b[row]));
    i16x8_add(last_step(vertical(rows.map(|row| row.0))), last_step(vertical(rows.map(|row| row.1))))
}

/// Transforms two blocks of 4x4 side by side; the result is that of `four_blocks`, spread over more lanes.
#[inline(always)]
unsafe fn two_blocks(a: *const u8, a_stride: isize, b: *const u8, b_stride: isize) -> v128 {
    // Rows 0 and 2, rows 1 and 3: the halves meet after an exchange.
    let (upper, lower) = unsafe {
        let take = |from: *const u8, stride: isize| load8x2(from, 2 * stride);
        (
            first_step(take(a, a_stride), take(b, b_stride)),
            first_step(take(a.offset(a_stride), a_stride), take(b.offset(b_stride), b_stride)),
        )
    };
    let finish = |upper, lower| {
        let (sum, difference) = sums_and_differences(upper, lower);
        let (first, second) =
            (i64x2_shuffle::<0, 2>(sum, difference), i64x2_shuffle::<1, 3>(sum, difference));
        let (sum, difference) = sums_and_differences(first, second);
        last_step([sum, difference])
    };
    i16x8_add(finish(upper.0, lower.0), finish(upper.1, lower.1))
}

/// Transforms one block of 4x4; the result is that of `four_blocks`, spread over more lanes.
#[inline(always)]
unsafe fn one_block(a: *const u8, a_stride: isize, b: *const u8, b_stride: isize) -> v128 {
    let (sums, differences) = unsafe { first_step(load4x4(a, a_stride), load4x4(b, b_stride)) };
    // A 32-bit lane is a row. Interleaving brings rows 0 and 2, 1 and 3 together, then 0 and 1.
    let (first, second) =
        (i32x4_shuffle::<0, 4, 1, 5>(sums, differences), i32x4_shuffle::<2, 6, 3, 7>(sums, differences));
    let (sum, difference) = sums_and_differences(first, second);
    let (first, second) = (i64x2_shuffle::<0, 2>(sum, difference), i64x2_shuffle::<1, 3>(sum, difference));
    let (sum, difference) = sums_and_differences(first, second);
    last_step([sum, difference])
}

/// Returns the SATD of a block. The largest block brings four times 8,160 into an odd lane, which unsigned 16 bits
/// hold.
#[inline(always)]
unsafe fn satd<const WIDTH: usize, const HEIGHT: usize>(
    a: *const u8,
    a_stride: isize,
    b: *const u8,
    b_stride: isize,
) -> i32 {
    let mut sum = i16x8_splat(0);
    // Sixteen pixels are a row, or a row of eight and the fourth below it.
    let step = if WIDTH == 8 && HEIGHT > 4 { 8 } else { 4 };
    for turn in 0..HEIGHT / step {
        let row = (turn * step) as isize;
        let part = unsafe {
            let (a, b) = (a.offset(row * a_stride), b.offset(row * b_stride));
            match (WIDTH, step) {
                (16, _) => {
                    let take = |from: *const u8, stride: isize| {
                        [0, 1, 2, 3].map(|row| load16(from.offset(row * stride)))
                    };
                    four_blocks(take(a, a_stride), take(b, b_stride))
                }
                (8, 8) => {
                    let take = |from: *const u8, stride: isize| {
                        [0, 1, 2, 3].map(|row| load8x2(from.offset(row * stride), 4 * stride))
                    };
                    four_blocks(take(a, a_stride), take(b, b_stride))
                }
                (8, _) => two_blocks(a, a_stride, b, b_stride),
                _ => one_block(a, a_stride, b, b_stride),
            }
        };
        sum = i16x8_add(sum, part);
    }
    sum32(u32x4_shr(sum, 16))
}

macro_rules! satd {
    ($($name:ident: $width:literal, $height:literal;)*) => {$(
        #[doc = concat!("SATD of ", $width, "x", $height, " pixels.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(a: *const u8, a_stride: isize, b: *const u8, b_stride: isize) -> i32 {
            unsafe { satd::<$width, $height>(a, a_stride, b, b_stride) }
        }
    )*};
}

macro_rules! satd_of_several {
    ($($three:ident, $four:ident: $one:ident, $size:literal;)*) => {$(
        #[doc = concat!("SATD of ", $size, " pixels with three candidates.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $three(
            encoded: *const u8,
            a: *const u8,
            b: *const u8,
            c: *const u8,
            stride: isize,
            scores: *mut i32,
        ) {
            unsafe {
                *scores = $one(encoded, ENCODED_STRIDE, a, stride);
                *scores.add(1) = $one(encoded, ENCODED_STRIDE, b, stride);
                *scores.add(2) = $one(encoded, ENCODED_STRIDE, c, stride);
            }
        }

        #[doc = concat!("SATD of ", $size, " pixels with four candidates.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $four(
            encoded: *const u8,
            a: *const u8,
            b: *const u8,
            c: *const u8,
            d: *const u8,
            stride: isize,
            scores: *mut i32,
        ) {
            unsafe {
                *scores = $one(encoded, ENCODED_STRIDE, a, stride);
                *scores.add(1) = $one(encoded, ENCODED_STRIDE, b, stride);
                *scores.add(2) = $one(encoded, ENCODED_STRIDE, c, stride);
                *scores.add(3) = $one(encoded, ENCODED_STRIDE, d, stride);
            }
        }
    )*};
}

satd! {
    clipfit_satd_16x16: 16, 16;
    clipfit_satd_16x8: 16, 8;
    clipfit_satd_8x16: 8, 16;
    clipfit_satd_8x8: 8, 8;
    clipfit_satd_8x4: 8, 4;
    clipfit_satd_4x16: 4, 16;
    clipfit_satd_4x8: 4, 8;
    clipfit_satd_4x4: 4, 4;
}

satd_of_several! {
    clipfit_satd_x3_16x16, clipfit_satd_x4_16x16: clipfit_satd_16x16, "16x16";
    clipfit_satd_x3_16x8, clipfit_satd_x4_16x8: clipfit_satd_16x8, "16x8";
    clipfit_satd_x3_8x16, clipfit_satd_x4_8x16: clipfit_satd_8x16, "8x16";
    clipfit_satd_x3_8x8, clipfit_satd_x4_8x8: clipfit_satd_8x8, "8x8";
    clipfit_satd_x3_8x4, clipfit_satd_x4_8x4: clipfit_satd_8x4, "8x4";
    clipfit_satd_x3_4x8, clipfit_satd_x4_4x8: clipfit_satd_4x8, "4x8";
    clipfit_satd_x3_4x4, clipfit_satd_x4_4x4: clipfit_satd_4x4, "4x4";
}

/// Returns the SATD of a block `width` x `height`, by definition.
pub unsafe fn satd_reference(
    (width, height): (isize, isize),
    (a, a_stride): (*const u8, isize),
    (b, b_stride): (*const u8, isize),
) -> i32 {
    let mut sum = 0;
    for row in (0..height).step_by(4) {
        for column in (0..width).step_by(4) {
            sum += transform_reference::<4>(|y, x| unsafe {
                let a = *a.offset((row + y) * a_stride + column + x);
                i32::from(a) - i32::from(*b.offset((row + y) * b_stride + column + x))
            })
            .absolute;
        }
    }
    sum / 2
}
