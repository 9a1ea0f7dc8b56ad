//! Tests the kernels of intra prediction, its costs and deblocking against their references. All run on copies of the
//! same memory, which must then be the same to the last byte: nothing outside a block may change.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "kernels take C's pointers")]

#[allow(unreachable_pub, reason = "all test files share it")]
mod support;

use clipfit_x264_kernels::picture::{
    deblock_chroma::*,
    deblock_luma::*,
    deblock_reference::{
        chroma_intra_reference, chroma_reference, luma_intra_reference, luma_reference, strength_reference,
    },
    deblock_strength::clipfit_deblock_strength,
    intra_reference::{Measure, costs_reference, edge_costs_reference},
    intra_sad::*,
    intra_satd::*,
    predict_4x4::*,
    predict_8x8::*,
    predict_blocks::*,
    predict_reference::{Mode, filter_reference, predict_4x4, predict_8x8, predict_block},
};
use support::{FILLINGS, Random, plane};
use wasm_bindgen_test::wasm_bindgen_test;

const STRIDE: usize = 32;
/// Where the tests' decoded block begins: two rows down, as in x264, and eight samples in.
const BLOCK: usize = 2 * STRIDE + 8;
const ROUNDS: usize = 40;

/// Returns decoded memory around a block, of every kind in turn.
fn memories(seed: u64) -> impl Iterator<Item = Vec<u8>> {
    let mut random = Random::new(seed);
    (0..ROUNDS * FILLINGS).map(move |round| plane(20 * STRIDE, STRIDE, round, &mut random))
}

fn check_block(name: &str, kernel: impl Fn(*mut u8), reference: impl Fn(*mut u8)) {
    for memory in memories(1) {
        let (mut ours, mut expected) = (memory.clone(), memory);
        kernel(ours[BLOCK..].as_mut_ptr());
        reference(expected[BLOCK..].as_mut_ptr());
        assert_eq!(ours, expected, "{name}");
    }
}

type Predict = unsafe extern "C" fn(*mut u8);

#[wasm_bindgen_test]
fn whole_blocks_are_predicted() {
    let cases: [(Predict, Mode, usize); 14] = [
        (clipfit_predict_16x16_v, Mode::Vertical, 16),
        (clipfit_predict_16x16_h, Mode::Horizontal, 16),
        (clipfit_predict_16x16_dc, Mode::Flat, 16),
        (clipfit_predict_16x16_dc_left, Mode::FlatLeft, 16),
        (clipfit_predict_16x16_dc_top, Mode::FlatTop, 16),
        (clipfit_predict_16x16_dc_128, Mode::FlatGrey, 16),
        (clipfit_predict_16x16_p, Mode::Plane, 16),
        (clipfit_predict_8x8c_v, Mode::Vertical, 8),
        (clipfit_predict_8x8c_h, Mode::Horizontal, 8),
        (clipfit_predict_8x8c_dc, Mode::Flat, 8),
        (clipfit_predict_8x8c_dc_left, Mode::FlatLeft, 8),
        (clipfit_predict_8x8c_dc_top, Mode::FlatTop, 8),
        (clipfit_predict_8x8c_dc_128, Mode::FlatGrey, 8),
        (clipfit_predict_8x8c_p, Mode::Plane, 8),
    ];
    for (kernel, mode, size) in cases {
        let reference = |at| unsafe { predict_block(mode, size, size == 8, at) };
        check_block(&format!("{mode:?} {size}"), |at| unsafe { kernel(at) }, reference);
    }
}

/// The steepest planes: neighbours that jump once, at any place of the row above and of the column to the left.
#[wasm_bindgen_test]
fn steep_planes_are_clipped() {
    for (kernel, size) in [(clipfit_predict_16x16_p as Predict, 16), (clipfit_predict_8x8c_p, 8)] {
        for (row, column, kind) in
            (0..=size).flat_map(|y| (0..=size).flat_map(move |x| (0..4).map(move |k| (y, x, k))))
        {
            let level = |after: bool, falling: bool| if after != falling { 255 } else { 0 };
            let mut memory = vec![77; 20 * STRIDE];
            for place in 0..=size {
                memory[BLOCK - STRIDE - 1 + place] = level(place > column, kind & 1 != 0);
                memory[BLOCK - STRIDE - 1 + place * STRIDE] = level(place > row, kind & 2 != 0);
            }
            let mut expected = memory.clone();
            unsafe {
                kernel(memory[BLOCK..].as_mut_ptr());
                predict_block(Mode::Plane, size, true, expected[BLOCK..].as_mut_ptr());
            }
            assert_eq!(memory, expected, "{size}: {row} {column} {kind}");
        }
    }
}

