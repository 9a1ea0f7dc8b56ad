//! Tests every layout, range, rotation and size against a plain implementation of the definitions in floating point.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use super::*;
use clipfit_tone::bt709;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Returns a value from 0 to 1. The pattern is neither flat nor noise: it has slopes in all directions and every value.
fn pattern(x: u32, y: u32, plane: usize) -> f64 {
    let (x, y, shift) = (f64::from(x), f64::from(y), plane as f64);
    0.5 + 0.5 * ((0.31 * x + shift).sin() * (0.23 * y - 0.7 * shift).cos())
}

struct Format {
    name: &'static str,
    /// Luma samples per chroma sample, across and down.
    chroma: (u32, u32),
    bits: u32,
    alpha: bool,
}

const fn format(name: &'static str, chroma: (u32, u32), bits: u32, alpha: bool) -> Format {
    Format { name, chroma, bits, alpha }
}

const YUV: [Format; 14] = [
    format("I420", (2, 2), 8, false),
    format("I420A", (2, 2), 8, true),
    format("I422", (2, 1), 8, false),
    format("I422A", (2, 1), 8, true),
    format("I444", (1, 1), 8, false),
    format("I444A", (1, 1), 8, true),
    format("NV12", (2, 2), 8, false),
    format("I420P10", (2, 2), 10, false),
    format("I420AP10", (2, 2), 10, true),
    format("I420P12", (2, 2), 12, false),
    format("I422P10", (2, 1), 10, false),
    format("I422P12", (2, 1), 12, false),
    format("I444P10", (1, 1), 10, false),
    format("I444P12", (1, 1), 12, false),
];

/// A plane of numbers.
#[derive(Clone)]
struct Plane {
    width: u32,
    height: u32,
    samples: Vec<f64>,
}

impl Plane {
    fn new(width: u32, height: u32, sample: impl Fn(u32, u32) -> f64) -> Plane {
        let samples = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| sample(x, y));
        Plane { width, height, samples: samples.collect() }
    }

    fn at(&self, x: u32, y: u32) -> f64 {
        self.samples[(y * self.width + x) as usize]
    }

    fn map(&self, level: impl Fn(f64) -> f64) -> Plane {
        Plane { samples: self.samples.iter().map(|sample| level(*sample)).collect(), ..*self }
    }

    fn transposed(&self) -> Plane {
        Plane::new(self.height, self.width, |x, y| self.at(y, x))
    }

    /// Scales a plane: each output sample is the sum of the inputs within the filter, which is wider if there are fewer
    /// outputs.
    fn scaled_across(&self, width: u32) -> Plane {
        let ratio = f64::from(self.width) / f64::from(width);
        let wide = ratio.max(1.0);
        Plane::new(width, self.height, |x, y| {
            let centre = (f64::from(x) + 0.5) * ratio;
            let weights: Vec<f64> = (0..self.width)
                .map(|from| Filter::Bicubic.weight((f64::from(from) + 0.5 - centre) / wide))
                .collect();
            let sum: f64 =
                (0..self.width).zip(&weights).map(|(from, weight)| self.at(from, y) * weight).sum();
            sum / weights.iter().sum::<f64>()
        })
    }

    fn scaled(&self, width: u32, height: u32) -> Plane {
        self.scaled_across(width).transposed().scaled_across(height).transposed()
    }

    fn turned(&self, turn: u32) -> Plane {
        let (width, height) = (self.width, self.height);
        match turn {
            90 => Plane::new(height, width, |x, y| self.at(y, height - 1 - x)),
            180 => Plane::new(width, height, |x, y| self.at(width - 1 - x, height - 1 - y)),
            270 => Plane::new(height, width, |x, y| self.at(width - 1 - y, x)),
            _ => self.clone(),
        }
    }
}

