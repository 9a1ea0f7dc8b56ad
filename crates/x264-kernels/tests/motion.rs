//! Tests every kernel of motion compensation against its scalar reference.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "kernels take C's pointers")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[allow(unreachable_pub, reason = "all test files share it")]
mod support;

use clipfit_x264_kernels::motion::*;
use clipfit_x264_kernels::{DECODED_STRIDE, ENCODED_STRIDE};
use support::{FILLINGS, Random, plane};
use wasm_bindgen_test::wasm_bindgen_test;

/// Sources: rows of 96 bytes, blocks begin somewhere around the middle.
const SOURCE: isize = 96;
const ROWS: usize = 64;
/// Destinations: rows of 64 bytes, blocks begin at row 4, column 8.
const TARGET: isize = 64;
const TARGET_ROWS: isize = 40;
const START: isize = 4 * TARGET + 8;

fn source(filling: usize, random: &mut Random) -> Vec<u8> {
    plane(SOURCE as usize * ROWS, SOURCE as usize, filling, random)
}

/// Returns a pointer into the middle of a source, at any alignment.
fn middle(source: &[u8], random: &mut Random) -> *const u8 {
    source[20 * SOURCE as usize + 24 + random.below(16) as usize..].as_ptr()
}

/// Returns a destination before a kernel writes to it.
fn target() -> Vec<u8> {
    (0..TARGET * TARGET_ROWS).map(|index| (index * 7 + 3) as u8).collect()
}

/// Compares what a kernel left in its destination with `expected`, a block of `width` by `height`, and sees to it that
/// nothing around the block changed.
fn check(left: &[u8], (width, height): (isize, isize), expected: impl Fn(isize, isize) -> u8, what: &str) {
    let mut all = target();
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        all[(START + y * TARGET + x) as usize] = expected(x, y);
    }
    let wrong = left.iter().zip(&all).position(|(left, right)| left != right);
    assert!(wrong.is_none(), "{what}: {width}x{height} differs at {:?} from {START}", wrong.unwrap_or(0));
}

/// Returns every filling, `times` times.
fn fillings(times: usize) -> impl Iterator<Item = usize> {
    (0..FILLINGS * times).map(|index| index % FILLINGS)
}

fn weight(scale: i32, denominator: i32, offset: i32) -> Weight {
    Weight { prepared: [0; 16], denominator, scale, offset, functions: [0_u8].as_ptr().cast() }
}

fn no_weight() -> Weight {
    Weight { functions: core::ptr::null(), ..weight(0, 0, 0) }
}

#[wasm_bindgen_test]
fn averages() {
    type Average = unsafe extern "C" fn(*mut u8, isize, *const u8, isize, *const u8, isize, i32);
    let cases: [(Average, isize, isize); 12] = [
        (clipfit_avg_16x16, 16, 16),
        (clipfit_avg_16x8, 16, 8),
        (clipfit_avg_8x16, 8, 16),
        (clipfit_avg_8x8, 8, 8),
        (clipfit_avg_8x4, 8, 4),
        (clipfit_avg_4x16, 4, 16),
        (clipfit_avg_4x8, 4, 8),
        (clipfit_avg_4x4, 4, 4),
        (clipfit_avg_4x2, 4, 2),
        (clipfit_avg_2x8, 2, 8),
        (clipfit_avg_2x4, 2, 4),
        (clipfit_avg_2x2, 2, 2),
    ];
    let random = &mut Random::new(1);
    let sources: Vec<_> = fillings(1).map(|filling| source(filling, random)).collect();
    for (kernel, width, height) in cases {
        for (weight, filling) in (-64..=128).zip(fillings(25)) {
            for other in [filling, random.below(FILLINGS as u32) as usize] {
                let a = (middle(&sources[filling], random), SOURCE);
                let b = (middle(&sources[other], random), SOURCE - 16);
                let (mut left, mut right) = (target(), target());
                let (to, expected) =
                    (left[START as usize..].as_mut_ptr(), right[START as usize..].as_mut_ptr());
                unsafe {
                    kernel(to, TARGET, a.0, a.1, b.0, b.1, weight);
                    average_reference((expected, TARGET), a, b, (width, height), weight);
                }
                assert!(
                    left == right,
                    "average {width}x{height}, weight {weight}, fillings {filling} {other}"
                );
            }
        }
    }
}

