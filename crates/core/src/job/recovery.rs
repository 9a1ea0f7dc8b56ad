//! What a job does when something fails: try again, go on without, change the encoder, fall back to ffmpeg, or give up.

use super::failure::{Failure, Step};
use super::package::in_all;
use super::rendition::{Raised, Rendition};
use super::schedule::Schedule;
use super::shared::{Audio, End, Running, Shared, Waiting, Work};
use crate::machine::{Decoder, Encoders, NativeEncoders, Threads, VideoEncoder, WhyFfmpeg};
use crate::plan::audio::{AudioPlan, WhyNoAudio};
use crate::plan::notes::Note;
use crate::plan::{self, Action, Plan};
use crate::step::{Artifact, ArtifactKind, Death};
use crate::units::Bytes;

/// A task is tried this often in all.
const TRIES: u32 = 3;

impl Shared {
    pub(super) fn fall_back(&mut self, why: WhyFfmpeg) {
        self.end(End::FellBack(why));
    }

    /// Does a task's work again before anything new.
    pub(super) fn again(&mut self, running: &Running, tries: u32) {
        let Running { rendition, work, .. } = *running;
        self.tasks.waiting.push(Waiting { rendition, work, tries });
    }
}

impl Schedule {
    /// Handles a task that ended without its result.
    pub(super) fn failed(&mut self, running: Running, exit_code: Option<i32>, log: Vec<String>) {
        let rendition = &mut self.renditions[running.rendition];
        match running.work {
            Work::Cut => self.cut_again(running, exit_code, log),
            work if work.watches() => self.watch_failed(&running, log),
            // Never lose the video for the audio; the plan says what is missing.
            Work::Audio
                if running.tries >= TRIES
                    && exit_code.is_some()
                    && rendition.machine.decoder != Decoder::Browser =>
            {
                self.go_on_without_audio();
            }
            _ => rendition.failed(&mut self.shared, running, exit_code, log),
        }
    }

    fn go_on_without_audio(&mut self) {
        self.shared.audio = Audio::Made(Bytes(0));
        let why = WhyNoAudio::Undecodable;
        for one in &mut self.renditions {
            if let Some(encode) = &mut one.encode {
                encode.plan.audio = AudioPlan::None(why);
            }
            if let Action::Encode(planned) = &mut one.plan.action {
                planned.audio = AudioPlan::None(why);
            }
            one.plan.notes.retain(|note| !matches!(note, Note::AudioEncoded { .. }));
            one.plan.notes.push(Note::AudioDropped { why });
            self.shared.show_plan(one.index, &one.plan);
        }
    }

    /// Handles the loss of a worker with its task.
    pub(super) fn recover(&mut self, running: Running, death: Death, log: Vec<String>) {
        let rendition = &mut self.renditions[running.rendition];
        let shared = &mut self.shared;
        let tries = running.tries;
        match death {
            Death::OutOfMemory | Death::Crash | Death::InputUnreadable if running.work.watches() => {
                self.watch_failed(&running, log);
            }
            // What the browser cannot decode from its start, ffmpeg may.
            Death::Browser if running.work.watches() => {
                if tries < TRIES {
                    shared.again(&running, tries + 1);
                } else {
                    shared.fall_back(WhyFfmpeg::Midway);
                }
            }
            Death::InputUnreadable => rendition.give_up(shared, Failure::InputUnreadable { log }),
            _ if rendition.changing_encoder && !running.work.is_shared() => {}
            _ if rendition.is_of_the_whole(running.work) => rendition.change_encoder(shared),
            Death::OutOfMemory if tries >= TRIES && shared.tasks.at_once == 1 => {
                rendition.give_up(shared, Failure::OutOfMemory { log });
            }
            Death::OutOfMemory => {
                shared.tasks.halve();
                // Frames are kept to save time, not at the price of the encode; those of this task went with its
                // worker.
                shared.frames_room = Bytes(0);
                rendition.forget_frames(shared, running.work);
                shared.again(&running, (tries + 1).min(TRIES));
            }
            _ if running.work == Work::Cut => self.failed(running, None, log),
            // Our own decoder fails alike beside others and alone.
            Death::Browser if shared.facts.video.own_decoder => shared.fall_back(WhyFfmpeg::Midway),
            // Hardware does only so many at a time: what failed beside others may do alone.
            Death::Browser | Death::Encoder if shared.tasks.at_once > 1 && tries < TRIES => {
                shared.tasks.halve();
                self.failed(running, None, log);
            }
            Death::Browser => shared.fall_back(WhyFfmpeg::Midway),
            Death::Encoder
                if running.work == Work::Audio
                    && tries >= TRIES
                    && rendition.machine.decoder == Decoder::Browser =>
            {
                shared.fall_back(WhyFfmpeg::Audio);
            }
            Death::Encoder if tries >= TRIES => {
                if running.work == Work::Audio {
                    shared.audio = Audio::Waiting;
                }
                rendition.change_encoder(shared);
            }
            Death::Crash | Death::Encoder => self.failed(running, None, log),
        }
    }
}

