//! Sums of squares: of differences, and of pixels around their mean. Knows nothing of structural similarity.

use super::{even, next, odd, rows, sum_reference, sum_signed, turns};
use crate::lanes::{distance, load8, load16, sum32};
use crate::{DECODED_STRIDE, ENCODED_STRIDE};
use core::arch::wasm32::*;

/// Returns the sums of the squares of two pairs of 16-bit lanes each.
#[inline(always)]
fn squares(a: v128, b: v128) -> v128 {
    i32x4_add(i32x4_dot_i16x8(a, a), i32x4_dot_i16x8(b, b))
}

macro_rules! ssd {
    ($($name:ident: $width:literal, $height:literal;)*) => {$(
        #[doc = concat!("Sum of squared differences of ", $width, "x", $height, " pixels.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            mut a: *const u8,
            a_stride: isize,
            mut b: *const u8,
            b_stride: isize,
        ) -> i32 {
            let mut sum = i32x4_splat(0);
            for _ in 0..turns::<$width, $height>() {
                let apart = unsafe { distance(rows::<$width>(a, a_stride), rows::<$width>(b, b_stride)) };
                sum = i32x4_add(sum, squares(even(apart), odd(apart)));
                (a, b) = (next::<$width>(a, a_stride), next::<$width>(b, b_stride));
            }
            sum32(sum)
        }
    )*};
}

ssd! {
    clipfit_ssd_16x16: 16, 16;
    clipfit_ssd_16x8: 16, 8;
    clipfit_ssd_8x16: 8, 16;
    clipfit_ssd_8x8: 8, 8;
    clipfit_ssd_8x4: 8, 4;
    clipfit_ssd_4x16: 4, 16;
    clipfit_ssd_4x8: 4, 8;
    clipfit_ssd_4x4: 4, 4;
}

/// Returns the sum of squared differences of a block `width` x `height`, by definition.
pub unsafe fn ssd_reference(size: (isize, isize), a: (*const u8, isize), b: (*const u8, isize)) -> i32 {
    unsafe { sum_reference(size, a, b, |a, b| i32::from(a.abs_diff(b)).pow(2)) }
}

/// Computes the sums of squared differences of two planes of interleaved chroma, for U and V. `width` counts pairs and
/// is a multiple of eight: x264 does the rest itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_ssd_nv12_core(
    a: *const u8,
    a_stride: isize,
    b: *const u8,
    b_stride: isize,
    width: i32,
    height: i32,
    u: *mut u64,
    v: *mut u64,
) {
    let mut totals = [u64x2_splat(0); 2];
    for row in 0..height as isize {
        let mut sums = [i32x4_splat(0); 2];
        for column in (0..2 * width as isize).step_by(16) {
            let apart = unsafe {
                distance(load16(a.offset(row * a_stride + column)), load16(b.offset(row * b_stride + column)))
            };
            for (sum, part) in sums.iter_mut().zip([even(apart), odd(apart)]) {
                *sum = i32x4_add(*sum, i32x4_dot_i16x8(part, part));
            }
        }
        // 32 bits hold a row, not a plane.
        for (total, sum) in totals.iter_mut().zip(sums) {
            let wide = i64x2_add(u64x2_extend_low_u32x4(sum), u64x2_extend_high_u32x4(sum));
            *total = i64x2_add(*total, wide);
        }
    }
    let [u_total, v_total] =
        totals.map(|total| u64x2_extract_lane::<0>(total) + u64x2_extract_lane::<1>(total));
    unsafe {
        *u = u_total;
        *v = v_total;
    }
}

/// Returns what `clipfit_ssd_nv12_core` computes, for U and V.
pub unsafe fn ssd_nv12_reference(
    (width, height): (isize, isize),
    (a, a_stride): (*const u8, isize),
    (b, b_stride): (*const u8, isize),
) -> [u64; 2] {
    let mut sums = [0; 2];
    for row in 0..height {
        for column in 0..2 * width {
            let (a, b) = unsafe { (*a.offset(row * a_stride + column), *b.offset(row * b_stride + column)) };
            sums[column as usize % 2] += u64::from(a.abs_diff(b)).pow(2);
        }
    }
    sums
}

