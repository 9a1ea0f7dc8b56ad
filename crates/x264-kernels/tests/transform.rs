//! Tests the kernels of transforms, scans and quantisation against their references, on every input that x264 can pass.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "kernels take C's pointers")]

#[path = "transform/quantizer.rs"]
mod quantizer;
mod support;

use clipfit_x264_kernels::transform::coefficients::*;
use clipfit_x264_kernels::transform::{
    dc, dc::*, dct4, dct4::*, dct8, dct8::*, dequant::*, quant::*, scan::*,
};
use clipfit_x264_kernels::{DECODED_STRIDE, ENCODED_STRIDE};
use quantizer::{COARSEST, dequantizer_of, quantizer_of};
use support::{FILLINGS, Random, fill};
use wasm_bindgen_test::wasm_bindgen_test;

/// Strides as lengths.
const ENCODED: usize = ENCODED_STRIDE as usize;
const DECODED: usize = DECODED_STRIDE as usize;
/// The guard value around results, which must stay untouched.
const GUARD: i16 = 0x5a5a;
/// Room around results.
const MARGIN: usize = 8;

/// Calls `check` with source and prediction of every two kinds, `rounds` times.
fn on_pixels(rounds: usize, mut check: impl FnMut(&[u8], &[u8], &mut Random)) {
    let mut random = Random::new(7);
    for round in 0..rounds * FILLINGS * FILLINGS {
        let (mut source, mut prediction) = ([0; 16 * ENCODED], [0; 16 * DECODED]);
        fill(&mut source, ENCODED, round % FILLINGS, &mut random);
        fill(&mut prediction, DECODED, round / FILLINGS % FILLINGS, &mut random);
        check(&source, &prediction, &mut random);
    }
}

/// Coefficients with a frame of guards around them, and where they begin.
struct Guarded(Vec<i16>);

impl Guarded {
    fn new(coefficients: &[i16]) -> Guarded {
        let guard = [GUARD; MARGIN];
        Guarded([&guard, coefficients, &guard].concat())
    }

    fn pointer(&mut self) -> *mut i16 {
        self.0[MARGIN..].as_mut_ptr()
    }

    /// Returns the coefficients, if the guards still stand.
    fn content(&self) -> &[i16] {
        let end = self.0.len() - MARGIN;
        assert!(self.0[..MARGIN].iter().chain(&self.0[end..]).all(|&guard| guard == GUARD), "wrote outside");
        &self.0[MARGIN..end]
    }
}

type Sub = unsafe extern "C" fn(*mut i16, *const u8, *const u8);
type Add = unsafe extern "C" fn(*mut u8, *const i16);
type SubReference = fn(&mut [i16], &[u8], &[u8]);
type AddReference = fn(&mut [u8], &[i16]);

#[wasm_bindgen_test]
fn forward_transforms_are_their_references() {
    let cases: [(Sub, SubReference, usize); 5] = [
        (clipfit_sub4x4_dct, dct4::sub_reference, 16),
        (clipfit_sub8x8_dct, dct4::sub_reference, 64),
        (clipfit_sub16x16_dct, dct4::sub_reference, 256),
        (clipfit_sub8x8_dct8, dct8::sub_reference, 64),
        (clipfit_sub16x16_dct8, dct8::sub_reference, 256),
    ];
    on_pixels(4, |source, prediction, _| {
        for (kernel, reference, count) in cases {
            let mut expected = vec![0; count];
            reference(&mut expected, source, prediction);
            let mut got = Guarded::new(&vec![1; count]);
            unsafe { kernel(got.pointer(), source.as_ptr(), prediction.as_ptr()) };
            assert_eq!(got.content(), expected, "{count} coefficients");
        }
        let mut got = Guarded::new(&[1; 4]);
        unsafe { clipfit_sub8x8_dct_dc(got.pointer(), source.as_ptr(), prediction.as_ptr()) };
        assert_eq!(got.content(), sub_8x8_reference(source, prediction));
    });
}

