//! Intra prediction of 8x8 luma blocks from their filtered edge: 36 bytes with the samples to the left from the lowest
//! at 7 to the highest at 14, the corner at 15, the samples above from 16 to 31. Knows nothing of costs or of 4x4
//! blocks.

use super::{averages::weighted, transpose::zip8};
use crate::{
    DECODED_STRIDE,
    lanes::{load8, load16, store8},
};
use core::arch::wasm32::*;

/// x264's bits for neighbours that exist.
const LEFT: i32 = 1;
const TOP: i32 = 2;
const TOP_RIGHT: i32 = 4;
const TOP_LEFT: i32 = 8;

/// Returns the eight bytes in each half.
#[inline(always)]
fn words(line: v128) -> [u64; 2] {
    [u64x2_extract_lane::<0>(line), u64x2_extract_lane::<1>(line)]
}

/// Stores rows from `first` on, `step` apart, each as eight of the bytes in `line` from the given one on. In words:
/// shifts of constant distance are cheaper than the shuffles that vectors would take.
#[inline(always)]
unsafe fn store_windows<const ROWS: usize, const WORDS: usize>(
    at: *mut u8,
    first: isize,
    step: isize,
    line: [u64; WORDS],
    begins: [usize; ROWS],
) {
    for (begin, index) in begins.into_iter().zip(0..) {
        let (word, shift) = (begin / 8, begin % 8 * 8);
        let row = match shift {
            0 => line[word],
            _ => line[word] >> shift | line[word + 1] << (64 - shift),
        };
        let to = at.wrapping_offset((first + index * step) * DECODED_STRIDE).cast::<u64>();
        unsafe { to.write_unaligned(row) };
    }
}

/// Returns every byte moved one place towards the first; the last stays.
#[inline(always)]
fn next(line: v128) -> v128 {
    i8x16_shuffle::<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15>(line, line)
}

/// Returns every byte moved one place towards the last; the first stays.
#[inline(always)]
fn previous(line: v128) -> v128 {
    i8x16_shuffle::<0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14>(line, line)
}

/// Returns, for samples in a line, the weighted mean of each, the next and the one after that.
#[inline(always)]
fn smooth(line: v128) -> v128 {
    let second = next(line);
    weighted(line, second, next(second))
}

/// Filters a block's neighbours into `edge`, each with its own neighbours, those of `wanted` only. `present` says which
/// exist: a corner that does not is replaced by the sample next to it, and so is what is above to the right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_filter(at: *mut u8, edge: *mut u8, present: i32, wanted: i32) {
    unsafe {
        let corner = present & TOP_LEFT != 0;
        if wanted & LEFT != 0 {
            let side = |row: isize| at.offset(row * DECODED_STRIDE - 1);
            // From the lowest sample, which stands twice, up to the corner, and on into the row above.
            let line = v128_load8_splat(side(7));
            let line = v128_load8_lane::<2>(line, side(6));
            let line = v128_load8_lane::<3>(line, side(5));
            let line = v128_load8_lane::<4>(line, side(4));
            let line = v128_load8_lane::<5>(line, side(3));
            let line = v128_load8_lane::<6>(line, side(2));
            let line = v128_load8_lane::<7>(line, side(1));
            let line = v128_load8_lane::<8>(line, side(0));
            let line = v128_load8_lane::<9>(line, side(-1));
            let line = v128_load8_lane::<10>(line, at.offset(-DECODED_STRIDE));
            let before = i8x16_shuffle::<1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9>(line, line);
            let after = if corner {
                next(line)
            } else {
                i8x16_shuffle::<1, 2, 3, 4, 5, 6, 7, 8, 8, 10, 10, 10, 10, 10, 10, 10>(line, line)
            };
            let filtered = weighted(before, line, after);
            let filtered =
                i8x16_shuffle::<1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9>(filtered, filtered);
            store8(edge.offset(6), filtered);
            v128_store16_lane::<4>(filtered, edge.offset(14).cast());
        }
        if wanted & TOP != 0 {
            let mut line = load16(at.offset(-DECODED_STRIDE));
            if present & TOP_RIGHT == 0 {
                line = i8x16_shuffle::<0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7>(line, line);
            }
            let mut before = previous(line);
            if corner {
                before = v128_load8_lane::<0>(before, at.offset(-DECODED_STRIDE - 1));
            }
            let filtered = weighted(before, line, next(line));
            store8(edge.offset(16), filtered);
            if wanted & TOP_RIGHT != 0 {
                v128_store64_lane::<1>(filtered, edge.offset(24).cast());
                v128_store8_lane::<15>(filtered, edge.offset(32));
            }
        }
    }
}