macro_rules! var {
    ($($name:ident: $width:literal, $height:literal;)*) => {$(
        #[doc = concat!("Sum of ", $width, "x", $height, " pixels in the low half of the result, of their squares")]
        /// in the high one.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(mut pixels: *const u8, stride: isize) -> u64 {
            let (mut sum, mut square) = (i16x8_splat(0), i32x4_splat(0));
            for _ in 0..turns::<$width, $height>() {
                let part = unsafe { rows::<$width>(pixels, stride) };
                pixels = next::<$width>(pixels, stride);
                sum = i16x8_add(sum, u16x8_extadd_pairwise_u8x16(part));
                square = i32x4_add(square, squares(even(part), odd(part)));
            }
            (u64::from(sum32(square) as u32) << 32) | u64::from(sum_signed(sum) as u32)
        }
    )*};
}

var! {
    clipfit_var_16x16: 16, 16;
    clipfit_var_8x16: 8, 16;
    clipfit_var_8x8: 8, 8;
}

/// Returns what `clipfit_var_*` compute: the sum and the squares' sum.
pub unsafe fn var_reference((width, height): (isize, isize), pixels: *const u8, stride: isize) -> (u32, u32) {
    let places = (0..height).flat_map(|row| (0..width).map(move |column| row * stride + column));
    places.fold((0, 0), |(sum, square), place| {
        let pixel = u32::from(unsafe { *pixels.offset(place) });
        (sum + pixel, square + pixel * pixel)
    })
}

/// Returns the variance of the differences of U and V (side by side in the macroblocks), `HEIGHT` rows of eight; their
/// squares' sums go to `ssd`. The sum of a plane's differences, 32,640 at most, has a square within 32 bits.
#[inline(always)]
unsafe fn var2<const HEIGHT: usize>(encoded: *const u8, decoded: *const u8, ssd: *mut i32) -> i32 {
    let (mut sum, mut square) = (i16x8_splat(0), i32x4_splat(0));
    for row in 0..HEIGHT as isize {
        let (a, b) = unsafe {
            let decoded = decoded.offset(row * DECODED_STRIDE);
            let second = decoded.offset(DECODED_STRIDE / 2);
            (
                load16(encoded.offset(row * ENCODED_STRIDE)),
                v128_load64_lane::<1>(load8(decoded), second.cast()),
            )
        };
        let (evens, odds) = (i16x8_sub(even(a), even(b)), i16x8_sub(odd(a), odd(b)));
        sum = i16x8_add(sum, i16x8_add(evens, odds));
        square = i32x4_add(square, squares(evens, odds));
    }
    // Two lanes belong to U, two to V.
    let fold = |value| i32x4_add(value, i32x4_shuffle::<1, 0, 3, 2>(value, value));
    let (sum, square) = (fold(i32x4_extadd_pairwise_i16x8(sum)), fold(square));
    let sums = [i32x4_extract_lane::<0>(sum), i32x4_extract_lane::<2>(sum)];
    let squares = [i32x4_extract_lane::<0>(square), i32x4_extract_lane::<2>(square)];
    unsafe {
        *ssd = squares[0];
        *ssd.add(1) = squares[1];
    }
    let pixels = (8 * HEIGHT).ilog2();
    squares[0] - ((sums[0] * sums[0]) >> pixels) + squares[1] - ((sums[1] * sums[1]) >> pixels)
}

/// Returns the variance of the differences of 8x8 pixels of U and of V.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_var2_8x8(encoded: *const u8, decoded: *const u8, ssd: *mut i32) -> i32 {
    unsafe { var2::<8>(encoded, decoded, ssd) }
}

/// Returns the variance of the differences of 8x16 pixels of U and of V.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_var2_8x16(encoded: *const u8, decoded: *const u8, ssd: *mut i32) -> i32 {
    unsafe { var2::<16>(encoded, decoded, ssd) }
}

/// Returns what `clipfit_var2_*` compute and the squares' sums, by 64-bit arithmetic.
pub unsafe fn var2_reference(height: isize, encoded: *const u8, decoded: *const u8) -> (i32, [i32; 2]) {
    let mut variance = 0;
    let mut squares = [0; 2];
    for (plane, square) in squares.iter_mut().enumerate() {
        let (mut sum, mut total) = (0_i64, 0_i64);
        for (row, column) in (0..height).flat_map(|row| (0..8).map(move |column| (row, column))) {
            let difference = unsafe {
                let a = *encoded.offset(row * ENCODED_STRIDE + plane as isize * ENCODED_STRIDE / 2 + column);
                let b = *decoded.offset(row * DECODED_STRIDE + plane as isize * DECODED_STRIDE / 2 + column);
                i64::from(a) - i64::from(b)
            };
            sum += difference;
            total += difference * difference;
        }
        *square = total as i32;
        variance += total - sum * sum / (8 * height as i64);
    }
    (variance as i32, squares)
}
