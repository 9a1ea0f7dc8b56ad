//! Scales planes of bytes, or of shorts of up to 13 bits, to another size. Knows no colour and no layout.

use crate::lanes::{self, Longs, Shorts};

/// How the samples around a place are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    /// The cubic filter of Keys with the slope -0.6, which is what "bicubic" means to ffmpeg's scaler.
    Bicubic,
    /// The plain mean of what a sample covers.
    Mean,
}

impl Filter {
    /// How far it reaches, in samples of the coarser grid.
    fn radius(self) -> f64 {
        match self {
            Filter::Bicubic => 2.0,
            Filter::Mean => 0.5,
        }
    }

    /// Returns the weight of a sample at this distance, in samples of the coarser grid.
    pub(crate) fn weight(self, distance: f64) -> f64 {
        const SLOPE: f64 = -0.6;
        let x = distance.abs();
        match self {
            Filter::Bicubic if x < 1.0 => ((SLOPE + 2.0) * x - (SLOPE + 3.0)) * x * x + 1.0,
            Filter::Bicubic if x < 2.0 => ((SLOPE * x - 5.0 * SLOPE) * x + 8.0 * SLOPE) * x - 4.0 * SLOPE,
            Filter::Mean if x <= 0.5 => 1.0,
            Filter::Bicubic | Filter::Mean => 0.0,
        }
    }
}

/// A kind of sample.
pub(crate) trait Sample: Copy + Default {
    /// Bits after the point that are kept between the two passes: as many as shorts have room for.
    const FRACTION: u32;
    /// Loads eight samples.
    fn load(from: &[Self; 8]) -> Shorts;
    /// Returns eight samples; what is out of range becomes the nearest within.
    fn store(values: Shorts) -> [Self; 8];
}

impl Sample for u8 {
    const FRACTION: u32 = 6;

    #[inline(always)]
    fn load(from: &[u8; 8]) -> Shorts {
        lanes::widen(from)
    }

    #[inline(always)]
    fn store(values: Shorts) -> [u8; 8] {
        lanes::bytes(values)
    }
}

impl Sample for u16 {
    const FRACTION: u32 = 1;

    #[inline(always)]
    fn load(from: &[u16; 8]) -> Shorts {
        lanes::load(&from.map(|sample| sample as i16))
    }

    #[inline(always)]
    fn store(values: Shorts) -> [u16; 8] {
        lanes::shorts(values).map(|value| value.max(0) as u16)
    }
}

/// Samples of a row that are computed at a time.
const BLOCK: usize = 32;
/// Bits after the point of a weight.
const WEIGHT_BITS: u32 = 14;

/// The weights of one axis.
#[derive(Debug)]
struct Taps {
    /// For each output sample: the first input sample, and where its weights are.
    places: Vec<(usize, std::ops::Range<usize>)>,
    /// Two weights each; an odd number is filled up with zero.
    pairs: Vec<i32>,
}

impl Taps {
    fn new(from: usize, to: usize, filter: Filter) -> Taps {
        let ratio = from as f64 / to as f64;
        let wide = ratio.max(1.0);
        let mut taps = Taps { places: Vec::with_capacity(to), pairs: Vec::new() };
        for index in 0..to {
            let centre = (index as f64 + 0.5) * ratio;
            let reach = filter.radius() * wide;
            let first = (centre - reach + 0.5).floor().max(0.0) as usize;
            let end = ((centre + reach + 0.5).floor() as usize).clamp(first + 1, from);
            let weights: Vec<f64> =
                (first..end).map(|sample| filter.weight((sample as f64 + 0.5 - centre) / wide)).collect();
            let (skipped, weights) = whole(&weights);
            let begin = taps.pairs.len();
            taps.pairs.extend(weights.chunks(2).map(|pair| {
                let second = pair.get(1).copied().unwrap_or(0);
                i32::from(pair[0] as u16) | (second << 16)
            }));
            taps.places.push((first + skipped, begin..taps.pairs.len()));
        }
        taps
    }

    /// Returns the first input sample of an output sample, and its pairs of weights.
    fn of(&self, index: usize) -> (usize, &[i32]) {
        self.places.get(index).map_or((0, &[]), |(first, pairs)| (*first, &self.pairs[pairs.clone()]))
    }
}

