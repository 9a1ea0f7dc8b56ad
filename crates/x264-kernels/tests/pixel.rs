//! Tests the kernels of pixel comparison against their references.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "kernels read and write through C's pointers")]

mod support;

use clipfit_x264_kernels::pixel::{hadamard::*, sad::*, satd::*, ssim::*, variance::*};
use clipfit_x264_kernels::{DECODED_STRIDE, ENCODED_STRIDE};
use support::{FILLINGS, Random, plane};
use wasm_bindgen_test::wasm_bindgen_test;

type Size = (isize, isize);
type Side = (*const u8, isize);
type Compare = unsafe extern "C" fn(*const u8, isize, *const u8, isize) -> i32;
type CompareThree = unsafe extern "C" fn(*const u8, *const u8, *const u8, *const u8, isize, *mut i32);
type CompareFour =
    unsafe extern "C" fn(*const u8, *const u8, *const u8, *const u8, *const u8, isize, *mut i32);
type Reference = unsafe fn(Size, Side, Side) -> i32;

/// Strides of both blocks as x264 combines them, and others: the macroblocks', a plane's, upwards, the same row again.
const STRIDES: [(isize, isize); 7] = [(16, 32), (16, 64), (32, 16), (16, 47), (64, 64), (-48, 33), (0, 0)];
/// Room for sixteen rows and the candidates' offsets at any of them.
const PLANE: usize = 64 * 48;

/// Calls `check` with two planes for every pair of fillings and of strides, with the blocks at changing places in them.
fn for_blocks(mut check: impl FnMut(Side, Side, &str)) {
    let mut random = Random::new(1);
    for filling in 0..FILLINGS * FILLINGS {
        for (first_stride, second_stride) in STRIDES {
            let of = |stride: isize| stride.unsigned_abs().max(16);
            let first = plane(PLANE, of(first_stride), filling % FILLINGS, &mut random);
            let second = plane(PLANE, of(second_stride), filling / FILLINGS, &mut random);
            let mut side = |plane: &[u8], stride: isize| {
                let offset = random.below(32) as usize + if stride < 0 { 15 * of(stride) } else { 0 };
                (plane[offset..].as_ptr(), stride)
            };
            let (first, second) = (side(&first, first_stride), side(&second, second_stride));
            check(first, second, &format!("filling {filling}, strides {first_stride} and {second_stride}"));
        }
    }
}

/// Kernels that compare one block with another, by size, and what all of them are to find.
struct Comparison {
    name: &'static str,
    reference: Reference,
    kernels: [(Size, Compare); 8],
}

const COMPARISONS: [Comparison; 3] = [
    Comparison {
        name: "SAD",
        reference: sad_reference,
        kernels: [
            ((16, 16), clipfit_sad_16x16),
            ((16, 8), clipfit_sad_16x8),
            ((8, 16), clipfit_sad_8x16),
            ((8, 8), clipfit_sad_8x8),
            ((8, 4), clipfit_sad_8x4),
            ((4, 16), clipfit_sad_4x16),
            ((4, 8), clipfit_sad_4x8),
            ((4, 4), clipfit_sad_4x4),
        ],
    },
    Comparison {
        name: "SATD",
        reference: satd_reference,
        kernels: [
            ((16, 16), clipfit_satd_16x16),
            ((16, 8), clipfit_satd_16x8),
            ((8, 16), clipfit_satd_8x16),
            ((8, 8), clipfit_satd_8x8),
            ((8, 4), clipfit_satd_8x4),
            ((4, 16), clipfit_satd_4x16),
            ((4, 8), clipfit_satd_4x8),
            ((4, 4), clipfit_satd_4x4),
        ],
    },
    Comparison {
        name: "SSD",
        reference: ssd_reference,
        kernels: [
            ((16, 16), clipfit_ssd_16x16),
            ((16, 8), clipfit_ssd_16x8),
            ((8, 16), clipfit_ssd_8x16),
            ((8, 8), clipfit_ssd_8x8),
            ((8, 4), clipfit_ssd_8x4),
            ((4, 16), clipfit_ssd_4x16),
            ((4, 8), clipfit_ssd_4x8),
            ((4, 4), clipfit_ssd_4x4),
        ],
    },
];

#[wasm_bindgen_test]
fn comparisons_of_one_block() {
    for_blocks(|a, b, case| {
        for Comparison { name, reference, kernels } in COMPARISONS {
            for (size, kernel) in kernels {
                let (found, expected) = unsafe { (kernel(a.0, a.1, b.0, b.1), reference(size, a, b)) };
                assert_eq!(found, expected, "{name} of {size:?}, {case}");
            }
        }
    });
}

