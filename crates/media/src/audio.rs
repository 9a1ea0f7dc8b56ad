//! Resamples audio. Knows nothing of codecs or time.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, FixedAsync, Indexing, Resampler as _, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

/// Audio frames resampled at a time.
const BLOCK: usize = 1024;
/// Length of the filter in samples of the lower rate.
const FILTER: usize = 128;
/// Valid rates in hertz and numbers of channels.
const RATES: std::ops::RangeInclusive<u32> = 1000..=768_000;
const CHANNELS: std::ops::RangeInclusive<u32> = 1..=64;

/// Why audio cannot be resampled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResampleError {
    /// Rates or channels out of bounds.
    #[error("audio with {channels} channels cannot be resampled from {from} to {to} Hz")]
    Format {
        /// Input rate in hertz.
        from: u32,
        /// Output rate in hertz.
        to: u32,
        /// Channels.
        channels: u32,
    },
    /// The input ends within a frame.
    #[error("{samples} samples are not whole frames of {channels} channels")]
    Uneven {
        /// Samples given.
        samples: usize,
        /// Channels.
        channels: usize,
    },
    /// The resampler refused.
    #[error("the audio could not be resampled: {0}")]
    Refused(String),
}

fn greatest_common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

/// Resamples interleaved audio.
pub struct Resampler {
    inner: Async<f32>,
    channels: usize,
    from: u64,
    to: u64,
    /// Samples that do not fill a block yet.
    waiting: Vec<f32>,
    /// Frames given so far.
    taken: u64,
    /// Frames returned so far.
    given: u64,
    /// Frames of silence at the start of the output that must still be dropped.
    delay: usize,
}

impl Resampler {
    /// Creates a resampler; rates are in hertz.
    pub fn new(from: u32, to: u32, channels: u32) -> Result<Resampler, ResampleError> {
        if !(RATES.contains(&from) && RATES.contains(&to) && CHANNELS.contains(&channels)) {
            return Err(ResampleError::Format { from, to, channels });
        }
        // The filter has this length in samples of the lower rate, whichever that is.
        let points = FILTER * from.div_ceil(to).max(1) as usize;
        let parameters = SincInterpolationParameters::new(points, WindowFunction::BlackmanHarris2)
            .oversampling_factor(256)
            .interpolation(SincInterpolationType::Linear);
        let ratio = f64::from(to) / f64::from(from);
        let inner = Async::new_sinc(ratio, 1.0, &parameters, BLOCK, channels as usize, FixedAsync::Input)
            .map_err(|error| ResampleError::Refused(error.to_string()))?;
        // The first output is one output step after the filter's middle. Silence before the audio makes its first frame
        // a frame of the output, which has whole frames only at multiples of `step` of the input.
        let step = (from / greatest_common_divisor(from, to)) as usize;
        let before = (points / 2).next_multiple_of(step);
        Ok(Resampler {
            inner,
            channels: channels as usize,
            from: from.into(),
            to: to.into(),
            waiting: vec![0.0; (before - points / 2) * channels as usize],
            taken: 0,
            given: 0,
            // 32 bits, which is what `usize` has in WebAssembly, do not hold the product.
            delay: (before as u64 * u64::from(to) / u64::from(from)).saturating_sub(1) as usize,
        })
    }

