//! The luma filter: all of its ways for all eight samples, and masks that choose.

use crate::lanes::*;
use core::arch::wasm32::*;

/// What a segment's samples share, in the lanes of its four samples.
struct Segments {
    beta: i32,
    tc: v128,
    keep_p: v128,
    keep_q: v128,
}

impl Segments {
    #[inline(always)]
    unsafe fn new<D: Depth>(beta: i32, tc: *const i32, no_p: *const u8, no_q: *const u8) -> Segments {
        unsafe {
            let lanes = |first: i32, second: i32| {
                i16x8_shuffle::<0, 1, 2, 3, 8, 9, 10, 11>(
                    i16x8_splat(first as i16),
                    i16x8_splat(second as i16),
                )
            };
            let mask = |flags: *const u8| {
                i16x8_ne(lanes(i32::from(*flags), i32::from(*flags.add(1))), i16x8_splat(0))
            };
            Segments {
                beta: beta << (D::BITS - 8),
                tc: i16x8_shl(lanes(*tc, *tc.add(1)), D::BITS - 8),
                keep_p: mask(no_p),
                keep_q: mask(no_q),
            }
        }
    }
}

/// Returns each segment's first lane in all of its lanes.
#[inline(always)]
fn first(lanes: v128) -> v128 {
    i16x8_shuffle::<0, 0, 0, 0, 4, 4, 4, 4>(lanes, lanes)
}

/// Returns each segment's last lane in all of its lanes.
#[inline(always)]
fn last(lanes: v128) -> v128 {
    i16x8_shuffle::<3, 3, 3, 3, 7, 7, 7, 7>(lanes, lanes)
}

#[inline(always)]
fn sum<const COUNT: usize>(terms: [v128; COUNT]) -> v128 {
    terms.into_iter().fold(i16x8_splat(0), |sum, term| i16x8_add(sum, term))
}

#[inline(always)]
fn distance(a: v128, b: v128) -> v128 {
    i16x8_abs(i16x8_sub(a, b))
}

/// Returns how far three samples are from a straight line.
#[inline(always)]
fn bend(a: v128, b: v128, c: v128) -> v128 {
    i16x8_abs(i16x8_add(i16x8_sub(a, i16x8_shl(b, 1)), c))
}

#[inline(always)]
fn clamp(value: v128, centre: v128, reach: v128) -> v128 {
    i16x8_max(i16x8_min(value, i16x8_add(centre, reach)), i16x8_sub(centre, reach))
}

/// Returns one side of the edge strongly filtered: the three samples nearest to it, the nearest first. `a` are this
/// side's four samples, `b` the two nearest of the other side.
#[inline(always)]
fn strong(a: [v128; 4], b: [v128; 2], tc: v128) -> [v128; 3] {
    let reach = i16x8_shl(tc, 1);
    let middle = sum([a[1], a[0], b[0]]);
    let nearest = sum([middle, middle, a[2], b[1], i16x8_splat(4)]);
    let next = sum([middle, a[2], i16x8_splat(2)]);
    let third = sum([i16x8_shl(sum([a[3], a[2]]), 1), a[2], middle, i16x8_splat(4)]);
    [
        clamp(i16x8_shr(nearest, 3), a[0], reach),
        clamp(i16x8_shr(next, 2), a[1], reach),
        clamp(i16x8_shr(third, 3), a[2], reach),
    ]
}