/// Returns the converter's input, and the same as planes from 0 to 255, limited range.
fn yuv(format: &Format, (width, height): (u32, u32), full_range: bool) -> (Vec<u8>, [Plane; 3]) {
    let most = f64::from((1_u32 << format.bits) - 1);
    let (chroma_width, chroma_height) = (width.div_ceil(format.chroma.0), height.div_ceil(format.chroma.1));
    let plane = |number: usize| {
        let (width, height) =
            if number.is_multiple_of(3) { (width, height) } else { (chroma_width, chroma_height) };
        Plane::new(width, height, |x, y| (pattern(x, y, number) * most).round())
    };
    let planes: Vec<Plane> = (0..if format.alpha { 4 } else { 3 }).map(plane).collect();
    let mut samples: Vec<f64> = Vec::new();
    if format.name == "NV12" {
        samples.extend(&planes[0].samples);
        let pairs = planes[1].samples.iter().zip(&planes[2].samples);
        samples.extend(pairs.flat_map(|(u, v)| [*u, *v]));
    } else {
        planes.iter().for_each(|plane| samples.extend(&plane.samples));
    }
    let bytes = if format.bits == 8 {
        samples.iter().map(|sample| *sample as u8).collect()
    } else {
        samples.iter().flat_map(|sample| (*sample as u16).to_le_bytes()).collect()
    };
    let middle = f64::from(1_u32 << (format.bits - 1));
    let step = f64::from(1_u32 << (format.bits - 8));
    let level = |chroma: bool| {
        move |sample: f64| match (full_range, chroma) {
            (false, _) => (sample / step + 0.5).floor().min(255.0),
            (true, false) => (16.0 + sample * 219.0 / most + 0.5).floor(),
            (true, true) => (128.0 + (sample - middle) * 224.0 / most + 0.5).floor(),
        }
    };
    let limited = [0, 1, 2].map(|number| planes[number].map(level(number > 0)));
    (bytes, limited)
}

fn rgb(format: &str, (width, height): (u32, u32)) -> (Vec<u8>, [Plane; 3]) {
    let [red, green, blue] =
        [0, 1, 2].map(|plane| Plane::new(width, height, |x, y| (pattern(x, y, plane) * 255.0).round()));
    let pixels = red.samples.iter().zip(&green.samples).zip(&blue.samples);
    let pixel = |((r, g), b): ((&f64, &f64), &f64)| match format {
        "RGBA" | "RGBX" => [*r as u8, *g as u8, *b as u8, 7],
        _ => [*b as u8, *g as u8, *r as u8, 7],
    };
    let bytes = pixels.flat_map(pixel).collect();
    let sum = |r: f64, g: f64, b: f64, zero: f64| {
        Plane::new(width, height, |x, y| {
            (zero + r * red.at(x, y) + g * green.at(x, y) + b * blue.at(x, y)).round()
        })
    };
    // ITU-R BT.709 as usually tabulated, in eight bits.
    let planes = [
        sum(0.182_586, 0.614_231, 0.062_007, 16.0),
        sum(-0.100_644, -0.338_572, 0.439_216, 128.0),
        sum(0.439_216, -0.398_942, -0.040_274, 128.0),
    ];
    (bytes, planes)
}

/// Converts a frame and compares each plane with the reference, within a tolerance.
fn check(
    format: &str,
    size: (u32, u32),
    full_range: bool,
    turn: u32,
    out: (u32, u32),
    (bytes, planes): &(Vec<u8>, [Plane; 3]),
    tolerance: f64,
) {
    let name = format!("{format} {size:?} full {full_range} turned {turn} to {out:?}");
    let mut converter =
        Converter::new(format, size, full_range, (turn, false), out, [0, 0, out.0, out.1], None).unwrap();
    assert_eq!(converter.input().len(), bytes.len(), "{name}");
    converter.input.copy_from_slice(bytes);
    // Twice: nothing of one frame may remain for the next.
    converter.convert();
    converter.convert();
    let mut found = converter.output().iter();
    for (number, plane) in planes.iter().enumerate() {
        let (width, height) = if number == 0 { out } else { (out.0.div_ceil(2), out.1.div_ceil(2)) };
        let (lying_width, lying_height) =
            if turn.is_multiple_of(180) { (width, height) } else { (height, width) };
        let same = (plane.width, plane.height) == (lying_width, lying_height);
        let wanted = if same { plane.clone() } else { plane.scaled(lying_width, lying_height) }.turned(turn);
        let mut worst = 0.0_f64;
        for (wanted, found) in wanted.samples.iter().zip(&mut found) {
            worst = worst.max((wanted.clamp(0.0, 255.0) - f64::from(*found)).abs());
        }
        assert!(worst <= if same { tolerance } else { 1.5 }, "{name}: plane {number} is off by {worst}");
    }
    assert_eq!(found.next(), None, "{name}");
}

