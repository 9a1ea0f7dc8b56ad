//! All that the page knows, every action on it, and the one reducer. Knows no browser: what the world must do is
//! answered as commands, which `effects` carries out.

use crate::job::{
    CopyRefused, FileId, Finished, Job, JobId, Log, Made, PackageFile, Phase, Preparing, RunId, Running,
    Saving, Source,
};
use crate::settings::{Edit, Settings};
use crate::shared::Shared;
use crate::words;
use clipfit_core::progress::{self, Estimate, Progress};
use clipfit_core::step::load::LoadFailure;
use clipfit_core::units::{Bytes, Micros};
use clipfit_core::view::account::{CodecAccount, EffortsAccount};
use clipfit_core::view::update::{Failure, Update};
use clipfit_core::wishes::link::{Link, LinkProblem, LinkTrouble};
use clipfit_core::wishes::names::result_stem;
use clipfit_core::wishes::{Effort, Wishes};
use std::rc::Rc;

/// All that the page knows.
#[derive(Debug, Clone)]
pub struct State {
    /// The settings as typed.
    pub settings: Rc<Settings>,
    /// The wishes in force for clips to come.
    pub wishes: Rc<Wishes>,
    /// The jobs, in the order of the queue.
    pub jobs: Vec<Shared<Job>>,
    /// What the link asked for and did not get.
    pub problems: Rc<Vec<LinkProblem>>,
    /// Every codec, and why it cannot be had here.
    pub codecs: Rc<Vec<CodecAccount>>,
    /// Whether this browser can write into a folder.
    pub folders_can_be_written: bool,
    /// What was copied from the settings last.
    pub copied: Option<Rc<Copied>>,
    /// Files are being dragged over the window.
    pub dragging: bool,
    /// On narrow screens: the settings beside the target are shown.
    pub more_settings: bool,
    /// What the live region says.
    pub announcement: String,
    next_id: u32,
}

/// A text that was to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The text.
    pub text: String,
    /// How it went.
    pub how: Result<(), CopyRefused>,
}

/// Everything that can happen.
#[derive(Debug, Clone)]
pub enum Action {
    /// Files were dropped, chosen or pasted.
    AddFiles(Vec<Source>),
    /// The address names this many parameters.
    FollowLink(Box<Link>, usize),
    /// The list of link problems was closed.
    DismissProblems,
    /// Which codecs can be had here, and why not.
    Codecs(Vec<CodecAccount>),
    /// Whether this browser can write into a folder.
    FoldersCanBeWritten(bool),
    /// A setting was changed.
    Edit(Edit),
    /// The settings beside the target were opened or closed.
    ToggleMoreSettings,
    /// Files came over the window, or left it.
    Drag(bool),
    /// A running job tells something.
    Tell(RunId, News),
    /// Stop this job.
    Cancel(JobId),
    /// Take this job off the page.
    Remove(JobId),
    /// Run this job again with the settings in force.
    Again(JobId),
    /// Run this job again with the wishes of its failure's offer of this number.
    TakeOffer(JobId, usize),
    /// Run this job from the start with another effort, whether it has ended or not.
    Switch(JobId, Effort),
    /// Go to the settings to change them.
    ChangeSettings,
    /// Show or hide the log of this job.
    ToggleLog(JobId),
    /// The log that was asked for.
    LogRead(RunId, String),
    /// Copy the log of this job.
    CopyLog(JobId),
    /// How the copying went.
    LogCopied(RunId, Result<(), CopyRefused>),
    /// Copy this text.
    Copy(String),
    /// How that went.
    Copied(Copied),
    /// Save the package of this job into a folder.
    SaveIntoFolder(JobId),
    /// How that went; `None` when the person chose no folder.
    SavedIntoFolder(RunId, Option<Result<(), String>>),
}

/// What a running job tells, and what goes beside it.
#[derive(Debug, Clone)]
pub struct News {
    /// In the engine's words.
    pub update: Update,
    /// The files of a checked result; their addresses must be given back.
    pub made: Option<Made>,
    /// When it was heard, on the page's clock.
    pub now: Micros,
}