/// Every weight on every pixel: one row of all 256.
#[wasm_bindgen_test]
fn every_weight_on_every_pixel() {
    let pixels: Vec<u8> = (0..=255).collect();
    let mut left = [0; 256];
    for denominator in 0..8 {
        let highest = if denominator == 7 { 128 } else { 127 };
        for (scale, offset) in
            (0..=highest).flat_map(|scale| (-128..128).step_by(15).map(move |offset| (scale, offset)))
        {
            let weight = weight(scale, denominator, offset);
            let to = left.as_mut_ptr();
            unsafe { clipfit_weight_w16(to, 16, pixels.as_ptr(), 16, &weight, 16) };
            for pixel in 0..=255_u8 {
                let expected = weigh_reference(pixel, &weight);
                assert_eq!(
                    left[usize::from(pixel)],
                    expected,
                    "{pixel} * {scale} >> {denominator} + {offset}"
                );
            }
        }
    }
}

#[wasm_bindgen_test]
fn weights_of_every_width() {
    type Weigh = unsafe extern "C" fn(*mut u8, isize, *const u8, isize, *const Weight, i32);
    let cases: [(Weigh, isize); 6] = [
        (clipfit_weight_w2, 2),
        (clipfit_weight_w4, 4),
        (clipfit_weight_w8, 8),
        (clipfit_weight_w12, 12),
        (clipfit_weight_w16, 16),
        (clipfit_weight_w20, 20),
    ];
    let random = &mut Random::new(2);
    for (kernel, width) in cases {
        for filling in fillings(20) {
            let denominator = random.between(0, 7);
            let scale = if random.below(3) == 0 { 1 << denominator } else { random.between(0, 127) };
            let weight = weight(scale, denominator, random.between(-128, 127));
            let height = random.between(1, 17) as isize;
            let pixels = source(filling, random);
            let from = middle(&pixels, random);
            let mut left = target();
            unsafe {
                kernel(left[START as usize..].as_mut_ptr(), TARGET, from, SOURCE, &weight, height as i32);
                let expected = |x: isize, y: isize| weigh_reference(*from.offset(y * SOURCE + x), &weight);
                check(&left, (width, height), expected, "weight");
                // In place.
                let mut left = target();
                let to = left[START as usize..].as_mut_ptr();
                kernel(to, TARGET, to, TARGET, &weight, height as i32);
                let before = target();
                let expected =
                    |x: isize, y: isize| weigh_reference(before[(START + y * TARGET + x) as usize], &weight);
                check(&left, (width, height), expected, "weight in place");
            }
        }
    }
}

#[wasm_bindgen_test]
fn luma() {
    let random = &mut Random::new(3);
    let widths = [4, 8, 12, 16, 20, 24];
    for filling in fillings(2) {
        let sources: [Vec<u8>; 4] = core::array::from_fn(|plane| {
            source(if plane == 0 { filling } else { random.below(8) as usize }, random)
        });
        let place = middle(&sources[0], random) as usize - sources[0].as_ptr() as usize;
        let planes: [*const u8; 4] = core::array::from_fn(|plane| sources[plane][place..].as_ptr());
        for (x, y) in (-9..=9).flat_map(|y| (-9..=9).map(move |x| (x, y))) {
            let (width, height) = (widths[random.below(6) as usize], random.between(2, 17) as isize);
            let denominator = random.between(0, 7);
            let weight = match random.below(3) {
                0 => no_weight(),
                1 => weight(1 << denominator, denominator, random.between(-128, 127)),
                _ => weight(random.between(0, 127), denominator, random.between(-128, 127)),
            };
            let expected = |column: isize, row: isize| unsafe {
                luma_reference(&planes, SOURCE, x + 4 * column as i32, y + 4 * row as i32, &weight)
            };
            let (w, h) = (width as i32, height as i32);
            let mut left = target();
            unsafe {
                let to = left[START as usize..].as_mut_ptr();
                clipfit_mc_luma(to, TARGET, planes.as_ptr(), SOURCE, x, y, w, h, &weight);
                check(&left, (width, height), expected, "luma");
                let (mut left, mut stride) = (target(), TARGET);
                let to = left[START as usize..].as_mut_ptr();
                let block = clipfit_get_ref(to, &mut stride, planes.as_ptr(), SOURCE, x, y, w, h, &weight);
                if x % 2 == 0 && y % 2 == 0 && weight.functions.is_null() {
                    assert_eq!(stride, SOURCE, "the reference's own pixels");
                    for (column, row) in [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)] {
                        assert_eq!(*block.offset(row * stride + column), expected(column, row), "at {x} {y}");
                    }
                    assert_eq!(left, target(), "nothing to write");
                } else {
                    assert_eq!((block, stride), (to.cast_const(), TARGET), "written at {x} {y}");
                    check(&left, (width, height), expected, "block");
                }
            }
        }
    }
}

