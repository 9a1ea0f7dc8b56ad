//! What the browser's decodes for an encode show and play besides, so that the source is not decoded again for the last
//! look. Starts nothing.

use super::rendition::{Rendition, RenditionPhase};
use super::samples::{self, audio_of_source};
use super::shared::Shared;
use crate::clip::streams::only_in_browser;
use crate::machine::{Decoder, WhyFfmpeg};
use crate::plan::audio::AudioPlan;
use crate::step::webcodecs::AudioStep;
use crate::step::{Program, Task, Written, watch};

impl Rendition {
    /// Returns whether the decodes of its chunks sample the source. Renditions of a package take frames from one another
    /// instead.
    pub(super) fn samples_chunks(&self, shared: &Shared) -> bool {
        let complete = || self.encode.as_ref().is_some_and(|encode| encode.samples.is_complete(&encode.plan));
        self.machine.decoder == Decoder::Browser
            && !shared.tasks.queues_all
            && !shared.lenient
            && !shared.facts.video.gradual_refresh
            && self.encode_plan().is_some_and(samples::begins_at_the_start)
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
        let due = missing
            .filter(|_| self.samples_chunks(shared))
            .and_then(|one| samples::step_of(&one.plan, chunk));
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
            encode.samples.distrust();
            // Else the source is decoded as a whole, which shows whether anything is wrong with the result.
            if !only_in_browser(&shared.facts.video.codec) {
                shared.fall_back(WhyFfmpeg::Different);
            }
        }
    }
}