#[test]
fn every_layout_and_range_at_the_same_size() {
    for format in &YUV {
        for full_range in [false, true] {
            for size in [(32, 18), (33, 19), (1, 1), (2, 5)] {
                let source = yuv(format, size, full_range);
                check(format.name, size, full_range, 0, size, &source, 0.0);
            }
        }
    }
}

#[test]
fn mirroring_swaps_left_and_right_after_the_turn() {
    for (format, hdr) in [("I420", None), ("NV12", None), ("I420P10", Some(hdr(HDR10)))] {
        for (turn, out) in [(0, (32, 18)), (90, (18, 32)), (180, (16, 10))] {
            let layout = YUV.iter().find(|layout| layout.name == format).unwrap_or(&YUV[0]);
            let (bytes, _) = yuv(layout, (32, 18), false);
            let [plain, mirrored] = [false, true].map(|mirrored| {
                let inside = [0, 0, out.0, out.1];
                let turn = (turn, mirrored);
                let mut converter = Converter::new(format, (32, 18), false, turn, out, inside, hdr).unwrap();
                converter.input.copy_from_slice(&bytes);
                converter.convert();
                converter.output().to_vec()
            });
            let (luma, chroma) = plain.split_at((out.0 * out.1) as usize);
            let rows = luma.chunks_exact(out.0 as usize).chain(chroma.chunks_exact(out.0 as usize / 2));
            let swapped: Vec<u8> = rows.flat_map(|row| row.iter().rev().copied()).collect();
            assert_eq!(mirrored, swapped, "{format} turned {turn}");
        }
    }
}

#[test]
fn colours_become_bt709() {
    for format in ["RGBA", "RGBX", "BGRA", "BGRX"] {
        for size in [(32, 18), (33, 19)] {
            // A sum between two levels may round either way.
            check(format, size, false, 0, size, &rgb(format, size), 1.0);
        }
    }
    let known = [
        ([255, 255, 255], [235, 128, 128]),
        ([0, 0, 0], [16, 128, 128]),
        ([255, 0, 0], [63, 102, 240]),
        ([0, 255, 0], [173, 42, 26]),
        ([0, 0, 255], [32, 240, 118]),
    ];
    for ([red, green, blue], wanted) in known {
        let mut converter =
            Converter::new("RGBA", (1, 1), true, (0, false), (1, 1), [0, 0, 1, 1], None).unwrap();
        converter.input.copy_from_slice(&[red, green, blue, 0]);
        converter.convert();
        assert_eq!(converter.output(), wanted);
    }
}

#[test]
fn sizes_and_turns() {
    for format in ["I420", "NV12", "I422P10", "I444"] {
        let layout = YUV.iter().find(|layout| layout.name == format).unwrap();
        for size in [(64, 36), (63, 35), (96, 128)] {
            let source = yuv(layout, size, true);
            for turn in [0, 90, 180, 270] {
                for out in [size, (size.1, size.0), (40, 22), (22, 40), (130, 90), (64, 35)] {
                    check(format, size, true, turn, out, &source, 0.0);
                }
            }
        }
    }
}

