//! Tests every layout, range, rotation and size against a plain implementation of the definitions in floating point.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use super::*;

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
            let weights: Vec<f64> =
                (0..self.width).map(|from| bicubic((f64::from(from) + 0.5 - centre) / wide)).collect();
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
    let mut converter = Converter::new(format, size, full_range, turn, out, [0, 0, out.0, out.1]).unwrap();
    assert_eq!(converter.input().len(), bytes.len(), "{name}");
    converter.input.copy_from_slice(bytes);
    // Twice: nothing of one frame may remain for the next.
    converter.convert().unwrap();
    converter.convert().unwrap();
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
        let mut converter = Converter::new("RGBA", (1, 1), true, 0, (1, 1), [0, 0, 1, 1]).unwrap();
        converter.input.copy_from_slice(&[red, green, blue, 0]);
        converter.convert().unwrap();
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
        ("P010", (2, 2), 0, (2, 2), FrameError::Format("P010".into())),
        ("", (2, 2), 0, (2, 2), FrameError::Format(String::new())),
        ("I420P9", (2, 2), 0, (2, 2), FrameError::Format("I420P9".into())),
        ("I42ä", (2, 2), 0, (2, 2), FrameError::Format("I42ä".into())),
        ("I420", (0, 2), 0, (2, 2), FrameError::Size { width: 0, height: 2 }),
        ("I420", (2, 2), 0, (2, 20_000), FrameError::Size { width: 2, height: 20_000 }),
        ("I420", (u32::MAX, u32::MAX), 0, (2, 2), FrameError::Size { width: u32::MAX, height: u32::MAX }),
        ("I420", (2, 2), 45, (2, 2), FrameError::Turn(45)),
    ];
    for (format, size, turn, out, wanted) in cases {
        assert_eq!(Converter::new(format, size, false, turn, out, [0, 0, out.0, out.1]).err(), Some(wanted));
    }
}

#[test]
fn video_in_the_middle_of_its_frame_has_black_around_it() {
    // 4x2 of white in a frame of 8x6: two columns on each side, two rows above and below.
    let mut converter = Converter::new("I420", (4, 2), false, 0, (8, 6), [2, 2, 4, 2]).unwrap();
    converter.input.copy_from_slice(&[[235; 8].as_slice(), &[90; 2], &[200; 2]].concat());
    converter.convert().unwrap();
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
        assert!(Converter::new("I420", (4, 2), false, 0, (8, 6), inside).is_err(), "{inside:?}");
    }
}
