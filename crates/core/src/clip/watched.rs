//! What a decoder showed and played of a whole file, small enough to compare, and where a result differs from its
//! source. Knows no file, no decoder and no encoder.

use crate::units::Micros;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Width of a sample in pixels.
pub const WIDTH: u32 = 32;
/// Height of a sample in pixels.
pub const HEIGHT: u32 = 18;
/// Samples per second, at most: a quarter of a second has at least two.
pub const PER_SECOND: f64 = 8.0;
/// Length of a window of loudness.
pub const WINDOW: Micros = Micros(100_000);
/// Level of digital silence, in dBFS.
pub const SILENCE: f32 = -100.0;

const PIXELS: usize = (WIDTH * HEIGHT) as usize;
/// What differs for no longer than this is not mentioned.
const SHORTEST: Micros = Micros(250_000);
/// Mean difference of gray values between a source and its result. Measured on results at a fiftieth of the source's
/// bytes: at most 6.1; with a quarter of a second between them half of all samples are above that where anything
/// moves.
const DIFFERENT: f64 = 9.0;
/// The same is so much more where gray values are not quite those of the same frame.
const LOOSE: f64 = 1.6;
/// Two decodes of one frame differ by no more than this mean: only its conversion may round differently.
const SAME: f64 = 2.0;
/// A source that is this loud is heard, in dBFS...
const AUDIBLE: f32 = -45.0;
/// ...and a result is another sound when it is off by this, in dB. Mixing six channels down takes up to 10.
const OFF_BY: f32 = 25.0;

/// A stretch of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Where it begins.
    pub from: Micros,
    /// Where it ends.
    pub to: Micros,
}

impl Span {
    /// Returns its length.
    pub fn length(self) -> Micros {
        self.to - self.from
    }
}

/// Returns the length of all spans together.
pub fn total(spans: &[Span]) -> Micros {
    Micros(spans.iter().map(|span| span.length().0).sum())
}

/// Joins ascending spans that are no further apart than this.
pub fn joined(spans: &[Span], apart: Micros) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for &span in spans {
        match joined.last_mut() {
            Some(last) if span.from - last.to <= apart => last.to = span.to,
            _ => joined.push(span),
        }
    }
    joined
}

/// What the browser found out of a file, besides the samples of its frames.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Perceived {
    /// Root mean square of each window, in dBFS; `None` where nothing was decoded.
    pub windows: Vec<Option<f32>>,
    /// Whether frames came as RGB, whatever is coded.
    #[serde(default)]
    pub rgb: bool,
    /// Times in the file of all decoded frames, where its decoder passed over errors.
    #[serde(default)]
    pub decoded: Option<Vec<Micros>>,
}

/// Samples of a file's frames and audio. Times count from the first frame of the result.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Watched {
    /// Gray samples, `WIDTH` by `HEIGHT` bytes each, one after the other.
    pub frames: Vec<u8>,
    /// Root mean square of each `WINDOW` of audio, in dBFS; `None` where nothing was decoded.
    pub loudness: Vec<Option<f32>>,
}

impl Watched {
    /// Returns how many samples of frames there are.
    pub fn samples(&self) -> usize {
        self.frames.len() / PIXELS
    }

    fn sample(&self, index: usize) -> Option<&[u8]> {
        self.frames.get(index * PIXELS..(index + 1) * PIXELS)
    }

    /// Returns the stretches without decoded audio between the first and the last that was decoded.
    pub fn gaps_in_audio(&self) -> Vec<Span> {
        let first = self.loudness.iter().position(Option::is_some).unwrap_or(0);
        let last = self.loudness.iter().rposition(Option::is_some).unwrap_or(0);
        self.gaps_in_windows(first..last)
    }

    /// Returns the stretches without decoded audio of a track that should be heard from one time to the other.
    pub fn gaps_between(&self, from: Micros, to: Micros) -> Vec<Span> {
        let window = |time: Micros| usize::try_from(time.0 / WINDOW.0).unwrap_or(0);
        self.gaps_in_windows(window(from + WINDOW)..window(to))
    }

