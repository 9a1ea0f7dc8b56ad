//! Converts one decoded frame into one planar 4:2:0 frame of 8 bits and limited range, upright and at the requested
//! size. Knows nothing of time or codecs. YUV keeps its matrix, except that of HDR, which becomes BT.709.

use crate::lookup::{CHROMA_END, LUMA_END, Lookup, Position, Row};
use crate::scale::{Filter, Scaler};
use clipfit_tone::Hdr;
use std::rc::Rc;

/// Largest width and height in pixels.
const LARGEST: u32 = 16_384;

/// Below this share of the width, pixels are plain means, as of ffmpeg's `area`: bicubic weights would reach over four
/// times as many pixels in each direction, and nobody would see the difference.
const THUMBNAIL: f64 = 1.0 / 16.0;

/// Why a frame cannot be converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    /// An unsupported layout.
    #[error("frames of the format {0:?} are not supported")]
    Format(String),
    /// No pixels, or more than fit.
    #[error("frames of {width}x{height} are not supported")]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Not a right angle.
    #[error("a frame cannot be rotated by {0} degrees")]
    Turn(u32),
    /// No HDR.
    #[error("the transfer {0} is none of HDR")]
    Transfer(u32),
}

/// Width and height in samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size {
    width: u32,
    height: u32,
}

impl Size {
    fn new(width: u32, height: u32) -> Result<Size, FrameError> {
        let valid = (1..=LARGEST).contains(&width) && (1..=LARGEST).contains(&height);
        valid.then_some(Size { width, height }).ok_or(FrameError::Size { width, height })
    }

    fn samples(self) -> usize {
        self.width as usize * self.height as usize
    }

    /// Returns width and height.
    fn sides(self) -> (usize, usize) {
        (self.width as usize, self.height as usize)
    }

    fn turned(self, turn: Turn) -> Size {
        match turn {
            Turn::None | Turn::Half => self,
            Turn::Right | Turn::Left => Size { width: self.height, height: self.width },
        }
    }
}

/// The rotation that turns a frame upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    None,
    Right,
    Half,
    Left,
}

/// How many luma samples share one chroma sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chroma {
    across: u32,
    down: u32,
}

impl Chroma {
    const C420: Chroma = Chroma { across: 2, down: 2 };
    const C422: Chroma = Chroma { across: 2, down: 1 };
    const C444: Chroma = Chroma { across: 1, down: 1 };

    /// Returns the sizes of the three planes, luma first.
    fn planes(self, frame: Size) -> [Size; 3] {
        let chroma =
            Size { width: frame.width.div_ceil(self.across), height: frame.height.div_ceil(self.down) };
        [frame, chroma, chroma]
    }
}

/// The layout of the samples in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Three planes, and possibly a fourth one of the luma's size that is ignored. `bits` above 8 take two bytes.
    Planar { chroma: Chroma, alpha: bool, bits: u32 },
    /// Luma, then pairs of chroma at half the size. `bits` above 8 are the highest of two bytes.
    Pairs { bits: u32 },
    /// Four bytes per pixel: where red and blue are.
    Pixels { red: usize, blue: usize },
}

impl Layout {
    /// Returns the layout with this name in WebCodecs' `VideoPixelFormat`.
    fn parse(format: &str) -> Option<Layout> {
        match format {
            "NV12" => return Some(Layout::Pairs { bits: 8 }),
            "P010" => return Some(Layout::Pairs { bits: 10 }),
            "RGBA" | "RGBX" => return Some(Layout::Pixels { red: 0, blue: 2 }),
            "BGRA" | "BGRX" => return Some(Layout::Pixels { red: 2, blue: 0 }),
            _ => {}
        }
        let (chroma, rest) = match format.split_at_checked(4)? {
            ("I420", rest) => (Chroma::C420, rest),
            ("I422", rest) => (Chroma::C422, rest),
            ("I444", rest) => (Chroma::C444, rest),
            _ => return None,
        };
        let (alpha, rest) = match rest.strip_prefix('A') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let bits = match rest {
            "" => 8,
            "P10" => 10,
            "P12" => 12,
            _ => return None,
        };
        Some(Layout::Planar { chroma, alpha, bits })
    }

    fn chroma(self) -> Chroma {
        match self {
            Layout::Planar { chroma, .. } => chroma,
            Layout::Pairs { .. } => Chroma::C420,
            Layout::Pixels { .. } => Chroma::C444,
        }
    }

