//! The job: carries out what a person wishes of one clip, from the first look at the file to the checked result. A
//! state machine that is fed events and answers with commands; sans-IO, so that the browser's worker pool, a native
//! driver and a test with recorded events all drive the same decisions.
//!
//! Invariants: no more tasks run at a time than the plan's limits allow; every task ends in exactly one of `Done` or
//! `Died`; after `Finish`, `GiveUp` or `Rest` no command follows; nothing larger than the plan's limit is ever finished;
//! progress never falls.

mod beside;
mod cut;
pub mod events;
mod examine;
pub mod failure;
mod frames;
mod package;
mod passes;
pub mod prelude;
mod raise;
mod recovery;
mod rendition;
pub mod report;
mod samples;
mod schedule;
mod shared;
mod shrink;
mod tasks;
pub mod verify;
mod watch;

use crate::clip::facts::Container;
use crate::clip::failure::ProbeFailure;
use crate::clip::streams::only_in_browser;
use crate::machine::{Decoder, WhyFfmpeg};
use crate::progress::{Progress, Stage};
use crate::step::Artifact;
use crate::units::Bytes;
use crate::wishes::Wishes;
pub use events::{Command, Event, Milestone};
use examine::{ForBrowser, MOST_COPIED};
use failure::{Failure, PackFailure};
use prelude::{Host, Prelude};
use report::Report;
use schedule::Schedule;
use shared::{End, FINISHING};

/// One clip on its way.
#[derive(Debug)]
pub struct Job {
    bytes: Bytes,
    wishes: Wishes,
    host: Host,
    stage: JobState,
    next_task: u32,
    /// A copy stands for the person's file.
    reads_copy: bool,
    /// That copy is for the browser, since ffmpeg has no decoder for the codec: there is no falling back to it.
    only_browser: Option<Box<ForBrowser>>,
    /// Its decoders go on after errors, since there is no other decoder.
    lenient: bool,
    /// Our own decoder decodes, because the browser's failed midway.
    own_decoder: bool,
    /// How far it was when it began, or began anew.
    begun_at: f64,
    furthest: f64,
}

