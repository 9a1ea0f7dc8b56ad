//! Chroma prediction to an eighth of a pixel, from the plane of U and V side by side that x264 keeps, and the moves
//! into and out of that plane.

use crate::lanes::*;
use crate::{DECODED_STRIDE, ENCODED_STRIDE};
use core::arch::wasm32::*;

/// How far into the pixel a vector goes.
struct Fraction {
    /// (8 - x, x), as far as there is an x.
    across: (v128, v128),
    /// (8 - y, y), as far as there is a y.
    down: (v128, v128),
}

/// Returns a row of U and V as 16-bit lanes: eight pixels as one vector of each, fewer as U and V in turns.
#[inline(always)]
unsafe fn words<const WIDTH: usize, const VECTORS: usize>(from: *const u8) -> [v128; VECTORS] {
    unsafe {
        let row = match WIDTH {
            8 => load16(from),
            4 => widen8(from),
            _ => widen4(from),
        };
        let planes = [v128_and(row, u16x8_splat(0xff)), u16x8_shr(row, 8)];
        core::array::from_fn(|vector| if VECTORS == 2 { planes[vector] } else { row })
    }
}

#[inline(always)]
fn blend<const VECTORS: usize>(
    a: [v128; VECTORS],
    b: [v128; VECTORS],
    shares: (v128, v128),
) -> [v128; VECTORS] {
    core::array::from_fn(|vector| i16x8_add(i16x8_mul(a[vector], shares.0), i16x8_mul(b[vector], shares.1)))
}

/// Returns a row between its pixels: eight times what it is worth if `ACROSS`.
#[inline(always)]
unsafe fn row<const WIDTH: usize, const VECTORS: usize, const ACROSS: bool>(
    from: *const u8,
    fraction: &Fraction,
) -> [v128; VECTORS] {
    unsafe {
        let left = words::<WIDTH, VECTORS>(from);
        if ACROSS { blend(left, words::<WIDTH, VECTORS>(from.add(2)), fraction.across) } else { left }
    }
}

/// Does one of the four cases; those that go nowhere across or down have nothing to multiply there.
#[inline(always)]
unsafe fn interpolate<const WIDTH: usize, const VECTORS: usize, const ACROSS: bool, const DOWN: bool>(
    mut u: *mut u8,
    mut v: *mut u8,
    to_stride: isize,
    mut from: *const u8,
    stride: isize,
    fraction: &Fraction,
    height: i32,
) {
    unsafe {
        let bits = 3 * (ACROSS as u32 + DOWN as u32);
        let half = i16x8_splat(((1 << bits) >> 1) as i16);
        let mut above = row::<WIDTH, VECTORS, ACROSS>(from, fraction);
        for _ in 0..height {
            from = from.offset(stride);
            let below = row::<WIDTH, VECTORS, ACROSS>(from, fraction);
            let worth = if DOWN { blend(above, below, fraction.down) } else { above };
            above = below;
            let pixels = worth.map(|lanes| u16x8_shr(i16x8_add(lanes, half), bits));
            let bytes = u8x16_narrow_i16x8(pixels[0], pixels[VECTORS - 1]);
            match WIDTH {
                8 => {
                    v128_store64_lane::<0>(bytes, u.cast());
                    v128_store64_lane::<1>(bytes, v.cast());
                }
                _ => {
                    let apart = i8x16_shuffle::<0, 2, 4, 6, 1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7>(bytes, bytes);
                    if WIDTH == 4 {
                        v128_store32_lane::<0>(apart, u.cast());
                        v128_store32_lane::<1>(apart, v.cast());
                    } else {
                        v128_store16_lane::<0>(apart, u.cast());
                        v128_store16_lane::<2>(apart, v.cast());
                    }
                }
            }
            u = u.offset(to_stride);
            v = v.offset(to_stride);
        }
    }
}

