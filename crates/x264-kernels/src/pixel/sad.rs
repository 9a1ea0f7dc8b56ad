//! Sums of absolute differences: of one block, and of one encoded block with three or four candidates at a time.
//! Knows nothing of where the candidates come from.

use super::{next, rows, sum_reference, sum_signed, turns};
use crate::ENCODED_STRIDE;
use crate::lanes::{distance, store8, store16, sum32, widen8};
use core::arch::wasm32::*;

/// Adds up how far the block and each of the candidates are apart, spread over eight 16-bit lanes. A lane takes 32
/// pixels at most: it stays below 8,161.
#[inline(always)]
unsafe fn distances<const WIDTH: usize, const HEIGHT: usize, const COUNT: usize>(
    mut block: *const u8,
    block_stride: isize,
    mut candidates: [*const u8; COUNT],
    stride: isize,
) -> [v128; COUNT] {
    let mut sums = [i16x8_splat(0); COUNT];
    for _ in 0..turns::<WIDTH, HEIGHT>() {
        let pixels = unsafe { rows::<WIDTH>(block, block_stride) };
        for (sum, candidate) in sums.iter_mut().zip(&mut candidates) {
            let apart = distance(pixels, unsafe { rows::<WIDTH>(*candidate, stride) });
            *sum = i16x8_add(*sum, u16x8_extadd_pairwise_u8x16(apart));
            *candidate = next::<WIDTH>(*candidate, stride);
        }
        block = next::<WIDTH>(block, block_stride);
    }
    sums
}

/// Returns the totals of four vectors of `distances`, one a lane. Half of the largest total, 32,640, fits 16 signed
/// bits.
#[inline(always)]
fn totals([a, b, c, d]: [v128; 4]) -> v128 {
    let fold = |x, y| i16x8_add(i64x2_shuffle::<0, 2>(x, y), i64x2_shuffle::<1, 3>(x, y));
    let halves = |x, y| i32x4_extadd_pairwise_i16x8(fold(x, y));
    i32x4_extadd_pairwise_i16x8(i16x8_narrow_i32x4(halves(a, b), halves(c, d)))
}

macro_rules! sad {
    ($($name:ident: $width:literal, $height:literal;)*) => {$(
        #[doc = concat!("SAD of ", $width, "x", $height, " pixels.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(a: *const u8, a_stride: isize, b: *const u8, b_stride: isize) -> i32 {
            let [sum] = unsafe { distances::<$width, $height, 1>(a, a_stride, [b], b_stride) };
            sum_signed(sum)
        }
    )*};
}

macro_rules! sad_of_several {
    ($($three:ident, $four:ident: $width:literal, $height:literal;)*) => {$(
        #[doc = concat!("SAD of ", $width, "x", $height, " pixels with three candidates.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $three(
            encoded: *const u8,
            a: *const u8,
            b: *const u8,
            c: *const u8,
            stride: isize,
            scores: *mut i32,
        ) {
            unsafe {
                let sums = distances::<$width, $height, 3>(encoded, ENCODED_STRIDE, [a, b, c], stride);
                let scored = totals([sums[0], sums[1], sums[2], sums[2]]);
                store8(scores.cast(), scored);
                v128_store32_lane::<2>(scored, scores.add(2).cast());
            }
        }

        #[doc = concat!("SAD of ", $width, "x", $height, " pixels with four candidates.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $four(
            encoded: *const u8,
            a: *const u8,
            b: *const u8,
            c: *const u8,
            d: *const u8,
            stride: isize,
            scores: *mut i32,
        ) {
            unsafe {
                let sums = distances::<$width, $height, 4>(encoded, ENCODED_STRIDE, [a, b, c, d], stride);
                store16(scores.cast(), totals(sums));
            }
        }
    )*};
}

sad! {
    clipfit_sad_16x16: 16, 16;
    clipfit_sad_16x8: 16, 8;
    clipfit_sad_8x16: 8, 16;
    clipfit_sad_8x8: 8, 8;
    clipfit_sad_8x4: 8, 4;
    clipfit_sad_4x16: 4, 16;
    clipfit_sad_4x8: 4, 8;
    clipfit_sad_4x4: 4, 4;
}

sad_of_several! {
    clipfit_sad_x3_16x16, clipfit_sad_x4_16x16: 16, 16;
    clipfit_sad_x3_16x8, clipfit_sad_x4_16x8: 16, 8;
    clipfit_sad_x3_8x16, clipfit_sad_x4_8x16: 8, 16;
    clipfit_sad_x3_8x8, clipfit_sad_x4_8x8: 8, 8;
    clipfit_sad_x3_8x4, clipfit_sad_x4_8x4: 8, 4;
    clipfit_sad_x3_4x8, clipfit_sad_x4_4x8: 4, 8;
    clipfit_sad_x3_4x4, clipfit_sad_x4_4x4: 4, 4;
}

/// Returns the SAD of a block `width` x `height`, by definition.
pub unsafe fn sad_reference(size: (isize, isize), a: (*const u8, isize), b: (*const u8, isize)) -> i32 {
    unsafe { sum_reference(size, a, b, |a, b| i32::from(a.abs_diff(b))) }
}

/// Returns how far the sums of two blocks eight pixels wide are apart, of any height.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_asd8(
    a: *const u8,
    a_stride: isize,
    b: *const u8,
    b_stride: isize,
    height: i32,
) -> i32 {
    let mut sum = i32x4_splat(0);
    for row in 0..height as isize {
        let differences =
            unsafe { i16x8_sub(widen8(a.offset(row * a_stride)), widen8(b.offset(row * b_stride))) };
        sum = i32x4_add(sum, i32x4_extadd_pairwise_i16x8(differences));
    }
    sum32(sum).abs()
}

/// Returns what `clipfit_asd8` computes.
pub unsafe fn asd8_reference(
    a: *const u8,
    a_stride: isize,
    b: *const u8,
    b_stride: isize,
    height: i32,
) -> i32 {
    let total = |from: *const u8, stride: isize| -> i32 {
        let pixels = (0..height as isize).flat_map(|row| (0..8).map(move |column| row * stride + column));
        pixels.map(|place| i32::from(unsafe { *from.offset(place) })).sum()
    };
    (total(a, a_stride) - total(b, b_stride)).abs()
}
