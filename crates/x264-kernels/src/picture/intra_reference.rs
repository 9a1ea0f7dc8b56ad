//! What the intra costs are, by the definition: predict, subtract, measure. Knows nothing of vectors.

use super::predict_reference::{Mode, predict_8x8, predict_block};
use crate::{DECODED_STRIDE, ENCODED_STRIDE};

/// How differences are measured.
#[derive(Clone, Copy, Debug)]
pub enum Measure {
    /// Sum of absolute differences.
    Differences,
    /// Half the sum of absolute Hadamard coefficients of 4x4 blocks.
    Transformed4,
    /// A quarter of the sum of absolute Hadamard coefficients of 8x8 blocks, rounded.
    Transformed8,
}

/// Returns the sum of absolute Hadamard coefficients of `SIZE` x `SIZE` differences.
fn hadamard<const SIZE: usize>(difference: impl Fn(usize, usize) -> i32) -> i32 {
    let sign = |frequency: usize, place: usize| 1 - 2 * ((frequency & place).count_ones() % 2) as i32;
    let squares = || (0..SIZE * SIZE).map(|index| (index / SIZE, index % SIZE));
    let coefficient =
        |(v, h)| -> i32 { squares().map(|(y, x)| sign(v, y) * sign(h, x) * difference(y, x)).sum() };
    squares().map(|frequency| coefficient(frequency).abs()).sum()
}

/// Returns the cost of a predicted block.
unsafe fn cost(measure: Measure, size: usize, encoded: *const u8, predicted: *const u8) -> i32 {
    let difference = |y: usize, x: usize| unsafe {
        let own = *encoded.add(y * ENCODED_STRIDE as usize + x);
        i32::from(own) - i32::from(*predicted.add(y * DECODED_STRIDE as usize + x))
    };
    let blocks = |block: usize| {
        let count = size / block;
        (0..count * count).map(move |index| (index / count * block, index % count * block))
    };
    match measure {
        Measure::Differences => blocks(1).map(|(y, x)| difference(y, x).abs()).sum(),
        Measure::Transformed4 => {
            blocks(4).map(|(top, left)| hadamard::<4>(|y, x| difference(top + y, left + x)) / 2).sum()
        }
        Measure::Transformed8 => {
            let sum: i32 =
                blocks(8).map(|(top, left)| hadamard::<8>(|y, x| difference(top + y, left + x))).sum();
            (sum + 2) >> 2
        }
    }
}

/// Computes the costs of the three modes for a block whose neighbours are decoded. Leaves the last prediction.
pub unsafe fn costs_reference(
    measure: Measure,
    size: usize,
    chroma: bool,
    modes: [Mode; 3],
    encoded: *const u8,
    decoded: *mut u8,
) -> [i32; 3] {
    modes.map(|mode| unsafe {
        predict_block(mode, size, chroma, decoded);
        cost(measure, size, encoded, decoded)
    })
}

/// Computes the costs of the three modes for an 8x8 luma block with its filtered edge.
pub unsafe fn edge_costs_reference(
    measure: Measure,
    modes: [Mode; 3],
    encoded: *const u8,
    edge: &[u8; 36],
) -> [i32; 3] {
    let mut predicted = [0; 8 * DECODED_STRIDE as usize];
    modes.map(|mode| unsafe {
        predict_8x8(mode, predicted.as_mut_ptr(), edge);
        cost(measure, 8, encoded, predicted.as_ptr())
    })
}
