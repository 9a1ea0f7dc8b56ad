//! The 4x4 transform: forward from the difference of source and prediction, inverse onto the prediction. Knows nothing
//! of quantisation.
//!
//! The inverse computes in 16 bits, as H.264 grants for every conforming stream; x264's C would only differ where sums
//! leave that range.

use super::turn::{high_halves, low_halves, turn_4x4, turn_two_4x4};
use crate::lanes::*;
use crate::{DECODED_STRIDE, ENCODED_STRIDE};
use core::arch::wasm32::*;

/// Returns the forward transform across four vectors.
#[inline(always)]
fn forward([a, b, c, d]: [v128; 4]) -> [v128; 4] {
    let (outer_sum, inner_sum) = (i16x8_add(a, d), i16x8_add(b, c));
    let (outer, inner) = (i16x8_sub(a, d), i16x8_sub(b, c));
    [
        i16x8_add(outer_sum, inner_sum),
        i16x8_add(i16x8_add(outer, outer), inner),
        i16x8_sub(outer_sum, inner_sum),
        i16x8_sub(outer, i16x8_add(inner, inner)),
    ]
}

/// Returns the forward transform across the four half vectors of a pair.
#[inline(always)]
fn forward_pair([ab, cd]: [v128; 2]) -> [v128; 2] {
    let dc = i64x2_shuffle::<1, 0>(cd, cd);
    let (sums, differences) = (i16x8_add(ab, dc), i16x8_sub(ab, dc));
    let (outer, inner) = (low_halves(sums, differences), high_halves(sums, differences));
    let zero = i64x2_splat(0);
    let (outer_again, inner_again) = (i64x2_shuffle::<0, 3>(zero, outer), i64x2_shuffle::<0, 3>(zero, inner));
    [i16x8_add(i16x8_add(outer, outer_again), inner), i16x8_sub(i16x8_sub(outer, inner_again), inner)]
}

/// Returns the inverse transform across four vectors.
#[inline(always)]
fn inverse([a, b, c, d]: [v128; 4]) -> [v128; 4] {
    let (even_sum, even) = (i16x8_add(a, c), i16x8_sub(a, c));
    let (odd_sum, odd) = (i16x8_add(b, i16x8_shr(d, 1)), i16x8_sub(i16x8_shr(b, 1), d));
    [i16x8_add(even_sum, odd_sum), i16x8_add(even, odd), i16x8_sub(even, odd), i16x8_sub(even_sum, odd_sum)]
}

/// Returns the inverse transform across the four half vectors of a pair; the second result has its halves swapped.
#[inline(always)]
fn inverse_pair_swapped([ab, cd]: [v128; 2]) -> [v128; 2] {
    let even = low_halves(i16x8_add(ab, cd), i16x8_sub(ab, cd));
    let odd = high_halves(i16x8_add(ab, i16x8_shr(cd, 1)), i16x8_sub(i16x8_shr(ab, 1), cd));
    [i16x8_add(even, odd), i16x8_sub(even, odd)]
}

/// Computes the forward transform of two blocks side by side.
#[inline(always)]
unsafe fn sub_two(coefficients: *mut i16, source: *const u8, prediction: *const u8) {
    unsafe {
        let row = |y: isize| {
            i16x8_sub(
                widen8(source.offset(y * ENCODED_STRIDE)),
                widen8(prediction.offset(y * DECODED_STRIDE)),
            )
        };
        let [a, b, c, d] = forward(turn_two_4x4(forward([row(0), row(1), row(2), row(3)])));
        let to = coefficients.cast::<v128>();
        v128_store(to, low_halves(a, b));
        v128_store(to.add(1), low_halves(c, d));
        v128_store(to.add(2), high_halves(a, b));
        v128_store(to.add(3), high_halves(c, d));
    }
}

/// Computes the inverse transform of two blocks onto the pixels side by side.
#[inline(always)]
unsafe fn add_two(pixels: *mut u8, coefficients: *const i16) {
    unsafe {
        let from = coefficients.cast::<v128>();
        let left = [v128_load(from), v128_load(from.add(1))];
        let right = [v128_load(from.add(2)), v128_load(from.add(3))];
        let [first, second, third, fourth] = turn_two_4x4(inverse([
            low_halves(left[0], right[0]),
            high_halves(left[0], right[0]),
            low_halves(left[1], right[1]),
            high_halves(left[1], right[1]),
        ]));
        let rows = inverse([i16x8_add(first, i16x8_splat(32)), second, third, fourth]);
        for (y, row) in rows.into_iter().enumerate() {
            let at = pixels.offset(y as isize * DECODED_STRIDE);
            let sum = i16x8_add(widen8(at), i16x8_shr(row, 6));
            store8(at, u8x16_narrow_i16x8(sum, sum));
        }
    }
}

/// Computes the forward transform of one block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_sub4x4_dct(
    coefficients: *mut i16,
    source: *const u8,
    prediction: *const u8,
) {
    unsafe {
        let (source, prediction) = (load4x4(source, ENCODED_STRIDE), load4x4(prediction, DECODED_STRIDE));
        let rows = [
            i16x8_sub(u16x8_extend_low_u8x16(source), u16x8_extend_low_u8x16(prediction)),
            i16x8_sub(u16x8_extend_high_u8x16(source), u16x8_extend_high_u8x16(prediction)),
        ];
        let [low, high] = forward_pair(turn_4x4(forward_pair(rows)));
        v128_store(coefficients.cast(), low);
        v128_store(coefficients.cast::<v128>().add(1), high);
    }
}

