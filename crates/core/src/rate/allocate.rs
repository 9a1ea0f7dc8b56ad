//! Spreads a budget over chunks as x264's second pass spreads it over frames: one rate factor for all frames of all
//! chunks. The equations are those of `init_pass2` in x264's `encoder/ratecontrol.c` (no VBV, no zones), so that each
//! chunk's own second pass, given its share, arrives at the same rate factor.
//! Knows nothing of containers, audio or how often something was tried.

use crate::rate::stats::{FrameKind, FrameStats, PassSettings, PassStats};
use crate::units::Bytes;

/// x264's `BASE_FRAME_DURATION`, `MIN_FRAME_DURATION` and `MAX_FRAME_DURATION` in seconds.
const BASE_FRAME_DURATION: f64 = 0.04;
const FRAME_DURATION_RANGE: (f64, f64) = (0.01, 1.0);
/// The coarsest quantizer that 8-bit H.264 can code.
pub const COARSEST_QP: f64 = 51.0;

/// A chunk's part of the budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Bytes that the second pass is to spend.
    pub bytes: Bytes,
    /// Mean quantizer of its P-frames (of all frames where it has none) at the common rate factor.
    pub qp: f64,
}

/// The solved budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// Shares, in the order of the chunks.
    pub shares: Vec<Share>,
    /// Mean quantizer over all.
    pub qp: f64,
}

/// Computes x264's `qp2qscale`.
pub fn qp_to_qscale(qp: f64) -> f64 {
    0.85 * ((qp - 12.0) / 6.0).exp2()
}

/// Computes x264's `qscale2qp`.
pub fn qscale_to_qp(qscale: f64) -> f64 {
    12.0 + 6.0 * (qscale / 0.85).log2()
}

/// The statistics of all chunks, prepared for solving.
#[derive(Debug, Clone)]
pub struct Allocator {
    chunks: Vec<Curve>,
}

/// One chunk's frames with what does not depend on the rate factor.
#[derive(Debug, Clone)]
struct Curve {
    settings: PassSettings,
    frames: Vec<Frame>,
    /// `last_qscale_for` at the start, times the rate factor.
    initial: f64,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    stats: FrameStats,
    qscale: f64,
    /// The rate-control equation's value; `None` for a frame without bits, which takes over its predecessor's.
    equation: Option<f64>,
    /// Weight of the frame in the running mean of P-frames: intra blocks cut it off.
    mask: f64,
}

impl Frame {
    /// Computes x264's `qscale2bits`: texture falls with the 1.1th power of the quantizer, motion with its square root.
    fn bits(&self, qscale: f64) -> f64 {
        let qscale = qscale.max(0.1);
        (self.stats.texture_bits + 0.1) * (self.qscale / qscale).powf(1.1)
            + self.stats.motion_bits * (self.qscale.max(1.0) / qscale.max(1.0)).sqrt()
            + self.stats.misc_bits
    }
}