#[wasm_bindgen_test]
fn slanted_4x4_blocks_are_predicted() {
    let cases: [(Predict, Mode); 6] = [
        (clipfit_predict_4x4_ddl, Mode::DownLeft),
        (clipfit_predict_4x4_ddr, Mode::DownRight),
        (clipfit_predict_4x4_vr, Mode::VerticalRight),
        (clipfit_predict_4x4_hd, Mode::HorizontalDown),
        (clipfit_predict_4x4_vl, Mode::VerticalLeft),
        (clipfit_predict_4x4_hu, Mode::HorizontalUp),
    ];
    for (kernel, mode) in cases {
        check_block(&format!("{mode:?}"), |at| unsafe { kernel(at) }, |at| unsafe { predict_4x4(mode, at) });
    }
}

/// Returns the edges of every kind, not only those that the filter makes.
fn edges(seed: u64) -> impl Iterator<Item = [u8; 36]> {
    let mut random = Random::new(seed);
    (0..ROUNDS * FILLINGS).map(move |round| {
        let mut edge = [0; 36];
        edge.copy_from_slice(&plane(36, 36, round, &mut random));
        edge
    })
}

#[wasm_bindgen_test]
fn blocks_are_predicted_from_edges() {
    let cases: [(unsafe extern "C" fn(*mut u8, *mut u8), Mode); 11] = [
        (clipfit_predict_8x8_v, Mode::Vertical),
        (clipfit_predict_8x8_h, Mode::Horizontal),
        (clipfit_predict_8x8_dc, Mode::Flat),
        (clipfit_predict_8x8_dc_left, Mode::FlatLeft),
        (clipfit_predict_8x8_dc_top, Mode::FlatTop),
        (clipfit_predict_8x8_ddl, Mode::DownLeft),
        (clipfit_predict_8x8_ddr, Mode::DownRight),
        (clipfit_predict_8x8_vr, Mode::VerticalRight),
        (clipfit_predict_8x8_hd, Mode::HorizontalDown),
        (clipfit_predict_8x8_vl, Mode::VerticalLeft),
        (clipfit_predict_8x8_hu, Mode::HorizontalUp),
    ];
    for (kernel, mode) in cases {
        for mut edge in edges(2) {
            let untouched = edge;
            let (mut ours, mut expected) = (vec![9; 20 * STRIDE], vec![9; 20 * STRIDE]);
            unsafe {
                kernel(ours[BLOCK..].as_mut_ptr(), edge.as_mut_ptr());
                predict_8x8(mode, expected[BLOCK..].as_mut_ptr(), &edge);
            }
            assert_eq!((ours, edge), (expected, untouched), "{mode:?}");
        }
    }
}

#[wasm_bindgen_test]
fn edges_are_filtered() {
    for (mut memory, edge) in memories(3).zip(edges(4)) {
        for (present, wanted) in (0..16).flat_map(|present| (0..16).map(move |wanted| (present, wanted))) {
            let (mut ours, mut expected) = (edge, edge);
            let at = memory[BLOCK..].as_mut_ptr();
            unsafe {
                clipfit_predict_8x8_filter(at, ours.as_mut_ptr(), present, wanted);
                filter_reference(at, &mut expected, present, wanted);
            }
            assert_eq!(ours, expected, "neighbours {present:04b}, of them {wanted:04b}");
        }
    }
}

type Costs = unsafe extern "C" fn(*mut u8, *mut u8, *mut i32);

/// Returns source blocks to measure: of every kind, each against each kind of neighbours.
fn sources(memories: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut random = Random::new(memories as u64);
    (0..memories).map(move |index| plane(256, 16, index / FILLINGS, &mut random))
}