#[wasm_bindgen_test]
fn chroma() {
    let random = &mut Random::new(4);
    for filling in fillings(2) {
        let pixels = source(filling, random);
        // U and V are even and odd bytes, wherever the row begins.
        let from = middle(&pixels, random);
        for (x, y) in (-9..=9).flat_map(|y| (-9..=9).map(move |x| (x, y))) {
            for width in [2, 4, 8] {
                let height = [2, 3, 4, 8, 16][random.below(5) as usize];
                let (mut u, mut v) = (target(), target());
                let (to_u, to_v) = (u[START as usize..].as_mut_ptr(), v[START as usize..].as_mut_ptr());
                unsafe {
                    clipfit_mc_chroma(to_u, to_v, TARGET, from, SOURCE, x, y, width as i32, height as i32);
                    for (left, which) in [(&u, 0), (&v, 1)] {
                        let expected = |column: isize, row: isize| {
                            let pixel = from.offset(row * SOURCE + 2 * column + which);
                            chroma_reference(pixel, SOURCE, x, y)
                        };
                        check(left, (width, height), expected, "chroma");
                    }
                }
            }
        }
    }
}

#[wasm_bindgen_test]
fn chroma_in_and_out_of_the_plane() {
    let random = &mut Random::new(5);
    for (filling, height) in fillings(4).zip([1, 2, 4, 8, 16].into_iter().cycle()) {
        let pixels = source(filling, random);
        let from = middle(&pixels, random);
        let at = |x: isize, y: isize, stride: isize| unsafe { *from.offset(y * stride + x) };
        let mut left = target();
        unsafe {
            let v = from.offset(DECODED_STRIDE / 2);
            clipfit_store_interleave_chroma(
                left[START as usize..].as_mut_ptr(),
                TARGET,
                from,
                v,
                height as i32,
            );
        }
        let expected = |x: isize, y: isize| at(x / 2 + x % 2 * DECODED_STRIDE / 2, y, DECODED_STRIDE);
        check(&left, (16, height), expected, "store_interleave_chroma");

        type Load = unsafe extern "C" fn(*mut u8, *const u8, isize, i32);
        let loads: [(Load, isize); 2] = [
            (clipfit_load_deinterleave_chroma_fenc, ENCODED_STRIDE),
            (clipfit_load_deinterleave_chroma_fdec, DECODED_STRIDE),
        ];
        for (load, stride) in loads {
            let before = target();
            let mut left = before.clone();
            unsafe { load(left.as_mut_ptr(), from, SOURCE, height as i32) };
            let mut expected = before;
            for (x, y) in (0..height).flat_map(|y| (0..8).map(move |x| (x, y))) {
                expected[(y * stride + x) as usize] = at(2 * x, y, SOURCE);
                expected[(y * stride + stride / 2 + x) as usize] = at(2 * x + 1, y, SOURCE);
            }
            assert!(left == expected, "load_deinterleave_chroma, stride {stride}, filling {filling}");
        }
    }
}

#[wasm_bindgen_test]
fn copies() {
    type Copy = unsafe extern "C" fn(*mut u8, isize, *const u8, isize, i32);
    let cases: [(Copy, isize); 3] = [(clipfit_copy_w16, 16), (clipfit_copy_w8, 8), (clipfit_copy_w4, 4)];
    let random = &mut Random::new(6);
    for (kernel, width) in cases {
        for height in 1..=16 {
            let pixels = source(0, random);
            let from = middle(&pixels, random);
            let mut left = target();
            unsafe {
                kernel(left[START as usize..].as_mut_ptr(), TARGET, from, SOURCE, height as i32);
                check(&left, (width, height), |x, y| *from.offset(y * SOURCE + x), "copy");
            }
        }
    }
}

#[wasm_bindgen_test]
fn pieces_of_state() {
    let random = &mut Random::new(10);
    for bytes in (0..200).chain([464, 1000]) {
        let pixels = source(0, random);
        let from = middle(&pixels, random);
        let mut left = target();
        let to = left[START as usize..].as_mut_ptr();
        let returned = unsafe { clipfit_memcpy_aligned(to.cast(), from.cast(), bytes) };
        assert_eq!(returned, to.cast());
        let mut expected = target();
        let start = START as usize;
        expected[start..start + bytes].copy_from_slice(unsafe { core::slice::from_raw_parts(from, bytes) });
        assert!(left == expected, "{bytes} bytes");
    }
}

