//! How a source is sampled, as a whole or where its chunks are decoded. The browser's decodes of chunks sample it, so
//! that no other decode is needed: each decoder goes on into the chunk behind its own, and where it shows what that
//! chunk's decoder shows after its seek, all of them together are one decode from the start. Knows no rendition.

use crate::clip::watched::{self, WINDOW};
use crate::machine::limits::frames_waiting;
use crate::plan::EncodePlan;
use crate::plan::chunks::Grid;
use crate::step::tones::Hdr;
use crate::step::watch::{self, SampleStep};
use crate::step::webcodecs::{self, DecodeStep, ListenStep};
use crate::units::Micros;

/// So many samples a decoder takes behind its chunk: more than a quarter of a second, which is the least that counts as
/// different.
const RUN_ON: u64 = 3;

/// HDR is tone-mapped at so many times the size of a sample.
const HDR_FINER: u32 = 5;

/// Samples the whole of a file, whose frames have this size in pixels, on this grid.
pub(super) fn step(stream: u32, size: (u32, u32), origin: Micros, grid: &Grid) -> SampleStep {
    SampleStep {
        decode: DecodeStep {
            stream,
            from: None,
            origin,
            rate: grid.rate,
            first: 0,
            frames: grid.frames,
            width: watched::WIDTH,
            height: watched::HEIGHT,
            inside: [0, 0, watched::WIDTH, watched::HEIGHT],
            crop: None,
            turn: 0,
            mirrored: false,
            full_range: false,
            hdr: None,
            waiting: frames_waiting(size),
            lenient: false,
            own_decoder: false,
        },
        finer: 1,
        every: watch::every(grid.rate),
        luma_of_chroma: [0.0, 0.0],
        fitted: None,
        upright: None,
    }
}

pub(super) fn listen(stream: u32, origin: Micros) -> ListenStep {
    ListenStep { stream, origin, window: WINDOW, lenient: false }
}

/// Samples the source as `plan` shows it.
pub(super) fn frames_of_source(plan: &EncodePlan) -> SampleStep {
    let mut step = step(plan.stream, plan.conversion.source, plan.zero + plan.grid.origin, &plan.grid);
    let shown = plan.chunks.first().map(|chunk| webcodecs::decode(plan, chunk));
    if let Some(DecodeStep { crop, turn, mirrored, .. }) = shown {
        (step.decode.crop, step.decode.turn, step.decode.mirrored) = (crop, turn, mirrored);
    }
    step.upright = plan.conversion.upright();
    step.decode.full_range = plan.conversion.full_range;
    step.fitted = plan.conversion.fits_each().then_some(plan.conversion.inside);
    step.decode.hdr = Hdr::of(&plan.conversion);
    if step.decode.hdr.is_some() {
        // Colours change so much that brightness and contrast alone could not be fitted. The mean of mapped colours is not
        // the mapped mean.
        step.finer = HDR_FINER;
        step.decode.width *= HDR_FINER;
        step.decode.height *= HDR_FINER;
        step.decode.inside = step.decode.inside.map(|side| side * HDR_FINER);
    }
    step
}

/// Listens to the source's audio as `plan` uses it.
pub(super) fn audio_of_source(plan: &EncodePlan) -> Option<ListenStep> {
    plan.audio.stream().map(|stream| listen(stream, plan.zero + plan.grid.start))
}

/// What the decodes of an encode's chunks showed.
#[derive(Debug)]
pub(super) struct ChunkSamples {
    /// Luma of each chunk's samples, and of those behind it.
    chunks: Vec<Option<Vec<u8>>>,
    /// Two of them show different frames of the same time.
    distrusted: bool,
}

/// Returns whether the first chunk is decoded from the file's start. Nothing proves its seek.
pub(super) fn begins_at_the_start(plan: &EncodePlan) -> bool {
    plan.chunks.first().is_some_and(|chunk| chunk.seek.is_none())
}

/// The first slot from `slot` on that is sampled.
fn sampled(plan: &EncodePlan, slot: u64) -> u64 {
    slot.next_multiple_of(watch::every(plan.grid.rate)).min(plan.grid.frames)
}

/// Returns what a decode of a chunk samples; `None` where no sample lies in it or behind it.
pub(super) fn step_of(plan: &EncodePlan, index: usize) -> Option<SampleStep> {
    let chunk = plan.chunks.get(index)?;
    let whole = frames_of_source(plan);
    let first = sampled(plan, chunk.first);
    let end = (sampled(plan, chunk.first + chunk.frames) + RUN_ON * whole.every).min(plan.grid.frames);
    let from = webcodecs::decode(plan, chunk).from;
    let decode = DecodeStep { from, first, frames: end - first, ..whole.decode };
    (decode.frames > 0).then_some(SampleStep { decode, ..whole })
}

impl ChunkSamples {
    pub(super) fn new(chunks: usize) -> ChunkSamples {
        ChunkSamples { chunks: vec![None; chunks], distrusted: false }
    }

    pub(super) fn has(&self, index: usize) -> bool {
        self.chunks.get(index).is_some_and(Option::is_some)
    }

    /// Uses none of them.
    pub(super) fn distrust(&mut self) {
        self.distrusted = true;
    }

    /// Returns whether nothing is missing, and nothing in doubt.
    pub(super) fn is_complete(&self, plan: &EncodePlan) -> bool {
        !self.distrusted
            && (0..self.chunks.len()).all(|index| self.has(index) || step_of(plan, index).is_none())
    }