impl Rendition {
    /// Ends without a result, or with one by ffmpeg or another encoder where those may do better.
    pub(super) fn give_up(&mut self, shared: &mut Shared, failure: Failure) {
        let of_the_browser = match failure {
            Failure::Undecodable { .. } => Some(WhyFfmpeg::Midway),
            Failure::Broken { .. } | Failure::CheckFailed { .. } => Some(WhyFfmpeg::NoResult),
            _ => None,
        };
        let may_give_way = self.encode.as_ref().is_some_and(|encode| !encode.plan.engine.is_x264());
        if may_give_way && matches!(failure, Failure::CheckFailed { .. }) {
            return self.change_encoder(shared);
        }
        if let (Some(why), Decoder::Browser) = (of_the_browser, self.machine.decoder) {
            return shared.fall_back(why);
        }
        let failure = in_all(failure, &shared.plan, &shared.wishes);
        shared.end(End::GaveUp(failure));
    }

    /// Handles a task that ended without its result.
    pub(super) fn failed(
        &mut self,
        shared: &mut Shared,
        running: Running,
        exit_code: Option<i32>,
        log: Vec<String>,
    ) {
        if self.is_of_the_whole(running.work) {
            return self.change_encoder(shared);
        }
        if running.tries < TRIES {
            // Kept frames may be what failed, or have gone with the worker that they were lent to: the clip itself is
            // still there.
            self.forget_frames(shared, running.work);
            return shared.again(&running, running.tries + 1);
        }
        let step = match running.work {
            Work::Audio => Step::Audio,
            Work::FirstPass(_) => Step::FirstPass,
            Work::Encode { .. } => Step::Encode,
            Work::Remux if self.plan.limit.0 > 0 => return self.encode_after_all(shared, None),
            Work::Remux | Work::Assemble | Work::Cut => Step::Assemble,
            Work::Check { .. }
            | Work::WatchSource(_)
            | Work::FindDamage
            | Work::WatchKept
            | Work::WatchResult(_) => Step::Check,
        };
        let decoded_before =
            self.encode.as_ref().is_some_and(|encode| encode.stats.iter().any(Option::is_some));
        let no_video =
            matches!(step, Step::FirstPass | Step::Encode) && running.frames == 0 && !decoded_before;
        let failure = if no_video && exit_code.is_some() {
            Failure::Undecodable { codec: shared.facts.video.codec.clone(), log }
        } else {
            Failure::Broken { step, exit_code, log }
        };
        self.give_up(shared, failure);
    }

    /// Returns whether an encoder does it that takes the whole clip: a task that takes all of its time and is not tried
    /// again.
    fn is_of_the_whole(&self, work: Work) -> bool {
        self.takes_the_whole() && matches!(work, Work::FirstPass(_) | Work::Encode { .. })
    }

