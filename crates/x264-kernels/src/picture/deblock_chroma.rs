//! Deblocking of eight chroma samples along an edge, both planes at once as they lie in turn in memory. `v` filters
//! down across a horizontal edge, `h` to the right across a vertical one; `at` is the first sample behind the edge.
//! Thresholds are at least 1.

use super::{
    averages::{approached, excess, strengths, weighted},
    transpose::{store_rows4, zip16},
};
use crate::lanes::{load8, load16, store16};
use core::arch::wasm32::*;

/// The samples around an edge, from the outermost in front of it to the outermost behind.
type Around = [v128; 4];

/// Sets all bits where the samples along the edge count as one surface.
#[inline(always)]
fn surface([p1, p0, q0, q1]: Around, alpha: i32, beta: i32) -> v128 {
    let (alpha, beta) = (u8x16_splat((alpha - 1) as u8), u8x16_splat((beta - 1) as u8));
    let sides = v128_or(excess(p1, p0, beta), excess(q1, q0, beta));
    u8x16_eq(v128_or(excess(p0, q0, alpha), sides), u8x16_splat(0))
}

/// Returns what the filter makes of the two samples at the edge. A strength of 0 or less leaves them.
#[inline(always)]
fn filtered(around: Around, alpha: i32, beta: i32, strengths: v128) -> [v128; 2] {
    let [p1, p0, q0, q1] = around;
    let reach = v128_and(surface(around, alpha, beta), i8x16_max(strengths, i8x16_splat(0)));
    approached([p0, p1], [q0, q1], reach)
}

/// Returns the same at the border of an intra coded macroblock.
#[inline(always)]
fn filtered_intra(around: Around, alpha: i32, beta: i32) -> [v128; 2] {
    let [p1, p0, q0, q1] = around;
    let active = surface(around, alpha, beta);
    [v128_bitselect(weighted(p0, p1, q1), p0, active), v128_bitselect(weighted(q0, q1, p1), q0, active)]
}

#[inline(always)]
unsafe fn rows(at: *const u8, stride: isize) -> Around {
    [-2, -1, 0, 1].map(|row| unsafe { load16(at.offset(row * stride)) })
}

#[inline(always)]
unsafe fn store_rows(at: *mut u8, stride: isize, [p0, q0]: [v128; 2]) {
    unsafe {
        store16(at.offset(-stride), p0);
        store16(at, q0);
    }
}

/// Returns the columns around a vertical edge, each sample of both planes, eight rows.
#[inline(always)]
unsafe fn columns(at: *const u8, stride: isize) -> Around {
    let row = |index: isize| unsafe { load8(at.offset(index * stride - 4)) };
    let quarters: [v128; 4] = [0, 1, 2, 3].map(|index| zip16(row(index), row(index + 4))[0]);
    let (even, odd) = (zip16(quarters[0], quarters[2]), zip16(quarters[1], quarters[3]));
    let ([p1, p0], [q0, q1]) = (zip16(even[0], odd[0]), zip16(even[1], odd[1]));
    [p1, p0, q0, q1]
}

#[inline(always)]
unsafe fn store_columns(at: *mut u8, stride: isize, [p0, q0]: [v128; 2]) {
    let [upper, lower] = zip16(p0, q0);
    unsafe {
        store_rows4(at.offset(-2), stride, upper);
        store_rows4(at.offset(4 * stride - 2), stride, lower);
    }
}

/// Filters across a horizontal edge between blocks that are not both at a macroblock's border and intra coded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_deblock_v_chroma(
    at: *mut u8,
    stride: isize,
    alpha: i32,
    beta: i32,
    tc0: *mut i8,
) {
    unsafe { store_rows(at, stride, filtered(rows(at, stride), alpha, beta, strengths(tc0))) }
}

/// Filters across a vertical edge between blocks that are not both at a macroblock's border and intra coded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_deblock_h_chroma_420(
    at: *mut u8,
    stride: isize,
    alpha: i32,
    beta: i32,
    tc0: *mut i8,
) {
    unsafe { store_columns(at, stride, filtered(columns(at, stride), alpha, beta, strengths(tc0))) }
}

/// Filters across a horizontal edge at the border of an intra coded macroblock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_deblock_v_chroma_intra(at: *mut u8, stride: isize, alpha: i32, beta: i32) {
    unsafe { store_rows(at, stride, filtered_intra(rows(at, stride), alpha, beta)) }
}

/// Filters across a vertical edge at the border of an intra coded macroblock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_deblock_h_chroma_420_intra(
    at: *mut u8,
    stride: isize,
    alpha: i32,
    beta: i32,
) {
    unsafe { store_columns(at, stride, filtered_intra(columns(at, stride), alpha, beta)) }
}
