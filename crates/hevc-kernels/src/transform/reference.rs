//! What the kernels of this group compute, in plain arithmetic.

use super::coefficient;

/// Factors of the 4-point sine transform, by frequency.
const SINES: [[i32; 4]; 4] = [[29, 55, 74, 84], [74, 74, 0, -74], [84, -29, -74, 55], [55, -84, 74, -29]];

fn stages(coefficients: &mut [i16], size: usize, bits: u32, factor: impl Fn(usize, usize) -> i32) {
    let scaled = |sum: i32, shift: u32| {
        ((sum + (1 << (shift - 1))) >> shift).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
    };
    let source = coefficients.to_vec();
    let between: Vec<i16> = (0..size * size)
        .map(|at| {
            let (y, x) = (at / size, at % size);
            let sum = (0..size).map(|row| factor(row, y) * i32::from(source[row * size + x])).sum();
            scaled(sum, 7)
        })
        .collect();
    for (at, output) in coefficients.iter_mut().enumerate() {
        let (y, x) = (at / size, at % size);
        let sum = (0..size).map(|column| factor(column, x) * i32::from(between[y * size + column])).sum();
        *output = scaled(sum, 20 - bits);
    }
}

/// Transforms a block of coefficients by cosines: columns first, then rows.
pub fn idct(coefficients: &mut [i16], size: usize, bits: u32) {
    stages(coefficients, size, bits, |frequency, position| coefficient(frequency * 32 / size, position));
}

/// Transforms a block of 4x4 coefficients by sines.
pub fn transform_4x4_luma(coefficients: &mut [i16], bits: u32) {
    stages(coefficients, 4, bits, |frequency, position| SINES[frequency][position]);
}

/// Transforms a block whose only coefficient is DC.
pub fn idct_dc(coefficients: &mut [i16], bits: u32) {
    let shift = 14 - bits;
    let residual = (((i32::from(coefficients[0]) + 1) >> 1) + (1 << (shift - 1))) >> shift;
    coefficients.fill(residual as i16);
}

/// Returns a sample with its residual.
pub fn add_residual(sample: i32, residual: i16, bits: u32) -> i32 {
    (sample + i32::from(residual)).clamp(0, (1 << bits) - 1)
}