#[derive(Debug)]
enum JobState {
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
        Job {
            bytes,
            wishes,
            host,
            stage: JobState::Waiting,
            next_task: 0,
            reads_copy: false,
            only_browser: None,
            lenient: false,
            own_decoder: false,
            begun_at: 0.0,
            furthest: 0.0,
        }
    }

    /// Returns whether several tasks may want the same decoded frames at once.
    pub fn shares_frames(&self) -> bool {
        matches!(&self.stage, JobState::Schedule(schedule) if schedule.is_package())
    }

    /// Returns how far it is. Never falls.
    pub fn progress(&mut self) -> Progress {
        let (stage, fraction) = match &self.stage {
            JobState::Waiting | JobState::Prelude(_) => (Stage::Measuring, 0.0),
            JobState::Schedule(schedule) => schedule.progress(),
            JobState::Packing(_) => (Stage::Finishing, FINISHING),
            JobState::Ended => (Stage::Finishing, 1.0),
        };
        let fraction = self.begun_at + (1.0 - self.begun_at) * fraction.clamp(0.0, 1.0);
        self.furthest = self.furthest.max(fraction);
        Progress { stage, fraction: self.furthest }
    }

    /// Takes an event and returns what to do. Ignores events after the end and of unknown tasks.
    pub fn handle(&mut self, event: Event) -> Vec<Command> {
        let mut commands = Vec::new();
        match (&mut self.stage, event) {
            (JobState::Ended, _) => {}
            (_, Event::Cancel) => self.give_up(Failure::Cancelled, &mut commands),
            (JobState::Waiting, Event::Start) if self.bytes == Bytes(0) => {
                self.give_up(Failure::Probe(ProbeFailure::Empty), &mut commands);
            }
            (JobState::Waiting, Event::Start) => self.begin(self.host.first_decoder(), &mut commands),
            (JobState::Waiting, _) => {}
            (JobState::Prelude(prelude), event) => {
                let next = prelude.handle(event, &mut self.host, &mut commands);
                self.after_prelude(next, &mut commands);
            }
            (JobState::Schedule(schedule), event) => {
                schedule.handle(event, &mut commands);
                self.after_schedule(&mut commands);
            }
            (JobState::Packing(_), Event::Packed(packed)) => self.packed(packed, &mut commands),
            (JobState::Packing(_), _) => {}
        }
        if self.reads_copy {
            for command in &mut commands {
                if let Command::Run(task) = command {
                    task.read_instead_of_clip(Artifact::CONTINUOUS);
                }
            }
        }
        commands
    }

    /// Begins, or begins again, with this decoder.
    fn begin(&mut self, decoder: Decoder, commands: &mut Vec<Command>) {
        let prelude = Prelude::new(self.bytes, self.wishes.clone(), decoder, &self.host, self.next_task);
        let prelude =
            prelude.of_copy(self.only_browser.clone()).lenient(self.lenient).own_decoder(self.own_decoder);
        self.stage = JobState::Prelude(Box::new(prelude));
        if let JobState::Prelude(prelude) = &mut self.stage {
            let next = prelude.begin(&self.host, commands);
            self.after_prelude(next, commands);
        }
    }

    fn after_prelude(&mut self, next: prelude::Next, commands: &mut Vec<Command>) {
        if let JobState::Prelude(prelude) = &self.stage {
            self.next_task = prelude.next_task();
            self.reads_copy = self.only_browser.is_some() || prelude.reads_copy();
        }
        match next {
            prelude::Next::Wait => {}
            prelude::Next::GiveUp(failure) => self.give_up(failure, commands),
            prelude::Next::FallBack(why) => self.fall_back(why, commands),
            prelude::Next::CopyForBrowser(copy) => {
                (self.only_browser, self.reads_copy) = (Some(copy), true);
                self.begin(Decoder::Browser, commands);
            }
            prelude::Next::Start(start) if start.wishes.only_plan => {
                self.stage = JobState::Ended;
                commands.extend([Command::Stop, Command::Rest]);
            }
            prelude::Next::Start(start) => {
                let mut schedule = Schedule::new(*start, self.next_task);
                schedule.start(commands);
                self.stage = JobState::Schedule(Box::new(schedule));
                self.after_schedule(commands);
            }
        }
    }

    fn after_schedule(&mut self, commands: &mut Vec<Command>) {
        let JobState::Schedule(schedule) = &mut self.stage else { return };
        self.next_task = schedule.next_task();
        if std::mem::take(&mut schedule.shared.restarted) {
            self.begun_at = self.furthest;
        }
        for codec in schedule.shared.failed_encoders.drain(..) {
            self.host.forget_encoder(codec);
        }
        match schedule.shared.end.take() {
            None => {}
            Some(End::GaveUp(failure)) => self.give_up(failure, commands),
            Some(End::FellBack(why))
                if why.is_of_the_decoder()
                    && schedule.shared.facts.video.suits_own_decoder()
                    && !self.own_decoder =>
            {
                self.own_decoder = true;
                self.begin_anew(Decoder::Browser, commands);
            }
            Some(End::FellBack(WhyFfmpeg::Midway))
                if only_in_browser(&schedule.shared.facts.video.codec)
                    && !self.lenient
                    && !schedule.is_package() =>
            {
                // ffmpeg finds more of a damaged Matroska file than the browser's reader. It copies nothing damaged into MP4.
                let is_mp4 = matches!(schedule.shared.facts.container, Container::Mp4 | Container::Mov);
                let as_it_is = self.only_browser.is_none() && (is_mp4 || self.bytes > MOST_COPIED);
                let why = WhyFfmpeg::Midway;
                (self.lenient, self.only_browser) = (true, None);
                self.begin_anew(
                    if as_it_is { Decoder::Browser } else { Decoder::Ffmpeg(Some(why)) },
                    commands,
                );
            }
            Some(End::FellBack(why)) => self.fall_back(why, commands),
            Some(End::Finished(report)) => {
                if self.host.packs(&report) {
                    commands.push(Command::Pack(report.clone()));
                    self.stage = JobState::Packing(report);
                } else {
                    self.stage = JobState::Ended;
                    commands.push(Command::Finish(report));
                }
            }
        }
    }

    /// Begins anew with ffmpeg after the browser's own codecs failed.
    fn fall_back(&mut self, why: WhyFfmpeg, commands: &mut Vec<Command>) {
        if let Some(copy) = self.only_browser.take() {
            let codec = copy.codec;
            let failure = match why {
                WhyFfmpeg::Video => Failure::Probe(ProbeFailure::UnsupportedCodec { codec }),
                why => Failure::OnlyInBrowser { codec, why },
            };
            return self.give_up(failure, commands);
        }
        self.begin_anew(Decoder::Ffmpeg(Some(why)), commands);
    }

    fn begin_anew(&mut self, decoder: Decoder, commands: &mut Vec<Command>) {
        self.begun_at = self.furthest;
        commands.push(Command::Stop);
        self.begin(decoder, commands);
    }

    /// Ends the job with the archive, whose size counts instead of the sum of its files.
    fn packed(&mut self, packed: Result<Bytes, PackFailure>, commands: &mut Vec<Command>) {
        let JobState::Packing(mut report) = std::mem::replace(&mut self.stage, JobState::Ended) else {
            return;
        };
        match packed {
            Err(failure) => self.give_up(Failure::NotPacked(failure), commands),
            Ok(bytes) if bytes > report.limit => {
                self.give_up(Failure::OverLimit { reached: bytes, limit: report.limit }, commands);
            }
            Ok(bytes) => {
                report.bytes = bytes;
                commands.push(Command::Finish(report));
            }
        }
    }

    fn give_up(&mut self, failure: Failure, commands: &mut Vec<Command>) {
        self.stage = JobState::Ended;
        commands.extend([Command::Stop, Command::GiveUp(Box::new(failure))]);
    }
}

#[cfg(test)]
mod package_tests;
#[cfg(test)]
mod prelude_tests;
#[cfg(test)]
mod tests;