/// Computes the forward transform of four blocks in two rows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_sub8x8_dct(
    coefficients: *mut i16,
    source: *const u8,
    prediction: *const u8,
) {
    unsafe {
        sub_two(coefficients, source, prediction);
        sub_two(
            coefficients.add(32),
            source.offset(4 * ENCODED_STRIDE),
            prediction.offset(4 * DECODED_STRIDE),
        );
    }
}

/// Computes the forward transform of sixteen blocks, quarter after quarter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_sub16x16_dct(
    coefficients: *mut i16,
    source: *const u8,
    prediction: *const u8,
) {
    for quarter in 0..4_isize {
        let (x, y) = (8 * (quarter & 1), 8 * (quarter >> 1));
        unsafe {
            clipfit_sub8x8_dct(
                coefficients.offset(64 * quarter),
                source.offset(x + y * ENCODED_STRIDE),
                prediction.offset(x + y * DECODED_STRIDE),
            );
        }
    }
}

/// Computes the inverse transform of one block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_add4x4_idct(pixels: *mut u8, coefficients: *const i16) {
    unsafe {
        let from = coefficients.cast::<v128>();
        let [columns_01, columns_32] = inverse_pair_swapped([v128_load(from), v128_load(from.add(1))]);
        let [first, second] = turn_4x4([columns_01, i64x2_shuffle::<1, 0>(columns_32, columns_32)]);
        let rounding = i16x8(32, 32, 32, 32, 0, 0, 0, 0);
        let [rows_01, rows_32] = inverse_pair_swapped([i16x8_add(first, rounding), second]);
        // Rows 0, 1, 3, 2: in the order in which they came out.
        let row = |y: isize| pixels.offset(y * DECODED_STRIDE).cast::<u32>();
        let old = v128_load32_lane::<1>(v128_load32_zero(row(0)), row(1));
        let old = v128_load32_lane::<3>(v128_load32_lane::<2>(old, row(3)), row(2));
        let new = u8x16_narrow_i16x8(
            i16x8_add(u16x8_extend_low_u8x16(old), i16x8_shr(rows_01, 6)),
            i16x8_add(u16x8_extend_high_u8x16(old), i16x8_shr(rows_32, 6)),
        );
        v128_store32_lane::<0>(new, row(0));
        v128_store32_lane::<1>(new, row(1));
        v128_store32_lane::<2>(new, row(3));
        v128_store32_lane::<3>(new, row(2));
    }
}

/// Computes the inverse transform of four blocks in two rows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_add8x8_idct(pixels: *mut u8, coefficients: *const i16) {
    unsafe {
        add_two(pixels, coefficients);
        add_two(pixels.offset(4 * DECODED_STRIDE), coefficients.add(32));
    }
}

/// Computes the inverse transform of sixteen blocks, quarter after quarter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_add16x16_idct(pixels: *mut u8, coefficients: *const i16) {
    for quarter in 0..4_isize {
        let (x, y) = (8 * (quarter & 1), 8 * (quarter >> 1));
        unsafe {
            clipfit_add8x8_idct(pixels.offset(x + y * DECODED_STRIDE), coefficients.offset(64 * quarter))
        }
    }
}

/// Returns where the block with this index begins in its macroblock: column and row in pixels. Quarters go before their
/// parts.
fn corner(block: usize) -> (usize, usize) {
    (4 * ((block & 1) | ((block >> 1) & 2)), 4 * (((block >> 1) & 1) | ((block >> 2) & 2)))
}

/// Computes by definition what the forward kernels compute, for as many blocks as there is room for: each coefficient
/// is the sum of all differences weighted by both of its basis functions.
pub fn sub_reference(coefficients: &mut [i16], source: &[u8], prediction: &[u8]) {
    const BASIS: [[i32; 4]; 4] = [[1, 1, 1, 1], [2, 1, -1, -2], [1, -1, -1, 1], [1, -2, 2, -1]];
    for (block, coefficients) in coefficients.chunks_exact_mut(16).enumerate() {
        let (left, top) = corner(block);
        for (index, coefficient) in coefficients.iter_mut().enumerate() {
            let mut sum = 0;
            for (y, x) in (0..4).flat_map(|y| (0..4).map(move |x| (y, x))) {
                let difference = i32::from(source[left + x + (top + y) * ENCODED_STRIDE as usize])
                    - i32::from(prediction[left + x + (top + y) * DECODED_STRIDE as usize]);
                sum += difference * BASIS[index / 4][x] * BASIS[index % 4][y];
            }
            *coefficient = sum as i16;
        }
    }
}

/// Computes by definition what the inverse kernels compute, for as many blocks as are given: H.264's inverse, rows of
/// coefficients first.
pub fn add_reference(pixels: &mut [u8], coefficients: &[i16]) {
    let inverse = |[a, b, c, d]: [i32; 4]| {
        let (odd_sum, odd) = (b + (d >> 1), (b >> 1) - d);
        [a + c + odd_sum, a - c + odd, a - c - odd, a + c - odd_sum]
    };
    for (block, coefficients) in coefficients.chunks_exact(16).enumerate() {
        let (left, top) = corner(block);
        let across: [[i32; 4]; 4] =
            core::array::from_fn(|v| inverse(core::array::from_fn(|h| i32::from(coefficients[4 * h + v]))));
        for x in 0..4 {
            let column = inverse(core::array::from_fn(|v| across[v][x]));
            for (y, residual) in column.into_iter().enumerate() {
                let pixel = &mut pixels[left + x + (top + y) * DECODED_STRIDE as usize];
                *pixel = (i32::from(*pixel) + ((residual + 32) >> 6)).clamp(0, 255) as u8;
            }
        }
    }
}