#[inline(always)]
unsafe fn fill(at: *mut u8, row: v128) {
    for index in 0..8 {
        unsafe { store8(at.offset(index * DECODED_STRIDE), row) };
    }
}

/// Returns the sum of eight samples of the edge.
#[inline(always)]
unsafe fn sum(edge: *const u8, from: isize) -> i32 {
    crate::lanes::sum16(u16x8_extadd_pairwise_u8x16(unsafe { load8(edge.offset(from)) }))
}

/// Returns the mean of both sides.
#[inline(always)]
pub(super) unsafe fn mean(edge: *const u8) -> v128 {
    let both = unsafe { v128_load64_lane::<1>(load8(edge.offset(7)), edge.offset(16).cast()) };
    u8x16_splat(((crate::lanes::sum16(u16x8_extadd_pairwise_u8x16(both)) + 8) >> 4) as u8)
}

/// Predicts every row from the row above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_v(at: *mut u8, edge: *mut u8) {
    unsafe { fill(at, load8(edge.offset(16))) }
}

/// Predicts every column from the column to the left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_h(at: *mut u8, edge: *mut u8) {
    for row in 0..8 {
        unsafe { store8(at.offset(row * DECODED_STRIDE), v128_load8_splat(edge.offset(14 - row))) };
    }
}

/// Predicts the mean of both sides.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_dc(at: *mut u8, edge: *mut u8) {
    unsafe { fill(at, mean(edge)) }
}

/// Predicts the mean of the column to the left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_dc_left(at: *mut u8, edge: *mut u8) {
    unsafe { fill(at, u8x16_splat(((sum(edge, 7) + 4) >> 3) as u8)) }
}

/// Predicts the mean of the row above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_dc_top(at: *mut u8, edge: *mut u8) {
    unsafe { fill(at, u8x16_splat(((sum(edge, 16) + 4) >> 3) as u8)) }
}

/// Predicts down and to the left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_ddl(at: *mut u8, edge: *mut u8) {
    unsafe {
        let line = smooth(load16(edge.offset(16)));
        store_windows(at, 0, 1, words(line), [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}

/// Predicts down and to the right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_ddr(at: *mut u8, edge: *mut u8) {
    unsafe {
        let line = smooth_around(edge);
        store_windows(at, 0, 1, words(line), [7, 6, 5, 4, 3, 2, 1, 0]);
    }
}

/// Returns the smooth edge from the lowest sample to the left, around the corner, to the last one above the block.
#[inline(always)]
unsafe fn smooth_around(edge: *const u8) -> v128 {
    unsafe { weighted(load16(edge.offset(7)), load16(edge.offset(8)), load16(edge.offset(9))) }
}

/// Predicts steeply down to the right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_vr(at: *mut u8, edge: *mut u8) {
    unsafe {
        let line = smooth_around(edge);
        let between = u8x16_avgr(load8(edge.offset(15)), load8(edge.offset(16)));
        // What enters from the left is every other sample of the smooth edge.
        let even = i8x16_shuffle::<2, 4, 6, 16, 17, 18, 19, 20, 21, 22, 23, 0, 0, 0, 0, 0>(line, between);
        let odd = i8x16_shuffle::<1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 0, 0, 0, 0, 0>(line, line);
        store_windows(at, 0, 2, words(even), [3, 2, 1, 0]);
        store_windows(at, 1, 2, words(odd), [3, 2, 1, 0]);
    }
}

/// Predicts gently down to the right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_hd(at: *mut u8, edge: *mut u8) {
    unsafe {
        let line = smooth_around(edge);
        let between = u8x16_avgr(load8(edge.offset(7)), load8(edge.offset(8)));
        let ([lower, upper], [_, above]) = (words(zip8(between, line)[0]), words(line));
        store_windows(at, 0, 1, [lower, upper, above], [14, 12, 10, 8, 6, 4, 2, 0]);
    }
}

/// Predicts steeply down to the left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_vl(at: *mut u8, edge: *mut u8) {
    unsafe {
        let above = load16(edge.offset(16));
        let (between, line) = (u8x16_avgr(above, next(above)), smooth(above));
        store_windows(at, 0, 2, words(between), [0, 1, 2, 3]);
        store_windows(at, 1, 2, words(line), [0, 1, 2, 3]);
    }
}

/// Predicts gently up to the right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_predict_8x8_hu(at: *mut u8, edge: *mut u8) {
    unsafe {
        let upwards = load8(edge.offset(7));
        let left = i8x16_shuffle::<7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0>(upwards, upwards);
        let [line, lowest] = zip8(u8x16_avgr(left, next(left)), smooth(left)).map(words);
        let ([upper, lower], [lowest, _]) = (line, lowest);
        store_windows(at, 0, 1, [upper, lower, lowest], [0, 2, 4, 6, 8, 10, 12, 14]);
    }
}