impl Allocator {
    /// Prepares the chunks' statistics; `frames_per_second` is the grid's rate.
    pub fn new<'a>(chunks: impl IntoIterator<Item = &'a PassStats>, frames_per_second: f64) -> Allocator {
        let chunks = chunks.into_iter().map(|stats| Curve::new(stats, frames_per_second)).collect();
        Allocator { chunks }
    }

    /// Returns the least bytes that each chunk can be coded in, everything at the coarsest quantizer.
    pub fn least(&self) -> Vec<Bytes> {
        let coarsest = qp_to_qscale(COARSEST_QP);
        let bits = |chunk: &Curve| chunk.frames.iter().map(|frame| frame.bits(coarsest)).sum::<f64>();
        self.chunks.iter().map(|chunk| Bytes((bits(chunk) / 8.0).ceil() as u64)).collect()
    }

    /// Finds the rate factor at which all frames together take `budget`, and each chunk's share of it.
    pub fn solve(&self, budget: Bytes) -> Allocation {
        let wanted = budget.0 as f64 * 8.0;
        let target = wanted.max(1.0).log2();
        let chunks = self.search(|total, _| target - total.max(1.0).log2());
        let total: f64 = chunks.iter().map(|chunk| chunk.0).sum();
        // What the search leaves over (or cannot reach at the quantizer's ends) is spread evenly.
        let scale = if total > 0.0 { wanted / total } else { 0.0 };
        let shares = chunks
            .iter()
            .map(|&(bits, qp)| Share { bytes: Bytes((bits * scale / 8.0) as u64), qp })
            .collect();
        Allocation { shares, qp: self.mean_qp(&chunks) }
    }

    /// Returns the bytes that all frames take when their mean P quantizer is `qp`.
    pub fn bytes_at(&self, qp: f64) -> Bytes {
        // Six quantizer steps double the quantizer scale.
        let chunks = self.search(|_, mean| (mean - qp) / 6.0);
        Bytes((chunks.iter().map(|chunk| chunk.0).sum::<f64>() / 8.0) as u64)
    }

    /// Returns the chunks at the rate factor where `missing` (a logarithm, given all bits and the mean quantizer)
    /// vanishes. Bounds close in by the slope of the logarithms, which is near 1: some six steps where bisection takes
    /// forty; an hour has 90,000 frames, and the page must not freeze.
    fn search(&self, missing: impl Fn(f64, f64) -> f64) -> Vec<(f64, f64)> {
        let (mut low, mut high) = (-60.0_f64, 60.0_f64);
        let mut guess = self.first_guess();
        let mut chunks = self.bits(guess.exp2());
        for _ in 0..40 {
            let step = missing(chunks.iter().map(|chunk| chunk.0).sum(), self.mean_qp(&chunks));
            if step.abs() < 1e-5 || high - low < 1e-7 {
                break;
            }
            if step > 0.0 {
                low = guess
            } else {
                high = guess
            }
            guess = if guess + step > low && guess + step < high { guess + step } else { (low + high) / 2.0 };
            chunks = self.bits(guess.exp2());
        }
        chunks
    }

    fn mean_qp(&self, chunks: &[(f64, f64)]) -> f64 {
        let frames = |chunk: &Curve| chunk.frames.len() as f64;
        let sum: f64 = chunks.iter().zip(&self.chunks).map(|(&(_, qp), chunk)| qp * frames(chunk)).sum();
        sum / self.chunks.iter().map(frames).sum::<f64>().max(1.0)
    }

    /// Returns the logarithm of the rate factor that the first pass itself ran at, about.
    fn first_guess(&self) -> f64 {
        let frames = self.chunks.iter().flat_map(|chunk| &chunk.frames);
        let (sum, count) = frames
            .filter_map(|frame| Some((frame.equation? / frame.qscale).log2()))
            .filter(|value| value.is_finite())
            .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        if count > 0.0 { (sum / count).clamp(-50.0, 50.0) } else { 0.0 }
    }

    /// Computes x264's `qscale2bits`: texture falls with the 1.1th power of the quantizer, motion with its square root.
    fn bits(&self, rate_factor: f64) -> Vec<(f64, f64)> {
        self.chunks.iter().map(|chunk| chunk.expected(rate_factor)).collect()
    }
}

impl Curve {
    fn new(stats: &PassStats, frames_per_second: f64) -> Curve {
        let duration = (1.0 / frames_per_second).clamp(FRAME_DURATION_RANGE.0, FRAME_DURATION_RANGE.1);
        let settings = stats.settings;
        let mut frames: Vec<Frame> = stats
            .frames
            .iter()
            .map(|&stats| Frame {
                stats,
                qscale: qp_to_qscale(stats.qp),
                equation: None,
                mask: 1.0 - stats.intra_share * stats.intra_share,
            })
            .collect();
        let power = 1.0 - settings.qcomp;
        for index in 0..frames.len() {
            let frame = frames[index].stats;
            if frame.texture_bits + frame.motion_bits > 0.0 {
                let complexity = if settings.mbtree {
                    BASE_FRAME_DURATION / duration
                } else {
                    blurred(&frames, index, duration)
                };
                frames[index].equation = Some(complexity.powf(power)).filter(|value| value.is_finite());
            }
        }
        let macroblocks = stats.frames.first().map_or(1, |frame| frame.macroblocks);
        let base = f64::from(macroblocks) * if settings.bframes { 120.0 } else { 80.0 };
        Curve { settings, frames, initial: base.powf(power) }
    }

