//! Carries out a plan: which task runs on which free worker, what is done again, and what all renditions of a package
//! share. A single file is a package of one rendition without segments. Knows no pass and no file format.

use super::cut::Cutting;
use super::events::{Command, Event};
use super::frames::SharedFrames;
use super::prelude::Start;
use super::rendition::{Rendition, RenditionPhase};
use super::shared::{Audio, End, Ended, Running, Shared, Tasks, Waiting, WholeFrames, Work};
use crate::machine::Decoder;
use crate::machine::Machine;
use crate::plan::{Action, Plan};
use crate::progress::Stage;
use crate::step::tones::Hdr;
use crate::step::{Death, TaskId, Written, answer, files};
use crate::units::Bytes;
use std::collections::BTreeMap;

/// Progress of a package that is left for cutting.
const BEFORE_CUTTING: f64 = 0.96;

/// A plan that is being carried out.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) shared: Shared,
    pub(super) renditions: Vec<Rendition>,
    pub(super) frames: SharedFrames,
    /// How finished files are cut into segments; `None` leaves every rendition one file.
    pub(super) cutting: Option<Cutting>,
}

impl Schedule {
    /// Returns the schedule of a plan.
    pub(super) fn new(start: Start, next_task: u32) -> Schedule {
        let Start { facts, wishes, plan, machine, limits, lenient } = start;
        let machine = Machine { workers: limits.workers.max(1), ..machine };
        let package = plan.is_package();
        let renditions: Vec<Rendition> = match &plan.action {
            Action::Package(package) => package
                .renditions
                .iter()
                .enumerate()
                .map(|(index, one)| {
                    let action = Action::Encode(Box::new(one.encode.clone()));
                    Rendition::new(
                        index,
                        Plan { limit: one.limit, action, notes: plan.notes.clone() },
                        machine,
                    )
                })
                .collect(),
            Action::Keep | Action::Remux(_) | Action::Encode(_) => {
                vec![Rendition::new(0, plan.clone(), machine)]
            }
        };
        let audio = renditions.first().and_then(Rendition::encode_plan);
        let audio = audio.map_or(Audio::Made(Bytes(0)), |encode| Audio::planned(&encode.audio));
        let tasks = Tasks {
            at_once: machine.workers,
            queues_all: package,
            next: next_task,
            running: BTreeMap::new(),
            waiting: Vec::new(),
        };
        // The renditions of a package share one room; a single file keeps frames for its own passes.
        let (own_room, shared_room) =
            if package { (Bytes(0), limits.frames) } else { (limits.frames, Bytes(0)) };
        let in_memory = plan.footprint(&facts).map_or(Bytes(0), |encoder| limits.frames_in_memory(&encoder));
        // The chunks of a package are few at a time, those of a single file all there between its passes.
        let in_memory_each = Bytes(in_memory.0 / 2 / machine.workers as u64);
        let by_ffmpeg = matches!(machine.decoder, Decoder::Ffmpeg(_));
        let shown = renditions.first().and_then(Rendition::encode_plan).filter(|_| by_ffmpeg);
        let tones = shown.and_then(|encode| Hdr::of(&encode.conversion)?.cube());
        Schedule {
            frames: SharedFrames::new(&plan, shared_room, in_memory_each),
            cutting: Cutting::of(&plan),
            shared: Shared {
                facts,
                wishes,
                plan,
                tasks,
                audio,
                sources: Vec::new(),
                heard: None,
                whole_frames: WholeFrames::Unknown,
                frames_room: own_room,
                frames_in_memory: in_memory,
                tones,
                lenient,
                commands: Vec::new(),
                end: None,
                restarted: false,
                failed_encoders: Vec::new(),
            },
            renditions,
        }
    }

    /// Returns whether there are several renditions, or segments.
    pub(super) fn is_package(&self) -> bool {
        self.shared.plan.is_package()
    }

    /// Returns the number of the next task.
    pub(super) fn next_task(&self) -> u32 {
        self.shared.tasks.next
    }

    /// Returns what it is doing and how far it is. The share may fall when a rendition begins again.
    pub(super) fn progress(&self) -> (Stage, f64) {
        let tasks = &self.shared.tasks;
        let renditions = &self.renditions;
        let (false, [one]) = (self.is_package(), renditions.as_slice()) else {
            let all: f64 = renditions.iter().map(Rendition::pixels).sum();
            let done: f64 = renditions.iter().map(|one| one.pixels() * one.progress(tasks).1).sum();
            let through = renditions.iter().filter(|one| self.is_through(one)).count() as f64;
            let count = renditions.len().max(1) as f64;
            let finishing = renditions.iter().all(|one| one.report.is_some());
            let stage = if finishing { Stage::Finishing } else { Stage::Encoding };
            return (stage, BEFORE_CUTTING * done / all.max(1.0) + (1.0 - BEFORE_CUTTING) * through / count);
        };
        one.progress(tasks)
    }

    /// Begins; appends what to do.
    pub(super) fn start(&mut self, commands: &mut Vec<Command>) {
        for rendition in &mut self.renditions {
            rendition.begin(&mut self.shared);
        }
        self.go_on(commands);
    }

    /// Takes an event and appends what to do. Ignores events of unknown tasks.
    pub(super) fn handle(&mut self, event: Event, commands: &mut Vec<Command>) {
        match event {
            Event::Progress { task, frames } => {
                if let Some(running) = self.shared.tasks.running.get_mut(&task) {
                    running.frames = running.frames.max(frames);
                }
            }
            Event::Done { task, exit_code, answer, outputs, log } => {
                if let Some(running) = self.shared.tasks.running.remove(&task) {
                    self.done(task, running, Ended { exit_code, answer, outputs, log });
                }
            }
            Event::Died { task, death, log } => {
                if let Some(running) = self.shared.tasks.running.remove(&task) {
                    self.died(task, running, death, log);
                }
            }
            _ => {}
        }
        self.go_on(commands);
    }

