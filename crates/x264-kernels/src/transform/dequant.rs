//! Turning levels back into coefficients: level * scale, shifted by what the quantiser's size asks. Knows nothing of
//! how scales are chosen, but counts on their fitting 15 bits and on results that fit 16 where they are shifted right.

use super::turn::{interleave_high, interleave_low};
use core::arch::wasm32::*;

/// Shifts `SIZE` levels with their scales to the right with rounding. `scales` gives four of them from an index on.
#[inline(always)]
unsafe fn scale_right<const SIZE: usize>(levels: *mut i16, shift: u32, scales: impl Fn(usize) -> v128) {
    // The upper half of each scale's 32 bits is free: it carries the rounding, times one.
    let rounding = i32x4_splat(1 << (15 + shift));
    let one = i16x8_splat(1);
    for index in (0..SIZE).step_by(8) {
        unsafe {
            let at = levels.add(index).cast::<v128>();
            let level = v128_load(at);
            let low = i32x4_dot_i16x8(interleave_low(level, one), v128_or(scales(index), rounding));
            let high = i32x4_dot_i16x8(interleave_high(level, one), v128_or(scales(index + 4), rounding));
            v128_store(at, i16x8_narrow_i32x4(i32x4_shr(low, shift), i32x4_shr(high, shift)));
        }
    }
}

/// Dequantises `SIZE` levels; scales of a sixth of the quantiser's range count as `2^whole`.
#[inline(always)]
unsafe fn dequantize<const SIZE: usize>(levels: *mut i16, scales: *const i32, quantizer: i32, whole: i32) {
    let (sixth, step) = (quantizer as u32 / 6, quantizer as u32 % 6);
    let shift = sixth as i32 - whole;
    unsafe {
        let scales = |index: usize| v128_load(scales.add(step as usize * SIZE + index).cast());
        if shift < 0 {
            return scale_right::<SIZE>(levels, shift.unsigned_abs(), scales);
        }
        for index in (0..SIZE).step_by(8) {
            let at = levels.add(index).cast::<v128>();
            let scale = i16x8_narrow_i32x4(scales(index), scales(index + 4));
            v128_store(at, i16x8_shl(i16x8_mul(v128_load(at), scale), shift as u32));
        }
    }
}

/// Dequantises a 4x4 block. `scales` are six tables of 16.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_dequant_4x4(levels: *mut i16, scales: *const i32, quantizer: i32) {
    unsafe { dequantize::<16>(levels, scales, quantizer, 4) }
}

/// Dequantises an 8x8 block. `scales` are six tables of 64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_dequant_8x8(levels: *mut i16, scales: *const i32, quantizer: i32) {
    unsafe { dequantize::<64>(levels, scales, quantizer, 6) }
}

/// Dequantises the 16 lowest coefficients of a macroblock, all with the first scale of their table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_dequant_4x4_dc(levels: *mut i16, scales: *const i32, quantizer: i32) {
    let (sixth, step) = (quantizer as u32 / 6, quantizer as u32 % 6);
    let shift = sixth as i32 - 6;
    unsafe {
        let scale = *scales.add(16 * step as usize);
        if shift < 0 {
            return scale_right::<16>(levels, shift.unsigned_abs(), |_| i32x4_splat(scale));
        }
        let scale = i16x8_splat((scale << shift) as i16);
        for at in [levels.cast::<v128>(), levels.cast::<v128>().add(1)] {
            v128_store(at, i16x8_mul(v128_load(at), scale));
        }
    }
}

/// Computes by definition what all of these compute, with one scale for each level.
pub fn dequant_reference(levels: &mut [i16], scales: &[i32], quantizer: i32, whole: i32) {
    let shift = quantizer / 6 - whole;
    for (level, &scale) in levels.iter_mut().zip(scales) {
        let product = i32::from(*level) * scale;
        *level = if shift < 0 { (product + (1 << (-shift - 1))) >> -shift } else { product << shift } as i16;
    }
}
