//! Tests every kernel of motion compensation against its scalar reference.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "kernels take C's pointers")]

#[allow(unreachable_pub, reason = "all test files share it")]
mod support;

use clipfit_hevc_kernels::ROW;
use clipfit_hevc_kernels::motion::*;
use support::{FILLINGS, Plane, Random};
use wasm_bindgen_test::wasm_bindgen_test;

type Keep = unsafe extern "C" fn(*mut i16, *const u8, isize, i32, isize, isize, i32);
type Round = unsafe extern "C" fn(*mut u8, isize, *const u8, isize, i32, isize, isize, i32);
type Weigh = unsafe extern "C" fn(*mut u8, isize, *const u8, isize, i32, i32, i32, i32, isize, isize, i32);
type Average = unsafe extern "C" fn(*mut u8, isize, *const u8, isize, *const i16, i32, isize, isize, i32);
type AverageWeighted = unsafe extern "C" fn(
    *mut u8,
    isize,
    *const u8,
    isize,
    *const i16,
    i32,
    i32,
    i32,
    i32,
    i32,
    i32,
    isize,
    isize,
    i32,
);

/// An interpolation with each way to finish it.
struct Case {
    bits: u32,
    /// One of whole pixels.
    taps: usize,
    across: bool,
    down: bool,
    keep: Keep,
    round: Round,
    weigh: Weigh,
    average: Average,
    average_weighted: AverageWeighted,
}

macro_rules! cases {
    ($($bits:literal, $taps:literal, $across:literal, $down:literal: $keep:ident, $round:ident, $weigh:ident,
        $average:ident, $average_weighted:ident;)*) => {
        [$(Case {
            bits: $bits,
            taps: $taps,
            across: $across,
            down: $down,
            keep: $keep,
            round: $round,
            weigh: $weigh,
            average: $average,
            average_weighted: $average_weighted,
        }),*]
    };
}

fn cases() -> [Case; 14] {
    cases! {
        8, 1, false, false: clipfit_hevc_pel_8, clipfit_hevc_pel_uni_8, clipfit_hevc_pel_uni_w_8,
            clipfit_hevc_pel_bi_8, clipfit_hevc_pel_bi_w_8;
        8, 8, true, false: clipfit_hevc_qpel_h_8, clipfit_hevc_qpel_uni_h_8, clipfit_hevc_qpel_uni_w_h_8,
            clipfit_hevc_qpel_bi_h_8, clipfit_hevc_qpel_bi_w_h_8;
        8, 8, false, true: clipfit_hevc_qpel_v_8, clipfit_hevc_qpel_uni_v_8, clipfit_hevc_qpel_uni_w_v_8,
            clipfit_hevc_qpel_bi_v_8, clipfit_hevc_qpel_bi_w_v_8;
        8, 8, true, true: clipfit_hevc_qpel_hv_8, clipfit_hevc_qpel_uni_hv_8, clipfit_hevc_qpel_uni_w_hv_8,
            clipfit_hevc_qpel_bi_hv_8, clipfit_hevc_qpel_bi_w_hv_8;
        8, 4, true, false: clipfit_hevc_epel_h_8, clipfit_hevc_epel_uni_h_8, clipfit_hevc_epel_uni_w_h_8,
            clipfit_hevc_epel_bi_h_8, clipfit_hevc_epel_bi_w_h_8;
        8, 4, false, true: clipfit_hevc_epel_v_8, clipfit_hevc_epel_uni_v_8, clipfit_hevc_epel_uni_w_v_8,
            clipfit_hevc_epel_bi_v_8, clipfit_hevc_epel_bi_w_v_8;
        8, 4, true, true: clipfit_hevc_epel_hv_8, clipfit_hevc_epel_uni_hv_8, clipfit_hevc_epel_uni_w_hv_8,
            clipfit_hevc_epel_bi_hv_8, clipfit_hevc_epel_bi_w_hv_8;
        10, 1, false, false: clipfit_hevc_pel_10, clipfit_hevc_pel_uni_10, clipfit_hevc_pel_uni_w_10,
            clipfit_hevc_pel_bi_10, clipfit_hevc_pel_bi_w_10;
        10, 8, true, false: clipfit_hevc_qpel_h_10, clipfit_hevc_qpel_uni_h_10, clipfit_hevc_qpel_uni_w_h_10,
            clipfit_hevc_qpel_bi_h_10, clipfit_hevc_qpel_bi_w_h_10;
        10, 8, false, true: clipfit_hevc_qpel_v_10, clipfit_hevc_qpel_uni_v_10, clipfit_hevc_qpel_uni_w_v_10,
            clipfit_hevc_qpel_bi_v_10, clipfit_hevc_qpel_bi_w_v_10;
        10, 8, true, true: clipfit_hevc_qpel_hv_10, clipfit_hevc_qpel_uni_hv_10, clipfit_hevc_qpel_uni_w_hv_10,
            clipfit_hevc_qpel_bi_hv_10, clipfit_hevc_qpel_bi_w_hv_10;
        10, 4, true, false: clipfit_hevc_epel_h_10, clipfit_hevc_epel_uni_h_10, clipfit_hevc_epel_uni_w_h_10,
            clipfit_hevc_epel_bi_h_10, clipfit_hevc_epel_bi_w_h_10;
        10, 4, false, true: clipfit_hevc_epel_v_10, clipfit_hevc_epel_uni_v_10, clipfit_hevc_epel_uni_w_v_10,
            clipfit_hevc_epel_bi_v_10, clipfit_hevc_epel_bi_w_v_10;
        10, 4, true, true: clipfit_hevc_epel_hv_10, clipfit_hevc_epel_uni_hv_10, clipfit_hevc_epel_uni_w_hv_10,
            clipfit_hevc_epel_bi_hv_10, clipfit_hevc_epel_bi_w_hv_10;
    }
}

