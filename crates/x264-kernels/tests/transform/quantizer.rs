//! The scales and biases that x264 hands to quantising kernels, made from H.264's tables as it makes them. Knows
//! nothing of kernels.

/// Scales of H.264's quantiser by position, for each sixth of an octave: of levels, and of coefficients.
const QUANT_4: [[u32; 3]; 6] = [
    [13107, 8066, 5243],
    [11916, 7490, 4660],
    [10082, 6554, 4194],
    [9362, 5825, 3647],
    [8192, 5243, 3355],
    [7282, 4559, 2893],
];
const DEQUANT_4: [[i32; 3]; 6] =
    [[10, 13, 16], [11, 14, 18], [13, 16, 20], [14, 18, 23], [16, 20, 25], [18, 23, 29]];
const QUANT_8: [[u32; 6]; 6] = [
    [13107, 11428, 20972, 12222, 16777, 15481],
    [11916, 10826, 19174, 11058, 14980, 14290],
    [10082, 8943, 15978, 9675, 12710, 11985],
    [9362, 8228, 14913, 8931, 11984, 11259],
    [8192, 7346, 13159, 7740, 10486, 9777],
    [7282, 6428, 11570, 6830, 9118, 8640],
];
const DEQUANT_8: [[i32; 6]; 6] = [
    [20, 18, 32, 19, 25, 24],
    [22, 19, 35, 21, 28, 26],
    [26, 23, 42, 24, 33, 31],
    [28, 25, 45, 26, 35, 33],
    [32, 28, 51, 30, 40, 38],
    [36, 32, 58, 34, 46, 43],
];
/// Highest quantiser.
pub(super) const COARSEST: i32 = 51;

/// Returns which of the scales a coefficient takes in a block of `size` by `size`.
fn class(size: usize, index: usize) -> usize {
    const CLASSES_8: [usize; 16] = [0, 3, 4, 3, 3, 1, 5, 1, 4, 5, 2, 5, 3, 1, 5, 1];
    match size {
        4 => (index & 1) + (index >> 2 & 1),
        _ => CLASSES_8[(index >> 1 & 12) | (index & 3)],
    }
}

/// Scales and biases of a quantiser with this dead zone (of 64), as x264 makes them.
pub(super) fn quantizer_of(size: usize, quantizer: i32, dead_zone: u32) -> (Vec<u16>, Vec<u16>) {
    let step = quantizer as usize % 6;
    let scale = |index: usize| {
        let class = class(size, index);
        let (scale, shift) = match size {
            4 => (QUANT_4[step][class], quantizer / 6 - 1),
            _ => (QUANT_8[step][class], quantizer / 6),
        };
        if shift <= 0 { scale << -shift } else { (scale + (1 << (shift - 1))) >> shift }
    };
    let bias = |index: usize| {
        let scale = scale(index);
        (((dead_zone << 10) + scale / 2) / scale).min((1 << 15) / scale) as u16
    };
    ((0..size * size).map(|index| scale(index) as u16).collect(), (0..size * size).map(bias).collect())
}

/// Scales back, for all sixths of an octave, in flat matrices.
pub(super) fn dequantizer_of(size: usize) -> Vec<i32> {
    let scale = |step: usize, index: usize| match size {
        4 => 16 * DEQUANT_4[step][class(size, index)],
        _ => 16 * DEQUANT_8[step][class(size, index)],
    };
    (0..6).flat_map(|step| (0..size * size).map(move |index| scale(step, index))).collect()
}