/// Returns weights as whole numbers whose sum is one, without zeros at the ends, and how many were left out at the start.
fn whole(weights: &[f64]) -> (usize, Vec<i32>) {
    const ONE: i32 = 1 << WEIGHT_BITS;
    let sum: f64 = weights.iter().sum();
    let mut found: Vec<i32> =
        weights.iter().map(|weight| (weight / sum * f64::from(ONE)).round() as i32).collect();
    let missing = ONE - found.iter().sum::<i32>();
    if let Some(largest) = found.iter_mut().max() {
        *largest += missing;
    }
    let skipped = found.iter().take_while(|weight| **weight == 0).count();
    let kept = found.iter().rposition(|weight| *weight != 0).map_or(0, |last| last + 1);
    (skipped, found.drain(skipped..kept).collect())
}

/// Scales planes of one size to another.
#[derive(Debug)]
pub(crate) struct Scaler {
    from: (usize, usize),
    to: (usize, usize),
    across: Taps,
    down: Taps,
    /// Eight rows that have their height already, and the same as columns.
    rows: Vec<i16>,
    columns: Vec<[i16; 8]>,
}

impl Scaler {
    /// Creates a scaler. Sizes are width and height in samples, at least 1.
    pub(crate) fn new(from: (usize, usize), to: (usize, usize), filter: Filter) -> Scaler {
        Scaler {
            from,
            to,
            across: Taps::new(from.0, to.0, filter),
            down: Taps::new(from.1, to.1, filter),
            rows: Vec::new(),
            columns: Vec::new(),
        }
    }

    /// Returns whether nothing is to be done.
    pub(crate) fn keeps_size(&self) -> bool {
        self.from == self.to
    }

    /// Scales a plane, or copies it if it already has the size. Both have as many samples as their sizes say.
    pub(crate) fn scale<S: Sample>(&mut self, source: &[S], target: &mut [S]) {
        if self.keeps_size() {
            target.copy_from_slice(source);
            return;
        }
        let padded = self.from.0.next_multiple_of(BLOCK);
        self.rows.resize(8 * padded, 0);
        // More columns than there are: a weight of zero may ask for one.
        self.columns.resize(padded + 8, [0; 8]);
        for (index, rows) in target.chunks_mut(8 * self.to.0).enumerate() {
            self.down(source, 8 * index);
            self.across(rows);
        }
    }

    /// Computes eight output rows from `top` on at the width of the input, and makes columns of them.
    fn down<S: Sample>(&mut self, source: &[S], top: usize) {
        let (width, height) = self.from;
        let padded = width.next_multiple_of(BLOCK);
        for (index, row) in self.rows.chunks_exact_mut(padded).enumerate() {
            let (first, weights) = self.down.of(top + index);
            let row_of = |row: usize| &source[row.min(height - 1) * width..];
            let pairs: Vec<[&[S]; 2]> =
                (0..weights.len()).map(|pair| [first + 2 * pair, first + 2 * pair + 1].map(row_of)).collect();
            for (block, values) in row.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
                let mut sums = [Sums::new(WEIGHT_BITS - S::FRACTION); BLOCK / 8];
                for (weights, rows) in weights.iter().zip(&pairs) {
                    let [upper, lower] = rows.map(|row| samples_at(row, BLOCK * block));
                    let eights = upper.as_chunks::<8>().0.iter().zip(lower.as_chunks::<8>().0);
                    for (sums, (upper, lower)) in sums.iter_mut().zip(eights) {
                        sums.add(*weights, S::load(upper), S::load(lower));
                    }
                }
                for (values, sums) in values.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
                    *values = lanes::shorts(sums.shorts(WEIGHT_BITS - S::FRACTION));
                }
            }
        }
        for (block, columns) in self.columns.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let mut rows = self.rows.chunks_exact(padded);
            let rows = [(); 8].map(|()| {
                let row = rows.next().unwrap_or_default();
                lanes::load(row.get(8 * block..).and_then(|rest| rest.first_chunk()).unwrap_or(&[0; 8]))
            });
            *columns = lanes::transposed(rows).map(lanes::shorts);
        }
    }

    /// Computes up to eight output rows from the columns.
    fn across<S: Sample>(&self, rows: &mut [S]) {
        let width = self.to.0;
        for left in (0..width).step_by(8) {
            let mut index = left;
            let columns = [(); 8].map(|()| {
                let (first, weights) = self.across.of(index);
                index += 1;
                let mut sums = Sums::new(WEIGHT_BITS + S::FRACTION);
                for (weights, [left, right]) in weights.iter().zip(self.columns[first..].as_chunks::<2>().0) {
                    sums.add(*weights, lanes::load(left), lanes::load(right));
                }
                sums.shorts(WEIGHT_BITS + S::FRACTION)
            });
            for (row, values) in rows.chunks_mut(width).zip(lanes::transposed(columns)) {
                let samples = S::store(values);
                match row[left..].first_chunk_mut::<8>() {
                    Some(eight) => *eight = samples,
                    None => row[left..].copy_from_slice(&samples[..width - left]),
                }
            }
        }
    }
}