#[test]
fn what_is_refused() {
    type Case = (&'static str, (u32, u32), u32, (u32, u32), FrameError);
    let cases: [Case; 8] = [
        ("P016", (2, 2), 0, (2, 2), FrameError::Format("P016".into())),
        ("", (2, 2), 0, (2, 2), FrameError::Format(String::new())),
        ("I420P9", (2, 2), 0, (2, 2), FrameError::Format("I420P9".into())),
        ("I42ä", (2, 2), 0, (2, 2), FrameError::Format("I42ä".into())),
        ("I420", (0, 2), 0, (2, 2), FrameError::Size { width: 0, height: 2 }),
        ("I420", (2, 2), 0, (2, 20_000), FrameError::Size { width: 2, height: 20_000 }),
        ("I420", (u32::MAX, u32::MAX), 0, (2, 2), FrameError::Size { width: u32::MAX, height: u32::MAX }),
        ("I420", (2, 2), 45, (2, 2), FrameError::Turn(45)),
    ];
    for (format, size, turn, out, wanted) in cases {
        assert_eq!(
            Converter::new(format, size, false, (turn, false), out, [0, 0, out.0, out.1], None).err(),
            Some(wanted)
        );
    }
}

#[test]
fn video_in_the_middle_of_its_frame_has_black_around_it() {
    // 4x2 of white in a frame of 8x6: two columns on each side, two rows above and below.
    let mut converter =
        Converter::new("I420", (4, 2), false, (0, false), (8, 6), [2, 2, 4, 2], None).unwrap();
    converter.input.copy_from_slice(&[[235; 8].as_slice(), &[90; 2], &[200; 2]].concat());
    converter.convert();
    let (luma, chroma) = converter.output().split_at(48);
    let (blue, red) = chroma.split_at(12);
    for (plane, width, inside, black) in [(luma, 8, 235, 16), (blue, 4, 90, 128), (red, 4, 200, 128)] {
        let scale = 8 / width;
        for (place, sample) in plane.iter().enumerate() {
            let (x, y) = (place % width * scale, place / width * scale);
            let within = (2..6).contains(&x) && (2..4).contains(&y);
            assert_eq!(*sample, if within { inside } else { black }, "{x} {y} of {width}");
        }
    }
    for inside in [[1, 0, 4, 2], [0, 0, 9, 2], [4, 0, 6, 2], [0, 0, 0, 2], [2, 2, u32::MAX, 2]] {
        assert!(
            Converter::new("I420", (4, 2), false, (0, false), (8, 6), inside, None).is_err(),
            "{inside:?}"
        );
    }
}

/// Code points of transfer, primaries and matrix: HDR10, and HLG.
const HDR10: [u32; 3] = [16, 9, 9];
const HLG: [u32; 3] = [18, 9, 9];

fn hdr([transfer, primaries, matrix]: [u32; 3]) -> Hdr {
    Hdr::new(transfer, primaries, matrix, 0).unwrap()
}

/// Returns a plane at twice its size, or at its own: each sample lies in the middle of those that share it.
fn at_luma(plane: &Plane, (width, height): (u32, u32)) -> Plane {
    let across = |at: u32, from: u32, to: u32| {
        let place = (f64::from(at) + 0.5) * f64::from(from) / f64::from(to) - 0.5;
        let before = place.floor();
        let near = |offset: f64| (before + offset).clamp(0.0, f64::from(from - 1)) as u32;
        (near(0.0), near(1.0), place - before)
    };
    Plane::new(width, height, |x, y| {
        let (left, right, part) = across(x, plane.width, width.next_multiple_of(2).min(2 * plane.width));
        let (top, bottom, lower) = across(y, plane.height, height.next_multiple_of(2).min(2 * plane.height));
        let row = |y: u32| plane.at(left, y) * (1.0 - part) + plane.at(right, y) * part;
        row(top) * (1.0 - lower) + row(bottom) * lower
    })
}

/// Scales planes, maps each sample exactly, and takes the mean chroma of each two times two. Planes are luma from 0 to
/// 1 and chroma from -0.5 to 0.5.
fn mapped(hdr: &Hdr, planes: &[Plane; 3], (width, height): (u32, u32), turn: u32) -> [Plane; 3] {
    let lying = if turn.is_multiple_of(180) { (width, height) } else { (height, width) };
    let half = (lying.0.div_ceil(2), lying.1.div_ceil(2));
    let scaled = |plane: &Plane, (width, height): (u32, u32)| {
        if (plane.width, plane.height) == (width, height) {
            plane.clone()
        } else {
            plane.scaled(width, height)
        }
    };
    let [luma, blue, red] = planes;
    let luma = scaled(luma, lying);
    let [blue, red] = [blue, red].map(|plane| at_luma(&scaled(plane, half), lying));
    let result = |plane: usize| {
        Plane::new(lying.0, lying.1, |x, y| {
            let coded = [luma.at(x, y), blue.at(x, y), red.at(x, y)].map(|value| value as f32);
            let levels = bt709(hdr.map(hdr.rgb(coded)));
            f64::from([16.0 + 219.0 * levels[0], 128.0 + 224.0 * levels[1], 128.0 + 224.0 * levels[2]][plane])
        })
    };
    let halved = |plane: Plane| {
        Plane::new(half.0, half.1, |x, y| {
            let near = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, down)| {
                plane.at((2 * x + right).min(lying.0 - 1), (2 * y + down).min(lying.1 - 1))
            });
            near.iter().sum::<f64>() / 4.0
        })
    };
    [result(0).turned(turn), halved(result(1)).turned(turn), halved(result(2)).turned(turn)]
}

