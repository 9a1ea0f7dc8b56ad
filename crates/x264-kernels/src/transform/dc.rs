//! Transforms of and from the lowest coefficients of blocks alone. Knows nothing of the other coefficients.

use super::turn::{high_halves, low_halves, turn_4x4};
use crate::lanes::*;
use crate::{DECODED_STRIDE, ENCODED_STRIDE};
use core::arch::wasm32::*;

/// Computes the sums of the differences of source and prediction in four 4x4 blocks, and the 2x2 transform of these
/// sums.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_sub8x8_dct_dc(
    coefficients: *mut i16,
    source: *const u8,
    prediction: *const u8,
) {
    unsafe {
        let row = |y: isize| {
            i16x8_sub(
                widen8(source.offset(y * ENCODED_STRIDE)),
                widen8(prediction.offset(y * DECODED_STRIDE)),
            )
        };
        let upper = i16x8_add(i16x8_add(row(0), row(1)), i16x8_add(row(2), row(3)));
        let lower = i16x8_add(i16x8_add(row(4), row(5)), i16x8_add(row(6), row(7)));
        // Pairs of columns, then left and right halves of the sum and of the difference of both halves.
        let whole = i32x4_extadd_pairwise_i16x8(i16x8_add(upper, lower));
        let change = i32x4_extadd_pairwise_i16x8(i16x8_sub(upper, lower));
        let sides =
            i32x4_add(i32x4_shuffle::<0, 4, 2, 6>(whole, change), i32x4_shuffle::<1, 5, 3, 7>(whole, change));
        let swapped = i64x2_shuffle::<1, 0>(sides, sides);
        let result = low_halves(i32x4_add(sides, swapped), i32x4_sub(sides, swapped));
        store8(coefficients.cast(), i16x8_narrow_i32x4(result, result));
    }
}

/// Returns what rounding and scaling makes of lowest coefficients, split into what is added to pixels and what is taken
/// away.
#[inline(always)]
fn added_and_taken(coefficients: v128) -> (v128, v128) {
    let change = i16x8_shr(i16x8_add_sat(coefficients, i16x8_splat(32)), 6);
    let opposite = i16x8_neg(change);
    (u8x16_narrow_i16x8(change, change), u8x16_narrow_i16x8(opposite, opposite))
}

/// Returns four times each of the lowest four bytes.
#[inline(always)]
fn four_of_each(bytes: v128) -> v128 {
    u8x16_shuffle::<0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3>(bytes, bytes)
}

/// Adds the share of the lowest coefficients alone to four blocks in two rows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_add8x8_idct_dc(pixels: *mut u8, coefficients: *const i16) {
    unsafe {
        let (added, taken) = added_and_taken(load8(coefficients.cast()));
        let (added, taken) = (four_of_each(added), four_of_each(taken));
        let add = |y: isize, added: v128, taken: v128| {
            let at = pixels.offset(y * DECODED_STRIDE);
            store8(at, u8x16_sub_sat(u8x16_add_sat(load8(at), added), taken));
        };
        for y in 0..4 {
            add(y, added, taken);
        }
        let (added, taken) = (high_halves(added, added), high_halves(taken, taken));
        for y in 4..8 {
            add(y, added, taken);
        }
    }
}

/// Adds the share of the lowest coefficients alone to sixteen blocks, row after row of blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_add16x16_idct_dc(pixels: *mut u8, coefficients: *const i16) {
    for row in 0..4_isize {
        unsafe {
            let (added, taken) = added_and_taken(load8(coefficients.offset(4 * row).cast()));
            let (added, taken) = (four_of_each(added), four_of_each(taken));
            for y in 4 * row..4 * row + 4 {
                let at = pixels.offset(y * DECODED_STRIDE);
                store16(at, u8x16_sub_sat(u8x16_add_sat(load16(at), added), taken));
            }
        }
    }
}

