//! Rows across a vertical edge to columns and back. Knows nothing of filters.

use crate::lanes::{load8, store8};
use core::arch::wasm32::*;

/// Returns `a` and `b` byte by byte in turn: their low halves, then their high halves.
#[inline(always)]
pub(super) fn zip8(a: v128, b: v128) -> [v128; 2] {
    [
        i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(a, b),
        i8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(a, b),
    ]
}

/// Does the same as `zip8`, two bytes by two.
#[inline(always)]
pub(super) fn zip16(a: v128, b: v128) -> [v128; 2] {
    [i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b), i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b)]
}

/// Returns the eight columns of sixteen rows of eight bytes.
#[inline(always)]
pub(super) unsafe fn columns(from: *const u8, stride: isize) -> [v128; 8] {
    let row = |index: isize| unsafe { load8(from.offset(index * stride)) };
    // Each step halves the distance of the rows that stand side by side.
    let eighths: [v128; 8] = [0, 1, 2, 3, 4, 5, 6, 7].map(|index| zip8(row(index), row(index + 8))[0]);
    let quarters: [[v128; 2]; 4] = [0, 1, 2, 3].map(|index| zip8(eighths[index], eighths[index + 4]));
    let halves = [0, 1].map(|index| {
        let [a, b] = zip8(quarters[index][0], quarters[index + 2][0]);
        let [c, d] = zip8(quarters[index][1], quarters[index + 2][1]);
        [a, b, c, d]
    });
    let [a, b] = zip8(halves[0][0], halves[1][0]);
    let [c, d] = zip8(halves[0][1], halves[1][1]);
    let [e, f] = zip8(halves[0][2], halves[1][2]);
    let [g, h] = zip8(halves[0][3], halves[1][3]);
    [a, b, c, d, e, f, g, h]
}

/// Stores four columns as sixteen rows of four bytes.
#[inline(always)]
pub(super) unsafe fn store_columns4(to: *mut u8, stride: isize, columns: [v128; 4]) {
    let left = zip8(columns[0], columns[1]);
    let right = zip8(columns[2], columns[3]);
    for half in [0, 1] {
        let [upper, lower] = zip16(left[half], right[half]);
        unsafe {
            store_rows4(to.offset(half as isize * 8 * stride), stride, upper);
            store_rows4(to.offset((half as isize * 8 + 4) * stride), stride, lower);
        }
    }
}

/// Stores eight columns as sixteen rows of eight bytes.
#[inline(always)]
pub(super) unsafe fn store_columns8(to: *mut u8, stride: isize, columns: [v128; 8]) {
    let twos: [[v128; 2]; 4] = [0, 2, 4, 6].map(|index| zip8(columns[index], columns[index + 1]));
    for half in [0, 1] {
        let left = zip16(twos[0][half], twos[1][half]);
        let right = zip16(twos[2][half], twos[3][half]);
        for quarter in [0, 1] {
            let row = (half * 8 + quarter * 4) as isize;
            let upper = i32x4_shuffle::<0, 4, 1, 5>(left[quarter], right[quarter]);
            let lower = i32x4_shuffle::<2, 6, 3, 7>(left[quarter], right[quarter]);
            unsafe {
                store8(to.offset(row * stride), upper);
                v128_store64_lane::<1>(upper, to.offset((row + 1) * stride).cast());
                store8(to.offset((row + 2) * stride), lower);
                v128_store64_lane::<1>(lower, to.offset((row + 3) * stride).cast());
            }
        }
    }
}

/// Stores sixteen bytes as four rows of four.
#[inline(always)]
pub(super) unsafe fn store_rows4(to: *mut u8, stride: isize, rows: v128) {
    unsafe {
        v128_store32_lane::<0>(rows, to.cast());
        v128_store32_lane::<1>(rows, to.offset(stride).cast());
        v128_store32_lane::<2>(rows, to.offset(2 * stride).cast());
        v128_store32_lane::<3>(rows, to.offset(3 * stride).cast());
    }
}