#[wasm_bindgen_test]
fn costs_are_those_of_the_predictions() {
    const LUMA: [Mode; 3] = [Mode::Vertical, Mode::Horizontal, Mode::Flat];
    const CHROMA: [Mode; 3] = [Mode::Flat, Mode::Horizontal, Mode::Vertical];
    let cases: [(Costs, Measure, usize, [Mode; 3]); 6] = [
        (clipfit_intra_sad_x3_16x16, Measure::Differences, 16, LUMA),
        (clipfit_intra_sad_x3_8x8c, Measure::Differences, 8, CHROMA),
        (clipfit_intra_sad_x3_4x4, Measure::Differences, 4, LUMA),
        (clipfit_intra_satd_x3_16x16, Measure::Transformed4, 16, LUMA),
        (clipfit_intra_satd_x3_8x8c, Measure::Transformed4, 8, CHROMA),
        (clipfit_intra_satd_x3_4x4, Measure::Transformed4, 4, LUMA),
    ];
    for (kernel, measure, size, modes) in cases {
        for (mut memory, mut source) in memories(5).zip(sources(ROUNDS * FILLINGS)) {
            let (mut costs, untouched) = ([-1; 4], memory.clone());
            let [a, b, c] = unsafe {
                kernel(source.as_mut_ptr(), memory[BLOCK..].as_mut_ptr(), costs.as_mut_ptr());
                assert_eq!(memory, untouched);
                let decoded = memory[BLOCK..].as_mut_ptr();
                costs_reference(measure, size, size == 8, modes, source.as_ptr(), decoded)
            };
            assert_eq!(costs, [a, b, c, -1], "{measure:?} {size}");
        }
    }
}

#[wasm_bindgen_test]
fn costs_from_edges_are_those_of_the_predictions() {
    const MODES: [Mode; 3] = [Mode::Vertical, Mode::Horizontal, Mode::Flat];
    let cases: [(Costs, Measure); 2] = [
        (clipfit_intra_sad_x3_8x8, Measure::Differences),
        (clipfit_intra_sa8d_x3_8x8, Measure::Transformed8),
    ];
    for (kernel, measure) in cases {
        for (mut edge, mut source) in edges(6).zip(sources(ROUNDS * FILLINGS)) {
            let mut costs = [-1; 4];
            let [a, b, c] = unsafe {
                kernel(source.as_mut_ptr(), edge.as_mut_ptr(), costs.as_mut_ptr());
                edge_costs_reference(measure, MODES, source.as_ptr(), &edge)
            };
            assert_eq!(costs, [a, b, c, -1], "{measure:?}");
        }
    }
}

/// Thresholds as x264's tables pair them, and pairs beyond that, up to the largest.
const THRESHOLDS: [(i32, i32); 12] = [
    (1, 1),
    (4, 2),
    (6, 3),
    (13, 6),
    (28, 8),
    (50, 10),
    (80, 12),
    (127, 14),
    (182, 16),
    (255, 18),
    (255, 1),
    (2, 18),
];

/// Returns the samples across edges: besides those of the fillings, steps of all heights between nearly flat sides.
fn edge_memory(stride: usize, round: usize, random: &mut Random) -> Vec<u8> {
    let mut memory = plane(24 * stride, stride, round, random);
    if !round.is_multiple_of(3) {
        let (reach, roughness) = (1 << random.below(8), 1 + random.below(20));
        let base = random.below(256) as i32;
        let step = random.between(-reach, reach);
        for (index, sample) in memory.iter_mut().enumerate() {
            let behind = [index / stride >= 8, index % stride >= 16][round % 2];
            let level = base + i32::from(behind) * step + random.below(roughness) as i32;
            *sample = level.clamp(0, 255) as u8;
        }
    }
    memory
}

/// Filters copies of many memories at an edge in their middle and compares them whole.
fn check_edge(
    name: &str,
    kernel: impl Fn(*mut u8, isize, i32, i32, *mut i8),
    reference: impl Fn(*mut u8, isize, i32, i32, *const i8),
) {
    let mut random = Random::new(7);
    for round in 0..4000 {
        let stride = [32, 64, 37][round % 3];
        let (mut ours, at) = (edge_memory(stride, round, &mut random), 8 * stride + 16);
        let mut expected = ours.clone();
        let (alpha, beta) = THRESHOLDS[random.below(THRESHOLDS.len() as u32) as usize];
        let mut strengths: [i8; 4] = [0; 4].map(|_: i8| random.between(-1, 26) as i8);
        kernel(ours[at..].as_mut_ptr(), stride as isize, alpha, beta, strengths.as_mut_ptr());
        reference(expected[at..].as_mut_ptr(), stride as isize, alpha, beta, strengths.as_ptr());
        assert_eq!(ours, expected, "{name}: alpha {alpha}, beta {beta}, strengths {strengths:?}");
    }
}

