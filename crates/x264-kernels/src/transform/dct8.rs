//! The 8x8 transform: forward from the difference of source and prediction, inverse onto the prediction. Knows nothing
//! of quantisation. The inverse computes in 16 bits, as H.264 grants for every conforming stream.

use super::turn::turn_8x8;
use crate::lanes::*;
use crate::{DECODED_STRIDE, ENCODED_STRIDE};
use core::arch::wasm32::*;

/// Returns one and a half times.
#[inline(always)]
fn and_half(value: v128) -> v128 {
    i16x8_add(value, i16x8_shr(value, 1))
}

/// Returns the forward transform across eight vectors.
#[inline(always)]
fn forward(s: [v128; 8]) -> [v128; 8] {
    let sum = |index: usize| i16x8_add(s[index], s[7 - index]);
    let difference = |index: usize| i16x8_sub(s[index], s[7 - index]);
    let (a0, a2) = (i16x8_add(sum(0), sum(3)), i16x8_sub(sum(0), sum(3)));
    let (a1, a3) = (i16x8_add(sum(1), sum(2)), i16x8_sub(sum(1), sum(2)));
    let [d07, d16, d25, d34] = [difference(0), difference(1), difference(2), difference(3)];
    let a4 = i16x8_add(i16x8_add(d16, d25), and_half(d07));
    let a5 = i16x8_sub(i16x8_sub(d07, d34), and_half(d25));
    let a6 = i16x8_sub(i16x8_add(d07, d34), and_half(d16));
    let a7 = i16x8_add(i16x8_sub(d16, d25), and_half(d34));
    [
        i16x8_add(a0, a1),
        i16x8_add(a4, i16x8_shr(a7, 2)),
        i16x8_add(a2, i16x8_shr(a3, 1)),
        i16x8_add(a5, i16x8_shr(a6, 2)),
        i16x8_sub(a0, a1),
        i16x8_sub(a6, i16x8_shr(a5, 2)),
        i16x8_sub(i16x8_shr(a2, 1), a3),
        i16x8_sub(i16x8_shr(a4, 2), a7),
    ]
}

/// Returns the inverse transform across eight vectors.
#[inline(always)]
fn inverse(s: [v128; 8]) -> [v128; 8] {
    let (a0, a2) = (i16x8_add(s[0], s[4]), i16x8_sub(s[0], s[4]));
    let (a4, a6) = (i16x8_sub(i16x8_shr(s[2], 1), s[6]), i16x8_add(i16x8_shr(s[6], 1), s[2]));
    let (b0, b6) = (i16x8_add(a0, a6), i16x8_sub(a0, a6));
    let (b2, b4) = (i16x8_add(a2, a4), i16x8_sub(a2, a4));
    let a1 = i16x8_sub(i16x8_sub(s[5], s[3]), and_half(s[7]));
    let a3 = i16x8_sub(i16x8_add(s[1], s[7]), and_half(s[3]));
    let a5 = i16x8_add(i16x8_sub(s[7], s[1]), and_half(s[5]));
    let a7 = i16x8_add(i16x8_add(s[3], s[5]), and_half(s[1]));
    let b1 = i16x8_add(i16x8_shr(a7, 2), a1);
    let b3 = i16x8_add(a3, i16x8_shr(a5, 2));
    let b5 = i16x8_sub(i16x8_shr(a3, 2), a5);
    let b7 = i16x8_sub(a7, i16x8_shr(a1, 2));
    [
        i16x8_add(b0, b7),
        i16x8_add(b2, b5),
        i16x8_add(b4, b3),
        i16x8_add(b6, b1),
        i16x8_sub(b6, b1),
        i16x8_sub(b4, b3),
        i16x8_sub(b2, b5),
        i16x8_sub(b0, b7),
    ]
}

/// Computes the forward transform of one block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_sub8x8_dct8(
    coefficients: *mut i16,
    source: *const u8,
    prediction: *const u8,
) {
    unsafe {
        let rows = core::array::from_fn(|y| {
            let y = y as isize;
            i16x8_sub(
                widen8(source.offset(y * ENCODED_STRIDE)),
                widen8(prediction.offset(y * DECODED_STRIDE)),
            )
        });
        for (h, column) in forward(turn_8x8(forward(rows))).into_iter().enumerate() {
            v128_store(coefficients.cast::<v128>().add(h), column);
        }
    }
}

/// Computes the forward transform of four blocks in two rows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_sub16x16_dct8(
    coefficients: *mut i16,
    source: *const u8,
    prediction: *const u8,
) {
    for block in 0..4_isize {
        let (x, y) = (8 * (block & 1), 8 * (block >> 1));
        unsafe {
            clipfit_sub8x8_dct8(
                coefficients.offset(64 * block),
                source.offset(x + y * ENCODED_STRIDE),
                prediction.offset(x + y * DECODED_STRIDE),
            );
        }
    }
}

