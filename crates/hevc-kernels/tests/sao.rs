//! Tests the kernels of sample adaptive offset against their scalar references.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "kernels take C's pointers")]

#[allow(unreachable_pub, reason = "all test files share it")]
mod support;

use clipfit_hevc_kernels::sao::*;
use support::{FILLINGS, Plane, Random};
use wasm_bindgen_test::wasm_bindgen_test;

const WIDTHS: [isize; 10] = [2, 4, 6, 8, 12, 20, 32, 34, 48, 64];
const TOP: isize = 2;
const LEFT: isize = 4;

fn offsets(filling: usize, random: &mut Random) -> [i16; 5] {
    // The first one is that of samples on no edge, which FFmpeg keeps at zero; the kernel takes what is there.
    [(); 5].map(|()| random.number(filling / FILLINGS))
}

fn each(seed: u64, bits: u32, width: isize, test: impl Fn(Plane, [i16; 5], (isize, isize), &mut Random)) {
    let random = &mut Random::new(seed);
    for (size, filling) in
        WIDTHS.into_iter().flat_map(|size| (0..4 * FILLINGS).map(move |filling| (size, filling)))
    {
        let source = Plane::new((width, 72), bits, filling, random);
        let offsets = offsets(filling, random);
        let height = random.between(1, 64) as isize;
        test(source, offsets, (size, height), random);
    }
}

#[wasm_bindgen_test]
fn bands() {
    type Band = unsafe extern "C" fn(*mut u8, *const u8, isize, isize, *const i16, i32, i32, i32);
    let cases: [(Band, u32); 2] =
        [(clipfit_hevc_sao_band_filter_8, 8), (clipfit_hevc_sao_band_filter_10, 10)];
    for (kernel, bits) in cases {
        each(1, bits, 96, |source, offsets, (width, height), random| {
            let left = random.between(0, 31);
            let mut target = Plane::new((80, 72), bits, 0, random);
            let mut expected = target.clone();
            for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
                let sample = source.at(LEFT + x, TOP + y);
                expected.set(LEFT + x, TOP + y, reference::band(sample, &offsets, left, bits));
            }
            let (stride, from_stride) = (target.stride(), source.stride());
            unsafe {
                let (to, from) = (target.pointer_mut(LEFT, TOP), source.pointer(LEFT, TOP));
                kernel(to, from, stride, from_stride, offsets.as_ptr(), left, width as i32, height as i32);
            }
            assert!(target == expected, "{bits} bits, {width}x{height}, from band {left}");
        });
    }
}

#[wasm_bindgen_test]
fn edges() {
    type Edge = unsafe extern "C" fn(*mut u8, *const u8, isize, *const i16, i32, i32, i32);
    let cases: [(Edge, u32, isize); 2] = [
        (clipfit_hevc_sao_edge_filter_8, 8, EDGE_STRIDE),
        (clipfit_hevc_sao_edge_filter_10, 10, EDGE_STRIDE / 2),
    ];
    for (kernel, bits, source_width) in cases {
        each(2, bits, source_width, |source, offsets, (width, height), random| {
            let class = random.between(0, 3);
            let (right, down) = [(-1, 0), (0, -1), (-1, -1), (1, -1)][class as usize];
            let mut target = Plane::new((80, 72), bits, 0, random);
            let mut expected = target.clone();
            for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
                let (column, row) = (LEFT + x, TOP + y);
                let neighbours =
                    [source.at(column + right, row + down), source.at(column - right, row - down)];
                let moved = reference::edge(source.at(column, row), neighbours, &offsets, bits);
                expected.set(column, row, moved);
            }
            let stride = target.stride();
            unsafe {
                let (to, from) = (target.pointer_mut(LEFT, TOP), source.pointer(LEFT, TOP));
                kernel(to, from, stride, offsets.as_ptr(), class, width as i32, height as i32);
            }
            assert!(target == expected, "{bits} bits, {width}x{height}, class {class}");
        });
    }
}
