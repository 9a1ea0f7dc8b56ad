//! Comparisons of pixels: how far two blocks are apart, by which x264 chooses. Knows nothing of what is chosen.
//!
//! Sixteen pixels travel as one vector, be it one row of sixteen, two of eight or four of four. Where 16 bits a pixel
//! are wanted, the vector splits into its even and its odd bytes, which costs as much as widening its halves and leaves
//! horizontal neighbours in the same lane of two vectors.

use crate::lanes::{load4x4, load8x2, load16, sum32};
use core::arch::wasm32::*;

pub mod hadamard;
pub mod sad;
pub mod satd;
pub mod ssim;
pub mod variance;

/// Returns sixteen pixels: as many rows of a block `WIDTH` wide as fit.
#[inline(always)]
unsafe fn rows<const WIDTH: usize>(from: *const u8, stride: isize) -> v128 {
    unsafe {
        match WIDTH {
            16 => load16(from),
            8 => load8x2(from, stride),
            _ => load4x4(from, stride),
        }
    }
}

/// Returns how many times `rows` takes a whole block in.
const fn turns<const WIDTH: usize, const HEIGHT: usize>() -> usize {
    WIDTH * HEIGHT / 16
}

/// Returns where `rows` goes on. Stepping from row to row spares the multiplications that numbered rows cost.
#[inline(always)]
fn next<const WIDTH: usize>(from: *const u8, stride: isize) -> *const u8 {
    from.wrapping_offset((16 / WIDTH) as isize * stride)
}

/// Returns the even bytes, each as 16 bits.
#[inline(always)]
fn even(pixels: v128) -> v128 {
    v128_and(pixels, u16x8_splat(0xff))
}

/// Returns the odd bytes, each as 16 bits.
#[inline(always)]
fn odd(pixels: v128) -> v128 {
    u16x8_shr(pixels, 8)
}

/// Returns the sum of eight signed 16-bit lanes.
#[inline(always)]
fn sum_signed(value: v128) -> i32 {
    sum32(i32x4_extadd_pairwise_i16x8(value))
}

/// Returns what `term` makes of every two pixels that lie over each other in two blocks `width` x `height`, added up.
unsafe fn sum_reference(
    (width, height): (isize, isize),
    (a, a_stride): (*const u8, isize),
    (b, b_stride): (*const u8, isize),
    term: impl Fn(u8, u8) -> i32,
) -> i32 {
    let mut sum = 0;
    for row in 0..height {
        for column in 0..width {
            let (a, b) = unsafe { (*a.offset(row * a_stride + column), *b.offset(row * b_stride + column)) };
            sum += term(a, b);
        }
    }
    sum
}