/// Computes the inverse transform of one block. x264's C leaves intermediate values in the coefficients; this leaves
/// them alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_add8x8_idct8(pixels: *mut u8, coefficients: *const i16) {
    unsafe {
        let mut columns: [v128; 8] = core::array::from_fn(|h| v128_load(coefficients.cast::<v128>().add(h)));
        // Rounds every pixel, because the lowest coefficient reaches all of them unchanged.
        columns[0] = i16x8_add(columns[0], i16x8(32, 0, 0, 0, 0, 0, 0, 0));
        for (y, row) in inverse(turn_8x8(inverse(columns))).into_iter().enumerate() {
            let at = pixels.offset(y as isize * DECODED_STRIDE);
            let sum = i16x8_add(widen8(at), i16x8_shr(row, 6));
            store8(at, u8x16_narrow_i16x8(sum, sum));
        }
    }
}

/// Computes the inverse transform of four blocks in two rows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_add16x16_idct8(pixels: *mut u8, coefficients: *const i16) {
    for block in 0..4_isize {
        let (x, y) = (8 * (block & 1), 8 * (block >> 1));
        unsafe {
            clipfit_add8x8_idct8(pixels.offset(x + y * DECODED_STRIDE), coefficients.offset(64 * block))
        }
    }
}

/// Computes by definition what the forward kernels compute, for as many blocks as there is room for: columns first,
/// then rows.
pub fn sub_reference(coefficients: &mut [i16], source: &[u8], prediction: &[u8]) {
    for (block, coefficients) in coefficients.chunks_exact_mut(64).enumerate() {
        let (left, top) = (8 * (block % 2), 8 * (block / 2));
        let difference = |x: usize, y: usize| {
            i32::from(source[left + x + (top + y) * ENCODED_STRIDE as usize])
                - i32::from(prediction[left + x + (top + y) * DECODED_STRIDE as usize])
        };
        let down: [[i32; 8]; 8] =
            core::array::from_fn(|x| forward_reference(core::array::from_fn(|y| difference(x, y))));
        for v in 0..8 {
            let across = forward_reference(core::array::from_fn(|x| down[x][v]));
            for h in 0..8 {
                coefficients[8 * h + v] = across[h] as i16;
            }
        }
    }
}

/// Computes by definition what the inverse kernels compute, for as many blocks as are given: H.264's inverse, rows of
/// coefficients first.
pub fn add_reference(pixels: &mut [u8], coefficients: &[i16]) {
    for (block, coefficients) in coefficients.chunks_exact(64).enumerate() {
        let (left, top) = (8 * (block % 2), 8 * (block / 2));
        let across: [[i32; 8]; 8] = core::array::from_fn(|v| {
            inverse_reference(core::array::from_fn(|h| i32::from(coefficients[8 * h + v])))
        });
        for x in 0..8 {
            let column = inverse_reference(core::array::from_fn(|v| across[v][x]));
            for (y, residual) in column.into_iter().enumerate() {
                let pixel = &mut pixels[left + x + (top + y) * DECODED_STRIDE as usize];
                *pixel = (i32::from(*pixel) + ((residual + 32) >> 6)).clamp(0, 255) as u8;
            }
        }
    }
}

/// Transforms one dimension forward: even frequencies from the sums of mirrored samples, odd ones from their
/// differences.
fn forward_reference(samples: [i32; 8]) -> [i32; 8] {
    let sum: [i32; 4] = core::array::from_fn(|index| samples[index] + samples[7 - index]);
    let [a, b, c, d]: [i32; 4] = core::array::from_fn(|index| samples[index] - samples[7 - index]);
    let (mean, slope) = (sum[0] + sum[3], sum[0] - sum[3]);
    let (inner_mean, inner_slope) = (sum[1] + sum[2], sum[1] - sum[2]);
    let (first, second) = (b + c + a + (a >> 1), a - d - c - (c >> 1));
    let (third, fourth) = (a + d - b - (b >> 1), b - c + d + (d >> 1));
    [
        mean + inner_mean,
        first + (fourth >> 2),
        slope + (inner_slope >> 1),
        second + (third >> 2),
        mean - inner_mean,
        third - (second >> 2),
        (slope >> 1) - inner_slope,
        (first >> 2) - fourth,
    ]
}

/// Transforms one dimension back, as in H.264, 8.5.13.
fn inverse_reference(c: [i32; 8]) -> [i32; 8] {
    let even = [c[0] + c[4], c[0] - c[4], (c[2] >> 1) - c[6], c[2] + (c[6] >> 1)];
    let odd = [
        c[5] - c[3] - c[7] - (c[7] >> 1),
        c[1] + c[7] - c[3] - (c[3] >> 1),
        c[7] - c[1] + c[5] + (c[5] >> 1),
        c[3] + c[5] + c[1] + (c[1] >> 1),
    ];
    let outer = [even[0] + even[3], even[1] + even[2], even[1] - even[2], even[0] - even[3]];
    let inner =
        [odd[3] - (odd[0] >> 2), (odd[1] >> 2) - odd[2], odd[1] + (odd[2] >> 2), odd[0] + (odd[3] >> 2)];
    core::array::from_fn(|index| {
        if index < 4 { outer[index] + inner[index] } else { outer[7 - index] - inner[7 - index] }
    })
}