/// Returns a frame of HDR as the converter takes it and as planes from 0 to 1 and -0.5 to 0.5: muted colours from dark
/// gray to reference white.
fn hdr_frame(format: &Format, (width, height): (u32, u32), full_range: bool) -> (Vec<u8>, [Plane; 3]) {
    let deeper = f64::from(1_u32 << (format.bits - 8));
    let most = f64::from((1_u32 << format.bits) - 1);
    let middle = f64::from(1_u32 << (format.bits - 1));
    let (zero, span, chroma_span) =
        if full_range { (0.0, most, most) } else { (16.0 * deeper, 219.0 * deeper, 224.0 * deeper) };
    let half = (width.div_ceil(format.chroma.0), height.div_ceil(format.chroma.1));
    let codes = [
        Plane::new(width, height, |x, y| (zero + span * (0.2 + 0.38 * pattern(x, y, 0))).round()),
        Plane::new(half.0, half.1, |x, y| {
            (middle + chroma_span * 0.06 * (pattern(x / 2, y / 2, 1) - 0.5)).round()
        }),
        Plane::new(half.0, half.1, |x, y| {
            (middle + chroma_span * 0.06 * (pattern(x / 2, y / 2, 2) - 0.5)).round()
        }),
    ];
    let mut samples = codes[0].samples.clone();
    if ["NV12", "P010"].contains(&format.name) {
        samples.extend(codes[1].samples.iter().zip(&codes[2].samples).flat_map(|(u, v)| [*u, *v]));
    } else {
        samples.extend(codes[1].samples.iter().chain(&codes[2].samples));
    }
    let shift = if format.name == "P010" { 6 } else { 0 };
    let bytes = if format.bits == 8 {
        samples.iter().map(|sample| *sample as u8).collect()
    } else {
        samples.iter().flat_map(|sample| ((*sample as u16) << shift).to_le_bytes()).collect()
    };
    let chroma = |code: f64| (code - middle) / chroma_span;
    (bytes, [codes[0].map(|code| (code - zero) / span), codes[1].map(chroma), codes[2].map(chroma)])
}