/// Returns the coefficients as the decoder side meets them: transformed, quantised and back.
fn decoded(size: usize, count: usize, source: &[u8], prediction: &[u8], random: &mut Random) -> Vec<i16> {
    let mut coefficients = vec![0; count];
    let (sub, whole): (SubReference, i32) =
        if size == 4 { (dct4::sub_reference, 4) } else { (dct8::sub_reference, 6) };
    sub(&mut coefficients, source, prediction);
    let quantizer = random.between(4, COARSEST);
    let (scale, bias) = quantizer_of(size, quantizer, 21);
    let table = dequantizer_of(size);
    let back = &table[quantizer as usize % 6 * size * size..][..size * size];
    for block in coefficients.chunks_exact_mut(size * size) {
        quant_reference(block, &scale, &bias);
        dequant_reference(block, back, quantizer, whole);
    }
    coefficients
}

#[wasm_bindgen_test]
fn inverse_transforms_are_their_references() {
    let cases: [(Add, AddReference, usize, usize); 5] = [
        (clipfit_add4x4_idct, dct4::add_reference, 4, 16),
        (clipfit_add8x8_idct, dct4::add_reference, 4, 64),
        (clipfit_add16x16_idct, dct4::add_reference, 4, 256),
        (clipfit_add8x8_idct8, dct8::add_reference, 8, 64),
        (clipfit_add16x16_idct8, dct8::add_reference, 8, 256),
    ];
    on_pixels(4, |source, prediction, random| {
        for (kernel, reference, size, count) in cases {
            let noise = (0..count).map(|_| random.between(-1000, 1000) as i16).collect();
            for coefficients in [decoded(size, count, source, prediction, random), noise] {
                let mut expected = prediction.to_vec();
                reference(&mut expected, &coefficients);
                let mut got = prediction.to_vec();
                unsafe { kernel(got.as_mut_ptr(), coefficients.as_ptr()) };
                assert_eq!(got, expected, "{count} coefficients of {size}x{size}");
            }
        }
    });
}

#[wasm_bindgen_test]
fn lowest_coefficients_alone_are_added() {
    on_pixels(2, |_, prediction, random| {
        for limit in [40, 3000, 16320, 32767] {
            for (kernel, side) in [(clipfit_add8x8_idct_dc as Add, 2), (clipfit_add16x16_idct_dc, 4)] {
                let coefficients: Vec<i16> =
                    (0..side * side).map(|_| random.between(-limit - 1, limit) as i16).collect();
                let mut expected = prediction.to_vec();
                dc::add_reference(&mut expected, &coefficients, side);
                let mut got = prediction.to_vec();
                unsafe { kernel(got.as_mut_ptr(), coefficients.as_ptr()) };
                assert_eq!(got, expected);
            }
        }
    });
}

#[wasm_bindgen_test]
fn lowest_coefficients_are_transformed() {
    let mut random = Random::new(8);
    for round in 0..2000 {
        // Sums of sixteen differences, at their limit in every other round.
        let coefficients: [i16; 16] = core::array::from_fn(|_| match round % 4 {
            0 => random.between(-4080, 4080) as i16,
            1 => random.between(-9, 9) as i16,
            2 => [-4080, 4080][random.below(2) as usize],
            _ => [-4080, 4080][round / 4 % 2],
        });
        for (kernel, halved) in
            [(clipfit_dct4x4dc as unsafe extern "C" fn(*mut i16), true), (clipfit_idct4x4dc, false)]
        {
            let mut expected = coefficients;
            hadamard_reference(&mut expected, halved);
            let mut got = Guarded::new(&coefficients);
            unsafe { kernel(got.pointer()) };
            assert_eq!(got.content(), expected);
        }
    }
}

