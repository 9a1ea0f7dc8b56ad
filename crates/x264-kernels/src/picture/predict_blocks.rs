//! Intra prediction of whole macroblocks: 16x16 luma and 8x8 chroma, from the row above and the column to the left of
//! the block at `at`, which has `DECODED_STRIDE`. Knows nothing of costs.

use super::neighbours::{
    above, above_twice, flat_quarters, left, left_of_8, low_halves, spread, sum_above, sum_left,
};
use crate::{
    DECODED_STRIDE,
    lanes::{load8, store8, store16},
};
use core::arch::wasm32::*;

/// What a flat block without neighbours has.
const GREY: u8 = 128;

#[inline(always)]
unsafe fn fill_16x16(at: *mut u8, row: v128) {
    for index in 0..16 {
        unsafe { store16(at.offset(index * DECODED_STRIDE), row) };
    }
}

/// Stores rows 0 to 3 from the low halves, 4 to 7 from the high ones.
#[inline(always)]
unsafe fn fill_8x8(at: *mut u8, rows: [v128; 4]) {
    for (row, index) in rows.into_iter().zip(0..) {
        unsafe {
            store8(at.offset(index * DECODED_STRIDE), row);
            v128_store64_lane::<1>(row, at.offset((index + 4) * DECODED_STRIDE).cast());
        }
    }
}

/// Predicts every row from the row above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_16x16_v(at: *mut u8) {
    unsafe { fill_16x16(at, above(at, 0)) }
}

/// Predicts every column from the column to the left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_16x16_h(at: *mut u8) {
    for row in 0..16 {
        unsafe { store16(at.offset(row * DECODED_STRIDE), left(at, row)) };
    }
}

/// Predicts the mean of both neighbours.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_16x16_dc(at: *mut u8) {
    unsafe { fill_16x16(at, u8x16_splat(((sum_above(at) + sum_left(at) + 16) >> 5) as u8)) }
}

/// Predicts the mean of the column to the left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_16x16_dc_left(at: *mut u8) {
    unsafe { fill_16x16(at, u8x16_splat(((sum_left(at) + 8) >> 4) as u8)) }
}

/// Predicts the mean of the row above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_16x16_dc_top(at: *mut u8) {
    unsafe { fill_16x16(at, u8x16_splat(((sum_above(at) + 8) >> 4) as u8)) }
}

/// Predicts grey.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_16x16_dc_128(at: *mut u8) {
    unsafe { fill_16x16(at, u8x16_splat(GREY)) }
}

/// Returns the sum of the samples left of the block by their distance from the middle one, the corner's included.
#[inline(always)]
unsafe fn slope_left(at: *const u8, size: isize) -> i32 {
    let middle = size / 2 - 1;
    (-1..size)
        .map(|row| (row - middle) as i32 * i32::from(unsafe { *at.offset(row * DECODED_STRIDE - 1) }))
        .sum()
}

/// Returns a row of the plane that starts with `first` and rises by `slope` a sample, both in 32nds: eight samples.
#[inline(always)]
fn ramp(first: i32, slope: i32) -> v128 {
    let columns = i16x8(0, 1, 2, 3, 4, 5, 6, 7);
    i16x8_add(i16x8_splat(first as i16), i16x8_mul(i16x8_splat(slope as i16), columns))
}

/// Predicts a plane through the neighbours.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_16x16_p(at: *mut u8) {
    unsafe {
        let (corner, last) = (above(at, -1), i32::from(*at.offset(15 - DECODED_STRIDE)));
        let low = i16x8(-8, -7, -6, -5, -4, -3, -2, -1);
        let high = i16x8(0, 1, 2, 3, 4, 5, 6, 7);
        let across = crate::lanes::sum32(i32x4_add(
            i32x4_dot_i16x8(u16x8_extend_low_u8x16(corner), low),
            i32x4_dot_i16x8(u16x8_extend_high_u8x16(corner), high),
        )) + 8 * last;
        let b = (5 * across + 32) >> 6;
        let c = (5 * slope_left(at, 16) + 32) >> 6;
        let a = 16 * (i32::from(*at.offset(15 * DECODED_STRIDE - 1)) + last);
        let first = a - 7 * (b + c) + 16;
        let (mut start, mut end) = (ramp(first, b), ramp(first + 8 * b, b));
        let down = i16x8_splat(c as i16);
        for row in 0..16 {
            let samples = u8x16_narrow_i16x8(i16x8_shr(start, 5), i16x8_shr(end, 5));
            store16(at.offset(row * DECODED_STRIDE), samples);
            (start, end) = (i16x8_add(start, down), i16x8_add(end, down));
        }
    }
}

/// Predicts every row from the row above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8c_v(at: *mut u8) {
    unsafe { fill_8x8(at, [above_twice(at); 4]) }
}

/// Predicts every column from the column to the left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8c_h(at: *mut u8) {
    for row in 0..8 {
        unsafe { store8(at.offset(row * DECODED_STRIDE), left(at, row)) };
    }
}

/// Predicts the means of the neighbours, quarter by quarter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8c_dc(at: *mut u8) {
    unsafe { fill_8x8(at, [flat_quarters(above_twice(at), &left_of_8(at)); 4]) }
}

/// Predicts the means of the column to the left, upper and lower half.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8c_dc_left(at: *mut u8) {
    let mean = |first: isize| {
        let sum: i32 =
            (first..first + 4).map(|row| i32::from(unsafe { *at.offset(row * DECODED_STRIDE - 1) })).sum();
        u8x16_splat(((sum + 2) >> 2) as u8)
    };
    unsafe { fill_8x8(at, [low_halves(mean(0), mean(4)); 4]) }
}

/// Predicts the means of the row above, left and right half.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8c_dc_top(at: *mut u8) {
    unsafe {
        let twos = u16x8_extadd_pairwise_u8x16(above_twice(at));
        let fours = i16x8_add(twos, i16x8_shuffle::<1, 0, 3, 2, 5, 4, 7, 6>(twos, twos));
        fill_8x8(at, [spread(u16x8_shr(i16x8_add(fours, i16x8_splat(2)), 2)); 4]);
    }
}

/// Predicts grey.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8c_dc_128(at: *mut u8) {
    unsafe { fill_8x8(at, [u8x16_splat(GREY); 4]) }
}

/// Predicts a plane through the neighbours.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8c_p(at: *mut u8) {
    unsafe {
        let last = i32::from(*at.offset(7 - DECODED_STRIDE));
        let corner = u16x8_extend_low_u8x16(load8(at.offset(-1 - DECODED_STRIDE)));
        let weights = i16x8(-4, -3, -2, -1, 0, 1, 2, 3);
        let across = crate::lanes::sum32(i32x4_dot_i16x8(corner, weights)) + 4 * last;
        let b = (17 * across + 16) >> 5;
        let c = (17 * slope_left(at, 8) + 16) >> 5;
        let a = 16 * (i32::from(*at.offset(7 * DECODED_STRIDE - 1)) + last);
        let first = a - 3 * (b + c) + 16;
        let (mut samples, down) = (ramp(first, b), i16x8_splat(c as i16));
        for row in 0..8 {
            let shifted = i16x8_shr(samples, 5);
            store8(at.offset(row * DECODED_STRIDE), u8x16_narrow_i16x8(shifted, shifted));
            samples = i16x8_add(samples, down);
        }
    }
}