/// The patterns at which sums over transforms overflow first: the differences are all extreme, and make one coefficient
/// as large as it gets, or all of them as large as they get together.
#[wasm_bindgen_test]
fn transforms_of_extreme_patterns() {
    let mut planes = [[0; 16 * 16]; 2];
    for (v, u, all) in (0..8_u32).flat_map(|v| (0..8).flat_map(move |u| [(v, u, 0), (v, u, 7)])) {
        for (index, (y, x)) in (0..16_u32).flat_map(|y| (0..16_u32).map(move |x| (y, x))).enumerate() {
            let sign = (v & y).count_ones() + (u & x).count_ones() + (y & x & all).count_ones();
            let white = sign as usize % 2;
            planes[white][index] = 255;
            planes[1 - white][index] = 0;
        }
        let (a, b) = ((planes[0].as_ptr(), 16), (planes[1].as_ptr(), 16));
        let case = format!("coefficient {v} {u}, {all}");
        unsafe {
            assert_eq!(clipfit_satd_16x16(a.0, 16, b.0, 16), satd_reference((16, 16), a, b), "{case}");
            check_sa8d(a, b, &case);
            check_hadamard_ac(a, &case);
        }
        if all != 0 {
            assert_eq!(
                unsafe { clipfit_satd_16x16(a.0, 16, b.0, 16) },
                16 * 8160,
                "the largest SATD, {case}"
            );
        }
    }
}

/// Kernels that compare the encoded block with several, by size, and what all of them are to find.
struct ComparisonOfSeveral {
    name: &'static str,
    reference: Reference,
    kernels: [(Size, CompareThree, CompareFour); 7],
}

const COMPARISONS_OF_SEVERAL: [ComparisonOfSeveral; 2] = [
    ComparisonOfSeveral {
        name: "SAD",
        reference: sad_reference,
        kernels: [
            ((16, 16), clipfit_sad_x3_16x16, clipfit_sad_x4_16x16),
            ((16, 8), clipfit_sad_x3_16x8, clipfit_sad_x4_16x8),
            ((8, 16), clipfit_sad_x3_8x16, clipfit_sad_x4_8x16),
            ((8, 8), clipfit_sad_x3_8x8, clipfit_sad_x4_8x8),
            ((8, 4), clipfit_sad_x3_8x4, clipfit_sad_x4_8x4),
            ((4, 8), clipfit_sad_x3_4x8, clipfit_sad_x4_4x8),
            ((4, 4), clipfit_sad_x3_4x4, clipfit_sad_x4_4x4),
        ],
    },
    ComparisonOfSeveral {
        name: "SATD",
        reference: satd_reference,
        kernels: [
            ((16, 16), clipfit_satd_x3_16x16, clipfit_satd_x4_16x16),
            ((16, 8), clipfit_satd_x3_16x8, clipfit_satd_x4_16x8),
            ((8, 16), clipfit_satd_x3_8x16, clipfit_satd_x4_8x16),
            ((8, 8), clipfit_satd_x3_8x8, clipfit_satd_x4_8x8),
            ((8, 4), clipfit_satd_x3_8x4, clipfit_satd_x4_8x4),
            ((4, 8), clipfit_satd_x3_4x8, clipfit_satd_x4_4x8),
            ((4, 4), clipfit_satd_x3_4x4, clipfit_satd_x4_4x4),
        ],
    },
];

#[wasm_bindgen_test]
fn comparisons_of_several_candidates() {
    const UNTOUCHED: i32 = -77;
    for_blocks(|encoded, (plane, stride), case| {
        let encoded = (encoded.0, ENCODED_STRIDE);
        if stride < 0 || case.contains("strides -") {
            return;
        }
        let places = [0, 1, 7, 130].map(|offset| unsafe { plane.add(offset) });
        let [a, b, c, d] = places;
        for ComparisonOfSeveral { name, reference, kernels } in COMPARISONS_OF_SEVERAL {
            for (size, three, four) in kernels {
                let expected = places.map(|place| unsafe { reference(size, encoded, (place, stride)) });
                let mut scores = [UNTOUCHED; 5];
                unsafe { three(encoded.0, a, b, c, stride, scores.as_mut_ptr()) };
                assert_eq!(scores[..3], expected[..3], "{name} of {size:?} with three, {case}");
                assert_eq!(scores[3..], [UNTOUCHED; 2], "{name} of {size:?} with three, {case}");
                unsafe { four(encoded.0, a, b, c, d, stride, scores.as_mut_ptr()) };
                assert_eq!(scores[..4], expected, "{name} of {size:?} with four, {case}");
                assert_eq!(scores[4], UNTOUCHED, "{name} of {size:?} with four, {case}");
            }
        }
    });
}

unsafe fn check_sa8d(a: Side, b: Side, case: &str) {
    unsafe {
        let large = sa8d_reference(16, a, b);
        assert_eq!(clipfit_sa8d_8x8(a.0, a.1, b.0, b.1), sa8d_reference(8, a, b), "8x8, {case}");
        assert_eq!(clipfit_sa8d_16x16(a.0, a.1, b.0, b.1), large, "16x16, {case}");
        let both = clipfit_sa8d_satd_16x16(a.0, a.1, b.0, b.1);
        assert_eq!((both as u32) as i32, large, "SA8D of both, {case}");
        assert_eq!((both >> 32) as i32, satd_reference((16, 16), a, b), "SATD of both, {case}");
    }
}

