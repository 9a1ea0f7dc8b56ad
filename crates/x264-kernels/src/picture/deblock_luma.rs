//! Deblocking of sixteen luma samples along an edge. `v` filters down across a horizontal edge, `h` to the right across
//! a vertical one; `at` is the first sample behind the edge. Thresholds are at least 1, as x264 skips edges where one
//! is 0. Across a vertical edge four samples on each side are read.

use super::{
    averages::{approached, excess, floor_average, strengths, weighted},
    transpose::{columns, store_columns4, store_columns8},
};
use crate::lanes::{load16, store16};
use core::arch::wasm32::*;

/// Returns the threshold `value` for `excess`: differences must stay below it.
#[inline(always)]
fn below(value: i32) -> v128 {
    u8x16_splat((value - 1) as u8)
}

/// Sets all bits where the samples along the edge count as one surface: `p` and `q` from the edge outwards.
#[inline(always)]
fn surface(p: &[v128], q: &[v128], alpha: v128, beta: v128) -> v128 {
    let sides = v128_or(excess(p[1], p[0], beta), excess(q[1], q[0], beta));
    u8x16_eq(v128_or(excess(p[0], q[0], alpha), sides), u8x16_splat(0))
}

/// Returns `sample` moved by at most `limit` to `target`.
#[inline(always)]
fn moved(sample: v128, target: v128, limit: v128) -> v128 {
    u8x16_max(u8x16_min(target, u8x16_add_sat(sample, limit)), u8x16_sub_sat(sample, limit))
}

/// Returns two samples on each side of the edge, outermost `p` first, as the filter leaves them; none if it leaves them
/// all.
#[inline(always)]
fn filtered(p: [v128; 3], q: [v128; 3], alpha: i32, beta: i32, strengths: v128) -> Option<[v128; 4]> {
    let (alpha, beta, zero) = (below(alpha), below(beta), u8x16_splat(0));
    let active = v128_and(surface(&p, &q, alpha, beta), i8x16_ge(strengths, zero));
    if !v128_any_true(active) {
        return None;
    }
    let limit = v128_and(strengths, active);
    let flat = |side: &[v128; 3]| v128_and(u8x16_eq(excess(side[2], side[0], beta), zero), active);
    let (flat_p, flat_q) = (flat(&p), flat(&q));
    let middle = u8x16_avgr(p[0], q[0]);
    let outer =
        |side: &[v128; 3], flat: v128| moved(side[1], floor_average(side[2], middle), v128_and(limit, flat));
    // A set mask is -1: a flat side lets the samples at the edge move one further.
    let reach = u8x16_sub(u8x16_sub(limit, flat_p), flat_q);
    let [inner_p, inner_q] = approached([p[0], p[1]], [q[0], q[1]], reach);
    Some([outer(&p, flat_p), inner_p, inner_q, outer(&q, flat_q)])
}

/// Returns three samples on each side of an edge of intra coded blocks, from the outermost `p` to the outermost `q`, as
/// the filter leaves them.
#[inline(always)]
fn filtered_intra(p: [v128; 4], q: [v128; 4], alpha: i32, beta: i32) -> Option<[v128; 6]> {
    let active = surface(&p, &q, below(alpha), below(beta));
    if !v128_any_true(active) {
        return None;
    }
    let zero = u8x16_splat(0);
    let close = v128_and(u8x16_eq(excess(p[0], q[0], below((alpha >> 2) + 2)), zero), active);
    let side = |near: &[v128; 4], far: &[v128; 4]| {
        let strong = v128_and(u8x16_eq(excess(near[2], near[0], below(beta)), zero), close);
        let weak = weighted(near[0], near[1], far[1]);
        let half = |widen: fn(v128) -> v128| {
            let [n0, n1, n2, n3] = near.map(widen);
            let (f0, f1) = (widen(far[0]), widen(far[1]));
            let core = i16x8_add(i16x8_add(n0, n1), f0);
            let four = i16x8_add(core, n2);
            let first = i16x8_add(i16x8_add(core, f1), i16x8_add(four, i16x8_splat(4)));
            let outermost = i16x8_add(i16x8_shl(i16x8_add(n3, n2), 1), i16x8_add(four, i16x8_splat(4)));
            [u16x8_shr(first, 3), u16x8_shr(i16x8_add(four, i16x8_splat(2)), 2), u16x8_shr(outermost, 3)]
        };
        let (low, high) = (half(u16x8_extend_low_u8x16), half(u16x8_extend_high_u8x16));
        let [first, second, third] = [0, 1, 2].map(|index| u8x16_narrow_i16x8(low[index], high[index]));
        [
            v128_bitselect(first, v128_bitselect(weak, near[0], active), strong),
            v128_bitselect(second, near[1], strong),
            v128_bitselect(third, near[2], strong),
        ]
    };
    let ([p0, p1, p2], [q0, q1, q2]) = (side(&p, &q), side(&q, &p));
    Some([p2, p1, p0, q0, q1, q2])
}

/// Filters across a horizontal edge between blocks that are not both at a macroblock's border and intra coded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_deblock_v_luma(
    at: *mut u8,
    stride: isize,
    alpha: i32,
    beta: i32,
    tc0: *mut i8,
) {
    unsafe {
        let row = |index: isize| load16(at.offset(index * stride));
        let (p, q) = ([row(-1), row(-2), row(-3)], [row(0), row(1), row(2)]);
        if let Some(rows) = filtered(p, q, alpha, beta, strengths(tc0)) {
            for (row, index) in rows.into_iter().zip(-2..) {
                store16(at.offset(index * stride), row);
            }
        }
    }
}

/// Filters across a vertical edge between blocks that are not both at a macroblock's border and intra coded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_deblock_h_luma(
    at: *mut u8,
    stride: isize,
    alpha: i32,
    beta: i32,
    tc0: *mut i8,
) {
    unsafe {
        let [_, p2, p1, p0, q0, q1, q2, _] = columns(at.offset(-4), stride);
        if let Some(columns) = filtered([p0, p1, p2], [q0, q1, q2], alpha, beta, strengths(tc0)) {
            store_columns4(at.offset(-2), stride, columns);
        }
    }
}

/// Filters across a horizontal edge at the border of an intra coded macroblock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_deblock_v_luma_intra(at: *mut u8, stride: isize, alpha: i32, beta: i32) {
    unsafe {
        let row = |index: isize| load16(at.offset(index * stride));
        let (p, q) = ([row(-1), row(-2), row(-3), row(-4)], [row(0), row(1), row(2), row(3)]);
        if let Some(rows) = filtered_intra(p, q, alpha, beta) {
            for (row, index) in rows.into_iter().zip(-3..) {
                store16(at.offset(index * stride), row);
            }
        }
    }
}

/// Filters across a vertical edge at the border of an intra coded macroblock. Stores the fourth samples as they were.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_deblock_h_luma_intra(at: *mut u8, stride: isize, alpha: i32, beta: i32) {
    unsafe {
        let [p3, p2, p1, p0, q0, q1, q2, q3] = columns(at.offset(-4), stride);
        if let Some([a, b, c, d, e, f]) = filtered_intra([p0, p1, p2, p3], [q0, q1, q2, q3], alpha, beta) {
            store_columns8(at.offset(-4), stride, [p3, a, b, c, d, e, f, q3]);
        }
    }
}
