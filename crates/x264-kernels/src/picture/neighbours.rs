//! The decoded samples next to a block as vectors, and the flat predictions that follow from them. `at` is the block's
//! first sample. Knows nothing of costs.

use crate::{DECODED_STRIDE, lanes::load16};
use core::arch::wasm32::*;

/// Returns the row above, from `column` on.
#[inline(always)]
pub(super) unsafe fn above(at: *const u8, column: isize) -> v128 {
    unsafe { load16(at.offset(column - DECODED_STRIDE)) }
}

/// Returns eight samples of the row above, twice.
#[inline(always)]
pub(super) unsafe fn above_twice(at: *const u8) -> v128 {
    unsafe { v128_load64_splat(at.offset(-DECODED_STRIDE).cast()) }
}

/// Returns the sample left of `row`, in all bytes.
#[inline(always)]
pub(super) unsafe fn left(at: *const u8, row: isize) -> v128 {
    unsafe { v128_load8_splat(at.offset(row * DECODED_STRIDE - 1)) }
}

/// Returns the low eight bytes of both.
#[inline(always)]
pub(super) fn low_halves(a: v128, b: v128) -> v128 {
    i64x2_shuffle::<0, 2>(a, b)
}

/// Returns the samples left of eight rows: eight bytes of row `n`, then eight of row `n + 4`.
#[inline(always)]
pub(super) unsafe fn left_of_8(at: *const u8) -> [v128; 4] {
    [0, 1, 2, 3].map(|row| unsafe { low_halves(left(at, row), left(at, row + 4)) })
}

/// Returns the sum of the sixteen samples above.
#[inline(always)]
pub(super) unsafe fn sum_above(at: *const u8) -> i32 {
    crate::lanes::sum16(u16x8_extadd_pairwise_u8x16(unsafe { above(at, 0) }))
}

/// Returns the sum of the sixteen samples to the left.
#[inline(always)]
pub(super) unsafe fn sum_left(at: *const u8) -> i32 {
    (0..16).map(|row| i32::from(unsafe { *at.offset(row * DECODED_STRIDE - 1) })).sum()
}

/// Returns the bytes of the four flat quarters of a chroma block from what is above, twice, and from `left_of_8`: row
/// by row, four bytes a quarter. The quarters on the diagonal take both neighbours; of the others, each the one that it
/// touches.
#[inline(always)]
pub(super) fn flat_quarters(above: v128, left: &[v128; 4]) -> v128 {
    let twos = u16x8_extadd_pairwise_u8x16(above);
    let tops = i16x8_add(twos, i16x8_shuffle::<1, 0, 3, 2, 5, 4, 7, 6>(twos, twos));
    let doubled = left.map(|row| u16x8_extadd_pairwise_u8x16(row));
    let sides = i16x8_add(i16x8_add(doubled[0], doubled[1]), i16x8_add(doubled[2], doubled[3]));
    let sides = u16x8_shr(sides, 1);
    // One neighbour counts twice where there is but one.
    let first = i32x4_shuffle::<0, 1, 6, 3>(tops, sides);
    let second = i32x4_shuffle::<0, 5, 2, 3>(sides, tops);
    spread(u16x8_shr(i16x8_add(i16x8_add(first, second), i16x8_splat(4)), 3))
}

/// Returns each 16-bit lane's low byte in both of its bytes.
#[inline(always)]
pub(super) fn spread(values: v128) -> v128 {
    v128_or(values, i16x8_shl(values, 8))
}
