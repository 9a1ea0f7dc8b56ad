//! Coefficients from their place in a block to their order in the stream (the zigzag of progressive frames). Knows
//! nothing of interlaced ones.

use super::turn::shuffle_round;
use crate::lanes::load4x4;
use crate::{DECODED_STRIDE, ENCODED_STRIDE};
use core::arch::wasm32::*;

/// Puts 16 coefficients in order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_zigzag_scan_4x4(levels: *mut i16, coefficients: *const i16) {
    unsafe {
        let (low, high) = (v128_load(coefficients.cast()), v128_load(coefficients.add(8).cast()));
        v128_store(levels.cast(), i16x8_shuffle::<0, 4, 1, 2, 5, 8, 12, 9>(low, high));
        v128_store(levels.add(8).cast(), i16x8_shuffle::<6, 3, 7, 10, 13, 14, 11, 15>(low, high));
    }
}

/// Returns the differences of source and prediction in order, as two vectors; the prediction becomes the source.
#[inline(always)]
unsafe fn sub_4x4(source: *const u8, prediction: *mut u8) -> [v128; 2] {
    unsafe {
        let pixels = load4x4(source, ENCODED_STRIDE);
        let order =
            |rows: v128| u8x16_shuffle::<0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15>(rows, rows);
        let (from, minus) = (order(pixels), order(load4x4(prediction, DECODED_STRIDE)));
        let row = |y: isize| prediction.offset(y * DECODED_STRIDE).cast::<u32>();
        v128_store32_lane::<0>(pixels, row(0));
        v128_store32_lane::<1>(pixels, row(1));
        v128_store32_lane::<2>(pixels, row(2));
        v128_store32_lane::<3>(pixels, row(3));
        [
            i16x8_sub(u16x8_extend_low_u8x16(from), u16x8_extend_low_u8x16(minus)),
            i16x8_sub(u16x8_extend_high_u8x16(from), u16x8_extend_high_u8x16(minus)),
        ]
    }
}

/// Puts the differences of source and prediction in order (lossless coding); the prediction becomes the source. Returns
/// 1 if any is not zero, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_zigzag_sub_4x4(
    levels: *mut i16,
    source: *const u8,
    prediction: *mut u8,
) -> i32 {
    unsafe {
        let [low, high] = sub_4x4(source, prediction);
        v128_store(levels.cast(), low);
        v128_store(levels.add(8).cast(), high);
        i32::from(v128_any_true(v128_or(low, high)))
    }
}

/// Does the same as `clipfit_zigzag_sub_4x4`, but the first difference goes to `first` and counts as zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_zigzag_sub_4x4ac(
    levels: *mut i16,
    source: *const u8,
    prediction: *mut u8,
    first: *mut i16,
) -> i32 {
    unsafe {
        let [low, high] = sub_4x4(source, prediction);
        *first = i16x8_extract_lane::<0>(low);
        let low = i16x8_replace_lane::<0>(low, 0);
        v128_store(levels.cast(), low);
        v128_store(levels.add(8).cast(), high);
        i32::from(v128_any_true(v128_or(low, high)))
    }
}

/// Distributes 64 coefficients to four blocks in turn, and marks the blocks that have any that is not zero (`present`
/// has eight bytes per row).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_zigzag_interleave_8x8_cavlc(
    levels: *mut i16,
    coefficients: *const i16,
    present: *mut u8,
) {
    unsafe {
        let from = coefficients.cast::<v128>();
        let deal = |half: usize| {
            let four = core::array::from_fn(|index| v128_load(from.add(4 * half + index)));
            shuffle_round::<4>(shuffle_round(shuffle_round(four)))
        };
        let (low, high) = (deal(0), deal(1));
        for block in 0..4 {
            let to = levels.cast::<v128>().add(2 * block);
            v128_store(to, low[block]);
            v128_store(to.add(1), high[block]);
            *present.add(block % 2 + block / 2 * 8) =
                u8::from(v128_any_true(v128_or(low[block], high[block])));
        }
    }
}

/// Returns the places of a square block in the zigzag's order, as (column, row).
pub fn zigzag_reference(size: usize) -> Vec<(usize, usize)> {
    let diagonal = |sum: usize| {
        let places = (0..size).filter(move |&x| sum >= x && sum - x < size).map(move |x| (x, sum - x));
        // Every other diagonal is walked upwards; the first step goes to the right.
        let mut places: Vec<_> = places.collect();
        if sum % 2 == 1 {
            places.reverse();
        }
        places
    };
    (0..2 * size - 1).flat_map(diagonal).collect()
}
