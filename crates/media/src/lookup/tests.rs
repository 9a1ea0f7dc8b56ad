//! Compares the table with the exact mapping, in the colour differences of CIEDE2000.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use super::*;
use clipfit_tone::delta::{Lab, lab};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Code points of transfer, primaries and matrix, and the peak.
const SOURCES: [(&str, [u32; 4]); 6] = [
    ("HDR10", [16, 9, 9, 0]),
    ("HDR10 up to 4000 nits", [16, 9, 9, 4000]),
    ("HDR10 up to 400 nits", [16, 9, 9, 400]),
    ("HLG", [18, 9, 9, 0]),
    ("PQ with the primaries of P3", [16, 12, 9, 0]),
    ("PQ with the primaries and the matrix of BT.709", [16, 1, 1, 0]),
];

/// A simple generator of evenly distributed numbers from 0 to 1.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// Coded red, green and blue: a grid, and random ones. PQ above its peak is white anyway, so most are below.
fn colours(top: f32) -> Vec<[f32; 3]> {
    let steps = 12;
    let grid = (0..steps * steps * steps).map(|index| {
        [index % steps, index / steps % steps, index / steps / steps]
            .map(|step| step as f32 / (steps - 1) as f32 * top)
    });
    let mut random = Random(1);
    let anywhere: Vec<[f32; 3]> = (0..4000).map(|_| [0; 3].map(|_| random.next() * top)).collect();
    // Skin, sky and wood are far from the limits.
    let muted: Vec<[f32; 3]> = (0..4000)
        .map(|_| {
            let gray = random.next();
            [0; 3].map(|_| (gray + (random.next() - 0.5) * 0.2).clamp(0.0, 1.0) * top)
        })
        .collect();
    grid.chain(anywhere).chain(muted).collect()
}

/// Luma and chroma of coded red, green and blue.
fn yuv(hdr: &Hdr, [r, g, b]: [f32; 3]) -> [f32; 3] {
    let (kr, kb) = hdr.weights();
    let luma = kr * r + (1.0 - kr - kb) * g + kb * b;
    [luma, (b - luma) / (2.0 - 2.0 * kb), (r - luma) / (2.0 - 2.0 * kr)]
}

/// The colour of a result's sample.
fn shown([y, u, v]: [u8; 3]) -> Lab {
    let [y, u, v] =
        [(f32::from(y) - 16.0) / 219.0, (f32::from(u) - 128.0) / 224.0, (f32::from(v) - 128.0) / 224.0];
    let (r, b) = (y + 1.5748 * v, y + 1.8556 * u);
    lab([r, (y - 0.2126 * r - 0.0722 * b) / 0.7152, b])
}

#[test]
fn the_table_is_as_good_as_the_exact_mapping() {
    for (name, [transfer, primaries, matrix, peak]) in SOURCES {
        let hdr = Hdr::new(transfer, primaries, matrix, peak).unwrap();
        let lookup = Lookup::new(&hdr);
        let (mut sum, mut worst, mut count) = (0.0_f64, 0.0_f32, 0);
        let mut at = [0.0; 3];
        for colour in colours(if transfer == 16 { 0.8 } else { 1.0 }) {
            // What ten bits can say of it.
            let [y, u, v] = yuv(&hdr, colour);
            let code = [(y * 876.0).round(), (u * 896.0).round(), (v * 896.0).round()];
            let position = |value: f32, end: i32| (value * end as f32).round() as u16;
            let coded = [code[0] / 876.0, code[1] / 896.0, code[2] / 896.0];
            let positions = [
                position(coded[0], LUMA_END),
                position(coded[1] + 0.5, CHROMA_END),
                position(coded[2] + 0.5, CHROMA_END),
            ];
            let (mut luma, mut blue, mut red) = ([0; 4], [0; 1], [0; 1]);
            lookup.map(
                [&[positions[0]; 4], &[positions[1]], &[positions[2]]],
                2,
                [&mut luma, &mut blue, &mut red],
                &mut Row::default(),
            );
            let exact = hdr.map(hdr.rgb(coded));
            let wanted = lab(exact);
            let off = wanted.difference(shown([luma[0], blue[0], red[0]]));
            sum += f64::from(off);
            if off > worst {
                (worst, at) = (off, colour);
            }
            count += 1;
        }
        let mean = sum / f64::from(count);
        assert!(mean < 1.0 && worst <= 3.0, "{name}: {mean} on average, {worst} at most, at {at:?}");
    }
}

#[test]
fn gray_stays_gray_and_has_every_level() {
    for (name, [transfer, primaries, matrix, peak]) in SOURCES {
        let hdr = Hdr::new(transfer, primaries, matrix, peak).unwrap();
        let lookup = Lookup::new(&hdr);
        let mut worst = 0.0_f32;
        for code in 0..=876 {
            let coded = code as f32 / 876.0;
            let (mut luma, mut blue, mut red) = ([0; 4], [0; 1], [0; 1]);
            let at = (coded * LUMA_END as f32).round() as u16;
            let half = (CHROMA_END / 2) as u16;
            lookup.map(
                [&[at; 4], &[half], &[half]],
                2,
                [&mut luma, &mut blue, &mut red],
                &mut Row::default(),
            );
            let wanted = 16.0 + 219.0 * hdr.map([coded; 3])[0];
            assert_eq!((blue, red), ([128], [128]), "{name} {code}");
            worst = worst.max((wanted - f32::from(luma[0])).abs());
        }
        assert!(worst <= 1.25, "{name}: off by {worst}");
    }
}

#[test]
fn beyond_the_ends_is_as_at_the_ends() {
    let lookup = Lookup::new(&Hdr::new(18, 9, 9, 0).unwrap());
    let mapped = |beyond: i32| {
        let position = |end: i32| (end + beyond) as u16;
        let (mut luma, mut blue, mut red) = ([0; 4], [0; 1], [0; 1]);
        let planes: [&[Position]; 3] =
            [&[position(LUMA_END); 4], &[position(CHROMA_END)], &[position(CHROMA_END)]];
        lookup.map(planes, 2, [&mut luma, &mut blue, &mut red], &mut Row::default());
        (luma, blue, red)
    };
    for beyond in [1, 127, 129, 1500] {
        assert_eq!(mapped(beyond), mapped(0), "{beyond}");
    }
}
