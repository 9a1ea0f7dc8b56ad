//! Cutting the output frame grid into closed-GOP chunks that are encoded side by side.
//! Knows nothing of encoders; a chunk is a range of grid frames and a place to start decoding.

use crate::clip::facts::{Container, VideoFacts};
use crate::units::{FrameRate, Micros};
use serde::{Deserialize, Serialize};

/// A range of the output frame grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Index of its first frame on the grid.
    pub first: u64,
    /// How many frames it has, at least 1.
    pub frames: u64,
    /// Where to start decoding; `None` is the start of the file.
    pub seek: Option<Micros>,
    /// The slot from which frames are counted, at or before `first`.
    pub anchor: u64,
}

/// The output frame grid on the source's timeline: slot `n` stands at `origin + n / rate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Frames per second.
    pub rate: FrameRate,
    /// Source time at which slot 0 stands for the `fps` filter, which shows at each slot the last frame whose time
    /// rounds to it or before it. A little before the first frame when rates differ, so that no source frame falls
    /// exactly between two slots, where rounding would depend on the chunk.
    pub origin: Micros,
    /// Source time of what slot 0 shows: the result's zero.
    pub start: Micros,
    /// How many slots.
    pub frames: u64,
}

impl Chunk {
    /// Returns how many frames are decoded before its first one.
    pub(crate) fn run_up(&self, grid: &Grid) -> u64 {
        let begins = self.seek.map_or(0, |seek| grid.slot_of(seek.max(grid.start)));
        self.first.saturating_sub(begins)
    }
}

impl Grid {
    /// Returns the share of a clip's video that is in `chunk`, for sharing bytes out before anything is measured.
    pub(crate) fn weight(&self, video: &VideoFacts, chunk: &Chunk) -> f64 {
        let [from, to] =
            [chunk.first, chunk.first + chunk.frames].map(|slot| video.bytes_until(self.time_of(slot)));
        // What the source's encoder spent says how hard a part is; half is shared out evenly, since sources are not all
        // of steady quality.
        let even = chunk.frames as f64 / self.frames.max(1) as f64;
        let spent = (to - from).max(0.0) / (video.bytes.0 as f64).max(1.0);
        (even + spent) / 2.0
    }

    /// Returns the grid for keeping `start..end` of `video` at `rate`.
    pub fn new(video: &VideoFacts, rate: FrameRate, start: Micros, end: Micros) -> Grid {
        let same_rate = rate == video.frame_rate && video.constant_rate;
        let nudge = if same_rate { 0 } else { (250_000.0 / video.frame_rate.per_second()) as i64 };
        let whole = start <= video.start && end >= video.start + video.duration;
        let frames =
            if same_rate && whole { video.frames } else { rate.frames_in(end - start.max(video.start)) };
        let start = start.max(video.start);
        Grid { rate, origin: start + video.stamped_late - Micros(nudge), start, frames: frames.max(1) }
    }

    /// Returns the slot from which the `fps` filter counts for the chunk that begins at `first`. The filter rounds its
    /// start to the source's time base; at whole seconds after `origin` every chunk is rounded alike, so that the same
    /// source frame falls on the same slot whichever chunk shows it.
    pub fn anchor(&self, first: u64, container: Container) -> u64 {
        match container {
            Container::Mp4 | Container::Mov | Container::Matroska | Container::WebM | Container::MpegTs => {
                first - first % u64::from(self.rate.numerator())
            }
            // Time bases that have no whole seconds.
            Container::Avi | Container::Other => 0,
        }
    }

    /// Returns the source time of slot `index` for the `fps` filter.
    pub fn time_of(&self, index: u64) -> Micros {
        self.origin + self.rate.time_of(index)
    }

    /// Returns the slot at which a source frame of time `time` is first shown.
    pub fn slot_of(&self, time: Micros) -> u64 {
        self.rate.frames_in(time - self.origin)
    }

    /// Returns the length of the result.
    pub fn duration(&self) -> Micros {
        self.rate.time_of(self.frames)
    }
}

/// No clip has more chunks than this, whatever its times claim.
const MOST_CHUNKS: f64 = 4000.0;
/// Shortest chunk worth its keyframe, in seconds and in frames: rate control needs some to work with.
const SHORTEST: (f64, f64) = (2.0, 48.0);
/// The length aimed at for short clips: long enough for rate control, short enough to spread and to redo.
const COMFORTABLE: (f64, f64) = (7.5, 120.0);
/// The length aimed at for very long clips.
const LONGEST: (f64, f64) = (15.0, 250.0);