/// What the world must do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Start a run.
    Start {
        /// Under this name.
        run: RunId,
        /// On this file.
        file: FileId,
        /// Under these wishes.
        wishes: Wishes,
    },
    /// End a run at once if it still works, and keep nothing of it but its log.
    End(RunId),
    /// Forget the log of a run.
    ForgetLog(RunId),
    /// Forget a file.
    ForgetFile(FileId),
    /// Give an address of result bytes back.
    Release(String),
    /// Save a result under a name.
    Download {
        /// Address of its bytes.
        url: String,
        /// The name.
        name: String,
    },
    /// Answer with `Action::LogRead`.
    ReadLog(RunId),
    /// Copy a text, and answer with `Action::Copied`.
    Copy(String),
    /// Copy the log of a run, and answer with `Action::LogCopied`.
    CopyLog(RunId),
    /// Ask for a folder, write these files into it, and answer with `Action::SavedIntoFolder`.
    SaveIntoFolder {
        /// Whose package it is.
        run: RunId,
        /// Name of the new folder in it.
        name: String,
        /// The files.
        files: Rc<[PackageFile]>,
        /// Whether a page that plays them goes with them.
        with_page: bool,
    },
    /// Keep the settings for the next visit.
    KeepSettings,
    /// Bring a card into view.
    Reveal(JobId),
    /// Move the keyboard's focus, since the element that had it goes away.
    Focus(Place),
}

/// Places for the keyboard's focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A card.
    Job(JobId),
    /// The button that chooses files.
    Chooser,
    /// The first setting.
    Settings,
}

impl State {
    /// The page when it opens, with the settings of the last visit.
    pub fn new(settings: Option<Settings>) -> Self {
        let settings = settings.unwrap_or_default();
        State {
            wishes: Rc::new(settings.wishes(&Wishes::default())),
            settings: Rc::new(settings),
            jobs: Vec::new(),
            problems: Rc::default(),
            codecs: Rc::default(),
            folders_can_be_written: false,
            copied: None,
            dragging: false,
            more_settings: false,
            announcement: String::new(),
            next_id: 1,
        }
    }

    /// The reducer.
    pub fn reduce(&mut self, action: Action) -> Vec<Command> {
        let mut commands = Vec::new();
        match action {
            Action::AddFiles(files) => self.add_files(files, &mut commands),
            Action::FollowLink(link, named) => {
                let foreign = |problem: &&LinkProblem| problem.why == LinkTrouble::UnknownName;
                // What other sites hang on (`utm_source=`) is named, and changes nothing.
                if named > link.problems.iter().filter(foreign).count() {
                    self.settings = Rc::new(Settings::from_link(&link, &self.settings));
                    self.wishes = Rc::new(self.settings.wishes(&link.wishes));
                }
                self.problems = Rc::new(link.problems);
            }
            Action::Codecs(codecs) => self.codecs = Rc::new(codecs),
            Action::FoldersCanBeWritten(can) => self.folders_can_be_written = can,
            Action::DismissProblems => self.problems = Rc::default(),
            Action::Edit(edit) => {
                let mut settings = Settings::clone(&self.settings);
                settings.edit(edit);
                self.wishes = Rc::new(settings.wishes(&self.wishes));
                self.settings = Rc::new(settings);
                commands.push(Command::KeepSettings);
            }
            Action::ToggleMoreSettings => self.more_settings = !self.more_settings,
            Action::Drag(over) => self.dragging = over,
            Action::Tell(run, news) => self.hear(run, news, &mut commands),
            Action::Cancel(id) => {
                if let Some(mut job) = self.job(id).filter(|job| !job.has_ended()) {
                    commands.extend([Command::End(job.run), Command::Focus(Place::Job(id))]);
                    job.phase = Phase::Cancelled;
                    self.announcement = format!("{}: cancelled.", job.source.name);
                    self.put(job);
                }
            }
            Action::Remove(id) => {
                if let Some(job) = self.job(id) {
                    give_up_run(&job, &mut commands);
                    commands.extend([Command::ForgetFile(job.source.file), Command::Focus(Place::Chooser)]);
                    self.jobs.retain(|job| job.id != id);
                    self.announcement = format!("{}: removed.", job.source.name);
                }
            }
            Action::Again(id) => {
                if let Some(job) = self.job(id).filter(Job::has_ended) {
                    self.restart(job, Wishes::clone(&self.wishes), &mut commands);
                }
            }
            Action::TakeOffer(id, number) => {
                let offered = self.job(id).and_then(|job| match &job.phase {
                    Phase::Failed(failure) => failure.offers.get(number).cloned().map(|offer| (job, offer)),
                    _ => None,
                });
                if let Some((job, offer)) = offered {
                    self.restart(job, offer.wishes, &mut commands);
                }
            }
            Action::Switch(id, effort) => {
                if let Some(job) = self.job(id) {
                    let wishes = Wishes { effort, ..job.wishes.clone() };
                    self.restart(job, wishes, &mut commands);
                }
            }
            Action::ChangeSettings => {
                self.more_settings = true;
                commands.push(Command::Focus(Place::Settings));
            }
            Action::ToggleLog(id) => {
                if let Some(mut job) = self.job(id) {
                    if job.log.take().is_none() {
                        job.log = Some(Log { text: Shared::new(String::new()), copied: None });
                        commands.push(Command::ReadLog(job.run));
                    }
                    self.put(job);
                }
            }
            Action::LogRead(run, text) => {
                if let Some(mut job) = self.job_of(run).filter(|job| job.log.is_some()) {
                    job.log = Some(Log { text: Shared::new(text), copied: None });
                    self.put(job);
                }
            }
            Action::CopyLog(id) => commands.extend(self.job(id).map(|job| Command::CopyLog(job.run))),
            Action::Copy(text) => commands.push(Command::Copy(text)),
            Action::Copied(copied) => {
                self.announcement = words::copied(copied.how).into();
                self.copied = Some(Rc::new(copied));
            }
            Action::SaveIntoFolder(id) => {
                if let Some(job) = self.job(id)
                    && let Phase::Done(finished) = &job.phase
                {
                    commands.push(Command::SaveIntoFolder {
                        run: job.run,
                        name: result_stem(&job.source.name).to_owned(),
                        files: Rc::clone(&finished.made.files),
                        with_page: finished.report.streams,
                    });
                    self.put_saving(job, Some(Saving::Busy));
                }
            }
            Action::SavedIntoFolder(run, how) => {
                if let Some(job) = self.job_of(run) {
                    let saving = how.map(|how| how.map_or_else(Saving::Failed, |()| Saving::Done));
                    self.put_saving(job, saving);
                }
            }
            Action::LogCopied(run, how) => {
                if let Some(mut job) = self.job_of(run) {
                    if let Some(log) = &mut job.log {
                        log.copied = Some(how);
                    }
                    self.put(job);
                }
            }
        }
        self.start_next(&mut commands);
        commands
    }

