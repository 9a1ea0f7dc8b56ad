//! The job: carries out what a person wishes of one clip, from the first look at the file to the checked result. A
//! state machine that is fed events and answers with commands; sans-IO, so that the browser's worker pool, a native
//! driver and a test with recorded events all drive the same decisions.
//!
//! Invariants: no more tasks run at a time than the plan's limits allow; every task ends in exactly one of `Done` or
//! `Died`; after `Finish` or `GiveUp` no command follows; nothing larger than the plan's limit is ever finished;
//! progress never falls.

mod cut;
pub mod events;
pub mod failure;
mod frames;
mod package;
mod passes;
pub mod prelude;
mod raise;
mod recovery;
mod rendition;
pub mod report;
mod schedule;
mod shared;
mod shrink;
mod tasks;
pub mod verify;

use crate::clip::failure::ProbeFailure;
use crate::machine::{Decoder, WhyFfmpeg};
use crate::progress::{Progress, Stage as ProgressStage};
use crate::units::Bytes;
use crate::wishes::Wishes;
pub use events::{Command, Event, Milestone};
use failure::{Failure, PackFailure};
use prelude::{Host, Prelude, Start};
use report::Report;
use schedule::Schedule;
use shared::{End, FINISHING};

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
            Stage::Packing(_) => (ProgressStage::Finishing, FINISHING),
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

#[cfg(test)]
mod package_tests;
#[cfg(test)]
mod prelude_tests;
#[cfg(test)]
mod tests;
