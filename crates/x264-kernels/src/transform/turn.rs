//! Turning blocks of 16-bit lanes by 90 degrees, with interleaves alone: engines have one instruction for each. Knows
//! nothing of what the lanes mean.

use core::arch::wasm32::*;

/// Returns the lanes of the lower halves in turn.
#[inline(always)]
pub(super) fn interleave_low(a: v128, b: v128) -> v128 {
    i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b)
}

/// Returns the lanes of the upper halves in turn.
#[inline(always)]
pub(super) fn interleave_high(a: v128, b: v128) -> v128 {
    i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b)
}

/// Returns the lower halves, one after the other.
#[inline(always)]
pub(super) fn low_halves(a: v128, b: v128) -> v128 {
    i64x2_shuffle::<0, 2>(a, b)
}

/// Returns the upper halves, one after the other.
#[inline(always)]
pub(super) fn high_halves(a: v128, b: v128) -> v128 {
    i64x2_shuffle::<1, 3>(a, b)
}

/// Does one round of the perfect shuffle of all lanes: the first half of the vectors interleaved with the second.
#[inline(always)]
pub(super) fn shuffle_round<const VECTORS: usize>(from: [v128; VECTORS]) -> [v128; VECTORS] {
    let mut to = from;
    for index in 0..VECTORS / 2 {
        to[2 * index] = interleave_low(from[index], from[index + VECTORS / 2]);
        to[2 * index + 1] = interleave_high(from[index], from[index + VECTORS / 2]);
    }
    to
}

/// Turns 8x8 lanes: rows become columns.
#[inline(always)]
pub(super) fn turn_8x8(rows: [v128; 8]) -> [v128; 8] {
    shuffle_round(shuffle_round(shuffle_round(rows)))
}

/// Turns each of two 4x4 blocks that lie side by side.
#[inline(always)]
pub(super) fn turn_two_4x4(rows: [v128; 4]) -> [v128; 4] {
    let [left_01, left_23, right_01, right_23] = shuffle_round(shuffle_round(rows));
    [
        low_halves(left_01, right_01),
        high_halves(left_01, right_01),
        low_halves(left_23, right_23),
        high_halves(left_23, right_23),
    ]
}

/// Turns one 4x4 block: two rows in each vector.
#[inline(always)]
pub(super) fn turn_4x4(rows: [v128; 2]) -> [v128; 2] {
    shuffle_round(shuffle_round(rows))
}