#[wasm_bindgen_test]
fn planes_side_by_side_and_apart() {
    let random = &mut Random::new(7);
    for (width, height) in (1..=20).flat_map(|width| [(width, 1), (width, 5)]) {
        let (one, other) = (source(0, random), source(0, random));
        let (u, v) = (middle(&one, random), middle(&other, random));
        let (w, h) = (width as i32, height as i32);
        let mut left = target();
        unsafe {
            let to = left[START as usize..].as_mut_ptr();
            clipfit_plane_copy_interleave(to, TARGET, u, SOURCE, v, SOURCE - 8, w, h);
            let expected = |x: isize, y: isize| {
                if x % 2 == 0 { *u.offset(y * SOURCE + x / 2) } else { *v.offset(y * (SOURCE - 8) + x / 2) }
            };
            check(&left, (2 * width, height), expected, "interleave");
            let (mut a, mut b) = (target(), target());
            let (to_a, to_b) = (a[START as usize..].as_mut_ptr(), b[START as usize..].as_mut_ptr());
            clipfit_plane_copy_deinterleave(to_a, TARGET, to_b, TARGET, u, SOURCE, w, h);
            check(&a, (width, height), |x, y| *u.offset(y * SOURCE + 2 * x), "deinterleave");
            check(&b, (width, height), |x, y| *u.offset(y * SOURCE + 2 * x + 1), "deinterleave");
        }
    }
}

/// Returns planes in which every half pixel sum is as large or as small as it gets: columns of the filter's signs, one
/// behind the other in the filter's signs too.
fn extreme_sums(random: &mut Random) -> Vec<u8> {
    let signs = [true, false, true, true, false, true];
    let (shift, flip) = (random.below(6) as usize, random.below(2) == 1);
    let at = |row: usize, column: usize| signs[row % 6] == signs[(column + shift) % 6];
    (0..SOURCE as usize * ROWS)
        .map(|index| if at(index / SOURCE as usize, index % SOURCE as usize) != flip { 255 } else { 0 })
        .collect()
}

#[wasm_bindgen_test]
fn half_pixels() {
    let random = &mut Random::new(8);
    for filling in fillings(8).chain([FILLINGS; 40]) {
        let pixels = if filling == FILLINGS { extreme_sums(random) } else { source(filling, random) };
        let from = middle(&pixels, random);
        let (width, height) = (random.between(16, 50) as isize, random.between(1, 9) as isize);
        let before = source(2, random);
        let mut planes = [before.clone(), before.clone(), before.clone()];
        let place = 20 * SOURCE as usize + 24;
        let mut sums = vec![77_i16; width as usize + 5 + 8];
        let [across, down, both] = planes.each_mut().map(|plane| plane[place..].as_mut_ptr());
        unsafe {
            let (w, h) = (width as i32, height as i32);
            clipfit_hpel_filter(across, down, both, from, SOURCE, w, h, sums.as_mut_ptr());
        }
        assert_eq!(sums[width as usize + 5..], [77; 8], "sums behind the row's end");
        for (which, (plane, columns)) in planes.iter().zip([0..width, -2..width + 3, 0..width]).enumerate() {
            let mut expected = before.clone();
            for (x, y) in (0..height).flat_map(|y| columns.clone().map(move |x| (x, y))) {
                let pixel = unsafe { half_pixels_reference(from.offset(y * SOURCE + x), SOURCE)[which] };
                expected[(place as isize + y * SOURCE + x) as usize] = pixel;
            }
            assert!(*plane == expected, "half pixels: plane {which}, filling {filling}, {width}x{height}");
        }
    }
}

#[wasm_bindgen_test]
fn reduced_frames() {
    let random = &mut Random::new(9);
    for (filling, width) in fillings(8).zip([8, 16, 24, 32].into_iter().cycle()) {
        let pixels = source(filling, random);
        let (from, height) = (middle(&pixels[..], random), random.between(1, 9) as isize);
        let mut planes = [target(), target(), target(), target()];
        let [whole, across, down, both] = planes.each_mut().map(|plane| plane[START as usize..].as_mut_ptr());
        let (w, h) = (width as i32, height as i32);
        unsafe { clipfit_frame_init_lowres_core(from, whole, across, down, both, SOURCE, TARGET, w, h) };
        for (plane, (right, below)) in planes.iter().zip([(0, 0), (1, 0), (0, 1), (1, 1)]) {
            let expected = |x: isize, y: isize| unsafe {
                reduced_reference(from.offset((2 * y + below) * SOURCE + 2 * x + right), SOURCE)
            };
            check(plane, (width, height), expected, "reduced frame");
        }
    }
}
