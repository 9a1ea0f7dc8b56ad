//! The inverse transforms of 8x8, 16x16 and 32x32 by partial butterflies: the odd frequencies as sums of products of
//! pairs, the even ones as a transform of half the size. Each of the two stages transforms columns, eight at a time, and
//! transposes what it writes.
//!
//! `col_limit` of FFmpeg's decoder says where coefficients end: in column x, only rows below `col_limit` + 4 are not
//! zero, and only columns below `col_limit`. From column 8 on, diagonal scanning takes four more rows with every four
//! columns.

use super::coefficient;
use crate::lanes::*;
use core::arch::wasm32::*;
use core::mem::MaybeUninit;

/// Sums in 32 bits: of the four left and of the four right columns.
type Sums = [v128; 2];

const fn odd_pairs<const PAIRS: usize, const OUTPUTS: usize>() -> [[i32; OUTPUTS]; PAIRS] {
    let mut table = [[0; OUTPUTS]; PAIRS];
    // Row j of a transform of this size is row 16 / OUTPUTS * j of the 32-point one.
    let step = 16 / OUTPUTS;
    let mut index = 0;
    while index < PAIRS * OUTPUTS {
        let (at, position) = (index / OUTPUTS, index % OUTPUTS);
        // The first columns of a smaller transform's row sample the same angles as those of the larger one.
        table[at][position] =
            pair(coefficient((4 * at + 1) * step, position), coefficient((4 * at + 3) * step, position));
        index += 1;
    }
    table
}

/// Factors of rows 1 and 3, 5 and 7 and so on, for each output of the first half.
static ODD_8: [[i32; 4]; 2] = odd_pairs();
static ODD_16: [[i32; 8]; 4] = odd_pairs();
static ODD_32: [[i32; 16]; 8] = odd_pairs();

/// Eight columns of coefficients; from `rows` on, all are zero and memory may hold anything.
#[derive(Clone, Copy)]
struct Columns {
    at: *const i16,
    stride: usize,
    rows: usize,
}

impl Columns {
    #[inline(always)]
    unsafe fn row(self, row: usize) -> v128 {
        unsafe {
            if row < self.rows { v128_load(self.at.add(row * self.stride).cast()) } else { i16x8_splat(0) }
        }
    }

    /// Returns two rows as pairs.
    #[inline(always)]
    unsafe fn pairs(self, first: usize, second: usize) -> Sums {
        unsafe {
            let (first, second) = (self.row(first), self.row(second));
            [pairs_low(first, second), pairs_high(first, second)]
        }
    }
}

#[inline(always)]
fn dot(pairs: Sums, factors: v128) -> Sums {
    [i32x4_dot_i16x8(pairs[0], factors), i32x4_dot_i16x8(pairs[1], factors)]
}

#[inline(always)]
fn add(a: Sums, b: Sums) -> Sums {
    [i32x4_add(a[0], b[0]), i32x4_add(a[1], b[1])]
}

#[inline(always)]
fn sub(a: Sums, b: Sums) -> Sums {
    [i32x4_sub(a[0], b[0]), i32x4_sub(a[1], b[1])]
}

/// Sums up the odd rows, of which row 1 is at `step`. Four outputs at a time, so that their sums stay in registers.
#[inline(always)]
unsafe fn odd<const PAIRS: usize, const OUTPUTS: usize>(
    columns: Columns,
    step: usize,
    table: &[[i32; OUTPUTS]; PAIRS],
) -> [Sums; OUTPUTS] {
    unsafe {
        let count = columns.rows.div_ceil(4 * step).min(PAIRS);
        let mut inputs = [[i16x8_splat(0); 2]; PAIRS];
        for (at, input) in inputs.iter_mut().enumerate().take(count) {
            *input = columns.pairs((4 * at + 1) * step, (4 * at + 3) * step);
        }
        let mut outputs = [[i32x4_splat(0); 2]; OUTPUTS];
        let mut first = 0;
        while first < OUTPUTS {
            let mut sums = [[i32x4_splat(0); 2]; 4];
            for (input, factors) in inputs.iter().zip(table).take(count) {
                let factors = factors.as_ptr().add(first).cast::<u32>();
                for (index, sum) in sums.iter_mut().enumerate() {
                    *sum = add(*sum, dot(*input, v128_load32_splat(factors.add(index))));
                }
            }
            outputs[first] = sums[0];
            outputs[first + 1] = sums[1];
            outputs[first + 2] = sums[2];
            outputs[first + 3] = sums[3];
            first += 4;
        }
        outputs
    }
}

/// Returns the 4-point transform of the rows at multiples of `step`, with `round` added to every output.
#[inline(always)]
unsafe fn transform_4(columns: Columns, step: usize, round: i32) -> [Sums; 4] {
    unsafe {
        let round = [i32x4_splat(round); 2];
        let (even, odd) = (columns.pairs(0, 2 * step), columns.pairs(step, 3 * step));
        let even0 = add(dot(even, i32x4_splat(pair(64, 64))), round);
        let even1 = add(dot(even, i32x4_splat(pair(64, -64))), round);
        let odd0 = dot(odd, i32x4_splat(pair(83, 36)));
        let odd1 = dot(odd, i32x4_splat(pair(36, -83)));
        [add(even0, odd0), add(even1, odd1), sub(even1, odd1), sub(even0, odd0)]
    }
}

