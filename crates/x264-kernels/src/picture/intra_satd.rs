//! Sums of absolute Hadamard coefficients of the differences between a block and each of three intra predictions,
//! without predicting to memory (see intra_sad.rs). The transform is linear and a prediction that repeats a row, a
//! column or a sample has few coefficients: the block is transformed once and only those are taken off.
//!
//! Rows are bytes in pairs: a pair's sum and difference are the first of the horizontal steps, the vertical steps come
//! next, and the last horizontal step needs no arithmetic, since |x + y| + |x - y| is twice the larger of |x| and |y|.
//! Sums of 16 bits suffice: by Parseval no four coefficients of a 4x4 block weigh more than 8,160, no lane more than
//! 65,280.

use super::{
    intra_sad::{edge_sides, encoded_rows, predictions_4x4, store_costs},
    neighbours::{above, above_twice, flat_quarters, left, left_of_8, sum_above},
    predict_8x8::mean,
};
use crate::{
    ENCODED_STRIDE,
    lanes::{load4x4, load16},
};
use core::arch::wasm32::*;

/// Rows' sums and differences of pairs, by vertical frequency.
struct Spectrum {
    sums: [v128; 4],
    differences: [v128; 4],
}

/// Sums and differences of pairs of bytes.
#[inline(always)]
fn pairs(row: v128) -> [v128; 2] {
    let (even, odd) = (v128_and(row, u16x8_splat(0xff)), u16x8_shr(row, 8));
    [i16x8_add(even, odd), i16x8_sub(even, odd)]
}

/// Returns a pair's sum where both are the byte that stands there twice.
#[inline(always)]
fn doubled(row: v128) -> v128 {
    u16x8_extadd_pairwise_u8x16(row)
}

/// Returns the Hadamard transform of four vectors, lane by lane.
#[inline(always)]
fn transformed(rows: [v128; 4]) -> [v128; 4] {
    let (a, b) = (i16x8_add(rows[0], rows[1]), i16x8_sub(rows[0], rows[1]));
    let (c, d) = (i16x8_add(rows[2], rows[3]), i16x8_sub(rows[2], rows[3]));
    [i16x8_add(a, c), i16x8_add(b, d), i16x8_sub(a, c), i16x8_sub(b, d)]
}

#[inline(always)]
fn spectrum(rows: [v128; 4]) -> Spectrum {
    let rows = rows.map(pairs);
    Spectrum {
        sums: transformed(rows.map(|[sum, _]| sum)),
        differences: transformed(rows.map(|[_, difference]| difference)),
    }
}

/// Returns half of what two neighbouring lanes' sum and difference weigh, in both lanes.
#[inline(always)]
fn weight(values: v128) -> v128 {
    let sizes = i16x8_abs(values);
    i16x8_max(sizes, i16x8_shuffle::<1, 0, 3, 2, 5, 4, 7, 6>(sizes, sizes))
}

#[inline(always)]
fn total<const COUNT: usize>(values: [v128; COUNT]) -> v128 {
    values.into_iter().fold(u16x8_splat(0), |sum, value| i16x8_add(sum, value))
}

impl Spectrum {
    /// Returns the coefficients that neither a row's, a column's nor a sample's repetition has.
    #[inline(always)]
    fn slanted(&self) -> v128 {
        total([1, 2, 3].map(|frequency| weight(self.differences[frequency])))
    }

    /// Returns those that a row's repetition does not have either.
    #[inline(always)]
    fn lying(&self) -> v128 {
        total([1, 2, 3].map(|frequency| weight(self.sums[frequency])))
    }

    /// Returns what the coefficients that a row's repetition has weigh after four times that row is taken off.
    #[inline(always)]
    fn upright_after(&self, [sum, difference]: [v128; 2]) -> v128 {
        let rest = |value: v128, row: v128| weight(i16x8_sub(value, i16x8_shl(row, 2)));
        i16x8_add(rest(self.sums[0], sum), rest(self.differences[0], difference))
    }

    /// Returns what the coefficients that a column's repetition has weigh after that column is taken off.
    #[inline(always)]
    fn lying_after(&self, sides: [v128; 4]) -> v128 {
        total([0, 1, 2, 3].map(|frequency| weight(i16x8_sub(self.sums[frequency], sides[frequency]))))
    }
}

/// Computes the costs of vertical, horizontal and flat prediction of 16x16 samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_intra_satd_x3_16x16(encoded: *mut u8, decoded: *mut u8, costs: *mut i32) {
    unsafe {
        let upright = pairs(above(decoded, 0));
        let [mut v, mut h, mut flat, mut column] = [u16x8_splat(0); 4];
        // The column must be summed up before flat prediction is known.
        let mut lowest = [u16x8_splat(0); 4];
        for (lowest, first) in lowest.iter_mut().zip([0, 4, 8, 12]) {
            let rows = [0, 1, 2, 3].map(|row| load16(encoded.offset((first + row) * ENCODED_STRIDE)));
            let block = spectrum(rows);
            let sides = transformed([0, 1, 2, 3].map(|row| doubled(left(decoded, first + row))));
            let (slanted, lying) = (block.slanted(), block.lying());
            let across = i16x8_add(weight(block.differences[0]), slanted);
            v = total([v, slanted, lying, block.upright_after(upright)]);
            h = total([h, across, block.lying_after(sides)]);
            flat = total([flat, across, lying]);
            column = i16x8_add(column, sides[0]);
            *lowest = block.sums[0];
        }
        let twice_column = i32::from(u16x8_extract_lane::<0>(column));
        let mean = (sum_above(decoded) + twice_column / 2 + 16) >> 5;
        let eightfold = i16x8_splat((8 * mean) as i16);
        flat = i16x8_add(flat, total(lowest.map(|sums| weight(i16x8_sub(sums, eightfold)))));
        store_costs(costs, [v, h, flat], 0, 1);
    }
}