    /// Returns the expected bits and mean quantizer at a rate factor.
    fn expected(&self, rate_factor: f64) -> (f64, f64) {
        let qscales = self.qscales(rate_factor);
        let (lowest, highest) = self.settings.qp_range;
        let highest = highest.min(COARSEST_QP);
        let (lowest, highest) = (qp_to_qscale(lowest.min(highest)), qp_to_qscale(highest));
        // Neighbours weigh exp(-1 / qblur^2) with x264's qblur of 0.5.
        let neighbour = (-4.0_f64).exp();
        let (mut bits, mut qp_sum, mut qp_count, mut qp_all) = (0.0, 0.0, 0.0, 0.0);
        for (index, frame) in self.frames.iter().enumerate() {
            let same = |other: usize| {
                self.frames
                    .get(other)
                    .filter(|f| f.stats.kind.class() == frame.stats.kind.class())
                    .map(|_| qscales[other])
            };
            let around = [index.checked_sub(1).and_then(same), same(index + 1)];
            let (sum, weight) = around
                .into_iter()
                .flatten()
                .fold((qscales[index], 1.0), |(sum, weight), q| (sum + q * neighbour, weight + neighbour));
            let qscale = (sum / weight).clamp(lowest, highest);
            bits += frame.bits(qscale);
            let qp = qscale_to_qp(qscale);
            qp_all += qp;
            if frame.stats.kind == FrameKind::P {
                qp_sum += qp;
                qp_count += 1.0;
            }
        }
        let qp = if qp_count > 0.0 { qp_sum / qp_count } else { qp_all / self.frames.len().max(1) as f64 };
        (bits, qp)
    }

    /// Computes `get_qscale` for every frame, then `get_diff_limited_q` from the last to the first.
    fn qscales(&self, rate_factor: f64) -> Vec<f64> {
        let mut last_for = [self.initial / rate_factor; 3];
        let mut qscales: Vec<f64> = self
            .frames
            .iter()
            .map(|frame| {
                let last = &mut last_for[frame.stats.kind.class()];
                *last = frame.equation.map_or(*last, |equation| equation / rate_factor);
                *last
            })
            .collect();
        let mut limits = Limits::new(self.settings, last_for);
        for (qscale, frame) in qscales.iter_mut().zip(&self.frames).rev() {
            *qscale = limits.limit(frame, *qscale);
        }
        qscales
    }
}

/// The state of x264's `get_diff_limited_q`.
struct Limits {
    settings: PassSettings,
    step: f64,
    last_for: [f64; 3],
    last_non_b: Option<usize>,
    p_qp: f64,
    p_norm: f64,
    last_p_norm: f64,
}

impl Limits {
    fn new(settings: PassSettings, last_for: [f64; 3]) -> Limits {
        let step = (settings.qp_step / 6.0).exp2();
        Limits { settings, step, last_for, last_non_b: None, p_qp: 0.0, p_norm: 0.0, last_p_norm: 1.0 }
    }

    fn limit(&mut self, frame: &Frame, qscale: f64) -> f64 {
        let kind = frame.stats.kind;
        let (p, class) = (FrameKind::P.class(), kind.class());
        let mut q = match kind {
            FrameKind::I if self.p_norm <= 0.0 => qscale,
            FrameKind::I => {
                let from_p = qp_to_qscale(self.p_qp / self.p_norm) / self.settings.ip_factor;
                if self.p_norm >= 1.0 { from_p } else { self.p_norm * from_p + (1.0 - self.p_norm) * qscale }
            }
            FrameKind::BReference => self.last_for[self.last_non_b.unwrap_or(p)],
            FrameKind::B => self.last_for[self.last_non_b.unwrap_or(p)] * self.settings.pb_factor,
            FrameKind::P if self.last_non_b == Some(p) && frame.stats.texture_bits == 0.0 => self.last_for[p],
            FrameKind::P => qscale,
        };
        if self.last_non_b == Some(class) && (kind != FrameKind::I || self.last_p_norm < 1.0) {
            let last = self.last_for[class];
            q = q.clamp(last / self.step, last * self.step);
        }
        self.last_for[class] = q;
        match kind {
            FrameKind::I => {
                self.last_non_b = Some(class);
                self.last_p_norm = self.p_norm;
                (self.p_norm, self.p_qp) = (0.0, 0.0);
            }
            FrameKind::P => {
                self.last_non_b = Some(class);
                self.p_qp = frame.mask * (qscale_to_qp(q) + self.p_qp);
                self.p_norm = frame.mask * (1.0 + self.p_norm);
            }
            FrameKind::BReference | FrameKind::B => {}
        }
        q
    }
}