/// Every width that a block may have.
const WIDTHS: [isize; 10] = [2, 4, 6, 8, 12, 16, 24, 32, 48, 64];
/// Blocks begin here in their plane, or a little to the right.
const TOP: isize = 4;
const LEFT: isize = 8;

/// A block to interpolate.
struct Block {
    source: Plane,
    other: Vec<i16>,
    left: isize,
    width: isize,
    height: isize,
    place: [usize; 2],
}

impl Block {
    fn new(case: &Case, width: isize, filling: usize, random: &mut Random) -> Block {
        let mut place = || if case.taps == 8 { random.between(1, 3) } else { random.between(1, 7) } as usize;
        let place = [if case.across { place() } else { 0 }, if case.down { place() } else { 0 }];
        Block {
            source: Plane::new((96, 80), case.bits, filling, random),
            other: (0..ROW * ROW).map(|_| random.number(filling / FILLINGS)).collect(),
            left: LEFT + random.between(0, 7) as isize,
            width,
            height: if random.below(4) == 0 { 64 } else { random.between(2, 16) as isize },
            place,
        }
    }

    fn from(&self) -> *const u8 {
        self.source.pointer(self.left, TOP)
    }

    fn places(&self) -> impl Iterator<Item = (isize, isize)> + use<> {
        let (width, height) = (self.width, self.height);
        (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)))
    }

    fn intermediate(&self, case: &Case, x: isize, y: isize) -> i32 {
        let sample = |right: isize, down: isize| self.source.at(self.left + x + right, TOP + y + down);
        reference::interpolate(case.taps, self.place, case.bits, sample)
    }

    /// Compares what a kernel writes to a frame with `expected`, given the intermediate sample and the other one.
    fn check(
        &self,
        case: &Case,
        what: &str,
        kernel: impl Fn(*mut u8, isize),
        expected: impl Fn(i32, i16) -> i32,
    ) {
        let mut target = Plane::new((80, 72), case.bits, 0, &mut Random::new(7));
        let mut wanted = target.clone();
        for (x, y) in self.places() {
            let other = self.other[(y * ROW + x) as usize];
            wanted.set(LEFT + x, TOP + y, expected(self.intermediate(case, x, y), other));
        }
        let stride = target.stride();
        kernel(target.pointer_mut(LEFT, TOP), stride);
        assert!(target == wanted, "{what}: {}", self.describe(case));
    }

    fn describe(&self, case: &Case) -> String {
        let (width, height, place) = (self.width, self.height, self.place);
        format!("{} taps, {} bits, {width}x{height}, {place:?}", case.taps, case.bits)
    }
}