    /// Takes in how far the saving of a package is.
    fn put_saving(&mut self, mut job: Job, saving: Option<Saving>) {
        if let Phase::Done(finished) = &mut job.phase {
            finished.saving = saving;
            self.put(job);
        }
    }

    /// What each effort of the settings would come to: known of one clip only, and with nothing else changed since.
    pub fn efforts(&self) -> Option<Shared<EffortsAccount>> {
        let mut known = self.jobs.iter().filter(|job| job.efforts.is_some());
        let (job, None) = (known.next()?, known.next()) else { return None };
        let asked = Wishes { effort: self.wishes.effort, ..job.wishes.clone() };
        job.efforts.clone().filter(|_| asked == *self.wishes)
    }

    /// Title of the document.
    pub fn title(&self) -> String {
        if let Some(job) = self.jobs.iter().find(|job| job.is_active()) {
            format!("{} % · Clipfit", job.percent)
        } else if self.jobs.last().is_some_and(|job| matches!(job.phase, Phase::Done(_))) {
            "Done · Clipfit".into()
        } else {
            "Clipfit: make a video fit".into()
        }
    }

    fn add_files(&mut self, files: Vec<Source>, commands: &mut Vec<Command>) {
        self.dragging = false;
        if files.is_empty() {
            return;
        }
        self.announcement = match files.as_slice() {
            [one] => format!("{} added.", one.name),
            several => format!("{} files added.", several.len()),
        };
        let first = self.next_id;
        for source in files {
            let (id, run) = (JobId(self.fresh_id()), RunId(self.fresh_id()));
            self.jobs.push(Shared::new(Job::new(id, run, source, Wishes::clone(&self.wishes))));
        }
        commands.push(Command::Reveal(JobId(first)));
    }

