//! The chroma filter. A segment may be all that there is at a frame's end, so each touches its own four samples only.

use crate::lanes::*;
use core::arch::wasm32::*;

/// Returns p0 and q0 filtered, not yet clipped to samples.
#[inline(always)]
fn filter([p1, p0, q0, q1]: [v128; 4], tc: v128, keep_p: bool, keep_q: bool) -> [v128; 2] {
    let sum = i16x8_add(i16x8_shl(i16x8_sub(q0, p0), 2), i16x8_sub(p1, q1));
    let delta = i16x8_shr(i16x8_add(sum, i16x8_splat(4)), 3);
    let delta = i16x8_max(i16x8_min(delta, tc), i16x8_neg(tc));
    [if keep_p { p0 } else { i16x8_add(p0, delta) }, if keep_q { q0 } else { i16x8_sub(q0, delta) }]
}

/// Calls `segment` for each segment that is filtered: with its index, its tc, and which sides to keep.
#[inline(always)]
unsafe fn each<D: Depth>(
    tc: *const i32,
    no_p: *const u8,
    no_q: *const u8,
    mut segment: impl FnMut(usize, v128, bool, bool),
) {
    unsafe {
        for index in 0..2 {
            let tc = *tc.add(index) << (D::BITS - 8);
            if tc > 0 {
                segment(index, i16x8_splat(tc as i16), *no_p.add(index) != 0, *no_q.add(index) != 0);
            }
        }
    }
}

#[inline(always)]
unsafe fn across<D: Depth>(at: *mut u8, stride: isize, tc: *const i32, no_p: *const u8, no_q: *const u8) {
    unsafe {
        each::<D>(tc, no_p, no_q, |index, tc, keep_p, keep_q| {
            let at = at.offset(4 * index as isize * D::BYTES);
            let [p0, q0] =
                filter([-2, -1, 0, 1].map(|row| D::load4(at.offset(row * stride))), tc, keep_p, keep_q);
            D::store(at.offset(-stride), p0, 4);
            D::store(at, q0, 4);
        });
    }
}

#[inline(always)]
unsafe fn down<D: Depth>(at: *mut u8, stride: isize, tc: *const i32, no_p: *const u8, no_q: *const u8) {
    unsafe {
        each::<D>(tc, no_p, no_q, |index, tc, keep_p, keep_q| {
            let at = at.offset(4 * index as isize * stride);
            let rows = [0, 1, 2, 3].map(|row| D::load4(at.offset(row * stride - 2 * D::BYTES)));
            let (even, odd) = (pairs_low(rows[0], rows[2]), pairs_low(rows[1], rows[3]));
            let (p, q) = (pairs_low(even, odd), pairs_high(even, odd));
            let upper = |lines: v128| i64x2_shuffle::<1, 1>(lines, lines);
            let [p0, q0] = filter([p, upper(p), q, upper(q)], tc, keep_p, keep_q);
            let pairs = pairs_low(p0, q0);
            let at = at.offset(-D::BYTES);
            D::store(at, pairs, 2);
            D::store(at.offset(stride), i32x4_shuffle::<1, 1, 1, 1>(pairs, pairs), 2);
            D::store(at.offset(2 * stride), i32x4_shuffle::<2, 2, 2, 2>(pairs, pairs), 2);
            D::store(at.offset(3 * stride), i32x4_shuffle::<3, 3, 3, 3>(pairs, pairs), 2);
        });
    }
}

macro_rules! kernels {
    ($($depth:ident: $across:ident, $down:ident;)*) => { $(
        /// Filters eight samples along an edge of chroma that lies across.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $across(
            at: *mut u8, stride: isize, tc: *const i32, no_p: *const u8, no_q: *const u8,
        ) {
            unsafe { across::<$depth>(at, stride, tc, no_p, no_q) }
        }

        /// Filters eight samples along an edge of chroma that goes down.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $down(
            at: *mut u8, stride: isize, tc: *const i32, no_p: *const u8, no_q: *const u8,
        ) {
            unsafe { down::<$depth>(at, stride, tc, no_p, no_q) }
        }
    )* };
}

kernels! {
    Eight: clipfit_hevc_h_loop_filter_chroma_8, clipfit_hevc_v_loop_filter_chroma_8;
    Ten: clipfit_hevc_h_loop_filter_chroma_10, clipfit_hevc_v_loop_filter_chroma_10;
}
