//! Drives one session with native programs: starts tasks, keeps their files, and feeds the outcome back. The only place where
//! core's commands meet the machine.

use crate::clip::Clip;
use crate::error::Error;
use crate::ffmpeg::Ffmpeg;
use crate::folder::Folder;
use crate::interrupt::{Interrupt, PATIENCE};
use crate::package;
use crate::process::{self, End, Running};
use clipfit_core::plan::Plan;
use clipfit_core::progress::Progress;
use clipfit_core::session::job::Job;
use clipfit_core::session::outcome::{GiveUp, Report};
use clipfit_core::session::task::{Artifact, Command, Death, Event, Program, Task, TaskId};
use clipfit_core::units::Bytes;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};

/// Decoded frames use at most this fraction (one in `DISK_SHARE`) of the free disk space.
const DISK_SHARE: u64 = 4;

/// What a session reports while it runs.
#[derive(Debug)]
pub enum Update<'a> {
    /// The plan had to change.
    Replanned(&'a Plan),
    /// The progress.
    Progress(Progress),
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

/// A running task.
struct Busy {
    task: Task,
    /// Ends the program when dropped.
    _running: Running,
}

enum Message {
    Printed(TaskId, String),
    Ended(TaskId, End),
}

/// What a session needs to run.
#[derive(Debug)]
pub struct Driver<'a> {
    ffmpeg: &'a Ffmpeg,
    clip: &'a Clip,
    interrupt: &'a Interrupt,
}

impl<'a> Driver<'a> {
    /// Creates a driver for sessions on this clip.
    pub fn new(ffmpeg: &'a Ffmpeg, clip: &'a Clip, interrupt: &'a Interrupt) -> Driver<'a> {
        Driver { ffmpeg, clip, interrupt }
    }

    /// Runs the session with at most `workers` programs at a time. Keeps up to `frames` bytes of decoded frames, as long as most
    /// of the disk stays free.
    pub fn run(
        &self,
        mut session: Job,
        workers: usize,
        frames: Bytes,
        tell: &mut dyn FnMut(Update<'_>),
    ) -> Result<Finished, Error> {
        let mut folder = Folder::new()?;
        // Dropped before the folder, so that no program outlives its files.
        let mut busy: HashMap<TaskId, Busy> = HashMap::new();
        let (send, messages) = mpsc::channel();
        let frames = frames.min(Bytes(folder.free().0 / DISK_SHARE));
        let mut commands = session.handle(Event::Start { workers, frames });
        loop {
            for command in std::mem::take(&mut commands) {
                match command {
                    // Quick compared with an encode, and not a program.
                    Command::Run(task) if matches!(task.program, Program::Package(_)) => {
                        commands.extend(session.handle(self.cut(&task, &mut folder)));
                    }
                    Command::Run(task) => match self.start(&task, &folder, &send) {
                        Ok(running) => drop(busy.insert(task.id, Busy { task, _running: running })),
                        Err(error) => {
                            let log = vec![error.to_string()];
                            let task = task.id;
                            commands.extend(session.handle(Event::WorkerDied {
                                task,
                                death: Death::Crash,
                                log,
                            }));
                        }
                    },
                    Command::Replanned(plan) => tell(Update::Replanned(&plan)),
                    // There is no browser here.
                    Command::EncoderFailed(_) => {}
                    Command::Drop(artifacts) => folder.forget(&artifacts),
                    Command::Stop => busy.clear(),
                    Command::Finish(report) => return self.finish(*report, folder),
                    Command::GiveUp(reason) => {
                        return Err(match *reason {
                            GiveUp::Cancelled => Error::Interrupted,
                            reason => Error::GaveUp(Box::new(reason)),
                        });
                    }
                    // Everything runs in ffmpeg here already.
                    Command::BeginWithFfmpeg(_) => commands = session.handle(Event::Cancel),
                }
            }
            if !commands.is_empty() {
                continue;
            }
            for message in self.wait(&messages) {
                let event = match message {
                    Message::Printed(task, line) => Event::Printed { task, line },
                    Message::Ended(task, end) => match busy.remove(&task) {
                        Some(Busy { task, .. }) => self.ended(&task, end, &mut folder),
                        None => continue,
                    },
                };
                commands.extend(session.handle(event));
            }
            if self.interrupt.is_raised() {
                commands.extend(session.handle(Event::Cancel));
            }
            tell(Update::Progress(session.progress()));
        }
    }

    /// Returns the messages received, after waiting a moment for the first.
    fn wait(&self, messages: &Receiver<Message>) -> Vec<Message> {
        let mut told: Vec<Message> = messages.recv_timeout(PATIENCE).into_iter().collect();
        told.extend(messages.try_iter());
        told
    }

    fn start(&self, task: &Task, folder: &Folder, send: &Sender<Message>) -> std::io::Result<Running> {
        let (program, arguments) = match &task.program {
            Program::Ffmpeg(arguments) => (
                &self.ffmpeg.ffmpeg,
                ["-nostdin", "-y"].map(str::to_owned).into_iter().chain(arguments.clone()).collect(),
            ),
            Program::Ffprobe(arguments) => (&self.ffmpeg.ffprobe, arguments.clone()),
            other => return Err(std::io::Error::other(format!("no native program can do this: {other:?}"))),
        };
        let arguments: Vec<String> = arguments;
        let place = folder.prepare(task, &self.clip.path)?;
        let (id, printed, ended) = (task.id, send.clone(), send.clone());
        // If the receiver is gone, the program has been ended.
        let on_line = move |line| drop(printed.send(Message::Printed(id, line)));
        let on_end = move |end| drop(ended.send(Message::Ended(id, end)));
        process::start(program, &arguments, &place, on_line, on_end)
    }

    fn cut(&self, task: &Task, folder: &mut Folder) -> Event {
        let Program::Package(step) = &task.program else { return Event::Cancel };
        let done = folder.prepare(task, &self.clip.path).and_then(|place| package::cut(&place, step));
        let outputs = folder.collect(task);
        let (exit_code, log) = match done {
            Ok(()) => (0, Vec::new()),
            Err(error) => (1, vec![error.to_string()]),
        };
        Event::Done { task: task.id, exit_code, outputs, log }
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
            (Some(exit_code), None) => Event::Done { task: id, exit_code, outputs, log: end.log },
            (_, death) => Event::WorkerDied { task: id, death: death.unwrap_or(Death::Crash), log: end.log },
        }
    }

    fn finish(&self, report: Report, folder: Folder) -> Result<Finished, Error> {
        let file = if report.kept_source {
            self.clip.path.clone()
        } else if !report.files.is_empty() {
            folder.package(&report.files).map_err(Error::Temporary)?
        } else {
            let lost = || Error::Temporary(std::io::ErrorKind::NotFound.into());
            folder.kept(Artifact::Result).ok_or_else(lost)?.to_owned()
        };
        Ok(Finished { report, file, _folder: folder })
    }
}