/// Returns the coefficients from small to the largest.
fn any_coefficients(count: usize, random: &mut Random) -> Vec<i16> {
    let limit = [0, 1, 60, 2000, 16320, 32767][random.below(6) as usize];
    (0..count).map(|_| random.between(-limit, limit) as i16).collect()
}

#[wasm_bindgen_test]
fn levels_are_those_of_the_reference() {
    let mut random = Random::new(9);
    for (quantizer, dead_zone) in
        (0..=COARSEST).flat_map(|quantizer| [0, 11, 21, 32].map(|zone| (quantizer, zone)))
    {
        for _ in 0..20 {
            let (scale, bias) = quantizer_of(4, quantizer, dead_zone);
            let coefficients = any_coefficients(64, &mut random);
            let mut expected = coefficients.clone();
            let any: Vec<bool> =
                expected.chunks_exact_mut(16).map(|block| quant_reference(block, &scale, &bias)).collect();
            let mut got = Guarded::new(&coefficients);
            let mask = unsafe { clipfit_quant_4x4x4(got.pointer(), scale.as_ptr(), bias.as_ptr()) };
            assert_eq!(got.content(), expected);
            assert_eq!(
                mask,
                any.iter().enumerate().map(|(block, &any)| i32::from(any) << block).sum::<i32>()
            );

            let mut got = Guarded::new(&coefficients[..16]);
            let found = unsafe { clipfit_quant_4x4(got.pointer(), scale.as_ptr(), bias.as_ptr()) };
            assert_eq!((got.content(), found), (&expected[..16], i32::from(any[0])));

            let (scale_8, bias_8) = quantizer_of(8, quantizer, dead_zone);
            let mut expected = coefficients.clone();
            let any = quant_reference(&mut expected, &scale_8, &bias_8);
            let mut got = Guarded::new(&coefficients);
            let found = unsafe { clipfit_quant_8x8(got.pointer(), scale_8.as_ptr(), bias_8.as_ptr()) };
            assert_eq!((got.content(), found), (&expected[..], i32::from(any)));

            type QuantOne = unsafe extern "C" fn(*mut i16, i32, i32) -> i32;
            for (kernel, count) in [(clipfit_quant_4x4_dc as QuantOne, 16), (clipfit_quant_2x2_dc, 4)] {
                let (scale, bias) = (scale[0] >> 1, bias[0] << 1);
                let mut expected = coefficients[..count].to_vec();
                let any = quant_reference(&mut expected, &[scale; 16], &[bias; 16]);
                let mut got = Guarded::new(&coefficients[..count]);
                let found = unsafe { kernel(got.pointer(), i32::from(scale), i32::from(bias)) };
                assert_eq!((got.content(), found), (&expected[..], i32::from(any)));
            }
        }
    }
}

#[wasm_bindgen_test]
fn levels_become_coefficients_again() {
    let mut random = Random::new(10);
    type Dequant = unsafe extern "C" fn(*mut i16, *const i32, i32);
    let cases: [(Dequant, usize, i32, bool); 3] = [
        (clipfit_dequant_4x4, 4, 4, false),
        (clipfit_dequant_8x8, 8, 6, false),
        (clipfit_dequant_4x4_dc, 4, 6, true),
    ];
    for (kernel, size, whole, lowest) in cases {
        for quantizer in 0..=COARSEST {
            for matrix in [1, 16, 255] {
                let table: Vec<i32> = dequantizer_of(size).iter().map(|scale| scale / 16 * matrix).collect();
                let own = &table[quantizer as usize % 6 * size * size..][..size * size];
                // Levels whose coefficients fit 16 bits, as all of x264's do.
                let highest = own.iter().max().copied().unwrap_or(1);
                let shift = quantizer / 6 - whole;
                let one = if shift < 0 { highest >> -shift } else { highest << shift };
                let limit = (32767 / (one + 1)).min(32767);
                for limit in [limit.min(1), limit.min(9), limit] {
                    let levels: Vec<i16> =
                        (0..size * size).map(|_| random.between(-limit, limit) as i16).collect();
                    let mut expected = levels.clone();
                    let scales = if lowest { vec![own[0]; 16] } else { own.to_vec() };
                    dequant_reference(&mut expected, &scales, quantizer, whole);
                    let mut got = Guarded::new(&levels);
                    unsafe { kernel(got.pointer(), table.as_ptr(), quantizer) };
                    assert_eq!(got.content(), expected, "quantizer {quantizer}, size {size}");
                }
            }
        }
    }
}

