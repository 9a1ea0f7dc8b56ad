//! Averages of two predictions, plain and with the weights of implicit bidirectional prediction.

use super::rows::{Mix, Rows, mix};
use core::arch::wasm32::*;

/// (a + b + 1) / 2.
pub(super) struct Average;

impl Mix for Average {
    #[inline(always)]
    fn sixteen(&self, a: v128, b: v128) -> v128 {
        u8x16_avgr(a, b)
    }
}

/// (a * weight + b * (64 - weight) + 32) / 64 within a byte, as b + ((a - b) * weight + 32) / 64: for weights from -64
/// to 128, x264's implicit ones, everything stays within 16 bits.
struct Weighed {
    weight: v128,
}

impl Weighed {
    #[inline(always)]
    fn words(&self, a: v128, b: v128) -> v128 {
        let scaled = i16x8_mul(i16x8_sub(a, b), self.weight);
        i16x8_add(b, i16x8_shr(i16x8_add(scaled, i16x8_splat(32)), 6))
    }
}

impl Mix for Weighed {
    #[inline(always)]
    fn sixteen(&self, a: v128, b: v128) -> v128 {
        let low = self.words(u16x8_extend_low_u8x16(a), u16x8_extend_low_u8x16(b));
        let high = self.words(u16x8_extend_high_u8x16(a), u16x8_extend_high_u8x16(b));
        u8x16_narrow_i16x8(low, high)
    }

    #[inline(always)]
    fn eight(&self, a: v128, b: v128) -> v128 {
        let low = self.words(u16x8_extend_low_u8x16(a), u16x8_extend_low_u8x16(b));
        u8x16_narrow_i16x8(low, low)
    }
}

#[inline(always)]
unsafe fn average<const WIDTH: usize, const HEIGHT: i32>(
    to: Rows<*mut u8>,
    a: Rows<*const u8>,
    b: Rows<*const u8>,
    weight: i32,
) {
    unsafe {
        if weight == 32 {
            mix::<WIDTH>(to, a, b, HEIGHT, &Average);
        } else {
            mix::<WIDTH>(to, a, b, HEIGHT, &Weighed { weight: i16x8_splat(weight as i16) });
        }
    }
}

macro_rules! averages {
    ($($name:ident $width:literal $height:literal)*) => {$(
        #[doc = concat!("Average of two blocks of ", $width, " by ", $height, ", `a` counting `weight` 64ths.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            to: *mut u8, to_stride: isize, a: *const u8, a_stride: isize, b: *const u8, b_stride: isize, weight: i32,
        ) {
            let (a, b) = (Rows { at: a, stride: a_stride }, Rows { at: b, stride: b_stride });
            unsafe { average::<$width, $height>(Rows { at: to, stride: to_stride }, a, b, weight) }
        }
    )*};
}

averages! {
    clipfit_avg_16x16 16 16
    clipfit_avg_16x8 16 8
    clipfit_avg_8x16 8 16
    clipfit_avg_8x8 8 8
    clipfit_avg_8x4 8 4
    clipfit_avg_4x16 4 16
    clipfit_avg_4x8 4 8
    clipfit_avg_4x4 4 4
    clipfit_avg_4x2 4 2
    clipfit_avg_2x8 2 8
    clipfit_avg_2x4 2 4
    clipfit_avg_2x2 2 2
}

/// Computes the average of two blocks, `a` counting `weight` 64ths and `b` the rest, pixel by pixel.
pub unsafe fn average_reference(
    (to, to_stride): (*mut u8, isize),
    (a, a_stride): (*const u8, isize),
    (b, b_stride): (*const u8, isize),
    (width, height): (isize, isize),
    weight: i32,
) {
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        unsafe {
            let a = i32::from(*a.offset(y * a_stride + x));
            let b = i32::from(*b.offset(y * b_stride + x));
            let sum = a * weight + b * (64 - weight);
            *to.offset(y * to_stride + x) = ((sum + 32) >> 6).clamp(0, 255) as u8;
        }
    }
}
