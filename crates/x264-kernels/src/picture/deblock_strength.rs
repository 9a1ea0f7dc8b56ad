//! How strongly the edges within and before a macroblock are deblocked. Reads x264's caches of 4x4 blocks: eight
//! columns wide, a row of neighbours above and a column of them to the left of the macroblock's own 4x4. Knows nothing
//! of filters.

use crate::lanes::{load4x4, load16, store16};
use core::arch::wasm32::*;

/// Columns of the caches.
const COLUMNS: isize = 8;
/// Where the macroblock's first block lies in them.
const FIRST: isize = 4 + COLUMNS;
/// Blocks in one list's cache.
const BLOCKS: isize = 5 * COLUMNS;

/// Sets all bits of the blocks, row by row, that move differently from the block `back` places before them.
#[inline(always)]
unsafe fn moves_differently(references: *const i8, vectors: *const i16, back: isize, limits: v128) -> v128 {
    let row = |index: isize| unsafe {
        let first = vectors.offset(2 * (FIRST + index * COLUMNS));
        let (own, other) = (load16(first.cast()), load16(first.offset(-2 * back).cast()));
        i16x8_gt(i16x8_max(i16x8_sub_sat(own, other), i16x8_sub_sat(other, own)), limits)
    };
    // Bytes of a horizontal and a vertical component: a block moves differently if one of them does.
    let either = |rows: [v128; 2]| u16x8_ne(i8x16_narrow_i16x8(rows[0], rows[1]), u16x8_splat(0));
    let vectors = i8x16_narrow_i16x8(either([row(0), row(1)]), either([row(2), row(3)]));
    let references = unsafe {
        let first = references.cast::<u8>().offset(FIRST);
        u8x16_ne(load4x4(first, COLUMNS), load4x4(first.offset(-back), COLUMNS))
    };
    v128_or(vectors, references)
}

/// Writes 2 where a block or the one before it has coefficients, 1 where they move differently (by another reference
/// frame, 4 or more horizontally, `limit` or more vertically), else 0. First for vertical edges, then, 32 bytes on, for
/// horizontal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_deblock_strength(
    coefficients: *const u8,
    references: *const i8,
    vectors: *const i16,
    strengths: *mut u8,
    limit: i32,
    bidirectional: i32,
) {
    unsafe {
        let vertical = (limit - 1) as i16;
        let limits = i16x8(3, vertical, 3, vertical, 3, vertical, 3, vertical);
        let strength = |back: isize| {
            let first = coefficients.offset(FIRST);
            let coded = v128_or(load4x4(first, COLUMNS), load4x4(first.offset(-back), COLUMNS));
            let mut differently = moves_differently(references, vectors, back, limits);
            if bidirectional != 0 {
                let (references, vectors) = (references.offset(BLOCKS), vectors.offset(2 * BLOCKS));
                differently = v128_or(differently, moves_differently(references, vectors, back, limits));
            }
            let uncoded = v128_and(differently, u8x16_splat(1));
            v128_bitselect(uncoded, u8x16_splat(2), u8x16_eq(coded, u8x16_splat(0)))
        };
        // Vertical edges go column by column.
        let rows = strength(1);
        let columns = i8x16_shuffle::<0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15>(rows, rows);
        store16(strengths, columns);
        store16(strengths.offset(32), strength(COLUMNS));
    }
}