/// Sums and differences of neighbouring half vectors: ((0+1 | 0-1), (2+3 | 2-3)).
#[inline(always)]
fn neighbours([ab, cd]: [v128; 2]) -> [v128; 2] {
    let (even, odd) = (low_halves(ab, cd), high_halves(ab, cd));
    let (sums, differences) = (i16x8_add(even, odd), i16x8_sub(even, odd));
    [low_halves(sums, differences), high_halves(sums, differences)]
}

/// Puts (first | last) and (second | third) in order.
#[inline(always)]
fn in_order(outer: v128, inner: v128) -> [v128; 2] {
    [low_halves(outer, inner), i64x2_shuffle::<3, 1>(outer, inner)]
}

/// Computes the 4x4 Hadamard transform of lowest coefficients, halved.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_dct4x4dc(coefficients: *mut i16) {
    unsafe {
        let at = coefficients.cast::<v128>();
        let [left, right] = neighbours([v128_load(at), v128_load(at.add(1))]);
        let [left, right] = neighbours(turn_4x4(in_order(i16x8_add(left, right), i16x8_sub(left, right))));
        // The sums take 17 bits: halved as an average of unsigned values, which has room for them.
        let offset = i16x8_splat(i16::MIN);
        let left = v128_xor(left, offset);
        let outer = u16x8_avgr(left, v128_xor(right, offset));
        let inner = u16x8_avgr(left, i16x8_sub(offset, right));
        let [low, high] = in_order(v128_xor(outer, offset), v128_xor(inner, offset));
        v128_store(at, low);
        v128_store(at.add(1), high);
    }
}

/// Computes the 4x4 Hadamard transform of lowest coefficients.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_idct4x4dc(coefficients: *mut i16) {
    unsafe {
        let at = coefficients.cast::<v128>();
        let [left, right] = neighbours([v128_load(at), v128_load(at.add(1))]);
        let [left, right] = neighbours(turn_4x4(in_order(i16x8_add(left, right), i16x8_sub(left, right))));
        let [low, high] = in_order(i16x8_add(left, right), i16x8_sub(left, right));
        v128_store(at, low);
        v128_store(at.add(1), high);
    }
}

/// Returns what `clipfit_sub8x8_dct_dc` computes.
pub fn sub_8x8_reference(source: &[u8], prediction: &[u8]) -> [i16; 4] {
    let mut sums = [0_i32; 4];
    for (y, x) in (0..8).flat_map(|y| (0..8).map(move |x| (y, x))) {
        sums[x / 4 + 2 * (y / 4)] += i32::from(source[x + y * ENCODED_STRIDE as usize])
            - i32::from(prediction[x + y * DECODED_STRIDE as usize]);
    }
    let [a, b, c, d] = sums;
    [a + b + c + d, a + b - c - d, a - b + c - d, a - b - c + d].map(|sum| sum as i16)
}

/// Computes by definition what the inverse kernels compute for a square of blocks with `side` blocks in a row.
pub fn add_reference(pixels: &mut [u8], coefficients: &[i16], side: usize) {
    for y in 0..4 * side {
        for x in 0..4 * side {
            let change = (i32::from(coefficients[x / 4 + y / 4 * side]) + 32) >> 6;
            let pixel = &mut pixels[x + y * DECODED_STRIDE as usize];
            *pixel = (i32::from(*pixel) + change).clamp(0, 255) as u8;
        }
    }
}

/// Computes the 4x4 Hadamard transform, turned as x264 keeps it; `halved` rounds to half the sums.
pub fn hadamard_reference(coefficients: &mut [i16; 16], halved: bool) {
    const BASIS: [[i32; 4]; 4] = [[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, -1, 1], [1, -1, 1, -1]];
    let from = coefficients.map(i32::from);
    for (index, to) in coefficients.iter_mut().enumerate() {
        let sum: i32 = (0..16).map(|at| from[at] * BASIS[index / 4][at % 4] * BASIS[index % 4][at / 4]).sum();
        *to = if halved { (sum + 1) >> 1 } else { sum } as i16;
    }
}