#[wasm_bindgen_test]
fn noise_is_taken_away() {
    let mut random = Random::new(11);
    for round in 0..2000 {
        let count = [16, 64][round % 2];
        let mut coefficients = any_coefficients(count, &mut random);
        coefficients[round % count] = [i16::MIN, i16::MAX, 0][round % 3];
        let limit = [0, 9, 700, 32767, 65535][round % 5];
        let offsets: Vec<u16> = (0..count).map(|_| random.between(0, limit) as u16).collect();
        let sums: Vec<u32> = (0..count).map(|_| random.next() as u32 >> 2).collect();
        let (mut expected, mut expected_sums) = (coefficients.clone(), sums.clone());
        denoise_reference(&mut expected, &mut expected_sums, &offsets);
        let mut got_sums = sums;
        let mut got = Guarded::new(&coefficients);
        unsafe {
            clipfit_denoise_dct(got.pointer(), got_sums.as_mut_ptr(), offsets.as_ptr(), count as i32);
        }
        assert_eq!(got.content(), expected);
        assert_eq!(got_sums, expected_sums);
    }
}

/// Calls `check` with `count` levels: none, few or many that are not zero, from ones to the largest.
fn on_levels(count: usize, mut check: impl FnMut(&[i16])) {
    let mut random = Random::new(12 + count as u64);
    for round in 0..6000 {
        let one_of = [1, 2, 4, 8, 16, 64][round % 6];
        let largest = [1, 1, 1, 2, 300, 32767][round / 6 % 6];
        let levels: Vec<i16> = (0..count)
            .map(|_| match random.below(one_of) {
                0 => random.between(-largest, largest) as i16,
                _ => 0,
            })
            .collect();
        check(&levels);
    }
    for index in 0..count {
        for level in [1, -1, 256, i16::MIN, i16::MAX] {
            let mut levels = vec![0; count];
            levels[index] = level;
            check(&levels);
        }
    }
    check(&vec![0; count]);
}

type Ask = unsafe extern "C" fn(*const i16) -> i32;

#[wasm_bindgen_test]
fn last_levels_are_found() {
    let cases: [(Ask, usize); 5] = [
        (clipfit_coeff_last4, 4),
        (clipfit_coeff_last8, 8),
        (clipfit_coeff_last15, 15),
        (clipfit_coeff_last16, 16),
        (clipfit_coeff_last64, 64),
    ];
    for (kernel, count) in cases {
        on_levels(count, |levels| {
            let guarded = Guarded::new(levels);
            assert_eq!(unsafe { kernel(guarded.0[MARGIN..].as_ptr()) }, last_reference(levels), "{levels:?}");
        });
    }
}

#[wasm_bindgen_test]
fn runs_and_levels_are_collected() {
    type Collect = unsafe extern "C" fn(*const i16, *mut RunLevel) -> i32;
    let cases: [(Collect, usize); 4] = [
        (clipfit_coeff_level_run4, 4),
        (clipfit_coeff_level_run8, 8),
        (clipfit_coeff_level_run15, 15),
        (clipfit_coeff_level_run16, 16),
    ];
    let empty = RunLevel { last: 0, mask: 0, unused: [0; 2], level: [GUARD; 18] };
    for (kernel, count) in cases {
        on_levels(count, |levels| {
            let (mut got, mut expected) = (empty, empty);
            let expected_total = level_run_reference(levels, &mut expected);
            let guarded = Guarded::new(levels);
            let total = unsafe { kernel(guarded.0[MARGIN..].as_ptr(), &mut got) };
            assert_eq!(
                (total, got.last, got.mask, got.level),
                (expected_total, expected.last, expected.mask, expected.level)
            );
        });
    }
}

