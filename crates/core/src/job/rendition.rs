//! One file on its way: its passes over chunks, what each chunk took, and the phase that it is in. What happens between
//! the phases stands in `passes`, what happens when something fails in `recovery`.

use super::cut::Cut;
use super::report::Report;
use super::samples::ChunkSamples;
use super::shared::{Audio, FINISHING, Shared, Tasks, WatchedPart, Work};
use crate::machine::Machine;
use crate::plan::audio::AudioPlan;
use crate::plan::{Action, Ceiling, EncodePlan, Plan, RateControl};
use crate::progress::Stage;
use crate::rate::ledger::Ledger;
use crate::rate::stats::PassStats;
use crate::step::{Artifact, ArtifactKind};
use crate::units::Bytes;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RenditionPhase {
    Waiting,
    Measuring,
    Encoding,
    Correcting,
    Finishing,
    Ended,
}

/// How it is known what the video leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    /// By the first pass's figures.
    Predicted,
    /// Every chunk is encoded.
    Encoded,
}

/// How the audio was already given what the video leaves.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Raised {
    predicted: bool,
    encoded: bool,
}

impl Raised {
    /// Whether it is the first time.
    pub(super) fn mark(&mut self, leaves: Leaves) -> bool {
        let tried = match leaves {
            Leaves::Predicted => &mut self.predicted,
            Leaves::Encoded => &mut self.encoded,
        };
        !std::mem::replace(tried, true)
    }
}

/// One file on its way.
#[derive(Debug)]
pub(super) struct Rendition {
    /// Its place among all, from 0.
    pub(super) index: usize,
    /// Its part of the job's plan, as it stands.
    pub(super) plan: Plan,
    /// The machine without what has failed on it.
    pub(super) machine: Machine,
    /// What proved too much for the bytes so far.
    pub(super) ceiling: Ceiling,
    /// How the audio was already given what the video leaves.
    pub(super) raised: Raised,
    pub(super) phase: RenditionPhase,
    /// The one task that comes next, where the phase has no queue.
    pub(super) due: Option<Work>,
    pub(super) encode: Option<EncodeState>,
    /// Waits for what still runs, to begin again with the next encoder.
    pub(super) changing_encoder: bool,
    /// Times that the result was put together again for a better choice of encodes.
    pub(super) assemblies: u32,
    /// Its figures while it is compared with the source.
    pub(super) checked: Option<Report>,
    /// The parts in which the finished file is decoded, and what that brought.
    pub(super) watched: Vec<WatchedPart>,
    /// Its figures, once it is checked.
    pub(super) report: Option<Report>,
    /// Its segments, once it is cut.
    pub(super) cut: Option<Cut>,
}

/// The state of an encode.
#[derive(Debug)]
pub(super) struct EncodeState {
    pub(super) plan: EncodePlan,
    pub(super) control: RateControl,
    pub(super) stats: Vec<Option<PassStats>>,
    /// Chunks that wait for their first pass, the longest last.
    pub(super) to_measure: Vec<usize>,
    /// Chunks still to be encoded in this phase, with the bytes to ask for (`None`: decided when it starts).
    pub(super) queue: Vec<(usize, Option<Bytes>)>,
    /// Latest encode of each chunk: its serial and size. Only used where quality leads; otherwise the ledger knows.
    pub(super) encoded: Vec<Option<(u32, Bytes)>>,
    pub(super) ledger: Option<Ledger>,
    /// Frames that are through, weighted by what a pass over them takes.
    pub(super) frames_done: f64,
    /// Chunks whose decoded frames are kept.
    pub(super) frames_kept: Vec<bool>,
    /// Errors that ffmpeg reported of each chunk.
    pub(super) decode_errors: Vec<usize>,
    /// What the browser's decodes of the chunks showed of the source.
    pub(super) samples: ChunkSamples,
}

/// A second of audio takes about as long to encode as this many pixels take in a first pass: 1.8 s for half a minute of
/// stereo in the browser, beside 45 million pixels a second.
const AUDIO_PIXELS: f64 = 2.6e6;
/// Weight of a frame's first pass and of its encode, as measured with x264 medium.
pub(super) const FIRST_PASS_WEIGHT: f64 = 0.35;
pub(super) const ENCODE_WEIGHT: f64 = 0.65;
/// Progress that is left for corrections, assembly and check.
const MAIN_WORK: f64 = 0.95;

impl EncodeState {
    pub(super) fn new(plan: EncodePlan) -> EncodeState {
        let chunks = plan.chunks.len();
        EncodeState {
            control: plan.control,
            stats: vec![None; chunks],
            to_measure: longest_last(&plan),
            queue: Vec::new(),
            encoded: vec![None; chunks],
            ledger: None,
            frames_done: 0.0,
            frames_kept: vec![false; chunks],
            decode_errors: vec![0; chunks],
            samples: ChunkSamples::new(chunks),
            plan,
        }
    }

