//! The inverse transforms of 4x4, of cosines and of sines.

use crate::lanes::pair;
use core::arch::wasm32::*;

/// Each transform's factors for output k: of inputs 0 and 1, of inputs 2 and 3.
const COSINES: [[i32; 2]; 4] = [
    [pair(64, 83), pair(64, 36)],
    [pair(64, 36), pair(-64, -83)],
    [pair(64, -36), pair(-64, 83)],
    [pair(64, -83), pair(64, -36)],
];
const SINES: [[i32; 2]; 4] = [
    [pair(29, 74), pair(84, 55)],
    [pair(55, 74), pair(-29, -84)],
    [pair(74, 0), pair(-74, 74)],
    [pair(84, -74), pair(55, -29)],
];

/// Returns outputs 0 and 1, and 2 and 3, of four transforms at once, scaled and saturated to 16 bits.
#[inline(always)]
fn transform<const SHIFT: u32>(factors: &[[i32; 2]; 4], first: v128, second: v128) -> [v128; 2] {
    let output = |index: usize| {
        let sum = i32x4_add(
            i32x4_dot_i16x8(first, i32x4_splat(factors[index][0])),
            i32x4_dot_i16x8(second, i32x4_splat(factors[index][1])),
        );
        i32x4_shr(i32x4_add(sum, i32x4_splat(1 << (SHIFT - 1))), SHIFT)
    };
    [i16x8_narrow_i32x4(output(0), output(1)), i16x8_narrow_i32x4(output(2), output(3))]
}

#[inline(always)]
unsafe fn inverse<const SHIFT: u32>(coefficients: *mut i16, factors: &[[i32; 2]; 4]) {
    unsafe {
        let (top, bottom) = (v128_load(coefficients.cast()), v128_load(coefficients.add(8).cast()));
        let [top, bottom] = transform::<7>(
            factors,
            i16x8_shuffle::<0, 4, 1, 5, 2, 6, 3, 7>(top, top),
            i16x8_shuffle::<0, 4, 1, 5, 2, 6, 3, 7>(bottom, bottom),
        );
        // Across a row, pairs are neighbours already.
        let [left, right] = transform::<SHIFT>(
            factors,
            i32x4_shuffle::<0, 2, 4, 6>(top, bottom),
            i32x4_shuffle::<1, 3, 5, 7>(top, bottom),
        );
        v128_store(coefficients.cast(), i16x8_shuffle::<0, 4, 8, 12, 1, 5, 9, 13>(left, right));
        v128_store(coefficients.add(8).cast(), i16x8_shuffle::<2, 6, 10, 14, 3, 7, 11, 15>(left, right));
    }
}

/// Transforms a block of 4x4 coefficients to residuals of 8 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_hevc_idct_4x4_8(coefficients: *mut i16, _limit: i32) {
    unsafe { inverse::<12>(coefficients, &COSINES) }
}

/// Transforms a block of 4x4 coefficients to residuals of 10 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_hevc_idct_4x4_10(coefficients: *mut i16, _limit: i32) {
    unsafe { inverse::<10>(coefficients, &COSINES) }
}

/// Transforms a block of 4x4 coefficients of intra-predicted luma to residuals of 8 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_hevc_transform_4x4_luma_8(coefficients: *mut i16) {
    unsafe { inverse::<12>(coefficients, &SINES) }
}

/// Transforms a block of 4x4 coefficients of intra-predicted luma to residuals of 10 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_hevc_transform_4x4_luma_10(coefficients: *mut i16) {
    unsafe { inverse::<10>(coefficients, &SINES) }
}