/// Computes the costs of flat, horizontal and vertical prediction of 8x8 chroma samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_intra_satd_x3_8x8c(encoded: *mut u8, decoded: *mut u8, costs: *mut i32) {
    unsafe {
        let (upright, sides) = (above_twice(decoded), left_of_8(decoded));
        let quarters = doubled(flat_quarters(upright, &sides));
        // A 4x4 block in each quarter of the lanes.
        let block = spectrum([0, 1, 2, 3].map(|row| encoded_rows(encoded, row)));
        let (slanted, lying) = (block.slanted(), block.lying());
        let across = i16x8_add(weight(block.differences[0]), slanted);
        let lowest = weight(i16x8_sub(block.sums[0], i16x8_shl(quarters, 2)));
        let flat = total([across, lying, lowest]);
        let h = i16x8_add(across, block.lying_after(transformed(sides.map(doubled))));
        let v = total([slanted, lying, block.upright_after(pairs(upright))]);
        store_costs(costs, [flat, h, v], 0, 1);
    }
}

/// Returns all coefficients of a 4x4 block but for the last step: rows' sums and differences of even vertical
/// frequencies, then of odd ones.
#[inline(always)]
fn spectrum_4x4(samples: v128) -> [v128; 2] {
    let [sums, differences] = pairs(samples);
    let upper = i64x2_shuffle::<0, 2>(sums, differences);
    let lower = i64x2_shuffle::<1, 3>(sums, differences);
    halves_joined(upper, lower)
}

/// Returns the Hadamard transform of the four rows that two vectors hold two by two in each of their halves.
#[inline(always)]
fn halves_joined(upper: v128, lower: v128) -> [v128; 2] {
    let (sum, difference) = (i16x8_add(upper, lower), i16x8_sub(upper, lower));
    let first = i32x4_shuffle::<0, 2, 4, 6>(sum, difference);
    let second = i32x4_shuffle::<1, 3, 5, 7>(sum, difference);
    [i16x8_add(first, second), i16x8_sub(first, second)]
}

/// Computes the costs of vertical, horizontal and flat prediction of 4x4 samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_intra_satd_x3_4x4(encoded: *mut u8, decoded: *mut u8, costs: *mut i32) {
    unsafe {
        let [even, odd] = spectrum_4x4(load4x4(encoded, ENCODED_STRIDE));
        let sums = predictions_4x4(decoded).map(|prediction| {
            let [off_even, off_odd] = spectrum_4x4(prediction);
            i16x8_add(weight(i16x8_sub(even, off_even)), weight(i16x8_sub(odd, off_odd)))
        });
        store_costs(costs, sums, 0, 1);
    }
}

/// Returns what the coefficients of one vertical frequency of both halves of an 8x8 block weigh.
#[inline(always)]
fn weight_8x8(sums: v128, differences: v128) -> v128 {
    let upper = i64x2_shuffle::<0, 2>(sums, differences);
    let lower = i64x2_shuffle::<1, 3>(sums, differences);
    let [a, b] = halves_joined(upper, lower);
    i16x8_add(weight(a), weight(b))
}

/// Computes the costs by the 8x8 transform of vertical, horizontal and flat prediction of 8x8 luma samples from their
/// filtered edge.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_intra_sa8d_x3_8x8(encoded: *mut u8, edge: *mut u8, costs: *mut i32) {
    unsafe {
        let Spectrum { sums, differences } = spectrum([0, 1, 2, 3].map(|row| encoded_rows(encoded, row)));
        let [above_sums, above_differences] =
            pairs(v128_load64_splat(edge.offset(16).cast())).map(|row| i16x8_shl(row, 2));
        let sides = transformed(edge_sides(edge).map(doubled));
        let level = i16x8_shl(doubled(mean(edge)), 2);
        let rest = total([1, 2, 3].map(|frequency| weight_8x8(sums[frequency], differences[frequency])));
        let v = weight_8x8(i16x8_sub(sums[0], above_sums), i16x8_sub(differences[0], above_differences));
        let h = total([0, 1, 2, 3].map(|frequency| {
            weight_8x8(i16x8_sub(sums[frequency], sides[frequency]), differences[frequency])
        }));
        let flat = weight_8x8(i16x8_sub(sums[0], level), differences[0]);
        store_costs(costs, [i16x8_add(v, rest), h, i16x8_add(flat, rest)], 2, 2);
    }
}