/// Filters eight samples across an edge: p3 to p0, q0 to q3. Returns false if nothing changes.
#[inline(always)]
fn filter(lines: &mut [v128; 8], segments: &Segments) -> bool {
    let [p3, p2, p1, p0, q0, q1, q2, q3] = *lines;
    let tc = segments.tc;
    let beta = |value: i32| i16x8_splat(value as i16);
    let (bend_p, bend_q) = (bend(p2, p1, p0), bend(q2, q1, q0));
    let both = i16x8_add(bend_p, bend_q);
    let active = i16x8_lt(i16x8_add(first(both), last(both)), beta(segments.beta));
    if !v128_any_true(active) {
        return false;
    }

    let flat = i16x8_lt(i16x8_add(distance(p3, p0), distance(q3, q0)), beta(segments.beta >> 3));
    let step = i16x8_shr(i16x8_add(i16x8_mul(tc, i16x8_splat(5)), i16x8_splat(1)), 1);
    let close = i16x8_lt(distance(p0, q0), step);
    let straight = i16x8_lt(i16x8_shl(both, 1), beta(segments.beta >> 2));
    let smooth = v128_and(v128_and(flat, close), straight);
    let smooth = v128_and(v128_and(first(smooth), last(smooth)), active);
    let [mut new_p0, mut new_p1, mut new_p2] = [p0, p1, p2];
    let [mut new_q0, mut new_q1, mut new_q2] = [q0, q1, q2];

    let normal = v128_andnot(active, smooth);
    if v128_any_true(normal) {
        let nine = i16x8_mul(i16x8_sub(q0, p0), i16x8_splat(9));
        let three = i16x8_mul(i16x8_sub(q1, p1), i16x8_splat(3));
        let delta = i16x8_shr(i16x8_add(i16x8_sub(nine, three), i16x8_splat(8)), 4);
        let small = v128_and(normal, i16x8_lt(i16x8_abs(delta), i16x8_mul(tc, i16x8_splat(10))));
        let zero = i16x8_splat(0);
        let delta = v128_and(clamp(delta, zero, tc), small);
        // Out of the range of samples until they are stored, which clips them.
        new_p0 = i16x8_add(p0, delta);
        new_q0 = i16x8_sub(q0, delta);
        let side = beta((segments.beta + (segments.beta >> 1)) >> 3);
        let second = |bends: v128, outer: v128, inner: v128, middle: v128, delta: v128| {
            let bent = i16x8_lt(i16x8_add(first(bends), last(bends)), side);
            let change = i16x8_shr(i16x8_add(i16x8_sub(u16x8_avgr(outer, inner), middle), delta), 1);
            let change = clamp(change, zero, i16x8_shr(tc, 1));
            i16x8_add(middle, v128_and(change, v128_and(bent, small)))
        };
        new_p1 = second(bend_p, p2, p0, p1, delta);
        new_q1 = second(bend_q, q2, q0, q1, i16x8_neg(delta));
    }
    if v128_any_true(smooth) {
        let [p0s, p1s, p2s] = strong([p0, p1, p2, p3], [q0, q1], tc);
        let [q0s, q1s, q2s] = strong([q0, q1, q2, q3], [p0, p1], tc);
        let choose = |strong: v128, other: v128| v128_bitselect(strong, other, smooth);
        [new_p0, new_p1, new_p2] = [choose(p0s, new_p0), choose(p1s, new_p1), choose(p2s, new_p2)];
        [new_q0, new_q1, new_q2] = [choose(q0s, new_q0), choose(q1s, new_q1), choose(q2s, new_q2)];
    }
    let keep_p = |old: v128, new: v128| v128_bitselect(old, new, segments.keep_p);
    let keep_q = |old: v128, new: v128| v128_bitselect(old, new, segments.keep_q);
    *lines = [
        p3,
        keep_p(p2, new_p2),
        keep_p(p1, new_p1),
        keep_p(p0, new_p0),
        keep_q(q0, new_q0),
        keep_q(q1, new_q1),
        keep_q(q2, new_q2),
        q3,
    ];
    true
}

#[inline(always)]
unsafe fn load<D: Depth>(from: *const u8, stride: isize) -> [v128; 8] {
    unsafe { [0, 1, 2, 3, 4, 5, 6, 7].map(|row| D::load(from.offset(row * stride))) }
}

#[inline(always)]
unsafe fn store<D: Depth>(to: *mut u8, stride: isize, rows: &[v128]) {
    unsafe {
        for (row, samples) in rows.iter().enumerate() {
            D::store(to.offset(row as isize * stride), *samples, 8);
        }
    }
}

#[inline(always)]
unsafe fn across<D: Depth>(at: *mut u8, stride: isize, segments: &Segments) {
    unsafe {
        let top = at.offset(-4 * stride);
        let mut lines = load::<D>(top, stride);
        if filter(&mut lines, segments) {
            store::<D>(top.offset(stride), stride, &lines[1..7]);
        }
    }
}

#[inline(always)]
unsafe fn down<D: Depth>(at: *mut u8, stride: isize, segments: &Segments) {
    unsafe {
        let left = at.offset(-4 * D::BYTES);
        let mut lines = transpose(load::<D>(left, stride));
        if filter(&mut lines, segments) {
            store::<D>(left, stride, &transpose(lines));
        }
    }
}

macro_rules! kernels {
    ($($depth:ident: $across:ident, $down:ident;)*) => { $(
        /// Filters eight samples along an edge of luma that lies across.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $across(
            at: *mut u8, stride: isize, beta: i32, tc: *const i32, no_p: *const u8, no_q: *const u8,
        ) {
            unsafe { across::<$depth>(at, stride, &Segments::new::<$depth>(beta, tc, no_p, no_q)) }
        }

        /// Filters eight samples along an edge of luma that goes down.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $down(
            at: *mut u8, stride: isize, beta: i32, tc: *const i32, no_p: *const u8, no_q: *const u8,
        ) {
            unsafe { down::<$depth>(at, stride, &Segments::new::<$depth>(beta, tc, no_p, no_q)) }
        }
    )* };
}

kernels! {
    Eight: clipfit_hevc_h_loop_filter_luma_8, clipfit_hevc_v_loop_filter_luma_8;
    Ten: clipfit_hevc_h_loop_filter_luma_10, clipfit_hevc_v_loop_filter_luma_10;
}
