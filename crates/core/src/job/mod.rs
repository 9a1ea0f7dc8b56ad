//! The job: carries out what a person wishes of one clip, from the first look at the file to the checked result. A state machine
//! that is fed events and answers with commands; sans-IO, so that the browser's worker pool, a native driver and a test with
//! recorded events all drive the same decisions.
//!
//! Invariants: no more tasks run at a time than the plan's limits allow; every task ends in exactly one of `Done` or `Died`;
//! after `Finish` or `GiveUp` no command follows; nothing larger than the plan's limit is ever finished; progress never falls.

pub mod failure;
mod frames;
mod package;
mod passes;
pub mod prelude;
mod recovery;
mod rendition;
pub mod report;
pub mod schedule;
mod shrink;
mod tasks;
pub mod verify;

use crate::clip::facts::MediaFacts;
use crate::clip::failure::ProbeFailure;
use crate::machine::encoders::NativeEncoders;
use crate::machine::speeds::SpeedFigures;
use crate::machine::{Decoder, WhyFfmpeg};
use crate::plan::predict::Prediction;
use crate::plan::{Action, Plan};
use crate::progress::{Progress, Stage as ProgressStage};
use crate::step::load::{LoadFailure, Part};
use crate::step::{Answer, Artifact, Death, Task, TaskId, Written};
use crate::units::Bytes;
use crate::wishes::{Codec, Wishes};
use failure::{Failure, PackFailure};
use prelude::{Host, Prelude, Start};
use report::Report;
use schedule::{End, Schedule};

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The driver is ready.
    Start,
    /// The parts that were to be loaded are ready, but for these.
    Loaded {
        /// Those that are not.
        missing: Vec<(Part, LoadFailure)>,
    },
    /// Not even the worker that loads them started.
    NotLoaded(LoadFailure),
    /// The native ffmpeg's encoders besides x264.
    Encoders(NativeEncoders),
    /// A running task has encoded so many frames.
    Progress {
        /// The task.
        task: TaskId,
        /// Frames so far.
        frames: u64,
    },
    /// A task ended by itself.
    Done {
        /// The task.
        task: TaskId,
        /// Exit code; 0 for what is no program.
        exit_code: i32,
        /// What it found out, where it was asked to.
        answer: Option<Answer>,
        /// The files that it wrote, of those wanted.
        outputs: Vec<Written>,
        /// Last lines of its log, as evidence.
        log: Vec<String>,
    },
    /// The worker that ran a task is gone; the task did not end.
    Died {
        /// The task.
        task: TaskId,
        /// Why, as far as known.
        death: Death,
        /// Last lines of its log, as evidence.
        log: Vec<String>,
    },
    /// The files of a package are in one archive of this size.
    Packed(Result<Bytes, PackFailure>),
    /// The person wants no result any more.
    Cancel,
}

/// What the driver must do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// End all workers and make these parts ready for all that start from now on; answered by `Loaded` or `NotLoaded`.
    Load {
        /// The parts.
        parts: Vec<Part>,
        /// Why ffmpeg does it, where the browser's own codecs were asked first: for the log.
        why: Option<WhyFfmpeg>,
    },
    /// Make ffmpeg's multi-thread core ready in a worker besides the others; answered likewise.
    LoadThreads,
    /// Ask the native ffmpeg for its encoders; answered by `Encoders`.
    FindEncoders,
    /// Run this now; a worker is free for it.
    Run(Task),
    /// Show this.
    Show(Milestone),
    /// Keep the measured speeds of this machine.
    KeepSpeeds(SpeedFigures),
    /// The browser's own encoder for this codec failed or does not keep to its rate: do not plan with it again as long as the page
    /// is open.
    EncoderFailed(Codec),
    /// Forget these kept files.
    Drop(Vec<Artifact>),
    /// Stop whatever runs and forget all files.
    Stop,
    /// Put the report's files into one archive; answered by `Packed`.
    Pack(Box<Report>),
    /// The result is there: the file `ArtifactKind::Result`, the report's files, or the person's own when `Report::kept_source`.
    Finish(Box<Report>),
    /// There is no result.
    GiveUp(Box<Failure>),
}

/// What becomes known on the way, in this order. A job that falls back to ffmpeg begins again.
#[derive(Debug, Clone, PartialEq)]
pub enum Milestone {
    /// The file is being examined.
    Probing,
    /// What the file is.
    Probed(Box<MediaFacts>),
    /// What each effort would come to, quickest first; empty where there is no choice.
    Predicted(Vec<Prediction>),
    /// What will be made of it; shown again when the plan had to change.
    Planned(Box<Plan>),
}

/// One clip on its way.
#[derive(Debug)]
pub struct Job {
    bytes: Bytes,
    wishes: Wishes,
    host: Host,
    stage: Stage,
    next_task: u32,
    /// How far it was when it began, or began anew.
    begun_at: f64,
    furthest: f64,
}

#[derive(Debug)]
enum Stage {
    Waiting,
    /// Up to the plan.
    Prelude(Box<Prelude>),
    /// From the plan to the checked result.
    Schedule(Box<Schedule>),
    /// The checked files of a package are put into one archive.
    Packing(Box<Report>),
    Ended,
}

impl Job {
    /// Returns the job of making what is wished of a file with this many bytes, on this host.
    pub fn new(bytes: Bytes, wishes: Wishes, host: Host) -> Job {
        Job { bytes, wishes, host, stage: Stage::Waiting, next_task: 0, begun_at: 0.0, furthest: 0.0 }
    }