    /// Books a chunk's samples, unless some are missing.
    pub(super) fn book(&mut self, plan: &EncodePlan, index: usize, luma: &[u8]) {
        let due = step_of(plan, index).map_or(0, |step| watched::bytes_of(step.samples()));
        if let Some(chunk) = self.chunks.get_mut(index).filter(|_| luma.len() == due) {
            *chunk = Some(luma.to_vec());
        }
    }

    /// Returns a chunk's own samples, and those behind it.
    fn of(&self, plan: &EncodePlan, index: usize) -> (&[u8], &[u8]) {
        let (Some(Some(luma)), Some(chunk)) = (self.chunks.get(index), plan.chunks.get(index)) else {
            return (&[], &[]);
        };
        let [first, end] = [chunk.first, chunk.first + chunk.frames].map(|slot| sampled(plan, slot));
        let own = (end - first).div_ceil(watch::every(plan.grid.rate));
        luma.split_at(watched::bytes_of(own).min(luma.len()))
    }

    /// Returns the samples of all chunks, one behind the other.
    pub(super) fn joined(&self, plan: &EncodePlan) -> Vec<u8> {
        (0..self.chunks.len()).flat_map(|index| self.of(plan, index).0).copied().collect()
    }

    /// Returns whether decoders that went on into this chunk show other frames there than its own decoder, or it shows
    /// others behind itself. What has not arrived yet is compared when it arrives.
    pub(super) fn differs_around(&self, plan: &EncodePlan, index: usize) -> bool {
        let Some(first) = plan.chunks.get(index).map(|chunk| chunk.first) else { return false };
        let reach = (RUN_ON + 1) * watch::every(plan.grid.rate);
        let reaches = |before: &usize| {
            let chunk = &plan.chunks[*before];
            *before == index || chunk.first + chunk.frames + reach > first
        };
        (0..=index).rev().take_while(reaches).any(|before| {
            let mut rest = self.of(plan, before).1;
            for behind in (before + 1)..self.chunks.len() {
                if rest.is_empty() || !self.has(behind) {
                    break;
                }
                let own = self.of(plan, behind).0;
                let length = rest.len().min(own.len());
                if !watched::is_same(&rest[..length], &own[..length]) {
                    return true;
                }
                rest = &rest[length..];
            }
            false
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;
    use crate::machine::{Machine, VideoEncoder};
    use crate::plan::chunks::Chunk;
    use crate::plan::{self, Action};
    use crate::testing::{facts, samples};
    use crate::units::Bytes;
    use crate::wishes::Wishes;

    const FRAMES: u64 = 100;

    /// A plan whose chunks have these lengths; every third slot is sampled.
    fn plan_of(lengths: &[u64]) -> EncodePlan {
        let wishes = Wishes { target: Bytes(100_000), ..Wishes::default() };
        let made = plan::plan(&facts(FRAMES), &wishes, Machine::ffmpeg(2, VideoEncoder::Own)).unwrap();
        let Action::Encode(mut plan) = made.action else { panic!("no encode") };
        let mut first = 0;
        plan.chunks = lengths
            .iter()
            .map(|&frames| {
                let seek = (first > 0).then(|| plan.grid.rate.time_of(first));
                let chunk = Chunk { first, frames, seek, anchor: first };
                first += frames;
                chunk
            })
            .collect();
        assert_eq!((plan.grid.frames, first), (FRAMES, FRAMES));
        *plan
    }

    /// What a decode of a chunk shows: from `other` on, other frames.
    fn shown(plan: &EncodePlan, index: usize, other: u64) -> Vec<u8> {
        let Some(SampleStep { decode, .. }) = step_of(plan, index) else { return Vec::new() };
        let end = decode.first + decode.frames;
        let same = samples(decode.first..end.min(other), 0);
        [same, samples(other.max(decode.first)..end, 90)].concat()
    }

    #[test]
    fn the_samples_of_all_chunks_are_those_of_the_whole() {
        for lengths in [&[100][..], &[30, 40, 30], &[31, 1, 2, 33, 32, 1], &[99, 1], &[50, 1, 1, 48]] {
            let plan = plan_of(lengths);
            let mut found = ChunkSamples::new(lengths.len());
            // In any order.
            for index in (0..lengths.len()).rev() {
                assert!(!found.is_complete(&plan) || step_of(&plan, index).is_none(), "{lengths:?}");
                found.book(&plan, index, &shown(&plan, index, FRAMES));
                assert!(!found.differs_around(&plan, index), "{lengths:?} {index}");
            }
            assert!(found.is_complete(&plan), "{lengths:?}");
            assert_eq!(found.joined(&plan), samples(0..FRAMES, 0), "{lengths:?}");
        }
    }

    #[test]
    fn a_decoder_that_is_wrong_behind_its_seek_differs_from_the_one_before() {
        for (lengths, wrong, order) in [
            (&[30, 40, 30][..], 1, vec![0, 1, 2]),
            (&[30, 40, 30], 1, vec![2, 1, 0]),
            // Behind a chunk without a sample of its own.
            (&[30, 1, 69], 2, vec![2, 0, 1]),
        ] {
            let plan = plan_of(lengths);
            let mut found = ChunkSamples::new(lengths.len());
            let differs = order.into_iter().any(|index| {
                let other = if index == wrong { 0 } else { FRAMES };
                found.book(&plan, index, &shown(&plan, index, other));
                found.differs_around(&plan, index)
            });
            assert!(differs, "{lengths:?}");
        }
    }
}