    /// Takes interleaved samples and returns what is ready.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<f32>, ResampleError> {
        if !samples.len().is_multiple_of(self.channels) {
            return Err(ResampleError::Uneven { samples: samples.len(), channels: self.channels });
        }
        self.taken += (samples.len() / self.channels) as u64;
        self.waiting.extend_from_slice(samples);
        let mut ready = Vec::new();
        let mut used = 0;
        while self.waiting.len() - used >= BLOCK * self.channels {
            used += self.block(used, BLOCK, &mut ready)? * self.channels;
        }
        self.waiting.drain(..used);
        Ok(ready)
    }

    /// Returns the rest, so that there are `round(frames * to / from)` frames in total.
    pub fn finish(&mut self) -> Result<Vec<f32>, ResampleError> {
        let due = (2 * self.taken * self.to + self.from) / (2 * self.from);
        let mut ready = Vec::new();
        let frames = self.waiting.len() / self.channels;
        self.block(0, frames, &mut ready)?;
        self.waiting.clear();
        while self.given < due {
            self.block(0, 0, &mut ready)?;
        }
        let beyond = usize::try_from(self.given - due).unwrap_or(usize::MAX).saturating_mul(self.channels);
        ready.truncate(ready.len().saturating_sub(beyond));
        Ok(ready)
    }

    /// Resamples the `frames` that wait from sample `first` on, padded with silence if they are fewer than a block.
    /// Returns how many frames that took.
    fn block(&mut self, first: usize, frames: usize, ready: &mut Vec<f32>) -> Result<usize, ResampleError> {
        let refused = |error: &dyn std::error::Error| ResampleError::Refused(error.to_string());
        let mut input = self.waiting.get(first..).unwrap_or_default();
        input = input.get(..frames * self.channels).unwrap_or(input);
        let input = InterleavedSlice::new(input, self.channels, frames).map_err(|error| refused(&error))?;
        let indexing = Indexing::new().partial_len(frames);
        let made = self.inner.process(&input, Some(&indexing)).map_err(|error| refused(&error))?.take_data();
        let silent = self.delay.min(made.len() / self.channels);
        self.delay -= silent;
        let audible = &made[silent * self.channels..];
        self.given += (audible.len() / self.channels) as u64;
        ready.extend_from_slice(audible);
        Ok(frames)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Returns a sine of this many hertz, with the second channel a quarter turn behind.
    fn sine(hertz: f64, rate: u32, frames: usize, channels: u32) -> Vec<f32> {
        let turn = |frame: usize| frame as f64 * hertz / f64::from(rate) * std::f64::consts::TAU;
        (0..frames)
            .flat_map(|frame| {
                (0..channels).map(move |channel| {
                    (turn(frame) - f64::from(channel) * std::f64::consts::FRAC_PI_2).sin() as f32
                })
            })
            .collect()
    }

    fn resampled(from: u32, to: u32, channels: u32, samples: &[f32], piece: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(from, to, channels).unwrap();
        let mut out = Vec::new();
        for piece in samples.chunks(piece * channels as usize) {
            out.extend(resampler.push(piece).unwrap());
        }
        out.extend(resampler.finish().unwrap());
        out
    }

    /// Returns the loudness of audio, in decibels below a full-scale sine.
    fn level(samples: &[f32]) -> f64 {
        let power: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        10.0 * (2.0 * power / samples.len() as f64 + 1e-20).log10()
    }

    #[test]
    fn a_sine_stays_what_it_was() {
        for (from, to, channels) in [
            (44_100, 48_000, 2),
            (48_000, 44_100, 2),
            (96_000, 48_000, 1),
            (8_000, 48_000, 2),
            (22_050, 44_100, 1),
            (48_000, 32_000, 6),
        ] {
            for hertz in [440.0, 3_000.0] {
                let frames = from as usize * 2;
                let source = sine(hertz, from, frames, channels);
                let out = resampled(from, to, channels, &source, 777);
                let wanted = sine(hertz, to, to as usize * 2, channels);
                assert_eq!(out.len(), wanted.len());
                // The ends lack what comes before and after. In the middle, two seconds in, a drift would show.
                let inside = 2_000 * channels as usize..out.len() - 2_000 * channels as usize;
                let error: Vec<f32> = out[inside.clone()]
                    .iter()
                    .zip(&wanted[inside])
                    .map(|(out, wanted)| out - wanted)
                    .collect();
                // As much as a shift by a hundredth of a frame would cause.
                let shift = 20.0 * (std::f64::consts::TAU * hertz / f64::from(from) / 100.0).log10();
                assert!(level(&error) < shift, "{from} to {to}, {hertz} Hz: {} dB", level(&error));
            }
        }
    }

    #[test]
    fn level_is_kept_and_nothing_folds_back() {
        for (from, to, hertz, gain) in [
            (48_000, 44_100, 15_000.0, 0.0),
            (44_100, 48_000, 15_000.0, 0.0),
            (96_000, 44_100, 30_000.0, f64::NEG_INFINITY),
            (48_000, 32_000, 20_000.0, f64::NEG_INFINITY),
            (48_000, 8_000, 6_000.0, f64::NEG_INFINITY),
            (192_000, 8_000, 3_000.0, 0.0),
            (192_000, 8_000, 5_000.0, f64::NEG_INFINITY),
        ] {
            let out = resampled(from, to, 1, &sine(hertz, from, from as usize, 1), 4096);
            let level = level(&out[1_000..out.len() - 1_000]);
            let right = if gain == 0.0 { level.abs() < 0.05 } else { level < -60.0 };
            assert!(right, "{hertz} Hz from {from} to {to}: {level} dB");
        }
    }

    #[test]
    fn lengths_are_exact_and_pieces_do_not_matter() {
        for (from, to) in [
            (44_100, 48_000),
            (48_000, 44_100),
            (11_025, 48_000),
            (192_000, 48_000),
            (48_000, 48_000),
            // Rates of which no frames coincide before a second is over.
            (96_001, 48_000),
            (47_999, 96_000),
        ] {
            for frames in [0_usize, 1, 2, 100, 1023, 1024, 1025, 50_001] {
                let source = sine(440.0, from, frames, 2);
                let due = (frames as f64 * f64::from(to) / f64::from(from)).round() as usize;
                let whole = resampled(from, to, 2, &source, usize::MAX / 2);
                assert_eq!(whole.len(), due * 2, "{frames} frames from {from} to {to}");
                assert!(whole == resampled(from, to, 2, &source, 333), "{frames} frames from {from} to {to}");
            }
        }
    }

    #[test]
    fn what_is_refused() {
        for (from, to, channels) in [
            (0, 48_000, 2),
            (48_000, 0, 2),
            (48_000, 44_100, 0),
            (u32::MAX, 48_000, 2),
            (48_000, 44_100, 1000),
        ] {
            assert_eq!(
                Resampler::new(from, to, channels).err(),
                Some(ResampleError::Format { from, to, channels })
            );
        }
        let mut resampler = Resampler::new(44_100, 48_000, 2).unwrap();
        assert_eq!(resampler.push(&[0.0; 3]), Err(ResampleError::Uneven { samples: 3, channels: 2 }));
    }
}
