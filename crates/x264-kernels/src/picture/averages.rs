//! Averages of bytes that stay bytes, and what deblocking decides by. Knows nothing of which samples these are.

use crate::lanes::distance;
use core::arch::wasm32::*;

/// Returns `(a + b) >> 1`.
#[inline(always)]
pub(super) fn floor_average(a: v128, b: v128) -> v128 {
    u8x16_sub(u8x16_avgr(a, b), v128_and(v128_xor(a, b), u8x16_splat(1)))
}

/// Returns `(a + 2 * b + c + 2) >> 2`. That the inner average rounds down is what makes the outer one exact.
#[inline(always)]
pub(super) fn weighted(a: v128, b: v128, c: v128) -> v128 {
    u8x16_avgr(b, floor_average(a, c))
}

/// Returns zero exactly where `a` and `b` are at most `limit` apart.
#[inline(always)]
pub(super) fn excess(a: v128, b: v128, limit: v128) -> v128 {
    u8x16_sub_sat(distance(a, b), limit)
}

/// Returns the four strengths of an edge, each over its four of sixteen bytes.
#[inline(always)]
pub(super) unsafe fn strengths(tc0: *const i8) -> v128 {
    let four = unsafe { crate::lanes::load4(tc0.cast()) };
    i8x16_shuffle::<0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3>(four, four)
}

/// Returns the samples next to an edge after a filter that moves them by at most `reach` (0 to 127) towards each other.
#[inline(always)]
pub(super) fn approached(p: [v128; 2], q: [v128; 2], reach: v128) -> [v128; 2] {
    let half = |widen: fn(v128) -> v128| {
        let gap = i16x8_shl(i16x8_sub(widen(q[0]), widen(p[0])), 2);
        let slope = i16x8_sub(widen(p[1]), widen(q[1]));
        i16x8_shr(i16x8_add(i16x8_add(gap, slope), i16x8_splat(4)), 3)
    };
    let step = i8x16_narrow_i16x8(half(u16x8_extend_low_u8x16), half(u16x8_extend_high_u8x16));
    let step = i8x16_max(i8x16_min(step, reach), i8x16_neg(reach));
    // With the top bit flipped, unsigned clipping is signed saturation.
    let sign = u8x16_splat(0x80);
    [
        v128_xor(i8x16_add_sat(v128_xor(p[0], sign), step), sign),
        v128_xor(i8x16_sub_sat(v128_xor(q[0], sign), step), sign),
    ]
}
