//! Sums of absolute differences between a block and each of three intra predictions, without predicting to memory:
//! x264's C leaves the last prediction at the decoded block, which none of its callers read and its assembly does not
//! write. `encoded` has `ENCODED_STRIDE`, `decoded` lies among its neighbours. Knows nothing of transforms.

use super::{
    neighbours::{above, above_twice, flat_quarters, left, left_of_8, low_halves, sum_above, sum_left},
    predict_8x8::mean,
};
use crate::{
    DECODED_STRIDE, ENCODED_STRIDE,
    lanes::{distance, load4x4, load8, load16},
};
use core::arch::wasm32::*;

/// Stores the sums of three vectors of unsigned 16-bit lanes, shifted right once rounded.
#[inline(always)]
pub(super) unsafe fn store_costs(costs: *mut i32, sums: [v128; 3], rounding: i32, shift: u32) {
    let [a, b, c] = sums.map(|sum| u32x4_extadd_pairwise_u16x8(sum));
    let none = i32x4_splat(0);
    let halves =
        |a: v128, b: v128| i32x4_add(i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
    let (left, right) = (halves(a, b), halves(c, none));
    let totals = i32x4_add(i64x2_shuffle::<0, 2>(left, right), i64x2_shuffle::<1, 3>(left, right));
    let totals = u32x4_shr(i32x4_add(totals, i32x4_splat(rounding)), shift);
    unsafe {
        v128_store64_lane::<0>(totals, costs.cast());
        v128_store32_lane::<2>(totals, costs.add(2).cast());
    }
}

/// Returns distances of bytes summed two by two.
#[inline(always)]
fn distances(a: v128, b: v128) -> v128 {
    u16x8_extadd_pairwise_u8x16(distance(a, b))
}

/// Returns eight bytes of rows `row` and `row + 4` of the source.
#[inline(always)]
pub(super) unsafe fn encoded_rows(encoded: *const u8, row: isize) -> v128 {
    unsafe {
        let upper = encoded.offset(row * ENCODED_STRIDE);
        v128_load64_lane::<1>(load8(upper), upper.offset(4 * ENCODED_STRIDE).cast())
    }
}

/// Computes the costs of vertical, horizontal and flat prediction of 16x16 samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_intra_sad_x3_16x16(encoded: *mut u8, decoded: *mut u8, costs: *mut i32) {
    unsafe {
        let upright = above(decoded, 0);
        let flat = u8x16_splat(((sum_above(decoded) + sum_left(decoded) + 16) >> 5) as u8);
        let mut sums = [u16x8_splat(0); 3];
        for row in 0..16 {
            let samples = load16(encoded.offset(row * ENCODED_STRIDE));
            for (sum, prediction) in sums.iter_mut().zip([upright, left(decoded, row), flat]) {
                *sum = i16x8_add(*sum, distances(samples, prediction));
            }
        }
        store_costs(costs, sums, 0, 0);
    }
}

/// Returns the same of 8x8 samples: rows four apart share a vector.
#[inline(always)]
unsafe fn costs_8x8(encoded: *const u8, upright: v128, sides: [v128; 4], flat: v128) -> [v128; 3] {
    let mut sums = [u16x8_splat(0); 3];
    for (side, row) in sides.into_iter().zip(0..) {
        let samples = unsafe { encoded_rows(encoded, row) };
        for (sum, prediction) in sums.iter_mut().zip([upright, side, flat]) {
            *sum = i16x8_add(*sum, distances(samples, prediction));
        }
    }
    sums
}

/// Computes the costs of flat, horizontal and vertical prediction of 8x8 chroma samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_intra_sad_x3_8x8c(encoded: *mut u8, decoded: *mut u8, costs: *mut i32) {
    unsafe {
        let (upright, sides) = (above_twice(decoded), left_of_8(decoded));
        let [v, h, flat] = costs_8x8(encoded, upright, sides, flat_quarters(upright, &sides));
        store_costs(costs, [flat, h, v], 0, 0);
    }
}

/// Computes the costs of vertical, horizontal and flat prediction of 8x8 luma samples from their filtered edge.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_intra_sad_x3_8x8(encoded: *mut u8, edge: *mut u8, costs: *mut i32) {
    unsafe {
        let upright = v128_load64_splat(edge.offset(16).cast());
        store_costs(costs, costs_8x8(encoded, upright, edge_sides(edge), mean(edge)), 0, 0);
    }
}

/// Returns the edge's samples to the left of eight rows: eight bytes of row `n`, then eight of row `n + 4`.
#[inline(always)]
pub(super) unsafe fn edge_sides(edge: *const u8) -> [v128; 4] {
    let side = |row: isize| unsafe { v128_load8_splat(edge.offset(14 - row)) };
    [0, 1, 2, 3].map(|row| low_halves(side(row), side(row + 4)))
}

/// Returns sixteen bytes each of vertical, horizontal and flat prediction of 4x4 samples, row by row.
#[inline(always)]
pub(super) unsafe fn predictions_4x4(decoded: *const u8) -> [v128; 3] {
    unsafe {
        let upright = v128_load32_splat(decoded.offset(-DECODED_STRIDE).cast());
        let before = load4x4(decoded.offset(-4), DECODED_STRIDE);
        let sides = i8x16_shuffle::<3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15>(before, before);
        // Every neighbour stands in four of the bytes.
        let twos = i16x8_add(u16x8_extadd_pairwise_u8x16(upright), u16x8_extadd_pairwise_u8x16(sides));
        let flat = u8x16_splat(((crate::lanes::sum16(twos) + 16) >> 5) as u8);
        [upright, sides, flat]
    }
}

/// Computes the costs of vertical, horizontal and flat prediction of 4x4 samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_intra_sad_x3_4x4(encoded: *mut u8, decoded: *mut u8, costs: *mut i32) {
    unsafe {
        let samples = load4x4(encoded, ENCODED_STRIDE);
        let sums = predictions_4x4(decoded).map(|prediction| distances(samples, prediction));
        store_costs(costs, sums, 0, 0);
    }
}