unsafe fn check_hadamard_ac((pixels, stride): Side, case: &str) {
    type Energy = unsafe extern "C" fn(*const u8, isize) -> u64;
    let kernels: [(Size, Energy); 4] = [
        ((16, 16), clipfit_hadamard_ac_16x16),
        ((16, 8), clipfit_hadamard_ac_16x8),
        ((8, 16), clipfit_hadamard_ac_8x16),
        ((8, 8), clipfit_hadamard_ac_8x8),
    ];
    for (size, kernel) in kernels {
        let energy = unsafe { kernel(pixels, stride) };
        let halves = ((energy >> 32) as i32, energy as u32 as i32);
        assert_eq!(halves, unsafe { hadamard_ac_reference(size, pixels, stride) }, "{size:?}, {case}");
    }
}

#[wasm_bindgen_test]
fn sums_over_large_transforms() {
    for_blocks(|a, b, case| unsafe { check_sa8d(a, b, case) });
}

#[wasm_bindgen_test]
fn energies() {
    for_blocks(|a, _, case| unsafe { check_hadamard_ac(a, case) });
}

#[wasm_bindgen_test]
fn variances() {
    type Variance = unsafe extern "C" fn(*const u8, isize) -> u64;
    type Variance2 = unsafe extern "C" fn(*const u8, *const u8, *mut i32) -> i32;
    let kernels: [(Size, Variance); 3] =
        [((16, 16), clipfit_var_16x16), ((8, 16), clipfit_var_8x16), ((8, 8), clipfit_var_8x8)];
    let kernels2: [(isize, Variance2); 2] = [(16, clipfit_var2_8x16), (8, clipfit_var2_8x8)];
    for_blocks(|a, b, case| {
        for (size, kernel) in kernels {
            let (found, (sum, square)) = unsafe { (kernel(a.0, a.1), var_reference(size, a.0, a.1)) };
            assert_eq!((found as u32, (found >> 32) as u32), (sum, square), "{size:?}, {case}");
        }
        if (a.1, b.1) != (ENCODED_STRIDE, DECODED_STRIDE) {
            return;
        }
        for (height, kernel) in kernels2 {
            let mut squares = [-1; 3];
            let variance = unsafe { kernel(a.0, b.0, squares.as_mut_ptr()) };
            let (expected, [u, v]) = unsafe { var2_reference(height, a.0, b.0) };
            assert_eq!((variance, squares), (expected, [u, v, -1]), "8x{height} twice, {case}");
        }
    });
}

#[wasm_bindgen_test]
fn sums_for_structural_similarity() {
    for_blocks(|a, b, case| unsafe {
        let mut sums = [[-1; 4]; 3];
        clipfit_ssim_4x4x2_core(a.0, a.1, b.0, b.1, sums.as_mut_ptr());
        assert_eq!(sums[..2], ssim_4x4x2_reference(a.0, a.1, b.0, b.1), "{case}");
        assert_eq!(sums[2], [-1; 4], "{case}");
    });
}

#[wasm_bindgen_test]
fn sums_of_blocks_of_any_height() {
    for_blocks(|a, b, case| {
        for height in [0, 1, 5, 8, 16] {
            let (found, expected) = unsafe {
                (clipfit_asd8(a.0, a.1, b.0, b.1, height), asd8_reference(a.0, a.1, b.0, b.1, height))
            };
            assert_eq!(found, expected, "{height} rows, {case}");
        }
    });
}

#[wasm_bindgen_test]
fn interleaved_chroma() {
    let mut random = Random::new(2);
    for filling in 0..FILLINGS * FILLINGS {
        let first = plane(PLANE, 64, filling % FILLINGS, &mut random);
        let second = plane(PLANE, 48, filling / FILLINGS, &mut random);
        for (width, height) in [(8, 1), (16, 7), (24, 40), (8, 0)] {
            check_nv12((width, height), (first[3..].as_ptr(), 64), (second.as_ptr(), 48));
        }
    }
    // One row again and again: sums beyond 32 bits.
    let (black, white) = ([0; 48], [255; 48]);
    check_nv12((24, 5000), (black.as_ptr(), 0), (white.as_ptr(), 0));
}

fn check_nv12((width, height): Size, a: Side, b: Side) {
    let (mut u, mut v) = (1, 1);
    unsafe {
        clipfit_ssd_nv12_core(a.0, a.1, b.0, b.1, width as i32, height as i32, &mut u, &mut v);
        assert_eq!([u, v], ssd_nv12_reference((width, height), a, b), "{width} x {height}");
    }
}
