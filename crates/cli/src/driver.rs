//! Drives one job with native programs: starts tasks, keeps their files, and feeds the outcome back. The only place
//! where core's commands meet the machine.

use crate::clip::Clip;
use crate::error::Error;
use crate::ffmpeg::Ffmpeg;
use crate::folder::Folder;
use crate::guard;
use crate::interrupt::{Interrupt, PATIENCE};
use crate::package;
use crate::process::{self, End, Running};
use crate::silence::{self, Printed, Signs};
use clipfit_core::clip::facts::MediaFacts;
use clipfit_core::job::failure::Failure;
use clipfit_core::job::prelude::Host;
use clipfit_core::job::report::Report;
use clipfit_core::job::{Command, Event, Job, Milestone};
use clipfit_core::machine::limits::Limits;
use clipfit_core::plan::Plan;
use clipfit_core::progress::{Progress, frame_of};
use clipfit_core::step::{Artifact, ArtifactKind, Death, Program, Task, TaskId};
use clipfit_core::units::Bytes;
use clipfit_core::wishes::Wishes;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

/// What a job reports while it runs.
#[derive(Debug)]
pub enum Update<'a> {
    /// What the clip is.
    Probed(&'a MediaFacts),
    /// What will be made of it; reported again when the plan had to change.
    Planned(&'a Plan),
    /// The progress.
    Progress(Progress),
}

/// How far a job is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Probed,
    Planned,
    Finished,
}

/// Where a job was left.
enum Reached {
    Probed(Box<MediaFacts>),
    Planned(Box<Plan>, Vec<Task>),
    Finished(Box<Finished>),
}

/// A checked result. Dropping it removes its temporary file.
#[derive(Debug)]
pub struct Finished {
    /// Its figures.
    pub report: Report,
    /// Its path; the clip's own if the source is kept.
    pub file: PathBuf,
    _folder: Folder,
}

/// How long a program that was ended may take to be gone.
const AT_ONCE: Duration = Duration::from_secs(2);

/// A running task.
struct Busy {
    task: Task,
    /// Ends the program when dropped.
    running: Running,
    place: PathBuf,
    signs: Signs,
}

impl Busy {
    /// Returns the name of the program.
    fn program(&self) -> &'static str {
        if matches!(self.task.program, Program::Ffprobe { .. }) { "ffprobe" } else { "ffmpeg" }
    }

    /// Returns how long there has been no sign of life. Mere work does not count for ffprobe, which writes what it
    /// finds: a file may send it round in circles.
    fn silent_for(&mut self) -> Duration {
        let number = (self.program() == "ffmpeg").then(|| self.running.number());
        self.signs.silent_for(&self.place, number)
    }
}

enum Message {
    Alive(TaskId),
    Progress(TaskId, u64),
    Ended(TaskId, End),
}

/// What a job needs to run.
#[derive(Debug)]
pub struct Driver<'a> {
    ffmpeg: &'a Ffmpeg,
    clip: &'a Clip,
    interrupt: &'a Interrupt,
    /// How much runs side by side, where that is not for the machine to say.
    limits: Option<Limits>,
    /// How long a program may give no sign of life.
    patience: Duration,
}

impl<'a> Driver<'a> {
    /// Creates a driver for jobs on this clip.
    pub fn new(ffmpeg: &'a Ffmpeg, clip: &'a Clip, interrupt: &'a Interrupt) -> Driver<'a> {
        Driver { ffmpeg, clip, interrupt, limits: None, patience: silence::LONGEST }
    }

    /// Returns the same within these limits, whatever the machine has.
    pub fn within(self, limits: Limits) -> Driver<'a> {
        Driver { limits: Some(limits), ..self }
    }