    fn hear(&mut self, run: RunId, News { update, made, now }: News, commands: &mut Vec<Command>) {
        let Some(mut job) = self.job_of(run).filter(|job| job.is_active()) else {
            // Too late for this run: nobody else would give its result back.
            commands.extend(made.into_iter().flat_map(Made::into_urls).map(Command::Release));
            return;
        };
        match update {
            Update::Loading { received, total } => {
                let (received, total) = (Bytes(received as u64), Bytes(total as u64));
                job.phase = Phase::Planning(Preparing::Loading { received, total });
            }
            Update::Probing => {
                job.phase = Phase::Planning(Preparing::Probing);
                job.planned_at = None;
            }
            Update::Probed(clip) => job.clip = Some(Shared::new(clip)),
            Update::Predicted(efforts, codecs) => {
                job.efforts = Some(Shared::new(efforts));
                self.codecs = Rc::new(codecs);
            }
            Update::Planned(plan) => {
                if job.planned_at.is_none() {
                    job.planned_at = Some(now);
                    job.phase = Phase::Planning(Preparing::Planned);
                    self.announcement = format!("{}: planned.", job.source.name);
                }
                job.plan = Some(Shared::new(plan));
            }
            Update::Progress(progress) => {
                if let Some(quarter) = go_on(&mut job, progress, now) {
                    self.announcement = quarter;
                }
            }
            Update::Finished(report) => match made {
                Some(made) => {
                    self.announcement = format!("{}: done. {}.", job.source.name, words::saving(&report));
                    commands.push(Command::End(run));
                    if self.settings.download {
                        commands.push(Command::Download { url: made.url.clone(), name: job.result_name() });
                    }
                    job.percent = 100;
                    job.phase = Phase::Done(Finished { report: Shared::new(report), made, saving: None });
                }
                // The engine hands the file over with the report.
                None => self.fail(&mut job, LoadFailure::Corrupt.into(), commands),
            },
            Update::Failed(failure) => self.fail(&mut job, failure, commands),
        }
        if job.has_ended() && job.log.is_some() {
            commands.push(Command::ReadLog(run));
        }
        self.put(job);
    }

    fn fail(&mut self, job: &mut Job, failure: Failure, commands: &mut Vec<Command>) {
        self.announcement = format!("{}: {}", job.source.name, failure.text);
        commands.push(Command::End(job.run));
        job.phase = Phase::Failed(failure);
    }

    /// Gives up what became of a job and puts it back into the queue.
    fn restart(&mut self, job: Job, wishes: Wishes, commands: &mut Vec<Command>) {
        give_up_run(&job, commands);
        commands.push(Command::Focus(Place::Job(job.id)));
        self.announcement = format!("{}: starts again.", job.source.name);
        let run = RunId(self.fresh_id());
        self.put(Job::new(job.id, run, job.source, wishes));
    }

    /// Starts the first waiting job when none is active.
    fn start_next(&mut self, commands: &mut Vec<Command>) {
        if self.jobs.iter().any(|job| job.is_active()) {
            return;
        }
        if let Some(next) = self.jobs.iter().find(|job| matches!(job.phase, Phase::Queued)) {
            let mut job = Job::clone(next);
            commands.push(Command::Start { run: job.run, file: job.source.file, wishes: job.wishes.clone() });
            job.phase = Phase::Planning(Preparing::Starting);
            self.put(job);
        }
    }

    fn job(&self, id: JobId) -> Option<Job> {
        self.jobs.iter().find(|job| job.id == id).map(|job| Job::clone(job))
    }

    fn job_of(&self, run: RunId) -> Option<Job> {
        self.jobs.iter().find(|job| job.run == run).map(|job| Job::clone(job))
    }

    /// Replaces a job, so that exactly its card is drawn again.
    fn put(&mut self, job: Job) {
        if let Some(slot) = self.jobs.iter_mut().find(|slot| slot.id == job.id) {
            *slot = Shared::new(job);
        }
    }

    fn fresh_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id - 1
    }
}

/// What nobody needs any more once this attempt is given up.
fn give_up_run(job: &Job, commands: &mut Vec<Command>) {
    commands.extend([Command::End(job.run), Command::ForgetLog(job.run)]);
    if let Phase::Done(finished) = &job.phase {
        commands.extend(finished.made.clone().into_urls().map(Command::Release));
    }
}

/// Takes progress in; the answer is what to announce: the quarters, not every percent.
fn go_on(job: &mut Job, progress: Progress, now: Micros) -> Option<String> {
    let quarter_before = job.percent / 25;
    job.percent = (progress.fraction.clamp(0.0, 1.0) * 100.0).floor() as u8;
    let estimate = match (job.planned_at, job.length()) {
        (Some(since), Some(length)) => progress::estimate(progress.fraction, now - since, length),
        _ => Estimate { left: None, speed: None },
    };
    job.phase = Phase::Encoding(Running { stage: progress.stage, estimate });
    (job.percent / 25 > quarter_before).then(|| format!("{}: {} %.", job.source.name, job.percent))
}