    /// Returns whether the audio comes next: it takes its place among the chunks by what it takes of a worker's time,
    /// so that none waits long for another.
    fn audio_is_next(&self, phase: RenditionPhase) -> bool {
        let chunk = match phase {
            RenditionPhase::Measuring => self.to_measure.last().copied(),
            _ => self.queue.last().map(|(chunk, _)| *chunk),
        };
        let pixels = |chunk: usize| {
            let format = &self.plan.format;
            self.plan.chunks[chunk].frames as f64 * f64::from(format.width) * f64::from(format.height)
        };
        let audio = match self.plan.audio {
            AudioPlan::Encode { .. } => self.plan.audio_length.seconds() * AUDIO_PIXELS,
            AudioPlan::Copy { .. } | AudioPlan::None(_) => 0.0,
        };
        chunk.is_none_or(|chunk| pixels(chunk) <= audio)
    }

    pub(super) fn measured(&self) -> bool {
        self.stats.iter().all(Option::is_some)
    }

    /// Queues every chunk; its bytes are decided when it starts.
    pub(super) fn queue_all(&mut self) {
        self.queue = longest_last(&self.plan).into_iter().map(|chunk| (chunk, None)).collect();
    }

    /// Queues these chunks to be encoded again, asked for these bytes.
    pub(super) fn queue_again(&mut self, chunks: Vec<(usize, Bytes)>) {
        self.queue = chunks.into_iter().map(|(chunk, asked)| (chunk, Some(asked))).collect();
    }

    pub(super) fn two_pass(&self) -> bool {
        matches!(self.control, RateControl::TwoPass { .. }) || self.plan.engine.has_own_first_pass()
    }

    /// Returns whether chunks decoded with errors that begin after a seek.
    pub(super) fn has_errors_after_seeks(&self) -> bool {
        let chunks = self.plan.chunks.iter().zip(&self.decode_errors);
        chunks.into_iter().any(|(chunk, errors)| chunk.seek.is_some() && *errors > 0)
    }

    /// Returns the chosen encode of each chunk.
    pub(super) fn chosen(&self) -> Vec<u32> {
        match &self.ledger {
            Some(ledger) => ledger.chosen(),
            None => self.encoded.iter().map(|encoded| encoded.map_or(0, |(serial, _)| serial)).collect(),
        }
    }

    /// Forgets the decoded frames of all chunks; returns those chunks.
    pub(super) fn forget_frames(&mut self) -> Vec<usize> {
        let kept = self.frames_kept.iter_mut().enumerate();
        kept.filter_map(|(chunk, kept)| std::mem::take(kept).then_some(chunk)).collect()
    }

    fn next_encode(&mut self) -> Option<Work> {
        let (chunk, asked) = self.queue.pop()?;
        let serial = match &self.ledger {
            Some(ledger) => ledger.next_serial(chunk),
            None => self.encoded[chunk].map_or(0, |(serial, _)| serial + 1),
        };
        let asked = match (&mut self.ledger, asked) {
            (_, Some(asked)) => asked,
            (Some(ledger), None) => ledger.ask(chunk),
            (None, None) => Bytes(0),
        };
        Some(Work::Encode { chunk, asked, serial })
    }

    /// Returns everything that is kept of it, besides the audio.
    pub(super) fn artifacts(&self, rendition: usize) -> Vec<Artifact> {
        let mut artifacts = Vec::new();
        for chunk in 0..self.plan.chunks.len() {
            let serials = self.ledger.as_ref().map_or(1, |ledger| ledger.next_serial(chunk).max(1));
            let serials = self.encoded[chunk].map_or(serials, |(serial, _)| serials.max(serial + 1));
            let encodes = (0..serials).map(|serial| ArtifactKind::Encoded(chunk, serial));
            let kinds = [ArtifactKind::Stats(chunk), ArtifactKind::Tree(chunk), ArtifactKind::Frames(chunk)];
            artifacts.extend(kinds.into_iter().chain(encodes).map(|kind| Artifact { rendition, kind }));
        }
        artifacts
    }
}

/// Returns the chunks, the longest last: queues are taken from their end. No worker then waits long for another at the
/// end of a pass.
fn longest_last(plan: &EncodePlan) -> Vec<usize> {
    let mut order: Vec<usize> = (0..plan.chunks.len()).collect();
    order.sort_by_key(|&index| (plan.chunks[index].frames, std::cmp::Reverse(index)));
    order
}

impl Rendition {
    pub(super) fn new(index: usize, plan: Plan, machine: Machine) -> Rendition {
        Rendition {
            index,
            plan,
            machine,
            ceiling: Ceiling::default(),
            raised: Raised::default(),
            phase: RenditionPhase::Waiting,
            due: None,
            encode: None,
            changing_encoder: false,
            assemblies: 0,
            checked: None,
            watched: Vec::new(),
            report: None,
            cut: None,
        }
    }