    fn bits(self) -> u32 {
        match self {
            Layout::Planar { bits, .. } | Layout::Pairs { bits } => bits,
            Layout::Pixels { .. } => 8,
        }
    }

    fn bytes(self, size: Size) -> usize {
        let colours: usize = self.chroma().planes(size).iter().map(|plane| plane.samples()).sum();
        match self {
            Layout::Planar { alpha, bits, .. } => {
                let samples = colours + if alpha { size.samples() } else { 0 };
                if bits > 8 { samples * 2 } else { samples }
            }
            Layout::Pairs { bits } => {
                if bits > 8 {
                    colours * 2
                } else {
                    colours
                }
            }
            Layout::Pixels { .. } => size.samples() * 4,
        }
    }
}

/// Maps every sample of a plane to 8 bits, limited range.
struct Table(Vec<u8>);

impl Table {
    fn new(bits: u32, full_range: bool, chroma: bool) -> Table {
        let largest = (1_i32 << bits) - 1;
        let middle = 1_i32 << (bits - 1);
        let level = |sample: i32| match (full_range, chroma) {
            (false, _) => ((sample << 1) + (1 << (bits - 8))) >> (bits - 7),
            (true, false) => 16 + rounded(sample * 219, largest),
            (true, true) => 128 + rounded((sample - middle) * 224, largest),
        };
        Table((0..=largest).map(|sample| level(sample).clamp(0, 255) as u8).collect())
    }

    fn level(&self, sample: usize) -> u8 {
        // Values above the bit depth are clamped to it.
        self.0.get(sample).or(self.0.last()).copied().unwrap_or_default()
    }
}

fn rounded(dividend: i32, divisor: i32) -> i32 {
    (2 * dividend + divisor).div_euclid(2 * divisor)
}

/// Converts frames of one layout and size into planar 4:2:0.
pub(crate) struct Converter {
    layout: Layout,
    size: Size,
    turn: Turn,
    /// After the turn.
    mirrored: bool,
    full_range: bool,
    /// The output frame.
    out: Size,
    /// Where the video is in it.
    inside: Inside,
    /// For luma and chroma, if samples change; with more than 8 bits they always do.
    tables: Option<[Table; 2]>,
    input: Vec<u8>,
    /// The input's planes, if the input does not contain them in the required form.
    planes: Vec<u8>,
    /// A plane that has its size and is not rotated yet.
    lying: Vec<u8>,
    /// A plane that is not yet placed in the middle of a larger frame.
    inner: Vec<u8>,
    output: Vec<u8>,
    /// For luma and chroma, to the size before the rotation.
    scalers: [Scaler; 2],
    /// For HDR.
    tones: Option<Tones>,
}

/// Maps HDR to BT.709.
struct Tones {
    hdr: Hdr,
    lookup: Rc<Lookup>,
    buffers: Row,
    /// The input's planes, and the same at the output's size.
    planes: [Vec<Position>; 3],
    scaled: [Vec<Position>; 3],
}

impl Converter {
    /// Creates a converter. `format` is a `VideoPixelFormat`; sizes are in pixels, of the visible part; `full_range` is
    /// about YUV, since RGB always is; `turn` is in degrees, clockwise, and `mirrored` swaps left and right after it; `inside` is where the video is in the output
    /// frame: left, top (both even), width, height. The rest is black. HDR is mapped to BT.709.
    pub(crate) fn new(
        format: &str,
        (width, height): (u32, u32),
        full_range: bool,
        (turn, mirrored): (u32, bool),
        (out_width, out_height): (u32, u32),
        inside: [u32; 4],
        hdr: Option<Hdr>,
    ) -> Result<Converter, FrameError> {
        let layout = Layout::parse(format).ok_or_else(|| FrameError::Format(format.to_owned()))?;
        let size = Size::new(width, height)?;
        let out = Size::new(out_width, out_height)?;
        let inside = Inside::new(inside, out)?;
        let turn = match turn {
            0 => Turn::None,
            90 => Turn::Right,
            180 => Turn::Half,
            270 => Turn::Left,
            _ => return Err(FrameError::Turn(turn)),
        };
        let yuv = !matches!(layout, Layout::Pixels { .. });
        let tables = (yuv && (full_range || layout.bits() > 8))
            .then(|| [false, true].map(|chroma| Table::new(layout.bits(), full_range, chroma)));
        let fraction = f64::from(inside.size.turned(turn).width) / f64::from(size.width);
        let filter = if fraction < THUMBNAIL { Filter::Mean } else { Filter::Bicubic };
        let [luma, chroma, _] = layout.chroma().planes(size);
        let [out_luma, out_chroma, _] = Chroma::C420.planes(inside.size).map(|size| size.turned(turn));
        let scalers = [(luma, out_luma), (chroma, out_chroma)]
            .map(|(from, to)| Scaler::new(from.sides(), to.sides(), filter));
        Ok(Converter {
            layout,
            size,
            turn,
            mirrored,
            out,
            tables,
            input: vec![0; layout.bytes(size)],
            planes: Vec::new(),
            lying: Vec::new(),
            inner: Vec::new(),
            inside,
            output: black(out),
            scalers,
            tones: hdr.map(Tones::new),
            full_range,
        })
    }

