//! What a session does when something fails: try again, go on without, change the encoder, begin anew with ffmpeg, or give up.

use super::{Phase, Running, Session, Work};
use crate::job::outcome::{GiveUp, Step};
use crate::machine::{Decoder, WhyFfmpeg};
use crate::machine::{Encoders, Engine, NativeEncoders, Threads};
use crate::plan::audio::{AudioPlan, WhyNoAudio};
use crate::plan::notes::Note;
use crate::plan::{self, Action, Plan};
use crate::step::{Artifact, Command, Death};
use crate::units::Bytes;

/// A task is tried this often in all.
const TRIES: u32 = 3;

impl Session {
    /// Ends without a result, or with one by ffmpeg where it is the browser's own codecs that failed.
    pub(super) fn give_up(&mut self, reason: GiveUp) -> Vec<Command> {
        let may_be_the_browser =
            matches!(reason, GiveUp::Undecodable { .. } | GiveUp::Broken { .. } | GiveUp::CheckFailed { .. });
        let may_give_way = self.encode.as_ref().is_some_and(|encode| !encode.plan.engine.is_x264());
        if may_give_way && matches!(reason, GiveUp::CheckFailed { .. }) {
            return self.change_engine();
        }
        if may_be_the_browser && self.machine.decoder == Decoder::Browser {
            return self.begin_with_ffmpeg(WhyFfmpeg::Midway);
        }
        self.phase = Phase::Ended;
        self.running.clear();
        vec![Command::Stop, Command::GiveUp(Box::new(reason))]
    }

    pub(super) fn begin_with_ffmpeg(&mut self, why: WhyFfmpeg) -> Vec<Command> {
        self.phase = Phase::Ended;
        self.running.clear();
        vec![Command::BeginWithFfmpeg(why)]
    }

    /// A task ended without what it was for.
    pub(super) fn failed(
        &mut self,
        running: Running,
        exit_code: Option<i32>,
        log: Vec<String>,
    ) -> Vec<Command> {
        if self.is_of_the_whole(running.work) {
            return self.change_engine();
        }
        if running.tries < TRIES {
            self.retry.push((running.work, running.tries + 1));
            // Kept frames may be what failed, or have gone with the worker that they were lent to: the clip itself is still there.
            let mut commands: Vec<Command> = self.forget_frames(running.work).into_iter().collect();
            commands.extend(self.fill());
            return commands;
        }
        let step = match running.work {
            // Never lose the picture for the sound; the plan says what is missing.
            Work::Audio if exit_code.is_some() && self.machine.decoder != Decoder::Browser => {
                return self.go_on_without_sound();
            }
            Work::Audio => Step::Audio,
            Work::FirstPass(_) => Step::FirstPass,
            Work::Encode { .. } => Step::Encode,
            Work::Remux if self.plan.limit.0 > 0 => return self.encode_after_all(None),
            Work::Remux | Work::Assemble => Step::Assemble,
            Work::Check { .. } => Step::Check,
        };
        let decoded_before =
            self.encode.as_ref().is_some_and(|encode| encode.stats.iter().any(Option::is_some));
        let no_picture =
            matches!(step, Step::FirstPass | Step::Encode) && running.frame == 0 && !decoded_before;
        self.give_up(if no_picture && exit_code.is_some() {
            GiveUp::Undecodable { codec: self.facts.video.codec.clone(), log }
        } else {
            GiveUp::Broken { step, exit_code, log }
        })
    }

    /// Whether an encoder does it that takes the whole clip: a task that takes all of its time and is not tried again.
    pub(super) fn is_of_the_whole(&self, work: Work) -> bool {
        self.takes_the_whole() && matches!(work, Work::FirstPass(_) | Work::Encode { .. })
    }

    /// The decoded frames of this work's chunk are not used again.
    pub(super) fn forget_frames(&mut self, work: Work) -> Option<Command> {
        let Work::Encode { chunk, .. } = work else { return None };
        let kept = self.encode.as_mut()?.frames_kept.get_mut(chunk)?;
        std::mem::take(kept).then(|| Command::Drop(vec![Artifact::Frames(chunk)]))
    }

    pub(super) fn go_on_without_sound(&mut self) -> Vec<Command> {
        let Some(encode) = &mut self.encode else { return Vec::new() };
        let why = WhyNoAudio::Undecodable;
        encode.plan.audio = AudioPlan::None(why);
        encode.audio = Some(Bytes(0));
        if let Action::Encode(planned) = &mut self.plan.action {
            planned.audio = AudioPlan::None(why);
        }
        self.plan.notes.retain(|note| !matches!(note, Note::AudioEncoded { .. }));
        self.plan.notes.push(Note::AudioDropped { why });
        let mut commands = vec![Command::Replanned(Box::new(self.plan.clone()))];
        commands.extend(self.next());
        commands
    }

