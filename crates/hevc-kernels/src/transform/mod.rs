//! The inverse transforms and what adds their results to the prediction. Coefficients are 16 bits wide and lie row
//! after row, the horizontal frequency rising within a row.

pub mod dct;
pub mod reference;
pub mod residual;
pub mod small;

/// The first column of HEVC's 32-point transform matrix (H.265, 8.6.4.2), at the angle that the index counts; DC aside,
/// every number of the matrix is one of these or its negative.
const FIRST_COLUMN: [i32; 33] = [
    64, 90, 90, 90, 89, 88, 87, 85, 83, 82, 80, 78, 75, 73, 70, 67, 64, 61, 57, 54, 50, 46, 43, 38, 36, 31,
    25, 22, 18, 13, 9, 4, 0,
];

/// Returns the number in row `frequency`, column `position` of the 32-point matrix.
const fn coefficient(frequency: usize, position: usize) -> i32 {
    // The matrix samples a cosine: a full turn is 128 steps.
    let angle = (2 * position + 1) * frequency % 128;
    let angle = if angle > 64 { 128 - angle } else { angle };
    if angle > 32 { -FIRST_COLUMN[64 - angle] } else { FIRST_COLUMN[angle] }
}
