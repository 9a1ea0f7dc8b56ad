//! Samples of the source that the browser's decodes of chunks bring, so that no other decode of it is needed. Each
//! decoder goes on into the chunk behind its own: where it shows what that chunk's decoder shows after its seek, all of
//! them together are one decode from the start. Starts nothing.

use super::rendition::{Rendition, RenditionPhase};
use super::shared::Shared;
use super::watch::{audio_of_source, frames_of_source};
use crate::clip::streams::only_in_browser;
use crate::clip::watched;
use crate::machine::{Decoder, WhyFfmpeg};
use crate::plan::EncodePlan;
use crate::plan::audio::AudioPlan;
use crate::step::watch::{self, SampleStep};
use crate::step::webcodecs::{self, AudioStep, DecodeStep};
use crate::step::{Program, Task, Written};

/// So many samples a decoder takes behind its chunk: more than a quarter of a second, which is the least that counts as
/// different.
const RUN_ON: u64 = 3;

/// What the decodes of an encode's chunks showed.
#[derive(Debug)]
pub(super) struct ChunkSamples {
    /// Luma of each chunk's samples, and of those behind it.
    chunks: Vec<Option<Vec<u8>>>,
}

/// The first slot from `slot` on that is sampled.
fn sampled(plan: &EncodePlan, slot: u64, every: u64) -> u64 {
    slot.next_multiple_of(every.max(1)).min(plan.grid.frames)
}

/// Returns what a decode of a chunk samples; `None` where no sample lies in it or behind it.
fn step_of(plan: &EncodePlan, index: usize) -> Option<SampleStep> {
    let chunk = plan.chunks.get(index)?;
    let whole = frames_of_source(plan);
    let first = sampled(plan, chunk.first, whole.every);
    let end =
        (sampled(plan, chunk.first + chunk.frames, whole.every) + RUN_ON * whole.every).min(plan.grid.frames);
    let from = webcodecs::decode(plan, chunk).from;
    let decode = DecodeStep { from, first, frames: end - first, ..whole.decode };
    (decode.frames > 0).then_some(SampleStep { decode, ..whole })
}

impl ChunkSamples {
    pub(super) fn new(chunks: usize) -> ChunkSamples {
        ChunkSamples { chunks: vec![None; chunks] }
    }

    fn has(&self, index: usize) -> bool {
        self.chunks.get(index).is_some_and(Option::is_some)
    }

    /// Returns whether nothing is missing.
    pub(super) fn is_complete(&self, plan: &EncodePlan) -> bool {
        (0..self.chunks.len()).all(|index| self.has(index) || step_of(plan, index).is_none())
    }

    /// Books a chunk's samples, unless some are missing.
    fn book(&mut self, plan: &EncodePlan, index: usize, luma: &[u8]) {
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
        let every = frames_of_source(plan).every.max(1);
        let [first, end] = [chunk.first, chunk.first + chunk.frames].map(|slot| sampled(plan, slot, every));
        luma.split_at(watched::bytes_of((end - first).div_ceil(every)).min(luma.len()))
    }

    /// Returns the samples of all chunks, one behind the other.
    pub(super) fn joined(&self, plan: &EncodePlan) -> Vec<u8> {
        (0..self.chunks.len()).flat_map(|index| self.of(plan, index).0).copied().collect()
    }

    /// Returns whether a decoder that went on into this chunk shows other frames there than this chunk's own decoder, or
    /// this chunk's own shows other frames behind it.
    fn differs_around(&self, plan: &EncodePlan, index: usize) -> bool {
        (0..=index).any(|before| {
            let mut rest = self.of(plan, before).1;
            ((before + 1)..self.chunks.len()).any(|behind| {
                let own = self.of(plan, behind).0;
                let length = rest.len().min(own.len());
                // What has not arrived yet is compared when it arrives.
                let known = self.has(behind) && (before == index || behind == index);
                let differs = known && !watched::is_same(&rest[..length], &own[..length]);
                rest = if self.has(behind) { &rest[length..] } else { &[] };
                differs
            })
        })
    }
}

impl Rendition {
    /// Returns whether the decodes of its chunks sample the source. Renditions of a package take frames from one another
    /// instead.
    pub(super) fn samples_chunks(&self, shared: &Shared) -> bool {
        let complete = || self.encode.as_ref().is_some_and(|encode| encode.samples.is_complete(&encode.plan));
        self.machine.decoder == Decoder::Browser
            && !shared.tasks.queues_all
            && !shared.lenient
            && (self.phase != RenditionPhase::Finishing || complete())
    }

    /// Returns whether the source is heard while its audio is encoded.
    pub(super) fn listens_beside(&self, shared: &Shared) -> bool {
        let encodes = self.encode_plan().is_some_and(|plan| matches!(plan.audio, AudioPlan::Encode { .. }));
        self.machine.decoder == Decoder::Browser
            && encodes
            && (self.phase != RenditionPhase::Finishing || shared.heard.is_some())
    }

    /// Lets an encode of the audio listen to its source.
    pub(super) fn listening(&self, step: AudioStep) -> AudioStep {
        let listen = self.encode_plan().and_then(audio_of_source).filter(|_| !step.copy);
        AudioStep { listen, ..step }
    }

    /// Adds the samples that are still missing of a chunk to the task that decodes it.
    pub(super) fn sampling(&self, mut task: Task, chunk: usize, shared: &Shared) -> Task {
        let missing = self.encode.as_ref().filter(|encode| !encode.samples.has(chunk));
        let due = missing.filter(|_| self.samples_chunks(shared)).and_then(|one| step_of(&one.plan, chunk));
        if let (Program::Decode { samples, .. }, Some(step)) = (&mut task.program, due) {
            *samples = Some(Box::new(step));
            task.outputs.extend(watch::outputs(true));
        }
        task
    }

    /// Books the samples that a decode of a chunk brought. If decoders disagree, one of them is wrong after its seek.
    pub(super) fn book_samples(&mut self, shared: &mut Shared, chunk: usize, written: &Written) {
        let Some(encode) = &mut self.encode else { return };
        encode.samples.book(&encode.plan, chunk, &written.head);
        if encode.samples.differs_around(&encode.plan, chunk) {
            if only_in_browser(&shared.facts.video.codec) {
                self.decode_from_start(shared);
            } else {
                shared.fall_back(WhyFfmpeg::Different);
            }
        }
    }
}