    /// Returns the buffer for the input frame: its planes one after the other without padding, chroma sizes rounded up.
    pub(crate) fn input(&self) -> &[u8] {
        &self.input
    }

    /// Returns the converted frame: luma and two planes of chroma, without padding, chroma sizes rounded up.
    pub(crate) fn output(&self) -> &[u8] {
        &self.output
    }

    /// Converts the frame in `input` into `output`.
    pub(crate) fn convert(&mut self) {
        if self.tones.is_some() {
            self.convert_hdr();
            return;
        }
        let sizes = self.layout.chroma().planes(self.size);
        let planes = separate(self.layout, sizes, self.tables.as_ref(), &self.input, &mut self.planes);
        let mut rest = self.output.as_mut_slice();
        let inner = Chroma::C420.planes(self.inside.size);
        let outs = Chroma::C420.planes(self.out).into_iter().zip(inner);
        for ((number, plane), (frame, out)) in planes.into_iter().enumerate().zip(outs) {
            let scaler = &mut self.scalers[number.min(1)];
            let (whole, behind) = rest.split_at_mut(frame.samples());
            rest = behind;
            let fills = out == frame;
            if !fills {
                self.inner.resize(out.samples(), 0);
            }
            let target = if fills { &mut *whole } else { &mut self.inner };
            let lying = out.turned(self.turn);
            if self.turn == Turn::None {
                scaler.scale(plane, target);
            } else {
                self.lying.resize(lying.samples(), 0);
                scaler.scale(plane, &mut self.lying);
                turn_plane(&self.lying, lying, self.turn, target);
            }
            if self.mirrored {
                mirror_plane(target, out);
            }
            if !fills {
                let share = if number == 0 { 1 } else { 2 };
                put(&self.inner, out, whole, frame, (self.inside.left / share, self.inside.top / share));
            }
        }
    }
}

impl Converter {
    /// Scales first, with all bits, and maps only the samples that are left.
    fn convert_hdr(&mut self) {
        let Some(tones) = &mut self.tones else { return };
        tones.read(self.layout, self.size, self.full_range, &self.input);
        let outs = Chroma::C420.planes(self.inside.size);
        let lying = outs.map(|out| out.turned(self.turn));
        for (number, (plane, scaled)) in tones.planes.iter().zip(&mut tones.scaled).enumerate() {
            let scaler = &mut self.scalers[number.min(1)];
            if !scaler.keeps_size() {
                scaled.resize(lying[number].samples(), 0);
                scaler.scale(plane, scaled);
            }
        }
        let planes = [0, 1, 2].map(|number: usize| {
            let same = self.scalers[number.min(1)].keeps_size();
            if same { tones.planes[number].as_slice() } else { tones.scaled[number].as_slice() }
        });
        let width = lying[0].width as usize;
        let frames = Chroma::C420.planes(self.out);
        if self.turn == Turn::None && !self.mirrored && self.inside.size == self.out {
            tones.lookup.map(planes, width, split(&mut self.output, frames), &mut tones.buffers);
            return;
        }
        self.lying.resize(lying.map(Size::samples).iter().sum(), 0);
        tones.lookup.map(planes, width, split(&mut self.lying, lying), &mut tones.buffers);
        let wholes = split(&mut self.output, frames);
        let parts = split(&mut self.lying, lying);
        for (((whole, frame), (part, size)), (out, share)) in wholes
            .into_iter()
            .zip(frames)
            .zip(parts.into_iter().zip(lying))
            .zip(outs.into_iter().zip([1, 2, 2]))
        {
            self.inner.resize(out.samples(), 0);
            turn_plane(part, size, self.turn, &mut self.inner);
            if self.mirrored {
                mirror_plane(&mut self.inner, out);
            }
            put(&self.inner, out, whole, frame, (self.inside.left / share, self.inside.top / share));
        }
    }
}