    /// Starts what can be started, and moves renditions on that have nothing left to do in their phase.
    fn go_on(&mut self, commands: &mut Vec<Command>) {
        loop {
            self.start_tasks();
            let mut moved = false;
            for one in &mut self.renditions {
                let idle = one.report.is_none()
                    && self.shared.tasks.has_none_of(one.index)
                    && (one.changing_encoder || one.has_no_work() && self.shared.audio.bytes().is_some());
                moved |= idle && !self.shared.has_ended() && one.move_on(&mut self.shared);
            }
            self.take_reports();
            if !moved || self.shared.has_ended() {
                break;
            }
        }
        commands.append(&mut self.shared.commands);
    }

    /// Starts tasks while workers are free.
    fn start_tasks(&mut self) {
        while !self.shared.has_ended() && self.shared.tasks.running.len() < self.shared.tasks.at_once {
            let Some(waiting) = self.next_work() else { break };
            let Waiting { rendition, work, tries } = waiting;
            let id = TaskId(self.shared.tasks.next);
            let Some(mut task) =
                self.renditions[rendition].task(id, work, &self.shared, self.cutting.as_ref())
            else {
                continue;
            };
            self.shared.tasks.next += 1;
            // A result has no errors.
            if self.shared.lenient && !matches!(work, Work::WatchResult(_)) {
                task.program.pass_over_errors();
            }
            if self.shared.facts.video.own_decoder && !matches!(work, Work::WatchResult(_)) {
                task.program.use_own_decoder();
            }
            self.frames.share(rendition, &mut task);
            self.shared.tasks.running.insert(id, Running { rendition, work, tries, frames: 0 });
            self.shared.command(Command::Run(task));
        }
    }

    fn next_work(&mut self) -> Option<Waiting> {
        let Shared { tasks, audio, .. } = &mut self.shared;
        if !tasks.queues_all {
            let next = tasks.waiting.pop().or_else(|| {
                let work = self.renditions.first_mut()?.next_work(audio)?;
                Some(Waiting { rendition: 0, work, tries: 1 })
            });
            return next.or_else(|| self.due_source_watch()).or_else(|| self.due_damage());
        }
        for rendition in &mut self.renditions {
            while let Some(work) = rendition.next_work(audio) {
                tasks.waiting.push(Waiting { rendition: rendition.index, work, tries: 1 });
            }
        }
        let renditions = &self.renditions;
        let urgency = |waiting: &Waiting| {
            let decodes = renditions[waiting.rendition].decodes_for(waiting.work);
            self.frames.urgency(waiting.rendition, decodes)
        };
        match (0..tasks.waiting.len()).min_by_key(|&place| urgency(&tasks.waiting[place])) {
            Some(next) => Some(tasks.waiting.swap_remove(next)),
            None => self.due_source_watch().or_else(|| self.due_damage()),
        }
    }

    fn done(&mut self, task: TaskId, running: Running, mut ended: Ended) {
        let freed = self.frames.task_ended(task, &mut ended.outputs, ended.exit_code == 0);
        self.shared.drop_files(freed);
        match running.work {
            Work::Cut => self.cut_done(running, ended),
            Work::Audio => self.audio_done(running, ended),
            Work::WatchSource(source) => self.source_watched(&running, source, ended),
            Work::FindDamage => self.damage_found(&running, ended),
            Work::WatchKept | Work::WatchResult(_) => {
                self.renditions[running.rendition].watched(&mut self.shared, &running, ended);
            }
            _ => self.renditions[running.rendition].done(&mut self.shared, running, ended),
        }
        self.take_reports();
    }

    fn audio_done(&mut self, running: Running, ended: Ended) {
        let Ended { exit_code, answer, outputs, log } = ended;
        // ffmpeg makes a file without a packet, and without a word, of a track whose index is gone.
        let is_there = |written: &&Written| written.size.0 > 0 && written.media() != Some(Bytes(0));
        let made = outputs.iter().find(|written| written.name == files::AUDIO_FILE).filter(is_there);
        match made.filter(|_| exit_code == 0) {
            Some(written) => {
                // Only the packets count here; the container is estimated as a whole.
                let bytes = written.media().unwrap_or(written.size);
                self.shared.audio = Audio::Made(bytes);
                self.shared.heard = answer.and_then(answer::heard);
                self.renditions.iter_mut().for_each(|one| one.book_audio(bytes));
            }
            None => self.failed(running, Some(exit_code), log),
        }
    }

    fn died(&mut self, task: TaskId, running: Running, death: Death, log: Vec<String>) {
        if death == Death::OutOfMemory {
            self.frames.keep_no_more();
        }
        let freed = self.frames.task_died(task);
        self.shared.drop_files(freed);
        self.recover(running, death, log);
        self.take_reports();
    }

    /// Moves finished renditions on to the job's end, or to being cut.
    fn take_reports(&mut self) {
        if self.shared.has_ended() || self.renditions.is_empty() {
            return;
        }
        if !self.is_package() {
            if let Some(report) = self.renditions[0].report.take() {
                self.shared.end(End::Finished(Box::new(report)));
            }
            return;
        }
        for one in &mut self.renditions {
            if one.report.is_some() && one.phase != RenditionPhase::Ended {
                one.phase = RenditionPhase::Ended;
                if self.cutting.is_some() {
                    let cut = Waiting { rendition: one.index, work: Work::Cut, tries: 1 };
                    self.shared.tasks.waiting.push(cut);
                }
            }
        }
        self.finish_package();
    }
}