#[wasm_bindgen_test]
fn blocks_are_scored() {
    let cases: [(Ask, usize, usize); 3] = [
        (clipfit_decimate_score15, 16, 1),
        (clipfit_decimate_score16, 16, 0),
        (clipfit_decimate_score64, 64, 0),
    ];
    for (kernel, count, skipped) in cases {
        on_levels(count, |levels| {
            let guarded = Guarded::new(levels);
            let got = unsafe { kernel(guarded.0[MARGIN..].as_ptr()) };
            assert_eq!(got, decimate_reference(&levels[skipped..]), "{levels:?}");
        });
    }
}

#[wasm_bindgen_test]
fn coefficients_are_put_in_order() {
    let mut random = Random::new(13);
    let places = zigzag_reference(4);
    for _ in 0..500 {
        let coefficients = any_coefficients(16, &mut random);
        let expected: Vec<i16> = places.iter().map(|(x, y)| coefficients[4 * x + y]).collect();
        let mut got = Guarded::new(&[1; 16]);
        unsafe { clipfit_zigzag_scan_4x4(got.pointer(), coefficients.as_ptr()) };
        assert_eq!(got.content(), expected);
    }
}

#[wasm_bindgen_test]
fn lossless_differences_are_put_in_order() {
    let places = zigzag_reference(4);
    on_pixels(2, |source, prediction, random| {
        let equal = random.below(2) == 0;
        let mut before = prediction.to_vec();
        let mut after = before.clone();
        for (y, x) in (0..4).flat_map(|y| (0..4).map(move |x| (y, x))) {
            after[x + y * DECODED] = source[x + y * ENCODED];
            if equal && x + y > 0 {
                before[x + y * DECODED] = source[x + y * ENCODED];
            }
        }
        let mut expected: Vec<i16> = places
            .iter()
            .map(|(x, y)| i16::from(source[x + y * ENCODED]) - i16::from(before[x + y * DECODED]))
            .collect();
        let mut got = Guarded::new(&[1; 16]);
        let mut pixels = before.clone();
        let any = unsafe { clipfit_zigzag_sub_4x4(got.pointer(), source.as_ptr(), pixels.as_mut_ptr()) };
        assert_eq!(
            (got.content(), &pixels, any != 0),
            (&expected[..], &after, expected.iter().any(|&d| d != 0))
        );

        let first = core::mem::take(&mut expected[0]);
        let mut got_first = Guarded::new(&[1]);
        let any = unsafe {
            clipfit_zigzag_sub_4x4ac(got.pointer(), source.as_ptr(), before.as_mut_ptr(), got_first.pointer())
        };
        assert_eq!(
            (got.content(), &before, any != 0),
            (&expected[..], &after, expected.iter().any(|&d| d != 0))
        );
        assert_eq!(got_first.content(), [first]);
    });
}

#[wasm_bindgen_test]
fn coefficients_are_dealt_out() {
    on_levels(64, |coefficients| {
        let expected: Vec<i16> = (0..64).map(|index| coefficients[index / 16 + index % 16 * 4]).collect();
        let mut got = Guarded::new(&[1; 64]);
        let mut present = [9; 16];
        unsafe {
            clipfit_zigzag_interleave_8x8_cavlc(got.pointer(), coefficients.as_ptr(), present.as_mut_ptr());
        }
        assert_eq!(got.content(), expected);
        let mut expected_present = [9; 16];
        for (block, place) in [0, 1, 8, 9].into_iter().enumerate() {
            expected_present[place] = u8::from(expected[16 * block..][..16].iter().any(|&level| level != 0));
        }
        assert_eq!(present, expected_present);
    });
}