/// Joins a transform of half the size and the odd rows.
#[inline(always)]
fn join<const HALF: usize, const SIZE: usize>(even: [Sums; HALF], odd: [Sums; HALF]) -> [Sums; SIZE] {
    let mut outputs = [[i32x4_splat(0); 2]; SIZE];
    for index in 0..HALF {
        outputs[index] = add(even[index], odd[index]);
        outputs[SIZE - 1 - index] = sub(even[index], odd[index]);
    }
    outputs
}

#[inline(always)]
unsafe fn transform_8(columns: Columns, step: usize, round: i32) -> [Sums; 8] {
    unsafe { join(transform_4(columns, 2 * step, round), odd(columns, step, &ODD_8)) }
}

#[inline(always)]
unsafe fn transform_16(columns: Columns, step: usize, round: i32) -> [Sums; 16] {
    unsafe { join(transform_8(columns, 2 * step, round), odd(columns, step, &ODD_16)) }
}

/// Writes eight transformed rows of eight columns as columns of eight: scaled, saturated to 16 bits.
#[inline(always)]
unsafe fn write<const SIZE: usize, const SHIFT: u32>(to: *mut i16, rows: [Sums; 8]) {
    unsafe {
        let rows =
            rows.map(|[left, right]| i16x8_narrow_i32x4(i32x4_shr(left, SHIFT), i32x4_shr(right, SHIFT)));
        for (index, column) in transpose(rows).into_iter().enumerate() {
            v128_store(to.add(index * SIZE).cast(), column);
        }
    }
}

/// Joins a transform of half the size and the odd rows like `join`, and writes them eight at a time: all at once would
/// not stay in registers.
#[inline(always)]
unsafe fn write_joined<const HALF: usize, const SIZE: usize, const SHIFT: u32>(
    to: *mut i16,
    even: &[Sums; HALF],
    odd: &[Sums; HALF],
) {
    unsafe {
        for first in (0..HALF).step_by(8) {
            let index = [0, 1, 2, 3, 4, 5, 6, 7].map(|index| first + index);
            write::<SIZE, SHIFT>(to.add(first), index.map(|index| add(even[index], odd[index])));
            let index = [7, 6, 5, 4, 3, 2, 1, 0].map(|index| first + index);
            write::<SIZE, SHIFT>(to.add(SIZE - 8 - first), index.map(|index| sub(even[index], odd[index])));
        }
    }
}

/// Transforms eight columns and writes them as rows.
#[inline(never)]
unsafe fn stage<const SIZE: usize, const SHIFT: u32>(to: *mut i16, from: *const i16, rows: usize) {
    unsafe {
        let columns = Columns { at: from, stride: SIZE, rows };
        let round = 1 << (SHIFT - 1);
        match SIZE {
            8 => write::<SIZE, SHIFT>(to, transform_8(columns, 1, round)),
            16 => {
                let even = transform_8(columns, 2, round);
                write_joined::<8, SIZE, SHIFT>(to, &even, &odd(columns, 1, &ODD_16));
            }
            _ => {
                let even = transform_16(columns, 2, round);
                write_joined::<16, SIZE, SHIFT>(to, &even, &odd(columns, 1, &ODD_32));
            }
        }
    }
}

/// Transforms a block in place. `SHIFT` is the second stage's.
#[inline(always)]
unsafe fn inverse<const SIZE: usize, const SHIFT: u32>(coefficients: *mut i16, limit: i32) {
    unsafe {
        let limit = limit.max(0) as usize;
        let columns = limit.next_multiple_of(8).min(SIZE);
        let rows = (limit + 4).min(SIZE);
        let mut between = MaybeUninit::<[[v128; 4]; 32]>::uninit();
        let between = between.as_mut_ptr().cast::<i16>();
        for group in 0..columns / 8 {
            let fewer = if rows < SIZE && group > 0 { 8 * group - 4 } else { 0 };
            stage::<SIZE, 7>(
                between.add(8 * group * SIZE),
                coefficients.add(8 * group),
                rows.saturating_sub(fewer),
            );
        }
        for group in 0..SIZE / 8 {
            stage::<SIZE, SHIFT>(coefficients.add(8 * group * SIZE), between.add(8 * group), columns);
        }
    }
}

macro_rules! kernels {
    ($($name:ident: $size:literal, $bits:literal;)*) => { $(
        #[doc = concat!("Transforms a block of ", $size, "x", $size, " coefficients to residuals of ", $bits, " bits.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(coefficients: *mut i16, limit: i32) {
            unsafe { inverse::<$size, { 20 - $bits }>(coefficients, limit) }
        }
    )* };
}

kernels! {
    clipfit_hevc_idct_8x8_8: 8, 8;
    clipfit_hevc_idct_16x16_8: 16, 8;
    clipfit_hevc_idct_32x32_8: 32, 8;
    clipfit_hevc_idct_8x8_10: 8, 10;
    clipfit_hevc_idct_16x16_10: 16, 10;
    clipfit_hevc_idct_32x32_10: 32, 10;
}