/// Splits a frame into its planes.
fn split(frame: &mut [u8], sizes: [Size; 3]) -> [&mut [u8]; 3] {
    let (luma, rest) = frame.split_at_mut(sizes[0].samples());
    let (blue, red) = rest.split_at_mut(sizes[1].samples());
    [luma, blue, red]
}

/// Where samples of one plane are in the table: 65536ths of a position for each.
#[derive(Clone, Copy)]
struct Axis {
    zero: i32,
    scale: i32,
    middle: i32,
    end: i32,
}

impl Axis {
    fn new(bits: u32, full_range: bool, chroma: bool) -> Axis {
        let (middle, end) = if chroma { (CHROMA_END / 2, CHROMA_END) } else { (0, LUMA_END) };
        let deeper = bits - 8;
        let (zero, span) = match (full_range, chroma) {
            (false, false) => (16 << deeper, 219 << deeper),
            (false, true) => (128 << deeper, 224 << deeper),
            (true, false) => (0, (1 << bits) - 1),
            (true, true) => (1 << (bits - 1), (1 << bits) - 1),
        };
        Axis { zero, scale: rounded(end << 16, span), middle, end }
    }

    #[inline(always)]
    fn position(self, sample: u16) -> Position {
        let offset = (i32::from(sample) - self.zero) * self.scale + (1 << 15);
        ((offset >> 16) + self.middle).clamp(0, self.end) as u16
    }
}

impl Tones {
    fn new(hdr: Hdr) -> Tones {
        let lookup = Lookup::shared(&hdr);
        Tones { hdr, lookup, buffers: Row::default(), planes: Default::default(), scaled: Default::default() }
    }

    /// Finds the samples of a frame in the table.
    fn read(&mut self, layout: Layout, size: Size, full_range: bool, input: &[u8]) {
        let sizes = layout.chroma().planes(size).map(Size::samples);
        for (plane, samples) in self.planes.iter_mut().zip(sizes) {
            plane.resize(samples, 0);
        }
        let [light, colour] = [false, true].map(|chroma| Axis::new(layout.bits(), full_range, chroma));
        let wide = |bytes: &[u8; 2]| u16::from_le_bytes(*bytes);
        let [luma, blue, red] = &mut self.planes;
        let lumas = sizes[0];
        match layout {
            Layout::Planar { bits: 8, .. } => {
                let (first, rest) = input.split_at(lumas);
                let (second, third) = rest.split_at(sizes[1]);
                for (plane, samples, axis) in
                    [(luma, first, light), (blue, second, colour), (red, third, colour)]
                {
                    plane.iter_mut().zip(samples).for_each(|(to, from)| *to = axis.position((*from).into()));
                }
            }
            Layout::Planar { .. } => {
                let (first, rest) = input.as_chunks().0.split_at(lumas);
                let (second, third) = rest.split_at(sizes[1]);
                for (plane, samples, axis) in
                    [(luma, first, light), (blue, second, colour), (red, third, colour)]
                {
                    plane.iter_mut().zip(samples).for_each(|(to, from)| *to = axis.position(wide(from)));
                }
            }
            Layout::Pairs { bits: 8 } => {
                let (first, pairs) = input.split_at(lumas);
                luma.iter_mut().zip(first).for_each(|(to, from)| *to = light.position((*from).into()));
                for ((blue, red), [u, v]) in blue.iter_mut().zip(red).zip(pairs.as_chunks().0) {
                    (*blue, *red) = (colour.position((*u).into()), colour.position((*v).into()));
                }
            }
            Layout::Pairs { bits } => {
                let high = |bytes: &[u8; 2]| wide(bytes) >> (16 - bits);
                let (first, pairs) = input.as_chunks().0.split_at(lumas);
                luma.iter_mut().zip(first).for_each(|(to, from)| *to = light.position(high(from)));
                for ((blue, red), [u, v]) in blue.iter_mut().zip(red).zip(pairs.as_chunks().0) {
                    (*blue, *red) = (colour.position(high(u)), colour.position(high(v)));
                }
            }
            Layout::Pixels { red: r, blue: b } => {
                let (kr, kb) = self.hdr.weights();
                let weights = |shares: [f32; 3], end: i32| {
                    shares.map(|share| (share * end as f32 / 255.0 * 65_536.0).round() as i32)
                };
                let light = weights([kr, 1.0 - kr - kb, kb], LUMA_END);
                let chroma = |own: f32, shares: [f32; 3]| {
                    weights(shares.map(|share| share / (2.0 - 2.0 * own)), CHROMA_END)
                };
                let bluish = chroma(kb, [-kr, kr + kb - 1.0, 1.0 - kb]);
                let reddish = chroma(kr, [1.0 - kr, kr + kb - 1.0, -kb]);
                let pixels = input.as_chunks::<4>().0;
                for (pixel, ((luma, blue), red)) in pixels.iter().zip(luma.iter_mut().zip(blue).zip(red)) {
                    let pixel = [pixel[r], pixel[1], pixel[b]].map(i32::from);
                    let sum = |weights: [i32; 3], middle: i32, end: i32| {
                        let sum: i32 = weights.iter().zip(pixel).map(|(weight, value)| weight * value).sum();
                        (((sum + (1 << 15)) >> 16) + middle).clamp(0, end) as u16
                    };
                    *luma = sum(light, 0, LUMA_END);
                    *blue = sum(bluish, CHROMA_END / 2, CHROMA_END);
                    *red = sum(reddish, CHROMA_END / 2, CHROMA_END);
                }
            }
        }
    }
}