/// Writes the blocks of U and V, 2, 4 or 8 pixels wide, that the vector (x, y), in eighths of a pixel, points to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_mc_chroma(
    u: *mut u8,
    v: *mut u8,
    to_stride: isize,
    from: *const u8,
    stride: isize,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
) {
    let shares = |part: i32| (i16x8_splat(8 - part as i16), i16x8_splat(part as i16));
    let fraction = Fraction { across: shares(x & 7), down: shares(y & 7) };
    unsafe {
        let from = from.offset((y >> 3) as isize * stride + (x >> 3) as isize * 2);
        macro_rules! cases {
            ($width:literal $vectors:literal) => {
                match (x & 7 != 0, y & 7 != 0) {
                    (true, true) => interpolate::<$width, $vectors, true, true>(
                        u, v, to_stride, from, stride, &fraction, height,
                    ),
                    (true, false) => interpolate::<$width, $vectors, true, false>(
                        u, v, to_stride, from, stride, &fraction, height,
                    ),
                    (false, true) => interpolate::<$width, $vectors, false, true>(
                        u, v, to_stride, from, stride, &fraction, height,
                    ),
                    (false, false) => interpolate::<$width, $vectors, false, false>(
                        u, v, to_stride, from, stride, &fraction, height,
                    ),
                }
            };
        }
        match width {
            8 => cases!(8 2),
            4 => cases!(4 1),
            _ => cases!(2 1),
        }
    }
}

/// Puts `height` rows of eight pixels, U and V of the reconstructed macroblock, side by side into the plane.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_store_interleave_chroma(
    mut to: *mut u8,
    stride: isize,
    mut u: *const u8,
    mut v: *const u8,
    height: i32,
) {
    for _ in 0..height {
        unsafe {
            store16(to, interleave_low(load8(u), load8(v)));
            to = to.offset(stride);
            u = u.offset(DECODED_STRIDE);
            v = v.offset(DECODED_STRIDE);
        }
    }
}

/// Returns the low eight bytes of both in turns.
#[inline(always)]
pub(super) fn interleave_low(a: v128, b: v128) -> v128 {
    i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(a, b)
}

/// Returns eight pixels of U in the low half and of V in the high half.
#[inline(always)]
unsafe fn apart(from: *const u8) -> v128 {
    unsafe {
        let [u, v] = words::<8, 2>(from);
        u8x16_narrow_i16x8(u, v)
    }
}

/// Takes `height` rows of eight pixels out of the plane into the copy of the source macroblock: V stands half a row
/// behind U.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_load_deinterleave_chroma_fenc(
    mut to: *mut u8,
    mut from: *const u8,
    stride: isize,
    height: i32,
) {
    for _ in 0..height {
        unsafe {
            store16(to, apart(from));
            to = to.offset(ENCODED_STRIDE);
            from = from.offset(stride);
        }
    }
}

/// Does the same into the reconstruction.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_load_deinterleave_chroma_fdec(
    mut to: *mut u8,
    mut from: *const u8,
    stride: isize,
    height: i32,
) {
    for _ in 0..height {
        unsafe {
            let pixels = apart(from);
            store8(to, pixels);
            v128_store64_lane::<1>(pixels, to.offset(DECODED_STRIDE / 2).cast());
            to = to.offset(DECODED_STRIDE);
            from = from.offset(stride);
        }
    }
}

/// Returns the sample at (x, y) eighths of a pixel from `from`, a U or a V with its kind two bytes on: the four around
/// it, each by how near it is.
pub unsafe fn chroma_reference(from: *const u8, stride: isize, x: i32, y: i32) -> u8 {
    let (part_x, part_y) = (x & 7, y & 7);
    let at = |right: i32, below: i32| unsafe {
        i32::from(*from.offset(((y >> 3) + below) as isize * stride + ((x >> 3) + right) as isize * 2))
    };
    let above = at(0, 0) * (8 - part_x) + at(1, 0) * part_x;
    let below = at(0, 1) * (8 - part_x) + at(1, 1) * part_x;
    ((above * (8 - part_y) + below * part_y + 32) >> 6) as u8
}