/// Cuts the grid for `workers` encoders side by side. Boundaries fall where they cost least: on the source's own
/// keyframes off the regular distance (its encoder saw a scene cut there), on others, since decoding can start there,
/// or else so that every chunk has the same length.
pub fn cut(video: &VideoFacts, container: Container, grid: &Grid, workers: usize) -> Vec<Chunk> {
    let cut = |count| between(video, container, grid, &boundaries(video, grid, count, workers));
    let chunks = cut(count(grid, workers));
    let one_each = workers.min(chunks.len());
    let chunks = affordable(grid, chunks);
    if chunks.len() < one_each && !video.only_from_start && grid.duration() < ONE_ROUND {
        return cut(one_each as u64);
    }
    chunks
}

/// Cuts the grid at whole multiples of `distance` frames, the distance of keyframes: every GOP keeps its length.
pub fn at_multiples(
    video: &VideoFacts,
    container: Container,
    grid: &Grid,
    workers: usize,
    distance: u64,
) -> Vec<Chunk> {
    let distance = distance.max(1);
    let gops = grid.frames.div_ceil(distance);
    let count = count(grid, workers).min(gops).max(1);
    let mut slots: Vec<u64> = (0..count).map(|index| gops * index / count * distance).collect();
    slots.push(grid.frames);
    affordable(grid, between(video, container, grid, &slots))
}

/// Cuts the grid at these frames, the first of which is its first.
pub fn at(video: &VideoFacts, container: Container, grid: &Grid, firsts: &[u64]) -> Vec<Chunk> {
    let slots: Vec<u64> = firsts.iter().copied().chain([grid.frames]).collect();
    between(video, container, grid, &slots)
}

/// Returns the grid as one chunk.
pub fn whole(video: &VideoFacts, container: Container, grid: &Grid) -> Vec<Chunk> {
    between(video, container, grid, &[0, grid.frames])
}

/// Where all run-ups are below this, none is too long.
const SHORT_RUN_UP: Micros = Micros(4_000_000);
/// Clips below this length are worth one chunk for each worker, even if it is decoded from the start: decoding takes a
/// fraction of encoding.
const ONE_ROUND: Micros = Micros(60_000_000);

/// Adds chunks to the one before where more would be decoded before them than a chunk is long: with one keyframe in half
/// an hour every chunk would decode the clip from its start. In a clip of some seconds, all workers are worth more.
fn affordable(grid: &Grid, chunks: Vec<Chunk>) -> Vec<Chunk> {
    let short = grid.rate.frames_in(SHORT_RUN_UP);
    if chunks.iter().all(|chunk| chunk.run_up(grid) < short) {
        return chunks;
    }
    let length = grid.frames / (chunks.len() as u64).max(1);
    let mut kept: Vec<Chunk> = Vec::new();
    for chunk in chunks {
        match kept.last_mut().filter(|_| chunk.run_up(grid) >= length) {
            Some(before) => before.frames += chunk.frames,
            None => kept.push(chunk),
        }
    }
    kept
}

fn between(video: &VideoFacts, container: Container, grid: &Grid, boundaries: &[u64]) -> Vec<Chunk> {
    boundaries
        .windows(2)
        .filter_map(|pair| match *pair {
            [first, next] => Some(Chunk {
                first,
                frames: next - first,
                seek: seek_for(video, container, grid, first),
                anchor: grid.anchor(first, container),
            }),
            _ => None,
        })
        .collect()
}

fn count(grid: &Grid, workers: usize) -> u64 {
    let seconds = grid.duration().seconds();
    let workers = workers.max(1) as f64;
    let at_least =
        |(seconds, frames): (f64, f64)| frames.max(seconds * grid.rate.per_second()) / grid.rate.per_second();
    let most = (seconds / at_least(SHORTEST)).floor().max(1.0);
    // Long clips: longer chunks, so that an hour is some hundreds of them and not a thousand.
    let length = (at_least(COMFORTABLE) + seconds / 200.0).min(at_least(LONGEST));
    let wanted = (seconds / length).ceil().max(1.0);
    let even_share = (wanted / workers).ceil() * workers;
    // A single worker still gains from several chunks only through redoing less; keep its keyframes few.
    even_share.min(most).clamp(1.0, MOST_CHUNKS) as u64
}