    /// The encoder does not work here: start again with the next one, once nothing of the old runs any more. Encodes of
    /// different encoders do not go together in one result.
    pub(super) fn change_engine(&mut self) -> Vec<Command> {
        let engine = self.encode.as_ref().map_or(self.machine.engine, |encode| encode.plan.engine);
        if engine.is_x264() && self.machine.decoder == Decoder::Browser {
            return self.begin_with_ffmpeg(WhyFfmpeg::Encoder);
        }
        self.changing_engine = !self.running.is_empty();
        if self.changing_engine {
            return Vec::new();
        }
        self.retry.clear();
        if !engine.is_x264() {
            return self.with_x264(engine);
        }
        self.machine.engine = Engine::Stock;
        let mut plan = self.plan.clone();
        if let Action::Encode(encode) = &mut plan.action {
            encode.engine = Engine::Stock;
        }
        plan.notes.push(Note::StockEncoder);
        self.replan(plan)
    }

    /// `engine` has failed: the same with x264, or by x265 where that makes the codec that the browser's own failed at.
    pub(super) fn with_x264(&mut self, engine: Engine) -> Vec<Command> {
        let failed = match engine {
            Engine::X265 => {
                self.machine.threads = Threads::Missing;
                Note::X265Failed
            }
            Engine::NativeOther(_) => {
                self.machine.native = NativeEncoders::default();
                Note::EncoderFailed { codec: self.wishes.codec }
            }
            _ => {
                self.machine.encoders = Encoders::default();
                Note::FastFailed
            }
        };
        let codec = self.wishes.codec;
        let mut commands: Vec<Command> =
            (engine == Engine::Browser).then_some(Command::EncoderFailed(codec)).into_iter().collect();
        commands.extend(match plan::plan_encode(&self.facts, &self.wishes, self.machine, self.ceiling) {
            Ok(plan) if plan.by_x265() => self.begin_with_ffmpeg(WhyFfmpeg::X265),
            Ok(mut plan) => {
                // Which says it better than what follows from the machine as it now is.
                plan.notes.retain(|note| match note {
                    Note::FastNotHere => false,
                    Note::CodecNotHere { .. } => engine == Engine::Browser,
                    _ => true,
                });
                plan.notes.push(failed);
                self.replan(plan)
            }
            Err(refusal) => self.give_up(GiveUp::TooSmall(refusal)),
        });
        commands
    }

    /// Tells of a new plan and begins it from the start.
    pub(super) fn replan(&mut self, plan: Plan) -> Vec<Command> {
        self.plan = plan;
        let mut commands = vec![Command::Replanned(Box::new(self.plan.clone()))];
        commands.extend(self.restart());
        commands
    }

    /// Forgets what was encoded and begins the plan as it now stands.
    pub(super) fn restart(&mut self) -> Vec<Command> {
        let mut commands: Vec<Command> =
            self.encode.take().map(|encode| Command::Drop(encode.all_artifacts())).into_iter().collect();
        self.assemblies = 0;
        self.begun_at = self.furthest;
        commands.extend(self.begin());
        commands
    }

    pub(super) fn died(&mut self, running: Running, death: Death, log: Vec<String>) -> Vec<Command> {
        match death {
            Death::InputUnreadable => self.give_up(GiveUp::InputUnreadable { log }),
            _ if self.is_of_the_whole(running.work) => self.change_engine(),
            Death::OutOfMemory if running.tries >= TRIES && self.at_once == 1 => {
                self.give_up(GiveUp::OutOfMemory { log })
            }
            Death::OutOfMemory => {
                self.at_once = (self.at_once / 2).max(1);
                // Frames are kept to save time, not at the price of the encode; those of this task went with its worker.
                self.frames_room = Bytes(0);
                let tries = (running.tries + 1).min(TRIES);
                self.retry.push((running.work, tries));
                let mut commands: Vec<Command> = self.forget_frames(running.work).into_iter().collect();
                commands.extend(self.fill());
                commands
            }
            // Hardware does only so many at a time: what failed beside others may do alone.
            Death::Browser | Death::Encoder if self.at_once > 1 && running.tries < TRIES => {
                self.at_once = (self.at_once / 2).max(1);
                self.failed(running, None, log)
            }
            Death::Browser => self.begin_with_ffmpeg(WhyFfmpeg::Midway),
            Death::Encoder
                if running.work == Work::Audio
                    && running.tries >= TRIES
                    && self.machine.decoder == Decoder::Browser =>
            {
                self.begin_with_ffmpeg(WhyFfmpeg::Sound)
            }
            Death::Encoder if running.tries >= TRIES => self.change_engine(),
            Death::Crash | Death::Encoder => self.failed(running, None, log),
        }
    }
}