#[test]
fn hdr_is_scaled_and_mapped_as_the_exact_mapping_does() {
    const P010: Format = format("P010", (2, 2), 10, false);
    let by_name = |name: &str| YUV.iter().find(|format| format.name == name).unwrap_or(&P010);
    let cases = [
        ("I420P10", HDR10, false, (64, 36), 0, (64, 36)),
        ("I420P10", HLG, false, (63, 35), 0, (63, 35)),
        ("I420P10", HDR10, true, (64, 36), 0, (64, 36)),
        ("I420P10", HDR10, false, (128, 72), 0, (48, 26)),
        ("I420P10", HLG, false, (64, 36), 90, (36, 64)),
        ("I420P10", HLG, false, (64, 36), 270, (20, 40)),
        ("P010", HDR10, false, (64, 36), 180, (64, 36)),
        ("NV12", HLG, false, (64, 36), 0, (64, 36)),
        ("I420", HDR10, true, (64, 36), 0, (90, 50)),
        ("I420P12", HDR10, false, (64, 36), 0, (64, 36)),
        ("I422P10", HLG, false, (64, 36), 0, (32, 18)),
        ("I444P12", HDR10, false, (64, 36), 0, (32, 18)),
    ];
    for (name, transfer, full_range, size, turn, out) in cases {
        let case = format!("{name} {transfer:?} full {full_range} {size:?} turned {turn} to {out:?}");
        let hdr = hdr(transfer);
        let (bytes, planes) = hdr_frame(by_name(name), size, full_range);
        let inside = [0, 0, out.0, out.1];
        let mut converter =
            Converter::new(name, size, full_range, (turn, false), out, inside, Some(hdr)).unwrap();
        converter.input.copy_from_slice(&bytes);
        converter.convert();
        converter.convert();
        let mut found = converter.output().iter();
        for (number, plane) in mapped(&hdr, &planes, out, turn).iter().enumerate() {
            let offs: Vec<f64> = plane
                .samples
                .iter()
                .zip(&mut found)
                .map(|(wanted, found)| (wanted - f64::from(*found)).abs())
                .collect();
            let mean = offs.iter().sum::<f64>() / offs.len() as f64;
            let worst = offs.iter().copied().fold(0.0, f64::max);
            // Eight bits are a quarter of a level off by rounding. Where a colour of the result begins to be clipped, the
            // table takes the corner off.
            assert!(
                mean < 1.0 && worst < 8.0,
                "{case}: plane {number} is off by {mean} on average, {worst} at most"
            );
        }
        assert_eq!(found.next(), None, "{case}");
    }
}

#[test]
fn hdr_that_comes_as_red_green_and_blue_keeps_its_transfer() {
    // Black, gray, reference white and the peak of HDR10; then red, green and blue of the same brightness.
    for (name, order) in [("RGBA", [0, 1, 2]), ("BGRX", [2, 1, 0])] {
        for coded in [
            [0, 0, 0],
            [97, 97, 97],
            [148, 148, 148],
            [192, 192, 192],
            [130, 90, 80],
            [80, 130, 90],
            [90, 80, 130],
        ] {
            let hdr = hdr(HDR10);
            let mut converter =
                Converter::new(name, (2, 2), false, (0, false), (2, 2), [0, 0, 2, 2], Some(hdr)).unwrap();
            let pixel = [coded[order[0]], coded[order[1]], coded[order[2]], 255];
            converter.input.copy_from_slice(&[pixel; 4].concat());
            converter.convert();
            let levels = bt709(hdr.map(coded.map(|value: u8| f32::from(value) / 255.0)));
            let wanted = [16.0 + 219.0 * levels[0], 128.0 + 224.0 * levels[1], 128.0 + 224.0 * levels[2]];
            let found = [0, 4, 5].map(|at: usize| f32::from(converter.output()[at]));
            let close = wanted.iter().zip(found).all(|(wanted, found)| (wanted - found).abs() < 1.5);
            assert!(close, "{coded:?} as {name}: {found:?} instead of {wanted:?}");
        }
    }
}

#[test]
fn hdr_in_the_middle_of_its_frame_has_black_around_it() {
    // White of 1000 nits, at the size of the frame's inside and at another.
    for size in [(4, 2), (8, 4)] {
        let mut converter =
            Converter::new("I420P10", size, false, (0, false), (8, 6), [2, 2, 4, 2], Some(hdr(HDR10)))
                .unwrap();
        let (luma, chroma) = (size.0 as usize * size.1 as usize, size.0 as usize * size.1 as usize / 2);
        let samples = std::iter::repeat_n(723_u16, luma).chain(std::iter::repeat_n(512, chroma));
        converter.input.copy_from_slice(&samples.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        converter.convert();
        let (luma, chroma) = converter.output().split_at(48);
        for (place, sample) in luma.iter().enumerate() {
            let within = (2..6).contains(&(place % 8)) && (2..4).contains(&(place / 8));
            assert_eq!(*sample, if within { 235 } else { 16 }, "{place}");
        }
        assert!(chroma.iter().all(|sample| *sample == 128));
    }
}
