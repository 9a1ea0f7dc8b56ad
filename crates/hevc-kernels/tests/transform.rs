//! Tests every kernel of the inverse transforms against its scalar reference.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "kernels take C's pointers")]

#[allow(unreachable_pub, reason = "all test files share it")]
mod support;

use clipfit_hevc_kernels::transform::{dct::*, reference, residual::*, small::*};
use support::{FILLINGS, Plane, Random};
use wasm_bindgen_test::wasm_bindgen_test;

/// Returns whether a coefficient may be there if a decoder passes `limit`. It is never more, because scanning takes whole
/// groups of four by four.
fn allowed(size: usize, limit: i32, x: usize, y: usize) -> bool {
    let (limit, rows) = (limit as usize, (limit as usize + 4).min(size));
    // FFmpeg takes four rows fewer after column 4, 8 and so on.
    let fewer = if rows < size { 4 * (x.max(1) - 1).div_euclid(4) } else { 0 };
    x < limit && y + fewer < rows
}

#[wasm_bindgen_test]
fn inverse_transforms() {
    type Transform = unsafe extern "C" fn(*mut i16, i32);
    let cases: [(Transform, usize, u32); 8] = [
        (clipfit_hevc_idct_4x4_8, 4, 8),
        (clipfit_hevc_idct_8x8_8, 8, 8),
        (clipfit_hevc_idct_16x16_8, 16, 8),
        (clipfit_hevc_idct_32x32_8, 32, 8),
        (clipfit_hevc_idct_4x4_10, 4, 10),
        (clipfit_hevc_idct_8x8_10, 8, 10),
        (clipfit_hevc_idct_16x16_10, 16, 10),
        (clipfit_hevc_idct_32x32_10, 32, 10),
    ];
    let random = &mut Random::new(1);
    for (kernel, size, bits) in cases {
        // The sum of the last coefficient's column and row, and four.
        for limit in (4..=2 * size as i32 + 2).chain([2 * size as i32 + 2; 8]) {
            for filling in 0..12 {
                let mut coefficients = vec![0; size * size];
                for (at, coefficient) in coefficients.iter_mut().enumerate() {
                    let sparse = filling >= 4 && random.below(8) > 0;
                    if allowed(size, limit, at % size, at / size) && !sparse {
                        *coefficient = random.number(filling);
                    }
                }
                let mut expected = coefficients.clone();
                reference::idct(&mut expected, size, bits);
                unsafe { kernel(coefficients.as_mut_ptr(), limit) };
                assert!(
                    coefficients == expected,
                    "{size}x{size}, {bits} bits, limit {limit}, filling {filling}"
                );
            }
        }
    }
}

#[wasm_bindgen_test]
fn inverse_transforms_of_extremes() {
    // Signs as the matrix has them in one row and one column: the largest sums of both stages.
    let size = 32;
    for (row, column) in (0..size).flat_map(|row| (0..size).map(move |column| (row, column))) {
        let mut coefficients = vec![0_i16; size * size];
        coefficients[row * size + column] = 64;
        reference::idct(&mut coefficients, size, 10);
        let extreme = |value: &i16| if *value < 0 { i16::MIN } else { i16::MAX };
        let mut coefficients: Vec<_> = coefficients.iter().map(extreme).collect();
        let mut expected = coefficients.clone();
        reference::idct(&mut expected, size, 10);
        unsafe { clipfit_hevc_idct_32x32_10(coefficients.as_mut_ptr(), 66) };
        assert!(coefficients == expected, "row {row}, column {column}");
    }
}

#[wasm_bindgen_test]
fn sine_transforms() {
    type Transform = unsafe extern "C" fn(*mut i16);
    let cases: [(Transform, u32); 2] =
        [(clipfit_hevc_transform_4x4_luma_8, 8), (clipfit_hevc_transform_4x4_luma_10, 10)];
    let random = &mut Random::new(2);
    for (kernel, bits) in cases {
        for filling in 0..2000 {
            let mut coefficients: Vec<_> = (0..16).map(|_| random.number(filling)).collect();
            let mut expected = coefficients.clone();
            reference::transform_4x4_luma(&mut expected, bits);
            unsafe { kernel(coefficients.as_mut_ptr()) };
            assert_eq!(coefficients, expected, "{bits} bits");
        }
    }
}

#[wasm_bindgen_test]
fn only_dc() {
    type Transform = unsafe extern "C" fn(*mut i16);
    let cases: [(Transform, usize, u32); 8] = [
        (clipfit_hevc_idct_4x4_dc_8, 4, 8),
        (clipfit_hevc_idct_8x8_dc_8, 8, 8),
        (clipfit_hevc_idct_16x16_dc_8, 16, 8),
        (clipfit_hevc_idct_32x32_dc_8, 32, 8),
        (clipfit_hevc_idct_4x4_dc_10, 4, 10),
        (clipfit_hevc_idct_8x8_dc_10, 8, 10),
        (clipfit_hevc_idct_16x16_dc_10, 16, 10),
        (clipfit_hevc_idct_32x32_dc_10, 32, 10),
    ];
    for (kernel, size, bits) in cases {
        for dc in (i16::MIN..=i16::MAX).step_by(61).chain([-1, 0, 1, i16::MAX]) {
            let mut coefficients = vec![0; size * size];
            coefficients[0] = dc;
            let mut expected = coefficients.clone();
            reference::idct_dc(&mut expected, bits);
            unsafe { kernel(coefficients.as_mut_ptr()) };
            assert!(coefficients == expected, "{size}x{size}, {bits} bits, {dc}");
        }
    }
}

#[wasm_bindgen_test]
fn residuals() {
    type Add = unsafe extern "C" fn(*mut u8, *const i16, isize);
    let cases: [(Add, isize, u32); 8] = [
        (clipfit_hevc_add_residual4x4_8, 4, 8),
        (clipfit_hevc_add_residual8x8_8, 8, 8),
        (clipfit_hevc_add_residual16x16_8, 16, 8),
        (clipfit_hevc_add_residual32x32_8, 32, 8),
        (clipfit_hevc_add_residual4x4_10, 4, 10),
        (clipfit_hevc_add_residual8x8_10, 8, 10),
        (clipfit_hevc_add_residual16x16_10, 16, 10),
        (clipfit_hevc_add_residual32x32_10, 32, 10),
    ];
    let random = &mut Random::new(3);
    for (kernel, size, bits) in cases {
        for filling in 0..4 * FILLINGS {
            let mut plane = Plane::new((48, 40), bits, filling, random);
            let residuals: Vec<_> = (0..size * size).map(|_| random.number(filling / FILLINGS)).collect();
            let mut expected = plane.clone();
            for (at, residual) in (0..size * size).zip(&residuals) {
                let (x, y) = (4 + at % size, 4 + at / size);
                expected.set(x, y, reference::add_residual(plane.at(x, y), *residual, bits));
            }
            unsafe { kernel(plane.pointer_mut(4, 4), residuals.as_ptr(), plane.stride()) };
            assert!(plane == expected, "{size}x{size}, {bits} bits, filling {filling}");
        }
    }
}
