//! Quantisation: level = sign * ((|coefficient| + bias) * scale >> 16). Knows nothing of how scales are chosen, but
//! counts on what x264 makes of them: bias * scale is at most 2^15, and |coefficient| + bias fits 16 bits unless the
//! scale is zero.

use crate::lanes::store8;
use core::arch::wasm32::*;

/// Returns the levels of eight coefficients.
#[inline(always)]
fn quantize(coefficients: v128, scale: v128, bias: v128) -> v128 {
    let magnitude = i16x8_add(i16x8_abs(coefficients), bias);
    let low = u32x4_shr(u32x4_extmul_low_u16x8(magnitude, scale), 16);
    let high = u32x4_shr(u32x4_extmul_high_u16x8(magnitude, scale), 16);
    let sign = i16x8_shr(coefficients, 15);
    i16x8_sub(v128_xor(u16x8_narrow_i32x4(low, high), sign), sign)
}

/// Quantises `VECTORS` times eight coefficients where they are; whether any level is not zero.
#[inline(always)]
unsafe fn quantize_all<const VECTORS: usize>(
    coefficients: *mut i16,
    scale: [v128; VECTORS],
    bias: [v128; VECTORS],
) -> i32 {
    let mut any = i16x8_splat(0);
    for index in 0..VECTORS {
        unsafe {
            let at = coefficients.cast::<v128>().add(index);
            let levels = quantize(v128_load(at), scale[index], bias[index]);
            v128_store(at, levels);
            any = v128_or(any, levels);
        }
    }
    i32::from(v128_any_true(any))
}

/// Returns `VECTORS` vectors in a row.
#[inline(always)]
unsafe fn load<const VECTORS: usize>(from: *const u16) -> [v128; VECTORS] {
    core::array::from_fn(|index| unsafe { v128_load(from.cast::<v128>().add(index)) })
}

/// Quantises 64 coefficients; 1 if any level is not zero, or else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_quant_8x8(
    coefficients: *mut i16,
    scale: *const u16,
    bias: *const u16,
) -> i32 {
    unsafe { quantize_all::<8>(coefficients, load(scale), load(bias)) }
}

/// Quantises 16 coefficients; 1 if any level is not zero, or else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_quant_4x4(
    coefficients: *mut i16,
    scale: *const u16,
    bias: *const u16,
) -> i32 {
    unsafe { quantize_all::<2>(coefficients, load(scale), load(bias)) }
}

/// Quantises four blocks of 16 coefficients; a bit for each block with a level that is not zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_quant_4x4x4(
    coefficients: *mut i16,
    scale: *const u16,
    bias: *const u16,
) -> i32 {
    unsafe {
        let (scale, bias) = (load(scale), load(bias));
        let block = |index: usize| quantize_all::<2>(coefficients.add(16 * index), scale, bias) << index;
        block(0) | block(1) | block(2) | block(3)
    }
}

/// Quantises 16 lowest coefficients with one scale; 1 if any level is not zero, or else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_quant_4x4_dc(coefficients: *mut i16, scale: i32, bias: i32) -> i32 {
    unsafe { quantize_all(coefficients, [u16x8_splat(scale as u16); 2], [u16x8_splat(bias as u16); 2]) }
}

/// Quantises four lowest coefficients with one scale; 1 if any level is not zero, or else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_quant_2x2_dc(coefficients: *mut i16, scale: i32, bias: i32) -> i32 {
    unsafe {
        let coefficient = v128_load64_zero(coefficients.cast());
        let levels = quantize(coefficient, u16x8_splat(scale as u16), u16x8_splat(bias as u16));
        store8(coefficients.cast(), levels);
        i32::from(i64x2_extract_lane::<0>(levels) != 0)
    }
}

/// Adds the magnitudes of coefficients to `sums`, and brings each coefficient nearer to zero by its offset. `count` is
/// a multiple of eight.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_denoise_dct(
    coefficients: *mut i16,
    sums: *mut u32,
    offsets: *const u16,
    count: i32,
) {
    for index in (0..count as usize).step_by(8) {
        unsafe {
            let at = coefficients.add(index).cast::<v128>();
            let sum = sums.add(index).cast::<v128>();
            let coefficient = v128_load(at);
            let magnitude = i16x8_abs(coefficient);
            v128_store(sum, i32x4_add(v128_load(sum), u32x4_extend_low_u16x8(magnitude)));
            let next = sum.add(1);
            v128_store(next, i32x4_add(v128_load(next), u32x4_extend_high_u16x8(magnitude)));
            let left = u16x8_sub_sat(magnitude, v128_load(offsets.add(index).cast()));
            let sign = i16x8_shr(coefficient, 15);
            v128_store(at, i16x8_sub(v128_xor(left, sign), sign));
        }
    }
}

/// Returns what all quantising kernels compute, with one scale and bias for each coefficient: whether any level is not
/// zero.
pub fn quant_reference(coefficients: &mut [i16], scale: &[u16], bias: &[u16]) -> bool {
    for ((coefficient, &scale), &bias) in coefficients.iter_mut().zip(scale).zip(bias) {
        let magnitude = u64::from(coefficient.unsigned_abs()) + u64::from(bias);
        let level = (magnitude * u64::from(scale)) >> 16;
        *coefficient = if *coefficient < 0 { -(level as i64) } else { level as i64 } as i16;
    }
    coefficients.iter().any(|&level| level != 0)
}

/// Computes by definition what `clipfit_denoise_dct` computes.
pub fn denoise_reference(coefficients: &mut [i16], sums: &mut [u32], offsets: &[u16]) {
    for ((coefficient, sum), &offset) in coefficients.iter_mut().zip(sums).zip(offsets) {
        let magnitude = coefficient.unsigned_abs();
        *sum += u32::from(magnitude);
        let left = i32::from(magnitude.saturating_sub(offset));
        *coefficient = if *coefficient < 0 { -left } else { left } as i16;
    }
}