#[wasm_bindgen_test]
fn luma_edges_are_filtered() {
    type Filter = unsafe extern "C" fn(*mut u8, isize, i32, i32, *mut i8);
    for (kernel, vertical) in [(clipfit_deblock_h_luma as Filter, true), (clipfit_deblock_v_luma, false)] {
        check_edge(
            if vertical { "vertical" } else { "horizontal" },
            |at, stride, alpha, beta, strengths| unsafe { kernel(at, stride, alpha, beta, strengths) },
            |at, stride, alpha, beta, strengths| unsafe {
                let (step, along) = if vertical { (1, stride) } else { (stride, 1) };
                luma_reference(at, step, along, alpha, beta, strengths);
            },
        );
    }
}

#[wasm_bindgen_test]
fn intra_luma_edges_are_filtered() {
    type Filter = unsafe extern "C" fn(*mut u8, isize, i32, i32);
    for (kernel, vertical) in
        [(clipfit_deblock_h_luma_intra as Filter, true), (clipfit_deblock_v_luma_intra, false)]
    {
        check_edge(
            if vertical { "vertical" } else { "horizontal" },
            |at, stride, alpha, beta, _| unsafe { kernel(at, stride, alpha, beta) },
            |at, stride, alpha, beta, _| unsafe {
                let (step, along) = if vertical { (1, stride) } else { (stride, 1) };
                luma_intra_reference(at, step, along, alpha, beta);
            },
        );
    }
}

#[wasm_bindgen_test]
fn chroma_edges_are_filtered() {
    type Filter = unsafe extern "C" fn(*mut u8, isize, i32, i32, *mut i8);
    for (kernel, vertical) in
        [(clipfit_deblock_h_chroma_420 as Filter, true), (clipfit_deblock_v_chroma, false)]
    {
        check_edge(
            if vertical { "vertical" } else { "horizontal" },
            |at, stride, alpha, beta, strengths| unsafe { kernel(at, stride, alpha, beta, strengths) },
            |at, stride, alpha, beta, strengths| unsafe {
                chroma_reference(at, stride, vertical, alpha, beta, strengths);
            },
        );
    }
}

#[wasm_bindgen_test]
fn intra_chroma_edges_are_filtered() {
    type Filter = unsafe extern "C" fn(*mut u8, isize, i32, i32);
    let cases =
        [(clipfit_deblock_h_chroma_420_intra as Filter, true), (clipfit_deblock_v_chroma_intra, false)];
    for (kernel, vertical) in cases {
        check_edge(
            if vertical { "vertical" } else { "horizontal" },
            |at, stride, alpha, beta, _| unsafe { kernel(at, stride, alpha, beta) },
            |at, stride, alpha, beta, _| unsafe { chroma_intra_reference(at, stride, vertical, alpha, beta) },
        );
    }
}

#[wasm_bindgen_test]
fn strengths_follow_coefficients_and_motion() {
    let mut random = Random::new(8);
    for round in 0..4000 {
        // Mostly equal neighbours, or the rules after the first would never be reached.
        let rare = 1 + random.below(30);
        let coefficients: [u8; 120] =
            [0; 120].map(|_: u8| if random.below(rare) == 0 { random.next() as u8 } else { 0 });
        let references = [[0; 40]; 2].map(|list| list.map(|_: i8| i8::from(random.below(rare) == 0) - 2));
        let spread = [0, 1, 4, 5, 40, 32767][random.below(6) as usize];
        let vectors = [[[0; 2]; 40]; 2]
            .map(|list| list.map(|vector| vector.map(|_: i16| random.between(-spread - 1, spread) as i16)));
        let limit = [2, 4][round % 2];
        for bidirectional in [false, true] {
            let mut ours = [[[9; 4]; 8]; 2];
            unsafe {
                clipfit_deblock_strength(
                    coefficients.as_ptr(),
                    references.as_ptr().cast(),
                    vectors.as_ptr().cast(),
                    ours.as_mut_ptr().cast(),
                    limit,
                    bidirectional.into(),
                );
            }
            let mut expected = [[[9; 4]; 8]; 2];
            let strengths = strength_reference(&coefficients, &references, &vectors, limit, bidirectional);
            for (whole, edges) in expected.iter_mut().zip(strengths) {
                whole[..4].copy_from_slice(&edges);
            }
            assert_eq!(ours, expected, "{limit} {bidirectional}");
        }
    }
}