    /// Forgets the decoded frames of this work's chunk.
    fn forget_frames(&mut self, shared: &mut Shared, work: Work) {
        let Work::Encode { chunk, .. } = work else { return };
        let artifact = self.artifact(ArtifactKind::Frames(chunk));
        let kept = self.encode.as_mut().and_then(|encode| encode.frames_kept.get_mut(chunk));
        if kept.is_some_and(std::mem::take) {
            shared.drop_files(vec![artifact]);
        }
    }

    /// Begins again with the next encoder, as soon as no task of the failed one runs any more.
    pub(super) fn change_encoder(&mut self, shared: &mut Shared) {
        let engine = self.encode.as_ref().map_or(self.machine.engine, |encode| encode.plan.engine);
        if engine.is_x264() && self.machine.decoder == Decoder::Browser {
            return shared.fall_back(WhyFfmpeg::Encoder);
        }
        let own = |rendition: usize, work: Work| rendition == self.index && !work.is_shared();
        shared.tasks.waiting.retain(|waiting| !own(waiting.rendition, waiting.work));
        self.due = None;
        self.changing_encoder = shared.tasks.running.values().any(|one| own(one.rendition, one.work));
        if self.changing_encoder {
            return;
        }
        if !engine.is_x264() {
            return self.with_x264(shared, engine);
        }
        self.machine.engine = VideoEncoder::Stock;
        let mut plan = self.plan.clone();
        if let Action::Encode(encode) = &mut plan.action {
            encode.engine = VideoEncoder::Stock;
        }
        plan.notes.push(Note::StockEncoder);
        self.replan(shared, plan);
    }

    /// Begins again with x264 after `engine` failed, or with x265 if that makes the codec that the browser's own failed
    /// at.
    fn with_x264(&mut self, shared: &mut Shared, engine: VideoEncoder) {
        self.raised = Raised::default();
        let failed = match engine {
            VideoEncoder::X265 => {
                self.machine.threads = Threads::Missing;
                Note::X265Failed
            }
            VideoEncoder::NativeOther(_) => {
                self.machine.native = NativeEncoders::default();
                Note::EncoderFailed { codec: shared.wishes.codec }
            }
            _ => {
                self.machine.encoders = Encoders::default();
                Note::FastFailed
            }
        };
        if engine == VideoEncoder::Browser {
            shared.note_failed_encoder();
        }
        match plan::plan_encode(&shared.facts, &shared.wishes, self.machine, self.ceiling) {
            Ok(plan) if plan.by_x265() => shared.fall_back(WhyFfmpeg::X265),
            Ok(mut plan) => {
                // Which says it better than what follows from the machine as it now is.
                plan.notes.retain(|note| match note {
                    Note::FastNotHere => false,
                    Note::CodecNotHere { .. } => engine == VideoEncoder::Browser,
                    _ => true,
                });
                plan.notes.push(failed);
                self.replan(shared, plan);
            }
            Err(refusal) => self.give_up(shared, Failure::TooSmall(refusal)),
        }
    }

    /// Shows a new plan and begins it from the start: what was encoded is forgotten, the audio only where it changes.
    pub(super) fn replan(&mut self, shared: &mut Shared, plan: Plan) {
        let before = self.encode.take();
        self.plan = plan;
        shared.show_plan(self.index, &self.plan);
        if let Some(before) = &before {
            shared.drop_files(before.artifacts(self.index));
        }
        let audio = self.encode_plan().map(|encode| encode.audio.clone());
        if let Some(audio) = audio.filter(|audio| before.as_ref().map(|one| &one.plan.audio) != Some(audio)) {
            if before.is_some() {
                shared.drop_files(vec![Artifact::AUDIO]);
            }
            shared.audio = Audio::planned(&audio);
        }
        self.assemblies = 0;
        self.checked = None;
        self.watched.clear();
        shared.note_restart();
        self.begin(shared);
    }
}