fn each(seed: u64, test: impl Fn(&Case, Block, &mut Random)) {
    let random = &mut Random::new(seed);
    for case in &cases() {
        for (width, filling) in
            WIDTHS.into_iter().flat_map(|width| (0..2 * FILLINGS).map(move |filling| (width, filling)))
        {
            let block = Block::new(case, width, filling, random);
            test(case, block, random);
        }
    }
}

#[wasm_bindgen_test]
fn kept() {
    each(1, |case, block, _| {
        let mut target = vec![0_i16; (ROW * ROW) as usize];
        let [x, y] = block.place.map(|place| place as isize);
        unsafe {
            let (height, width) = (block.height as i32, block.width as i32);
            (case.keep)(target.as_mut_ptr(), block.from(), block.source.stride(), height, x, y, width);
        }
        for (x, y) in block.places() {
            let expected = block.intermediate(case, x, y) as i16;
            assert_eq!(target[(y * ROW + x) as usize], expected, "{}, at {x} {y}", block.describe(case));
        }
    });
}

#[wasm_bindgen_test]
fn rounded() {
    each(2, |case, block, _| {
        let [x, y] = block.place.map(|place| place as isize);
        let kernel = |to: *mut u8, stride: isize| unsafe {
            let (height, width) = (block.height as i32, block.width as i32);
            (case.round)(to, stride, block.from(), block.source.stride(), height, x, y, width);
        };
        block.check(case, "rounded", kernel, |value, _| reference::round(value, case.bits));
    });
}

#[wasm_bindgen_test]
fn averaged() {
    each(3, |case, block, _| {
        let [x, y] = block.place.map(|place| place as isize);
        let kernel = |to: *mut u8, stride: isize| unsafe {
            let (height, width, other) = (block.height as i32, block.width as i32, block.other.as_ptr());
            (case.average)(to, stride, block.from(), block.source.stride(), other, height, x, y, width);
        };
        block.check(case, "averaged", kernel, |value, other| reference::average(value, other, case.bits));
    });
}

/// Returns a weight and an offset as a stream may have them.
fn weight(denominator: i32, random: &mut Random) -> [i32; 2] {
    let extreme = random.below(3) == 0;
    let pick = |low: i32, high: i32, random: &mut Random| match (extreme, random.below(2)) {
        (false, _) => random.between(low, high),
        (true, 0) => low,
        (true, _) => high,
    };
    [(1 << denominator) + pick(-128, 127, random), pick(-128, 127, random)]
}

#[wasm_bindgen_test]
fn weighed() {
    each(4, |case, block, random| {
        let [x, y] = block.place.map(|place| place as isize);
        let denominator = random.between(0, 7);
        let [scale, offset] = weight(denominator, random);
        let kernel = |to: *mut u8, stride: isize| unsafe {
            let (from, from_stride) = (block.from(), block.source.stride());
            let (height, width) = (block.height as i32, block.width as i32);
            (case.weigh)(to, stride, from, from_stride, height, denominator, scale, offset, x, y, width);
        };
        let weights = [denominator, scale, offset];
        block.check(case, "weighed", kernel, |value, _| reference::weigh(value, weights, case.bits));
    });
}

#[wasm_bindgen_test]
fn averaged_weighed() {
    each(5, |case, block, random| {
        let [x, y] = block.place.map(|place| place as isize);
        let denominator = random.between(0, 7);
        let [scale, offset] = weight(denominator, random);
        let [other_scale, other_offset] = weight(denominator, random);
        let kernel = |to: *mut u8, stride: isize| unsafe {
            let (from, from_stride, other) = (block.from(), block.source.stride(), block.other.as_ptr());
            let (height, width) = (block.height as i32, block.width as i32);
            (case.average_weighted)(
                to,
                stride,
                from,
                from_stride,
                other,
                height,
                denominator,
                other_scale,
                scale,
                other_offset,
                offset,
                x,
                y,
                width,
            );
        };
        let weights = [denominator, other_scale, scale, other_offset, offset];
        let expected = |value: i32, other: i16| reference::average_weighted(value, other, weights, case.bits);
        block.check(case, "averaged by weight", kernel, expected);
    });
}
