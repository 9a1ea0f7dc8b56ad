//! Compares the mapping with published values, and with what people expect of it.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Code points of transfer, primaries and matrix, and the peak.
fn hdr([transfer, primaries, matrix, peak]: [u32; 4]) -> Hdr {
    Hdr::new(transfer, primaries, matrix, peak).unwrap()
}

#[test]
fn light_is_that_of_the_recommendations() {
    // ITU-R BT.2408, tables 1 and 2: 18 % gray, reference white, the peak.
    for (transfer, coded, nits) in [
        (16, 0.38, 26.0),
        (16, 0.58, 203.0),
        (16, 0.7518, 1000.0),
        (18, 0.38, 26.0),
        (18, 0.75, 203.0),
        (18, 1.0, 1000.0),
    ] {
        let light = hdr([transfer, 9, 9, 0]).light([coded; 3]);
        assert!(light.iter().all(|found| (found / nits - 1.0).abs() < 0.02), "{coded}: {light:?}");
    }
    for nits in [0.01, 1.0, 203.0, 10_000.0] {
        assert!((pq_to_nits(nits_to_pq(nits)) / nits - 1.0).abs() < 1e-3, "{nits}");
    }
}

#[test]
fn whites_and_grays_are_as_bright_as_people_expect() {
    // Transfer, peak, coded gray: level of BT.709, as a share of white.
    for (transfer, peak, coded, from, to) in [
        (16, 0, 0.0, 0.0, 0.0),
        // 18 % gray is what it is in standard range, and skin hardly darker than in HDR.
        (16, 0, 0.38, 0.41, 0.44),
        (18, 0, 0.38, 0.41, 0.44),
        (18, 0, 0.55, 0.62, 0.66),
        // Reference white leaves room for what is brighter.
        (16, 0, 0.5807, 0.88, 0.92),
        (18, 0, 0.75, 0.88, 0.92),
        (16, 4000, 0.5807, 0.80, 0.88),
        (16, 300, 0.5807, 0.96, 1.0),
        (16, 0, 0.7518, 0.999, 1.0),
        (16, 0, 1.0, 0.999, 1.0),
        (18, 0, 1.0, 0.999, 1.0),
    ] {
        let shown = hdr([transfer, 9, 9, peak]).map([coded; 3]);
        assert!(
            shown.iter().all(|level| (from..=to).contains(level)),
            "{transfer} {peak} {coded}: {shown:?} is not from {from} to {to}"
        );
    }
}

#[test]
fn brighter_stays_brighter_and_colours_keep_their_hue() {
    for source in [[16, 9, 9, 0], [16, 9, 9, 4000], [18, 9, 9, 0], [16, 12, 9, 0], [16, 1, 1, 0]] {
        let hdr = hdr(source);
        let mut before = -1.0;
        for step in 0..=100 {
            let level = hdr.map([step as f32 / 100.0; 3]);
            assert!(level[0] >= before - 1e-4, "{source:?} at {step}");
            assert!((level[0] - level[2]).abs() < 1e-3, "{source:?}: gray stays gray, not {level:?}");
            before = level[0];
        }
        for colour in [[0.5, 0.4, 0.35], [0.35, 0.5, 0.4], [0.4, 0.35, 0.5], [0.6, 0.65, 0.7]] {
            let mapped = hdr.map(colour);
            let order = |colour: [f32; 3]| {
                let mut places = [0, 1, 2];
                places.sort_by(|a, b| colour[*a].total_cmp(&colour[*b]));
                places
            };
            assert_eq!(order(mapped), order(colour), "{source:?}: {colour:?} became {mapped:?}");
        }
    }
    assert_eq!(Hdr::new(1, 1, 1, 0), None);
}

#[test]
fn a_cube_lists_the_results_with_red_changing_fastest() {
    const SIZE: usize = 5;
    for source in [[16, 9, 9, 0], [18, 9, 9, 0]] {
        let hdr = hdr(source);
        let text = hdr.cube(SIZE as u16);
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("LUT_3D_SIZE 5"));
        let found: Vec<Vec<f32>> =
            lines.map(|line| line.split(' ').map(|level| level.parse().unwrap()).collect()).collect();
        assert_eq!(found.len(), SIZE.pow(3));
        for (place, levels) in found.iter().enumerate() {
            let coded =
                [place % SIZE, place / SIZE % SIZE, place / SIZE / SIZE].map(|index| index as f32 / 4.0);
            let near = levels.iter().zip(hdr.map(coded)).all(|(found, exact)| (found - exact).abs() < 1e-4);
            assert!(near && levels.len() == 3, "{source:?} {coded:?}: {levels:?}");
        }
    }
}