/// Returns ascending slots, from 0 to `grid.frames`.
fn boundaries(video: &VideoFacts, grid: &Grid, count: u64, workers: usize) -> Vec<u64> {
    let candidates = Candidates::of(video, grid);
    let mut slots = vec![0];
    let length = grid.frames as f64 / count as f64;
    // The more chunks a worker takes, the better it evens out their lengths.
    let rounds = (count as f64 / workers.max(1) as f64).max(1.0);
    for ideal in candidates.even(grid.frames, count) {
        let slot = candidates.cheapest(ideal, (length * REACH) as u64, rounds);
        let previous = slots.last().copied().unwrap_or(0);
        if slot > previous && slot < grid.frames {
            slots.push(slot);
        }
    }
    slots.push(grid.frames);
    slots
}

/// How far from its ideal place a boundary may be, in lengths of a chunk.
const REACH: f64 = 0.4;
/// What a frame costs that one worker encodes while another has no chunk left. Half the time it decodes the source for
/// the comparison, or encodes the audio.
const WAIT_COST: f64 = 0.5;
/// What a keyframe costs where the source has no scene cut, in encoded frames: a price in sharpness, set beside prices
/// in time.
const KEYFRAME_COST: f64 = 10.0;
/// What a frame costs that is decoded and thrown away: a quarter of an encoded one where nothing but the browser's encoder
/// follows, a twentieth beside two passes of x264, of which the second decodes nothing.
const DECODE_COST: f64 = 0.1;
/// What beginning between keyframes costs besides: not every decoder makes the same frames there.
const MIDWAY_COST: f64 = 5.0;

/// Source keyframes as slots, those at scene cuts marked.
struct Candidates {
    slots: Vec<(u64, bool)>,
}

impl Candidates {
    fn of(video: &VideoFacts, grid: &Grid) -> Candidates {
        let gaps: Vec<i64> = video.keyframes.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        let longest = gaps.iter().copied().max().unwrap_or(0);
        let tolerance = (1_500_000.0 / video.frame_rate.per_second()) as i64;
        let shorter = |gap: i64| longest - gap > tolerance;
        // An encoder that ran into its greatest distance once may have seen a scene cut just there.
        let regular = gaps.iter().filter(|&&gap| !shorter(gap)).count() > 1;
        let after_first = video.keyframes.iter().skip(1);
        let slots = after_first
            .zip(&gaps)
            .map(|(&time, &gap)| (grid.slot_of(time), !regular || shorter(gap)))
            .collect();
        Candidates { slots }
    }

    /// Returns how many frames are decoded before one at `slot`.
    fn run_up(&self, slot: u64) -> u64 {
        let before = self.slots.partition_point(|&(keyframe, _)| keyframe <= slot);
        slot - before.checked_sub(1).map_or(0, |index| self.slots[index].0)
    }

    /// Returns the boundaries between `count` chunks that are the same work each, run-ups included.
    fn even(&self, frames: u64, count: u64) -> Vec<u64> {
        /// From even lengths on; each time the change is a small part of the one before.
        const STEPS: usize = 4;
        let mut places: Vec<u64> = (1..count).map(|index| frames * index / count).collect();
        for _ in 0..STEPS {
            let run_ups: Vec<f64> =
                places.iter().map(|place| self.run_up(*place) as f64 * DECODE_COST).collect();
            let share = (frames as f64 + run_ups.iter().sum::<f64>()) / count as f64;
            let mut begins = 0.0;
            let mut run_up = 0.0;
            for (place, next_run_up) in places.iter_mut().zip(run_ups) {
                begins += (share - run_up).max(0.0);
                run_up = next_run_up;
                *place = (begins.round() as u64).min(frames);
            }
        }
        places
    }

    /// Returns the slot for a boundary within `reach` of `ideal` where each worker takes `rounds` chunks.
    fn cheapest(&self, ideal: u64, reach: u64, rounds: f64) -> u64 {
        let from = self.slots.partition_point(|&(slot, _)| slot + reach < ideal);
        let off = |slot: u64| slot.abs_diff(ideal) as f64 * WAIT_COST / rounds;
        let near = self.slots[from..].iter().take_while(|&&(slot, _)| slot <= ideal + reach);
        let costs =
            near.map(|&(slot, scene_cut)| (slot, off(slot) + if scene_cut { 0.0 } else { KEYFRAME_COST }));
        let anywhere = (ideal, KEYFRAME_COST + MIDWAY_COST + self.run_up(ideal) as f64 * DECODE_COST);
        costs.chain([anywhere]).min_by(|one, other| one.1.total_cmp(&other.1)).map_or(ideal, |(slot, _)| slot)
    }
}