    /// Returns whether several tasks may want the same decoded frames at once.
    pub fn shares_frames(&self) -> bool {
        matches!(&self.stage, Stage::Schedule(schedule) if schedule.is_package())
    }

    /// Returns how far it is. Never falls.
    pub fn progress(&mut self) -> Progress {
        let (stage, fraction) = match &self.stage {
            Stage::Waiting | Stage::Prelude(_) => (ProgressStage::Measuring, 0.0),
            Stage::Schedule(schedule) => schedule.progress(),
            Stage::Packing(_) => (ProgressStage::Finishing, schedule::FINISHING),
            Stage::Ended => (ProgressStage::Finishing, 1.0),
        };
        let fraction = self.begun_at + (1.0 - self.begun_at) * fraction.clamp(0.0, 1.0);
        self.furthest = self.furthest.max(fraction);
        Progress { stage, fraction: self.furthest }
    }

    /// Takes an event and returns what to do. Ignores events after the end and of unknown tasks.
    pub fn handle(&mut self, event: Event) -> Vec<Command> {
        let mut commands = Vec::new();
        match (&mut self.stage, event) {
            (Stage::Ended, _) => {}
            (_, Event::Cancel) => self.give_up(Failure::Cancelled, &mut commands),
            (Stage::Waiting, Event::Start) if self.bytes == Bytes(0) => {
                self.give_up(Failure::Probe(ProbeFailure::Empty), &mut commands);
            }
            (Stage::Waiting, Event::Start) => self.begin(self.host.first_decoder(), &mut commands),
            (Stage::Waiting, _) => {}
            (Stage::Prelude(prelude), event) => {
                let next = prelude.handle(event, &mut self.host, &mut commands);
                self.after_prelude(next, &mut commands);
            }
            (Stage::Schedule(schedule), event) => {
                schedule.handle(event, &mut commands);
                self.after_schedule(&mut commands);
            }
            (Stage::Packing(report), Event::Packed(packed)) => {
                let report = (**report).clone();
                self.packed(report, packed, &mut commands);
            }
            (Stage::Packing(_), _) => {}
        }
        commands
    }

    /// Begins, or begins again, with this decoder.
    fn begin(&mut self, decoder: Decoder, commands: &mut Vec<Command>) {
        let prelude = Prelude::new(self.bytes, self.wishes.clone(), decoder, self.next_task);
        self.stage = Stage::Prelude(Box::new(prelude));
        if let Stage::Prelude(prelude) = &mut self.stage {
            let next = prelude.begin(&self.host, commands);
            self.after_prelude(next, commands);
        }
    }

    fn after_prelude(&mut self, next: prelude::Next, commands: &mut Vec<Command>) {
        if let Stage::Prelude(prelude) = &self.stage {
            self.next_task = prelude.next_task();
        }
        match next {
            prelude::Next::Wait => {}
            prelude::Next::GiveUp(failure) => self.give_up(failure, commands),
            prelude::Next::FallBack(why) => self.fall_back(why, commands),
            prelude::Next::Start(start) => {
                let Start { facts, wishes, plan, machine, limits } = *start;
                let mut schedule = Schedule::new(facts, wishes, plan, machine, limits, self.next_task);
                schedule.start(commands);
                self.stage = Stage::Schedule(Box::new(schedule));
                self.after_schedule(commands);
            }
        }
    }

    fn after_schedule(&mut self, commands: &mut Vec<Command>) {
        let Stage::Schedule(schedule) = &mut self.stage else { return };
        self.next_task = schedule.next_task();
        if schedule.take_restarted() {
            self.begun_at = self.furthest;
        }
        for codec in schedule.take_failed_encoders() {
            self.host.forget_encoder(codec);
        }
        match schedule.take_end() {
            None => {}
            Some(End::GaveUp(failure)) => self.give_up(failure, commands),
            Some(End::FellBack(why)) => self.fall_back(why, commands),
            Some(End::Finished(report)) => {
                if self.host.packs(&report) {
                    commands.push(Command::Pack(report.clone()));
                    self.stage = Stage::Packing(report);
                } else {
                    self.stage = Stage::Ended;
                    commands.push(Command::Finish(report));
                }
            }
        }
    }

    /// The browser's own codecs have failed: everything again with ffmpeg's view of the clip.
    fn fall_back(&mut self, why: WhyFfmpeg, commands: &mut Vec<Command>) {
        self.begun_at = self.furthest;
        commands.push(Command::Stop);
        self.begin(Decoder::Ffmpeg(Some(why)), commands);
    }

    /// The archive counts, not the sum of its files.
    fn packed(
        &mut self,
        mut report: Report,
        packed: Result<Bytes, PackFailure>,
        commands: &mut Vec<Command>,
    ) {
        match packed {
            Err(failure) => self.give_up(Failure::NotPacked(failure), commands),
            Ok(bytes) if bytes > report.limit => {
                self.give_up(Failure::OverLimit { reached: bytes, limit: report.limit }, commands);
            }
            Ok(bytes) => {
                report.bytes = bytes;
                self.stage = Stage::Ended;
                commands.push(Command::Finish(Box::new(report)));
            }
        }
    }

    fn give_up(&mut self, failure: Failure, commands: &mut Vec<Command>) {
        self.stage = Stage::Ended;
        commands.extend([Command::Stop, Command::GiveUp(Box::new(failure))]);
    }
}

/// Returns the report's files that lie in a package, in the plan's words: none for a plan of one file.
pub(crate) fn is_package(plan: &Plan) -> bool {
    matches!(plan.action, Action::Package(_))
}

#[cfg(test)]
mod package_tests;
#[cfg(test)]
mod tests;
