//! Intra prediction of 4x4 luma blocks in the slanted modes, straight from the decoded samples around the block at
//! `at`, which has `DECODED_STRIDE`. The upright and flat modes are a few words each, which C does as well. Knows
//! nothing of costs.

use super::{
    averages::weighted,
    transpose::{store_rows4, zip8},
};
use crate::{
    DECODED_STRIDE,
    lanes::{load8, load16},
};
use core::arch::wasm32::*;

/// Stores four rows of the bytes that `$order` takes from `$first` (0 to 15) and `$second` (16 to 31).
macro_rules! store_picked {
    ($at:expr, $first:expr, $second:expr, [$($order:literal),+]) => {
        store_rows4($at, DECODED_STRIDE, i8x16_shuffle::<$($order),+>($first, $second))
    };
}

/// Returns every byte moved one place towards the first.
#[inline(always)]
fn next(line: v128) -> v128 {
    i8x16_shuffle::<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15>(line, line)
}

/// Returns, for samples in a line, the mean of each and the next, and the weighted mean of each, the next and the one
/// after that.
#[inline(always)]
fn smooth(line: v128) -> [v128; 2] {
    let second = next(line);
    [u8x16_avgr(line, second), weighted(line, second, next(second))]
}

/// Returns the neighbours in a line: four to the left from the lowest up, the corner, then those above.
#[inline(always)]
unsafe fn around(at: *const u8) -> v128 {
    unsafe {
        let line = load16(at.offset(-DECODED_STRIDE - 5));
        let line = v128_load8_lane::<0>(line, at.offset(3 * DECODED_STRIDE - 1));
        let line = v128_load8_lane::<1>(line, at.offset(2 * DECODED_STRIDE - 1));
        let line = v128_load8_lane::<2>(line, at.offset(DECODED_STRIDE - 1));
        v128_load8_lane::<3>(line, at.offset(-1))
    }
}

/// Predicts down and to the left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_4x4_ddl(at: *mut u8) {
    unsafe {
        let above = load8(at.offset(-DECODED_STRIDE));
        let above = i8x16_shuffle::<0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7>(above, above);
        let [_, line] = smooth(above);
        store_picked!(at, line, line, [0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6]);
    }
}

/// Predicts down and to the right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_4x4_ddr(at: *mut u8) {
    unsafe {
        let [_, line] = smooth(around(at));
        store_picked!(at, line, line, [3, 4, 5, 6, 2, 3, 4, 5, 1, 2, 3, 4, 0, 1, 2, 3]);
    }
}

/// Predicts steeply down to the right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_4x4_vr(at: *mut u8) {
    unsafe {
        let [between, line] = smooth(around(at));
        store_picked!(at, line, between, [20, 21, 22, 23, 3, 4, 5, 6, 2, 20, 21, 22, 1, 3, 4, 5]);
    }
}

/// Predicts gently down to the right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_4x4_hd(at: *mut u8) {
    unsafe {
        let [between, line] = smooth(around(at));
        store_picked!(at, line, between, [19, 3, 4, 5, 18, 2, 19, 3, 17, 1, 18, 2, 16, 0, 17, 1]);
    }
}

/// Predicts steeply down to the left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_4x4_vl(at: *mut u8) {
    unsafe {
        let [between, line] = smooth(load8(at.offset(-DECODED_STRIDE)));
        store_picked!(at, line, between, [16, 17, 18, 19, 0, 1, 2, 3, 17, 18, 19, 20, 1, 2, 3, 4]);
    }
}

/// Predicts gently up to the right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_4x4_hu(at: *mut u8) {
    unsafe {
        let left = v128_load8_splat(at.offset(3 * DECODED_STRIDE - 1));
        let left = v128_load8_lane::<0>(left, at.offset(-1));
        let left = v128_load8_lane::<1>(left, at.offset(DECODED_STRIDE - 1));
        let left = v128_load8_lane::<2>(left, at.offset(2 * DECODED_STRIDE - 1));
        let [between, line] = smooth(left);
        let [line, _] = zip8(between, line);
        store_picked!(at, line, line, [0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7, 8, 9]);
    }
}