    /// Returns the same with this patience for programs that give no sign of life.
    pub fn patient(self, patience: Duration) -> Driver<'a> {
        Driver { patience, ..self }
    }

    /// Returns what the clip is.
    pub fn examine(&self) -> Result<MediaFacts, Error> {
        match self.drive(&Wishes::default(), Until::Probed, &mut |_| {})? {
            Reached::Probed(facts) => Ok(*facts),
            Reached::Planned(..) | Reached::Finished(_) => Err(Error::Interrupted),
        }
    }

    /// Returns what would be made of the clip, and the tasks that would run first.
    pub fn plan(
        &self,
        wishes: &Wishes,
        tell: &mut dyn FnMut(Update<'_>),
    ) -> Result<(Plan, Vec<Task>), Error> {
        match self.drive(wishes, Until::Planned, tell)? {
            Reached::Planned(plan, first) => Ok((*plan, first)),
            Reached::Probed(_) | Reached::Finished(_) => Err(Error::Interrupted),
        }
    }

    /// Makes what is wished of the clip.
    pub fn make(&self, wishes: &Wishes, tell: &mut dyn FnMut(Update<'_>)) -> Result<Finished, Error> {
        match self.drive(wishes, Until::Finished, tell)? {
            Reached::Finished(finished) => Ok(*finished),
            Reached::Probed(_) | Reached::Planned(..) => Err(Error::Interrupted),
        }
    }

    fn drive(
        &self,
        wishes: &Wishes,
        until: Until,
        tell: &mut dyn FnMut(Update<'_>),
    ) -> Result<Reached, Error> {
        let mut folder = Folder::new(&self.clip.path)?;
        // Dropped before the folder, so that no program outlives its files.
        let mut busy: HashMap<TaskId, Busy> = HashMap::new();
        let (send, messages) = mpsc::channel();
        let limits =
            self.limits.unwrap_or_else(|| Limits::native(processors(), available_memory(), folder.free()));
        let mut job = Job::new(self.clip.bytes, wishes.clone(), Host::Native(limits));
        let mut commands = job.handle(Event::Start);
        loop {
            let mut wants_encoders = false;
            let mut planned = None;
            for command in std::mem::take(&mut commands) {
                match command {
                    Command::Run(task) => match &mut planned {
                        Some((_, first)) => Vec::push(first, task),
                        // Quick beside an encode, and no program.
                        None if matches!(task.program, Program::Package(_)) => {
                            commands.extend(job.handle(self.cut(&task, &mut folder)));
                        }
                        None => match self.start(&task, &folder, &send) {
                            Ok((running, place)) => {
                                let signs = Signs::new();
                                busy.insert(task.id, Busy { task, running, place, signs });
                            }
                            Err(error) => {
                                let (task, log) = (task.id, vec![error.to_string()]);
                                commands.extend(job.handle(Event::Died { task, death: Death::Crash, log }));
                            }
                        },
                    },
                    Command::FindEncoders => wants_encoders = until != Until::Probed,
                    Command::Show(Milestone::Probed(facts)) => {
                        tell(Update::Probed(&facts));
                        if until == Until::Probed {
                            return Ok(Reached::Probed(facts));
                        }
                    }
                    Command::Show(Milestone::Planned(plan)) => {
                        tell(Update::Planned(&plan));
                        if until == Until::Planned {
                            planned = Some((plan, Vec::new()));
                        }
                    }
                    Command::Show(Milestone::Probing | Milestone::Predicted(_)) => {}
                    Command::Drop(artifacts) => folder.forget(&artifacts),
                    Command::Stop => busy.clear(),
                    Command::Finish(_) if planned.is_some() => {}
                    Command::Finish(report) => {
                        return self
                            .finish(*report, folder)
                            .map(|finished| Reached::Finished(Box::new(finished)));
                    }
                    Command::GiveUp(failure) => {
                        return Err(match *failure {
                            Failure::Cancelled => Error::Interrupted,
                            failure => Error::NoResult(Box::new(failure)),
                        });
                    }
                    // There is no browser here.
                    Command::Load { .. }
                    | Command::LoadThreads
                    | Command::LoadPacker
                    | Command::KeepSpeeds(_)
                    | Command::EncoderFailed(_)
                    | Command::Pack(_)
                    | Command::Rest => {}
                }
            }
            if let Some((plan, first)) = planned {
                return Ok(Reached::Planned(plan, first));
            }
            if wants_encoders {
                // The first look at the file runs meanwhile.
                commands.extend(job.handle(Event::Encoders(self.ffmpeg.encoders()?)));
            }
            if !commands.is_empty() {
                continue;
            }
            for message in self.wait(&messages) {
                let event = match message {
                    Message::Alive(task) => {
                        if let Some(busy) = busy.get_mut(&task) {
                            busy.signs.seen();
                        }
                        continue;
                    }
                    Message::Progress(task, frames) => Event::Progress { task, frames },
                    Message::Ended(task, end) => match busy.remove(&task) {
                        Some(Busy { task, .. }) => {
                            if let Some(refusal) = guard::refusal(&end.log) {
                                return Err(refusal);
                            }
                            self.ended(&task, end, &mut folder)
                        }
                        None => continue,
                    },
                };
                commands.extend(job.handle(event));
            }
            let hung = busy
                .iter_mut()
                .find_map(|(id, one)| (one.silent_for() > self.patience_with(one.program())).then_some(*id));
            if let Some(hung) = hung.and_then(|id| busy.remove(&id)) {
                return Err(self.hung(hung, &messages));
            }
            if self.interrupt.is_raised() {
                commands.extend(job.handle(Event::Cancel));
            }
            tell(Update::Progress(job.progress()));
        }
    }

    /// Returns the messages received, after waiting a moment for the first.
    fn wait(&self, messages: &Receiver<Message>) -> Vec<Message> {
        let mut told: Vec<Message> = messages.recv_timeout(PATIENCE).into_iter().collect();
        told.extend(messages.try_iter());
        told
    }

    /// Returns how long a program may give no sign of life. ffprobe reads the whole clip before it writes a word of some
    /// answers.
    fn patience_with(&self, program: &str) -> Duration {
        match program {
            "ffprobe" => self.patience + silence::reading(self.clip.bytes),
            _ => self.patience,
        }
    }

    /// Ends a program that hangs.
    fn hung(&self, hung: Busy, messages: &Receiver<Message>) -> Error {
        let (id, program) = (hung.task.id, hung.program());
        drop(hung.running);
        // What it said last comes with its end, which is near now.
        let end =
            std::iter::from_fn(|| messages.recv_timeout(AT_ONCE).ok()).find_map(|message| match message {
                Message::Ended(task, end) if task == id => Some(end),
                _ => None,
            });
        Error::Hung {
            program,
            limit: self.patience_with(program),
            log: end.map_or_else(Vec::new, |end| end.log),
        }
    }

    fn start(
        &self,
        task: &Task,
        folder: &Folder,
        send: &Sender<Message>,
    ) -> std::io::Result<(Running, PathBuf)> {
        let (program, arguments) = match &task.program {
            Program::Ffmpeg { arguments } => (
                &self.ffmpeg.ffmpeg,
                ["-nostdin", "-y"].map(str::to_owned).into_iter().chain(arguments.clone()).collect(),
            ),
            Program::Ffprobe { arguments } => (&self.ffmpeg.ffprobe, arguments.clone()),
            other => return Err(std::io::Error::other(format!("no native program can do this: {other:?}"))),
        };
        let arguments: Vec<String> = arguments;
        let place = folder.prepare(task)?;
        let (id, printed, ended) = (task.id, send.clone(), send.clone());
        let mut figures = Printed::default();
        // If the receiver is gone, the program has been ended.
        let on_line = move |line: String| {
            // Where the system does not tell whether a program works, each line counts.
            if figures.is_new(&line) || !cfg!(target_os = "linux") {
                drop(printed.send(Message::Alive(id)));
            }
            if let Some(frames) = frame_of(&line) {
                drop(printed.send(Message::Progress(id, frames)));
            }
        };
        let on_end = move |end| drop(ended.send(Message::Ended(id, end)));
        let running = process::start(program, &guard::guarded(&arguments), &place, on_line, on_end)?;
        Ok((running, place))
    }

    fn cut(&self, task: &Task, folder: &mut Folder) -> Event {
        let Program::Package(step) = &task.program else { return Event::Cancel };
        let done = folder.prepare(task).and_then(|place| package::cut(&place, step));
        let outputs = folder.collect(task);
        let (exit_code, log) = match done {
            Ok(()) => (0, Vec::new()),
            Err(error) => (1, vec![error.to_string()]),
        };
        Event::Done { task: task.id, exit_code, answer: None, outputs, log }
    }

    fn ended(&self, task: &Task, end: End, folder: &mut Folder) -> Event {
        let outputs = folder.collect(task);
        let (id, code) = (task.id, end.code());
        let death = match code {
            Some(0) => None,
            _ if !self.clip.is_there() => Some(Death::InputUnreadable),
            Some(_) => None,
            None if end.was_killed() => Some(Death::OutOfMemory),
            None => Some(Death::Crash),
        };
        match (code, death) {
            (Some(exit_code), None) => {
                Event::Done { task: id, exit_code, answer: None, outputs, log: end.log }
            }
            (_, death) => Event::Died { task: id, death: death.unwrap_or(Death::Crash), log: end.log },
        }
    }

    fn finish(&self, report: Report, folder: Folder) -> Result<Finished, Error> {
        let file = if report.kept_source {
            self.clip.path.clone()
        } else if !report.files.is_empty() {
            folder.package(&report.files).map_err(Error::Temporary)?
        } else {
            let lost = || Error::Temporary(std::io::ErrorKind::NotFound.into());
            let result = Artifact { rendition: 0, kind: ArtifactKind::Result };
            folder.kept(result).ok_or_else(lost)?.to_owned()
        };
        Ok(Finished { report, file, _folder: folder })
    }
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Returns what the system says is free for programs, where it says so.
fn available_memory() -> Option<Bytes> {
    let about = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = about.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(Bytes(kibibytes.saturating_mul(1024)))
}
