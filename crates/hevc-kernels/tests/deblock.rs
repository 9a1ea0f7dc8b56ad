//! Tests every kernel of the deblocking filter against its scalar reference.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "kernels take C's pointers")]

#[allow(unreachable_pub, reason = "all test files share it")]
mod support;

use clipfit_hevc_kernels::deblock::reference::Segment;
use clipfit_hevc_kernels::deblock::*;
use support::{FILLINGS, Plane, Random};
use wasm_bindgen_test::wasm_bindgen_test;

const SIZE: (isize, isize) = (32, 24);
/// Where the edge begins.
const AT: (isize, isize) = (8, 8);

/// Returns a plane around an edge. Most are flat on either side, so that the filter acts.
fn plane(bits: u32, filling: usize, random: &mut Random) -> Plane {
    let mut plane = Plane::new(SIZE, bits, filling, random);
    if !filling.is_multiple_of(3) {
        let largest = (1 << bits) - 1;
        let noise = random.between(0, 3) << random.below(bits - 7);
        let (base, step) = (random.between(0, largest), random.between(-24, 24) << random.below(bits - 7));
        let slope = random.between(-2, 2);
        for (x, y) in (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (x, y))) {
            // A step in both directions: the same plane has an edge that lies across and one that goes down.
            let behind = if (x < AT.0) != (y < AT.1) { step } else { 0 };
            let sample = base + behind + slope * (x + y) as i32 + random.between(-noise, noise);
            plane.set(x, y, sample.clamp(0, largest));
        }
    }
    plane
}

/// Returns the parameters of an edge's two segments.
fn segments(bits: u32, random: &mut Random) -> [Segment; 2] {
    let beta = random.between(0, 64);
    let segment = |random: &mut Random| Segment {
        beta,
        tc: if random.below(6) == 0 { 0 } else { random.between(0, 24) },
        keep_p: random.below(8) == 0,
        keep_q: random.below(8) == 0,
        bits,
    };
    [segment(random), segment(random)]
}

/// Filters an edge by the reference; `lines` filters one segment of lines of samples across the edge. Returns whether
/// anything changed.
fn apply<const SAMPLES: usize>(
    plane: &mut Plane,
    down: bool,
    segments: [Segment; 2],
    lines: impl Fn(&mut [[i32; SAMPLES]; 4], Segment),
) -> bool {
    let before = plane.clone();
    for (index, segment) in segments.into_iter().enumerate() {
        let place = |line: usize, sample: usize| {
            let (along, through) = ((4 * index + line) as isize, sample as isize - SAMPLES as isize / 2);
            if down { (AT.0 + through, AT.1 + along) } else { (AT.0 + along, AT.1 + through) }
        };
        let mut samples = [[0; SAMPLES]; 4];
        for (line, sample) in (0..4).flat_map(|line| (0..SAMPLES).map(move |sample| (line, sample))) {
            let (x, y) = place(line, sample);
            samples[line][sample] = plane.at(x, y);
        }
        lines(&mut samples, segment);
        for (line, sample) in (0..4).flat_map(|line| (0..SAMPLES).map(move |sample| (line, sample))) {
            let (x, y) = place(line, sample);
            plane.set(x, y, samples[line][sample]);
        }
    }
    *plane != before
}

#[wasm_bindgen_test]
fn luma() {
    type Filter = unsafe extern "C" fn(*mut u8, isize, i32, *const i32, *const u8, *const u8);
    let cases: [(Filter, bool, u32); 4] = [
        (clipfit_hevc_h_loop_filter_luma_8, false, 8),
        (clipfit_hevc_v_loop_filter_luma_8, true, 8),
        (clipfit_hevc_h_loop_filter_luma_10, false, 10),
        (clipfit_hevc_v_loop_filter_luma_10, true, 10),
    ];
    let random = &mut Random::new(1);
    for (kernel, down, bits) in cases {
        let mut changed = 0;
        for filling in 0..2000 * FILLINGS {
            let mut left = plane(bits, filling, random);
            let mut expected = left.clone();
            let segments = segments(bits, random);
            changed += usize::from(apply(&mut expected, down, segments, reference::luma));
            let tc = segments.map(|segment| segment.tc);
            let no_p = segments.map(|segment| u8::from(segment.keep_p));
            let no_q = segments.map(|segment| u8::from(segment.keep_q));
            let stride = left.stride();
            unsafe {
                let at = left.pointer_mut(AT.0, AT.1);
                kernel(at, stride, segments[0].beta, tc.as_ptr(), no_p.as_ptr(), no_q.as_ptr());
            }
            assert!(left == expected, "down: {down}, {bits} bits, number {filling}");
        }
        assert!(changed > 2000, "the filter acts on {changed} planes only");
    }
}

#[wasm_bindgen_test]
fn chroma() {
    type Filter = unsafe extern "C" fn(*mut u8, isize, *const i32, *const u8, *const u8);
    let cases: [(Filter, bool, u32); 4] = [
        (clipfit_hevc_h_loop_filter_chroma_8, false, 8),
        (clipfit_hevc_v_loop_filter_chroma_8, true, 8),
        (clipfit_hevc_h_loop_filter_chroma_10, false, 10),
        (clipfit_hevc_v_loop_filter_chroma_10, true, 10),
    ];
    let random = &mut Random::new(2);
    for (kernel, down, bits) in cases {
        for filling in 0..400 * FILLINGS {
            let mut left = plane(bits, filling, random);
            let mut expected = left.clone();
            let segments = segments(bits, random);
            apply(&mut expected, down, segments, reference::chroma);
            let tc = segments.map(|segment| segment.tc);
            let no_p = segments.map(|segment| u8::from(segment.keep_p));
            let no_q = segments.map(|segment| u8::from(segment.keep_q));
            let stride = left.stride();
            unsafe {
                let at = left.pointer_mut(AT.0, AT.1);
                kernel(at, stride, tc.as_ptr(), no_p.as_ptr(), no_q.as_ptr());
            }
            assert!(left == expected, "down: {down}, {bits} bits, number {filling}");
        }
    }
}