    fn gaps_in_windows(&self, windows: Range<usize>) -> Vec<Span> {
        let silent = |index: usize| self.loudness.get(index).is_none_or(Option::is_none);
        spans(windows.end, WINDOW, |index| windows.contains(&index) && silent(index))
    }
}

/// Returns whether two decodes of the same frames, sample by sample, show the same.
pub fn is_same(one: &[u8], other: &[u8]) -> bool {
    let pairs = one.chunks(PIXELS).zip(other.chunks(PIXELS));
    one.len() == other.len() && pairs.into_iter().all(|(one, other)| apart(one, other, (1.0, 0.0)) <= SAME)
}

/// Bytes of so many samples.
pub fn bytes_of(samples: u64) -> usize {
    usize::try_from(samples).unwrap_or(usize::MAX).saturating_mul(PIXELS)
}

/// Where a result differs from its source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differences {
    /// Other frames than the source's, or none.
    pub video: Vec<Span>,
    /// Silence where the source is heard, or sound where it is silent.
    pub audio: Vec<Span>,
}

impl Differences {
    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.video.is_empty() && self.audio.is_empty()
    }
}

/// How samples of a source and of its result may differ without being different.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Time between two samples of frames.
    pub interval: Micros,
    /// Brightness and contrast were changed, as tone mapping and another range of values do.
    pub tones: bool,
    /// Gray values are not quite those of the same frame: its edges are off by a pixel, or its colours were made with
    /// another matrix.
    pub loose: bool,
}

/// Compares a result with its source, sample by sample. Without audio in one of them, audio is not compared.
pub fn compare(source: &Watched, result: &Watched, tolerance: Tolerance) -> Differences {
    let frames = source.samples();
    let most = if tolerance.loose { DIFFERENT * LOOSE } else { DIFFERENT };
    let differs = |index: usize| match (source.sample(index), result.sample(index)) {
        (Some(wanted), Some(found)) => distance(wanted, found, tolerance.tones) > most,
        _ => true,
    };
    let mut video = spans(frames, tolerance.interval, differs);
    let silent = |track: &Watched| track.loudness.iter().all(Option::is_none);
    let audio = if silent(source) || silent(result) {
        Vec::new()
    } else {
        spans(source.loudness.len().min(result.loudness.len()), WINDOW, |index| {
            sounds_different(source.loudness[index], result.loudness[index])
        })
    };
    // The last sample stands for what is left of the clip.
    video.retain(|span| span.length() > SHORTEST);
    Differences { video, audio: audio.into_iter().filter(|span| span.length() > SHORTEST).collect() }
}

fn sounds_different(source: Option<f32>, result: Option<f32>) -> bool {
    // What the source does not play is filled with silence.
    let (source, result) = (source.unwrap_or(SILENCE), result.unwrap_or(SILENCE));
    source > AUDIBLE && result < source - OFF_BY || result > AUDIBLE && source < result - OFF_BY
}

/// Returns the mean difference of two samples, where `tones` is set after fitting brightness and contrast of one to the
/// other, whichever way more remains: anything can be fitted to a plain gray.
fn distance(wanted: &[u8], found: &[u8], tones: bool) -> f64 {
    if tones {
        f64::max(apart(wanted, found, fit(wanted, found)), apart(found, wanted, fit(found, wanted)))
    } else {
        apart(wanted, found, (1.0, 0.0))
    }
}

fn apart(from: &[u8], to: &[u8], (gain, offset): (f64, f64)) -> f64 {
    let pairs = from.iter().zip(to);
    let sum: f64 = pairs.map(|(&from, &to)| (f64::from(from) * gain + offset - f64::from(to)).abs()).sum();
    sum / from.len().max(1) as f64
}