/// Eight sums of weighed samples.
#[derive(Clone, Copy)]
struct Sums([Longs; 2]);

impl Sums {
    /// Returns a half, so that leaving out `shift` bits later rounds to the nearest.
    #[inline(always)]
    fn new(shift: u32) -> Sums {
        Sums([lanes::longs(1 << (shift - 1)); 2])
    }

    /// Adds samples with the first of two weights, and others with the second.
    #[inline(always)]
    fn add(&mut self, weights: i32, first: Shorts, second: Shorts) {
        let weights = lanes::pair(weights);
        let pairs = lanes::interleaved(first, second);
        for (sum, pair) in self.0.iter_mut().zip(pairs) {
            *sum = lanes::add(*sum, lanes::dot(pair, weights));
        }
    }

    /// Returns the sums without `shift` bits.
    #[inline(always)]
    fn shorts(self, shift: u32) -> Shorts {
        lanes::narrow(self.0[0], self.0[1], shift)
    }
}

/// Returns a block of samples, with zeros behind the last one.
#[inline(always)]
fn samples_at<S: Sample>(samples: &[S], at: usize) -> [S; BLOCK] {
    let rest = samples.get(at..).unwrap_or_default();
    rest.first_chunk().copied().unwrap_or_else(|| {
        let mut found = [S::default(); BLOCK];
        found.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn even_planes_stay_even() {
        for filter in [Filter::Bicubic, Filter::Mean] {
            for (from, to) in [((1, 1), (9, 17)), ((64, 33), (31, 8)), ((7, 3), (7, 11)), ((40, 40), (1, 1))]
            {
                let mut scaler = Scaler::new(from, to, filter);
                let mut bytes = vec![0_u8; to.0 * to.1];
                scaler.scale(&vec![201; from.0 * from.1], &mut bytes);
                assert!(bytes.iter().all(|byte| *byte == 201), "{filter:?} {from:?} {to:?}");
                let mut shorts = vec![0_u16; to.0 * to.1];
                scaler.scale(&vec![8191; from.0 * from.1], &mut shorts);
                assert!(shorts.iter().all(|short| *short == 8191), "{filter:?} {from:?} {to:?}");
            }
        }
    }

    #[test]
    fn steps_are_as_the_filter_says() {
        // A step of full height across and down, in every place of eight.
        for at in 1..24 {
            let source = |across: bool| -> Vec<u8> {
                (0..24 * 24)
                    .map(|i| if (if across { i % 24 } else { i / 24 }) < at { 0 } else { 255 })
                    .collect()
            };
            let mut scaler = Scaler::new((24, 24), (17, 17), Filter::Bicubic);
            let [mut across, mut down] = [vec![0; 17 * 17], vec![0; 17 * 17]];
            scaler.scale(&source(true), &mut across);
            scaler.scale(&source(false), &mut down);
            for (index, found) in across.iter().enumerate() {
                let (x, y) = (index % 17, index / 17);
                assert_eq!(*found, down[x * 17 + y], "{at}: {x} {y}");
                let centre = (x as f64 + 0.5) * 24.0 / 17.0;
                let weight = |i: usize| Filter::Bicubic.weight((i as f64 + 0.5 - centre) * 17.0 / 24.0);
                let share = (at..24).map(weight).sum::<f64>() / (0..24).map(weight).sum::<f64>();
                let wanted = (255.0 * share).clamp(0.0, 255.0);
                assert!(
                    (wanted - f64::from(*found)).abs() < 0.6,
                    "{at}: {x} {y}: {found} instead of {wanted}"
                );
            }
        }
    }
}