/// Containers without a reliable index get this much more run-up before a chunk, and none below it.
const RUN_UP: Micros = Micros(500_000);

/// Returns where decoding must start so that the frame shown at slot `first` is among the decoded ones.
fn seek_for(video: &VideoFacts, container: Container, grid: &Grid, first: u64) -> Option<Micros> {
    if video.only_from_start {
        return None;
    }
    let usable = video.keyframes.partition_point(|&time| grid.slot_of(time) <= first);
    let back = if video.gradual_refresh { 2 } else { 1 };
    let needed = *video.keyframes.get(usable.checked_sub(back).filter(|&index| index > 0)?)?;
    // A quarter frame past the keyframe: rounding to microseconds must not slip to the keyframe before.
    let quarter = Micros((250_000.0 / video.frame_rate.per_second()) as i64);
    let seek = match container {
        Container::Mp4 | Container::Mov | Container::Matroska | Container::WebM => needed + quarter,
        // The seek lands on the right keyframe or a little late.
        Container::Avi => needed - RUN_UP,
        // The seek lands on any packet and decoding starts at the next keyframe: a whole keyframe distance before.
        Container::MpegTs | Container::Other => {
            let longest = video.keyframes.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default();
            grid.time_of(first) - longest - RUN_UP
        }
    };
    let earliest = video.start + Micros(RUN_UP.0 * 3);
    let indexed = needed + quarter == seek;
    (indexed || seek > earliest).then_some(seek)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::facts;

    #[test]
    fn boundaries_cost_least() {
        // Keyframes, workers, and where the second chunk of 250 frames begins.
        for (keyframes, workers, second) in [
            // Scene cuts: the nearest, so that no worker waits for another.
            (vec![0, 30, 76, 137, 187, 242], 2, 137),
            // Scene cuts beside a regular distance.
            (vec![0, 50, 100, 130, 150, 200], 2, 130),
            // A regular keyframe near.
            (vec![0, 60, 120, 180, 240], 2, 120),
            // A scene cut so far that a worker would wait for long.
            (vec![0, 50, 79, 100, 120, 150, 200], 2, 120),
            // Far from every keyframe: the second chunk is shorter by what is decoded before it.
            (vec![0, 40, 240], 2, 129),
        ] {
            let mut facts = facts(250);
            let video = &mut facts.video;
            video.keyframes = keyframes.iter().map(|&frame| video.frame_rate.time_of(frame)).collect();
            let grid = Grid::new(video, video.frame_rate, Micros(0), video.duration);
            let found = cut(video, facts.container, &grid, workers);
            assert_eq!(
                found.iter().map(|chunk| chunk.first).collect::<Vec<_>>(),
                [0, second],
                "{keyframes:?}"
            );
        }
    }

    #[test]
    fn every_frame_is_decoded_once_or_little_more() {
        // A keyframe every so many frames; how many chunks there are, and the most frames that are decoded for them.
        for (frames, apart, only_from_start, chunks, decoded) in [
            (750, 50, false, 4, 800),
            (750, 250, false, 4, 1_000),
            (750, 750, false, 2, 1_180),
            (1_500, 1_500, false, 1, 1_500),
            (45_000, 45_000, false, 1, 45_000),
            (750, 50, true, 1, 750),
        ] {
            let mut facts = facts(frames);
            let video = &mut facts.video;
            video.only_from_start = only_from_start;
            video.keyframes =
                (0..frames).step_by(apart).map(|frame| video.frame_rate.time_of(frame)).collect();
            let grid = Grid::new(video, video.frame_rate, Micros(0), video.duration);
            let found = cut(video, facts.container, &grid, 2);
            let all: u64 = found.iter().map(|chunk| chunk.frames + chunk.run_up(&grid)).sum();
            assert!(found.len() == chunks && all <= decoded, "{apart}: {} chunks, {all} frames", found.len());
        }
    }
}