/// Returns the gain and the offset that bring `from` nearest to `to` (least squares), the gain never negative.
fn fit(from: &[u8], to: &[u8]) -> (f64, f64) {
    let count = from.len().max(1) as f64;
    let mean = |values: &[u8]| values.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
    let (from_mean, to_mean) = (mean(from), mean(to));
    let (mut both, mut own) = (0.0, 0.0);
    for (&x, &y) in from.iter().zip(to) {
        let x = f64::from(x) - from_mean;
        both += x * (f64::from(y) - to_mean);
        own += x * x;
    }
    let gain = if own > 0.0 { (both / own).max(0.0) } else { 0.0 };
    (gain, to_mean - gain * from_mean)
}

/// Returns the stretches of `count` steps of this length in which `holds`.
fn spans(count: usize, step: Micros, holds: impl Fn(usize) -> bool) -> Vec<Span> {
    let at = |index: usize| Micros(step.0.saturating_mul(index as i64));
    let mut found: Vec<Span> = Vec::new();
    for index in (0..count).filter(|&index| holds(index)) {
        match found.last_mut() {
            Some(last) if last.to == at(index) => last.to = at(index + 1),
            _ => found.push(Span { from: at(index), to: at(index + 1) }),
        }
    }
    found
}

/// Frames that are further apart have a hole between them, where a file has holes.
const HOLE: Micros = SHORTEST;

/// Returns the stretches of which no frame was decoded: those of the frames `listed` in a file that are not among the
/// `decoded` ones, and holes in what is listed. Both ascend; `frame` is the usual time between two.
pub fn lost_frames(listed: &[Micros], decoded: &[Micros], frame: Micros) -> Vec<Span> {
    let may_have_holes = is_even_but_for_holes(listed);
    let near = |time: Micros| {
        let place = decoded.partition_point(|one| *one < time);
        let around = [place.checked_sub(1), Some(place)].into_iter().flatten();
        around.filter_map(|index| decoded.get(index)).any(|one| (*one - time).0.abs() * 2 <= frame.0)
    };
    let mut found: Vec<Span> = Vec::new();
    let mut is_lost = false;
    for (index, &time) in listed.iter().enumerate() {
        let next = listed.get(index + 1).copied().unwrap_or(time + frame);
        let lost = !near(time);
        match found.last_mut().filter(|_| is_lost && lost) {
            Some(last) => last.to = next,
            None if lost => found.push(Span { from: time, to: next }),
            None if may_have_holes && next - time > HOLE.max(frame + frame) => {
                found.push(Span { from: time + frame, to: next })
            }
            None => {}
        }
        is_lost = lost;
    }
    found
}

/// Returns whether times are even but for few holes. Where they are uneven anyway, frames come when something moves.
fn is_even_but_for_holes(times: &[Micros]) -> bool {
    let mut gaps: Vec<i64> = times.windows(2).map(|pair| (pair[1] - pair[0]).0).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or_default();
    let holes = gaps.iter().filter(|gap| **gap > HOLE.0).count();
    let uneven = gaps.iter().filter(|gap| **gap * 2 > usual * 3 && **gap <= HOLE.0).count();
    holes * 50 <= gaps.len() && uneven * 20 <= gaps.len()
}

/// Returns those of both that are not too short and overlap one of the other.
pub fn at_once(video: &[Span], audio: &[Span]) -> [Vec<Span>; 2] {
    let long =
        |spans: &[Span]| spans.iter().copied().filter(|span| span.length() >= SHORTEST).collect::<Vec<_>>();
    let (video, audio) = (long(video), long(audio));
    let overlaps =
        |one: &Span, others: &[Span]| others.iter().any(|other| other.from < one.to && one.from < other.to);
    let of = |ones: &[Span], others: &[Span]| {
        ones.iter().copied().filter(|one| overlaps(one, others)).collect::<Vec<_>>()
    };
    [of(&video, &audio), of(&audio, &video)]
}