/// Where the video is in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Inside {
    left: u32,
    top: u32,
    size: Size,
}

impl Inside {
    /// Checks that the video lies within the frame, at even positions: chroma has half the size, so an odd position
    /// would separate it from its luma.
    fn new([left, top, width, height]: [u32; 4], frame: Size) -> Result<Inside, FrameError> {
        let size = Size::new(width, height)?;
        let fits = |from: u32, size: u32, frame: u32| {
            from.is_multiple_of(2) && from.checked_add(size).is_some_and(|end| end <= frame)
        };
        let fits = fits(left, width, frame.width) && fits(top, height, frame.height);
        fits.then_some(Inside { left, top, size }).ok_or(FrameError::Size { width, height })
    }
}

/// Returns a black frame: planar 4:2:0 of limited range.
fn black(size: Size) -> Vec<u8> {
    let planes = Chroma::C420.planes(size).map(Size::samples);
    planes
        .into_iter()
        .zip([16, 128, 128])
        .flat_map(|(samples, level)| std::iter::repeat_n(level, samples))
        .collect()
}

/// Copies a plane into a larger one.
fn put(source: &[u8], size: Size, frame: &mut [u8], whole: Size, (left, top): (u32, u32)) {
    let [width, stride, left, top] = [size.width, whole.width, left, top].map(|n| n as usize);
    let rows = frame.chunks_exact_mut(stride).skip(top);
    for (from, to) in source.chunks_exact(width).zip(rows) {
        to[left..left + width].copy_from_slice(from);
    }
}