    /// Its encode as planned; `None` where nothing is encoded.
    pub(super) fn encode_plan(&self) -> Option<&EncodePlan> {
        match &self.plan.action {
            Action::Encode(encode) => Some(encode),
            Action::Keep | Action::Remux(_) | Action::Package(_) => None,
        }
    }

    /// Returns a file of its own that the driver keeps.
    pub(super) fn artifact(&self, kind: ArtifactKind) -> Artifact {
        Artifact { rendition: self.index, kind }
    }

    /// Pixels of a frame of the result.
    pub(super) fn pixels(&self) -> f64 {
        self.encode_plan()
            .map_or(0.0, |encode| f64::from(encode.format.width) * f64::from(encode.format.height))
    }

    /// Begins the plan as it stands.
    pub(super) fn begin(&mut self, shared: &mut Shared) {
        match self.plan.action.clone() {
            // The renditions of a package are encodes.
            Action::Package(_) => {}
            Action::Keep => self.keep_source(shared, self.plan.notes.clone()),
            Action::Remux(_) => {
                self.phase = RenditionPhase::Finishing;
                self.due = Some(Work::Remux);
            }
            Action::Encode(encode) => {
                let mut state = EncodeState::new(*encode);
                if state.two_pass() {
                    self.phase = RenditionPhase::Measuring;
                } else {
                    self.phase = RenditionPhase::Encoding;
                    state.queue_all();
                }
                if let RateControl::Measured { .. } = state.control {
                    state.ledger = Some(self.measured_ledger(shared, &state));
                }
                self.encode = Some(state);
            }
        }
    }

    /// Returns the next work, as long as this phase has some.
    pub(super) fn next_work(&mut self, audio: &mut Audio) -> Option<Work> {
        if self.changing_encoder {
            return None;
        }
        if let Some(work) = self.due.take() {
            return Some(work);
        }
        let phase = self.phase;
        let encode = self.encode.as_mut()?;
        if self.index == 0 && *audio == Audio::Waiting && encode.audio_is_next(phase) {
            *audio = Audio::Running;
            return Some(Work::Audio);
        }
        match phase {
            RenditionPhase::Measuring => encode.to_measure.pop().map(Work::FirstPass),
            RenditionPhase::Encoding | RenditionPhase::Correcting => encode.next_encode(),
            RenditionPhase::Waiting | RenditionPhase::Finishing | RenditionPhase::Ended => None,
        }
    }

    /// Returns whether this phase has no more work.
    pub(super) fn has_no_work(&self) -> bool {
        let queued = self.encode.as_ref().is_some_and(|encode| match self.phase {
            RenditionPhase::Measuring => !encode.to_measure.is_empty(),
            RenditionPhase::Encoding | RenditionPhase::Correcting => !encode.queue.is_empty(),
            RenditionPhase::Waiting | RenditionPhase::Finishing | RenditionPhase::Ended => false,
        });
        self.due.is_none() && !queued
    }

    /// Books the audio's true size.
    pub(super) fn book_audio(&mut self, bytes: Bytes) {
        if let Some(ledger) = self.encode.as_mut().and_then(|encode| encode.ledger.as_mut()) {
            ledger.book_audio(bytes);
        }
    }

    /// Returns what it is doing and how far it is.
    pub(super) fn progress(&self, tasks: &Tasks) -> (Stage, f64) {
        if self.report.is_some() {
            return (Stage::Finishing, 1.0);
        }
        let stage = match self.phase {
            RenditionPhase::Waiting | RenditionPhase::Measuring => Stage::Measuring,
            RenditionPhase::Encoding => Stage::Encoding,
            RenditionPhase::Correcting => Stage::Correcting,
            RenditionPhase::Finishing | RenditionPhase::Ended => Stage::Finishing,
        };
        let fraction = match (&self.encode, self.phase) {
            (_, RenditionPhase::Finishing) => FINISHING,
            (_, RenditionPhase::Ended) => 1.0,
            (_, RenditionPhase::Correcting) => 0.96,
            (Some(encode), _) => (MAIN_WORK * self.main_work(encode, tasks)).min(1.0),
            (None, _) => 0.0,
        };
        (stage, fraction)
    }

    fn main_work(&self, encode: &EncodeState, tasks: &Tasks) -> f64 {
        let first = if encode.two_pass() { FIRST_PASS_WEIGHT } else { 0.0 };
        let all = encode.plan.grid.frames as f64 * (first + ENCODE_WEIGHT);
        let own = tasks.running.values().filter(|running| running.rendition == self.index);
        let under_way: f64 = own
            .map(|running| match running.work {
                Work::FirstPass(_) => running.frames as f64 * FIRST_PASS_WEIGHT,
                Work::Encode { .. } => running.frames as f64 * ENCODE_WEIGHT,
                _ => 0.0,
            })
            .sum();
        (encode.frames_done + under_way) / all.max(1.0)
    }
}