/// Returns the stretches that are damaged in some of the `decoded` frames: from each that is not among the `whole` ones
/// on, and behind frames that are `lost`, up to the next keyframe, since frames refer to them. A short loss may be of
/// frames that none refers to. All times ascend; `frame` is the usual time between two.
pub fn partly_decoded(
    decoded: &[Micros],
    whole: &[Micros],
    lost: &[Span],
    frame: Micros,
    keyframes: &[Micros],
) -> Vec<Span> {
    let next_keyframe = |end: Micros| {
        let last = end - Micros(frame.0 / 2);
        let next = keyframes.get(keyframes.partition_point(|time| *time < last)).copied();
        next.or_else(|| decoded.last().map(|time| *time + frame)).unwrap_or(end)
    };
    let parts = lost_frames(decoded, whole, frame);
    let parts = parts.into_iter().filter(|span| decoded.binary_search(&span.from).is_ok());
    let parts = parts.map(|span| Span { from: span.from, to: next_keyframe(span.to) });
    let behind = lost.iter().filter(|span| span.length() >= SHORTEST);
    let behind = behind.map(|span| Span { from: span.to, to: next_keyframe(span.to) });
    let mut all: Vec<Span> = parts.chain(behind).filter(|span| span.length() > Micros(0)).collect();
    all.sort_unstable();
    joined(&all, Micros(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Micros = Micros(125_000);

    /// A gradient that moves by a pixel with each sample, `bright` brighter.
    fn moving(count: usize, contrast: f64, bright: f64) -> Vec<u8> {
        let pixel = |sample: usize, place: usize| {
            let x = (place % WIDTH as usize + sample) % WIDTH as usize;
            (x as f64 * 6.0 * contrast + bright) as u8
        };
        (0..count).flat_map(|sample| (0..PIXELS).map(move |place| pixel(sample, place))).collect()
    }

    fn span(from: usize, to: usize, step: Micros) -> Span {
        Span { from: Micros(step.0 * from as i64), to: Micros(step.0 * to as i64) }
    }

    #[test]
    fn other_frames_than_the_sources_are_found_with_their_times() {
        let source = moving(40, 1.0, 10.0);
        let frozen = |from: usize, to: usize| {
            let mut frames = source.clone();
            for sample in from..to {
                frames.copy_within((from - 1) * PIXELS..from * PIXELS, sample * PIXELS);
            }
            frames
        };
        let mut green = source.clone();
        green[20 * PIXELS..].fill(90);
        let coarse: Vec<u8> = source.iter().map(|value| value / 8 * 8 + 3).collect();
        for (name, frames, tones, expected) in [
            ("the same", source.clone(), false, vec![]),
            ("coarser", coarse, false, vec![]),
            ("frozen for a second", frozen(10, 18), false, vec![span(11, 18, STEP)]),
            ("frozen for less than a quarter of a second", frozen(10, 12), false, vec![]),
            ("rubbish to the end", green.clone(), false, vec![span(20, 40, STEP)]),
            ("rubbish where tones may differ", green, true, vec![span(20, 40, STEP)]),
            ("cut short", source[..30 * PIXELS].to_vec(), false, vec![span(30, 40, STEP)]),
            (
                "late by half a second",
                moving(44, 1.0, 10.0)[4 * PIXELS..].to_vec(),
                false,
                vec![span(0, 40, STEP)],
            ),
            ("darker", moving(40, 0.6, 2.0), false, vec![span(0, 40, STEP)]),
            ("darker by tone mapping", moving(40, 0.6, 2.0), true, vec![]),
        ] {
            let [source, result] =
                [&source, &frames].map(|frames| Watched { frames: frames.clone(), ..Watched::default() });
            let found = compare(&source, &result, Tolerance { interval: STEP, tones, loose: false });
            // A frozen stretch begins to differ with the first sample that has moved far enough.
            let close = found.video.len() == expected.len()
                && found.video.iter().zip(&expected).all(|(found, expected)| {
                    (found.from - expected.from).0.abs() <= STEP.0 && found.to == expected.to
                });
            assert!(close, "{name}: {found:?}");
        }
    }

    #[test]
    fn silence_and_noise_that_the_source_does_not_have_are_found() {
        let loud = |ranges: &[(usize, usize)]| -> Vec<Option<f32>> {
            let within = |index| ranges.iter().any(|&(from, to)| (from..to).contains(&index));
            (0..40).map(|index| Some(if within(index) { -18.0 } else { -70.0 })).collect()
        };
        let source = loud(&[(0, 20)]);
        for (name, result, expected) in [
            ("the same", source.clone(), vec![]),
            ("silent in the middle", loud(&[(0, 5), (12, 20)]), vec![span(5, 12, WINDOW)]),
            ("a short dropout", loud(&[(0, 5), (7, 20)]), vec![]),
            ("noise at the end", loud(&[(0, 20), (30, 36)]), vec![span(30, 36, WINDOW)]),
            ("late", loud(&[(5, 25)]), vec![span(0, 5, WINDOW), span(20, 25, WINDOW)]),
            ("no audio", vec![None; 40], vec![]),
        ] {
            let [source, result] =
                [source.clone(), result].map(|loudness| Watched { loudness, ..Watched::default() });
            let found = compare(&source, &result, Tolerance { interval: STEP, tones: false, loose: false });
            assert_eq!(found.audio, expected, "{name}");
        }
    }

    #[test]
    fn lost_frames_are_found_by_their_times() {
        let frame = Micros(40_000);
        let times =
            |numbers: &[i64]| numbers.iter().map(|number| Micros(number * 40_000)).collect::<Vec<_>>();
        let all: Vec<i64> = (0..10).collect();
        for (decoded, expected) in [
            (all.clone(), vec![]),
            (vec![0, 1, 2, 6, 7, 8, 9], vec![span(3, 6, frame)]),
            (vec![2, 3, 4, 5, 6, 7], vec![span(0, 2, frame), span(8, 10, frame)]),
            (vec![], vec![span(0, 10, frame)]),
        ] {
            assert_eq!(lost_frames(&times(&all), &times(&decoded), frame), expected, "{decoded:?}");
        }
        // Times that are rounded to milliseconds are still the same frame's.
        let rounded: Vec<Micros> = times(&all).iter().map(|time| *time + Micros(900)).collect();
        assert_eq!(lost_frames(&times(&all), &rounded, frame), vec![]);
    }

    #[test]
    fn a_frame_that_decodes_in_part_is_damaged_up_to_the_next_keyframe() {
        let frame = Micros(40_000);
        let times =
            |numbers: &[i64]| numbers.iter().map(|number| Micros(number * 40_000)).collect::<Vec<_>>();
        let all: Vec<i64> = (0..20).collect();
        let keyframes = times(&[0, 10]);
        for (not_whole, lost, expected) in [
            (vec![], vec![], vec![]),
            (vec![3], vec![], vec![span(3, 10, frame)]),
            (vec![3, 6], vec![], vec![span(3, 10, frame)]),
            (vec![9], vec![], vec![span(9, 10, frame)]),
            (vec![10, 12], vec![], vec![span(10, 20, frame)]),
            // Behind a loss, up to the keyframe; a keyframe that is lost itself is none.
            (vec![], vec![span(1, 8, frame)], vec![span(8, 10, frame)]),
            (vec![], vec![span(2, 10, frame)], vec![]),
            (vec![], vec![span(4, 11, frame)], vec![span(11, 20, frame)]),
            (vec![], vec![span(4, 6, frame)], vec![]),
        ] {
            let whole: Vec<i64> = all.iter().copied().filter(|number| !not_whole.contains(number)).collect();
            let found = partly_decoded(&times(&all), &times(&whole), &lost, frame, &keyframes);
            assert_eq!(found, expected, "{not_whole:?} {lost:?}");
        }
    }

    #[test]
    fn gaps_in_audio_lie_between_what_was_decoded() {
        let mut loudness = vec![Some(-20.0); 20];
        loudness[..3].fill(None);
        loudness[8..12].fill(None);
        let watched = Watched { loudness, ..Watched::default() };
        assert_eq!(watched.gaps_in_audio(), vec![span(8, 12, WINDOW)]);
        // Of a track that should be heard for longer, what is missing at its ends counts, too.
        let all = watched.gaps_between(Micros(0), Micros(2_500_000));
        assert_eq!(all, vec![span(1, 3, WINDOW), span(8, 12, WINDOW), span(20, 25, WINDOW)]);
    }
}