/// Returns the three planes of a frame in 8 bits and limited range: parts of `input` if they are that already, else
/// made in `made`.
fn separate<'a>(
    layout: Layout,
    sizes: [Size; 3],
    tables: Option<&[Table; 2]>,
    input: &'a [u8],
    made: &'a mut Vec<u8>,
) -> [&'a [u8]; 3] {
    let [luma, chroma, _] = sizes.map(Size::samples);
    let split = |planes: &'a [u8]| {
        let (first, rest) = planes.split_at(luma);
        let (second, rest) = rest.split_at(chroma);
        [first, second, &rest[..chroma]]
    };
    match (layout, tables) {
        (Layout::Planar { .. }, None) => return split(input),
        (Layout::Planar { bits: 8, .. }, Some([light, colour])) => {
            made.clear();
            let [first, second, third] = split(input);
            made.extend(first.iter().map(|sample| light.level((*sample).into())));
            made.extend(second.iter().chain(third).map(|sample| colour.level((*sample).into())));
        }
        (Layout::Planar { .. }, Some([light, colour])) => {
            made.clear();
            let samples = || input.as_chunks().0.iter().map(|bytes| u16::from_le_bytes(*bytes).into());
            made.extend(samples().take(luma).map(|sample| light.level(sample)));
            made.extend(samples().skip(luma).take(2 * chroma).map(|sample| colour.level(sample)));
        }
        (Layout::Pairs { .. }, None) => {
            let (first, pairs) = input.split_at(luma);
            made.resize(2 * chroma, 0);
            let (second, third) = made.split_at_mut(chroma);
            for ((pair, u), v) in pairs.as_chunks().0.iter().zip(&mut *second).zip(&mut *third) {
                [*u, *v] = *pair;
            }
            return [first, second, third];
        }
        (Layout::Pairs { bits: 8 }, Some([light, colour])) => {
            made.clear();
            let (first, pairs) = input.split_at(luma);
            made.extend(first.iter().map(|sample| light.level((*sample).into())));
            for place in 0..2 {
                made.extend(pairs.iter().skip(place).step_by(2).map(|sample| colour.level((*sample).into())));
            }
        }
        (Layout::Pairs { bits }, Some([light, colour])) => {
            made.clear();
            let high = |bytes: &[u8; 2]| usize::from(u16::from_le_bytes(*bytes) >> (16 - bits));
            let (first, pairs) = input.as_chunks().0.split_at(luma);
            made.extend(first.iter().map(|sample| light.level(high(sample))));
            for place in 0..2 {
                made.extend(pairs.iter().skip(place).step_by(2).map(|sample| colour.level(high(sample))));
            }
        }
        (Layout::Pixels { red, blue }, _) => {
            made.resize(3 * luma, 0);
            let (first, rest) = made.split_at_mut(luma);
            let (second, third) = rest.split_at_mut(luma);
            let planes = first.iter_mut().zip(second).zip(third);
            for (pixel, ((y, u), v)) in input.as_chunks::<4>().0.iter().zip(planes) {
                let [r, g, b] = [pixel[red], pixel[1], pixel[blue]].map(i32::from);
                *y = LUMA.level(r, g, b);
                *u = BLUE.level(r, g, b);
                *v = RED.level(r, g, b);
            }
        }
    }
    split(made)
}

/// One sample of YUV as a sum of red, green and blue, in 65536ths.
struct Weights {
    red: i32,
    green: i32,
    blue: i32,
    zero: i32,
}

/// ITU-R BT.709, 3.2 and 3.3: luma's share of red and of blue.
const KR: f64 = 0.2126;
const KB: f64 = 0.0722;
const LUMA: Weights = Weights::new(KR, 1.0 - KR - KB, KB, 219.0, 16);
const BLUE: Weights =
    Weights::new(-KR / (2.0 - 2.0 * KB), (KR + KB - 1.0) / (2.0 - 2.0 * KB), 0.5, 224.0, 128);
const RED: Weights =
    Weights::new(0.5, (KR + KB - 1.0) / (2.0 - 2.0 * KR), -KB / (2.0 - 2.0 * KR), 224.0, 128);

impl Weights {
    const fn new(red: f64, green: f64, blue: f64, range: f64, zero: i32) -> Weights {
        let scale = range / 255.0 * 65_536.0;
        // Adding a large whole number makes truncation round to the nearest for negative values, too.
        const fn nearest(value: f64) -> i32 {
            (value + 100_000.5) as i32 - 100_000
        }
        Weights {
            red: nearest(red * scale),
            green: nearest(green * scale),
            blue: nearest(blue * scale),
            zero: (zero << 16) + (1 << 15),
        }
    }

    fn level(&self, red: i32, green: i32, blue: i32) -> u8 {
        ((self.red * red + self.green * green + self.blue * blue + self.zero) >> 16) as u8
    }
}

/// Rotates a plane of `size` clockwise.
fn turn_plane(source: &[u8], size: Size, turn: Turn, target: &mut [u8]) {
    /// Side of the squares that are rotated at a time, so that rows and columns both stay in the cache.
    const BLOCK: usize = 16;
    let (width, height) = (size.width as usize, size.height as usize);
    match turn {
        Turn::None => target.copy_from_slice(source),
        Turn::Half => target.iter_mut().zip(source.iter().rev()).for_each(|(to, from)| *to = *from),
        Turn::Right | Turn::Left => {
            for top in (0..height).step_by(BLOCK) {
                for left in (0..width).step_by(BLOCK) {
                    for x in left..width.min(left + BLOCK) {
                        for y in top..height.min(top + BLOCK) {
                            let place = match turn {
                                Turn::Right => x * height + (height - 1 - y),
                                _ => (width - 1 - x) * height + y,
                            };
                            target[place] = source[y * width + x];
                        }
                    }
                }
            }
        }
    }
}

/// Swaps left and right.
fn mirror_plane(plane: &mut [u8], size: Size) {
    plane.chunks_exact_mut(size.width as usize).for_each(<[u8]>::reverse);
}

#[cfg(test)]
mod tests;
