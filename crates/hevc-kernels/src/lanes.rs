//! Moves between memory and vectors that all kernels share, and what depends on the bits per sample. Inside a kernel,
//! samples are 16 bits wide at either depth.

use core::arch::wasm32::*;

/// Bits per sample: how samples lie in memory, and their largest value.
pub trait Depth {
    /// Bits per sample.
    const BITS: u32;
    /// Bytes per sample in memory.
    const BYTES: isize;

    /// Loads eight samples.
    unsafe fn load(from: *const u8) -> v128;

    /// Loads four samples, zero above.
    unsafe fn load4(from: *const u8) -> v128;

    /// Returns eight signed values clipped to samples, as they lie in memory from the lowest byte on.
    fn pack(values: v128) -> v128;

    /// Clips `count` signed values (2, 4, 6, or 8 and more for eight) and stores them as samples.
    unsafe fn store(to: *mut u8, values: v128, count: isize);
}

/// Eight bits per sample.
pub enum Eight {}

/// Ten bits per sample.
pub enum Ten {}

impl Depth for Eight {
    const BITS: u32 = 8;
    const BYTES: isize = 1;

    #[inline(always)]
    unsafe fn load(from: *const u8) -> v128 {
        unsafe { u16x8_load_extend_u8x8(from) }
    }

    #[inline(always)]
    unsafe fn load4(from: *const u8) -> v128 {
        unsafe { u16x8_extend_low_u8x16(v128_load32_zero(from.cast())) }
    }

    #[inline(always)]
    fn pack(values: v128) -> v128 {
        u8x16_narrow_i16x8(values, values)
    }

    #[inline(always)]
    unsafe fn store(to: *mut u8, values: v128, count: isize) {
        unsafe {
            let samples = Self::pack(values);
            if count >= 8 {
                return v128_store64_lane::<0>(samples, to.cast());
            }
            if count >= 4 {
                v128_store32_lane::<0>(samples, to.cast());
            }
            match count {
                2 => v128_store16_lane::<0>(samples, to.cast()),
                6 => v128_store16_lane::<2>(samples, to.add(4).cast()),
                _ => {}
            }
        }
    }
}

impl Depth for Ten {
    const BITS: u32 = 10;
    const BYTES: isize = 2;

    #[inline(always)]
    unsafe fn load(from: *const u8) -> v128 {
        unsafe { v128_load(from.cast()) }
    }

    #[inline(always)]
    unsafe fn load4(from: *const u8) -> v128 {
        unsafe { v128_load64_zero(from.cast()) }
    }

    #[inline(always)]
    fn pack(values: v128) -> v128 {
        i16x8_min(i16x8_max(values, i16x8_splat(0)), i16x8_splat(1023))
    }

    #[inline(always)]
    unsafe fn store(to: *mut u8, values: v128, count: isize) {
        unsafe {
            let samples = Self::pack(values);
            if count >= 8 {
                return v128_store(to.cast(), samples);
            }
            if count >= 4 {
                v128_store64_lane::<0>(samples, to.cast());
            }
            match count {
                2 => v128_store32_lane::<0>(samples, to.cast()),
                6 => v128_store32_lane::<2>(samples, to.add(8).cast()),
                _ => {}
            }
        }
    }
}

/// Returns the low halves of two vectors of eight, interleaved: pairs for `i32x4_dot_i16x8`.
#[inline(always)]
pub fn pairs_low(a: v128, b: v128) -> v128 {
    i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b)
}

/// Returns the high halves of two vectors of eight, interleaved.
#[inline(always)]
pub fn pairs_high(a: v128, b: v128) -> v128 {
    i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b)
}

/// Returns two numbers as one 32-bit lane of pairs, the first one low.
#[inline(always)]
pub const fn pair(first: i32, second: i32) -> i32 {
    (first & 0xffff) | (second << 16)
}

/// Returns eight rows of eight as eight columns.
#[inline(always)]
pub fn transpose(rows: [v128; 8]) -> [v128; 8] {
    let [a, b, c, d, e, f, g, h] = rows;
    let (ae0, ae1, bf0, bf1) = (pairs_low(a, e), pairs_high(a, e), pairs_low(b, f), pairs_high(b, f));
    let (cg0, cg1, dh0, dh1) = (pairs_low(c, g), pairs_high(c, g), pairs_low(d, h), pairs_high(d, h));
    let (aceg0, aceg1) = (pairs_low(ae0, cg0), pairs_high(ae0, cg0));
    let (aceg2, aceg3) = (pairs_low(ae1, cg1), pairs_high(ae1, cg1));
    let (bdfh0, bdfh1) = (pairs_low(bf0, dh0), pairs_high(bf0, dh0));
    let (bdfh2, bdfh3) = (pairs_low(bf1, dh1), pairs_high(bf1, dh1));
    [
        pairs_low(aceg0, bdfh0),
        pairs_high(aceg0, bdfh0),
        pairs_low(aceg1, bdfh1),
        pairs_high(aceg1, bdfh1),
        pairs_low(aceg2, bdfh2),
        pairs_high(aceg2, bdfh2),
        pairs_low(aceg3, bdfh3),
        pairs_high(aceg3, bdfh3),
    ]
}