/// x264's `cplxblur`: frames on each side, twice.
const BLUR_REACH: usize = 40;

/// Returns the complexity of a frame blurred over its neighbours up to a scene cut, as x264 does without macroblock
/// tree.
fn blurred(frames: &[Frame], index: usize, duration: f64) -> f64 {
    let scaled = duration / BASE_FRAME_DURATION;
    let complexity = |frame: &Frame| (frame.bits(1.0) - frame.stats.misc_bits) / scaled;
    let gauss = |distance: usize| (-((distance * distance) as f64) / 200.0).exp();
    let (mut sum, mut weights) = (0.0, 0.0);
    let mut weight = 1.0;
    for (distance, frame) in frames.iter().skip(index).enumerate().take(BLUR_REACH).skip(1) {
        weight *= frame.mask;
        if weight < 0.0001 {
            break;
        }
        weights += weight * gauss(distance);
        sum += weight * gauss(distance) * complexity(frame);
    }
    weight = 1.0;
    for (distance, frame) in frames[..=index].iter().rev().enumerate().take(BLUR_REACH + 1) {
        weights += weight * gauss(distance);
        sum += weight * gauss(distance) * complexity(frame);
        weight *= frame.mask;
        if weight < 0.0001 {
            break;
        }
    }
    sum / weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunk(frames: &[(u32, f64)], mbtree: bool) -> PassStats {
        let settings = PassSettings {
            mbtree,
            qcomp: 0.6,
            ip_factor: 1.4,
            pb_factor: if mbtree { 1.0 } else { 1.3 },
            qp_step: 4.0,
            qp_range: (0.0, 69.0),
            bframes: true,
        };
        let frames = frames
            .iter()
            .enumerate()
            .map(|(index, &(bits, qp))| FrameStats {
                kind: match index % 4 {
                    0 if index == 0 => FrameKind::I,
                    0 => FrameKind::P,
                    2 => FrameKind::BReference,
                    _ => FrameKind::B,
                },
                qp,
                texture_bits: f64::from(bits),
                motion_bits: f64::from(bits) / 4.0,
                misc_bits: 150.0,
                intra_share: if index == 0 { 1.0 } else { 0.1 },
                macroblocks: 240,
            })
            .collect();
        PassStats { settings, frames }
    }

    #[test]
    fn a_busy_chunk_gets_more_and_the_same_quantizer() {
        let calm = chunk(&[(2_000, 30.0); 50], true);
        let busy = chunk(&[(9_000, 30.0); 50], true);
        let allocation = Allocator::new([&calm, &busy], 25.0).solve(Bytes(60_000));
        let [calm, busy] = allocation.shares.as_slice() else { panic!("{allocation:?}") };
        assert!(busy.bytes.0 > 3 * calm.bytes.0, "{allocation:?}");
        assert!((busy.qp - calm.qp).abs() < 0.01, "{allocation:?}");
    }

    proptest! {
        #[test]
        fn the_budget_is_spent_and_more_of_it_lowers_the_quantizer(
            frames in proptest::collection::vec((0_u32..60_000, 10.0_f64..45.0), 1..60),
            other in proptest::collection::vec((0_u32..60_000, 10.0_f64..45.0), 1..60),
            mbtree: bool,
            budget in 5_000_u64..500_000,
        ) {
            let (one, two) = (chunk(&frames, mbtree), chunk(&other, mbtree));
            let allocator = Allocator::new([&one, &two], 25.0);
            let small = allocator.solve(Bytes(budget));
            let spent: u64 = small.shares.iter().map(|share| share.bytes.0).sum();
            prop_assert!(spent <= budget && spent + 2 >= budget, "{spent} of {budget}");
            let large = allocator.solve(Bytes(budget * 2));
            prop_assert!(large.qp <= small.qp + 0.02, "{} {}", large.qp, small.qp);
        }

        #[test]
        fn bytes_at_a_quantizer_solve_back_to_it(frames in proptest::collection::vec((500_u32..60_000, 20.0_f64..40.0), 8..60)) {
            let stats = chunk(&frames, true);
            let allocator = Allocator::new([&stats], 25.0);
            let bytes = allocator.bytes_at(33.0);
            prop_assert!((allocator.solve(bytes).qp - 33.0).abs() < 0.3, "{bytes:?}");
        }
    }
}
