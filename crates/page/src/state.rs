//! The page's state, every action on it, and the one reducer. Knows no browser: the reducer returns commands, which
//! `effects` carries out.

use crate::job::{
    ClipFile, CopyRefused, FileId, Finished, Job, JobId, Log, Made, Phase, Preparing, RunId, Running, Saving,
};
use crate::settings::{Edit, Settings};
use crate::shared::Shared;
use crate::words;
use clipfit_core::progress::{self, Estimate, Progress};
use clipfit_core::step::load::LoadFailure;
use clipfit_core::units::{Bytes, Micros};
use clipfit_core::view::account::{CodecAccount, EffortsAccount};
use clipfit_core::view::update::{FailureAccount, Update};
use clipfit_core::wishes::link::{Link, LinkProblem, LinkTrouble};
use clipfit_core::wishes::names::result_stem;
use clipfit_core::wishes::{Effort, Wishes};
use clipfit_site::PackageFile;
use std::rc::Rc;

/// The page's state.
#[derive(Debug, Clone)]
pub struct State {
    /// The settings as typed.
    pub settings: Rc<Settings>,
    /// The wishes for the next clips.
    pub wishes: Rc<Wishes>,
    /// The jobs, in the order of the queue.
    pub jobs: Vec<Shared<Job>>,
    /// Problems with the link's parameters.
    pub problems: Rc<Vec<LinkProblem>>,
    /// Every codec, and why it is unavailable here.
    pub codecs: Rc<Vec<CodecAccount>>,
    /// Whether this browser can write into a folder.
    pub folders_can_be_written: bool,
    /// The text copied last from the settings.
    pub copied: Option<Rc<Copied>>,
    /// Whether files are dragged over the window.
    pub dragging: bool,
    /// Whether narrow screens show the settings other than the target.
    pub more_settings: bool,
    /// The text of the live region.
    pub announcement: String,
    next_id: u32,
}

/// A text that the user copied or tried to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The text.
    pub text: String,
    /// Whether it worked.
    pub how: Result<(), CopyRefused>,
}

/// Everything that can happen.
#[derive(Debug, Clone)]
pub enum Action {
    /// Files were dropped, chosen or pasted.
    AddFiles(Vec<ClipFile>),
    /// The address has a link with this many parameters.
    FollowLink(Box<Link>, usize),
    /// The list of link problems was closed.
    DismissProblems,
    /// Which codecs are available here, and why the others are not.
    Codecs(Vec<CodecAccount>),
    /// Whether this browser can write into a folder.
    FoldersCanBeWritten(bool),
    /// A setting was changed.
    Edit(Edit),
    /// The settings other than the target were opened or closed.
    ToggleMoreSettings,
    /// Files came over the window, or left it.
    Drag(bool),
    /// A running job reports something.
    Tell(RunId, News),
    /// Stop this job.
    Cancel(JobId),
    /// Remove this job from the page.
    Remove(JobId),
    /// Run this job again with the current settings.
    Again(JobId),
    /// Run this job again with the wishes of the offer with this number in its failure.
    TakeOffer(JobId, usize),
    /// Run this job from the start with another effort, even if it has not ended.
    Switch(JobId, Effort),
    /// Go to the settings to change them.
    ChangeSettings,
    /// Show or hide the log of this job.
    ToggleLog(JobId),
    /// The requested log.
    LogRead(RunId, String),
    /// Copy the log of this job.
    CopyLog(JobId),
    /// Whether copying the log worked.
    LogCopied(RunId, Result<(), CopyRefused>),
    /// Copy this text.
    Copy(String),
    /// Whether copying the text worked.
    Copied(Copied),
    /// Save the package of this job to a folder.
    SaveIntoFolder(JobId),
    /// Whether saving worked; `None` if the user chose no folder.
    SavedIntoFolder(RunId, Option<Result<(), String>>),
}

/// What a running job reports, and what comes with it.
#[derive(Debug, Clone)]
pub struct News {
    /// In the engine's words.
    pub update: Update,
    /// The files of a checked result; their addresses must be given back.
    pub made: Option<Made>,
    /// When it was heard, on the page's clock.
    pub now: Micros,
}

/// What `effects` must do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start a run.
    Start {
        /// Identifies the run.
        run: RunId,
        /// The file to work on.
        file: FileId,
        /// The wishes for the result.
        wishes: Wishes,
    },
    /// End a run at once if it is still working, and keep only its log.
    End(RunId),
    /// Forget the log of a run.
    ForgetLog(RunId),
    /// Forget a file.
    ForgetFile(FileId),
    /// Release an object URL.
    Release(String),
    /// Download a result under a name.
    Download {
        /// Object URL of the result.
        url: String,
        /// The name.
        name: String,
    },
    /// Read the log of a run and dispatch `Action::LogRead`.
    ReadLog(RunId),
    /// Copy a text and dispatch `Action::Copied`.
    Copy(String),
    /// Copy the log of a run and dispatch `Action::LogCopied`.
    CopyLog(RunId),
    /// Ask for a folder, write these files into it, and dispatch `Action::SavedIntoFolder`.
    SaveIntoFolder {
        /// The run that made the package.
        run: RunId,
        /// Name of the new folder inside the chosen one.
        name: String,
        /// The files.
        files: Rc<[PackageFile]>,
        /// Whether to add a page that plays them.
        with_page: bool,
    },
    /// Store the settings for the next visit.
    KeepSettings,
    /// Scroll a card into view.
    Reveal(JobId),
    /// Move the keyboard focus, because the element that has it disappears.
    Focus(Place),
}

/// Targets for the keyboard focus.
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
    /// Returns the state of a page that opens, with the settings of the last visit.
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

    /// Applies an action and returns the commands that follow.
    pub fn reduce(&mut self, action: Action) -> Vec<Effect> {
        let mut commands = Vec::new();
        match action {
            Action::AddFiles(files) => self.add_files(files, &mut commands),
            Action::FollowLink(link, named) => {
                let foreign = |problem: &&LinkProblem| problem.why == LinkTrouble::UnknownName;
                // Parameters that other sites append (`utm_source=`) are reported and change nothing.
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
                commands.push(Effect::KeepSettings);
            }
            Action::ToggleMoreSettings => self.more_settings = !self.more_settings,
            Action::Drag(over) => self.dragging = over,
            Action::Tell(run, news) => self.hear(run, news, &mut commands),
            Action::Cancel(id) => {
                if let Some(mut job) = self.job(id).filter(|job| !job.has_ended()) {
                    commands.extend([Effect::End(job.run), Effect::Focus(Place::Job(id))]);
                    job.phase = Phase::Cancelled;
                    self.announcement = format!("{}: cancelled.", job.source.name);
                    self.put(job);
                }
            }
            Action::Remove(id) => {
                if let Some(job) = self.job(id) {
                    give_up_run(&job, &mut commands);
                    commands.extend([Effect::ForgetFile(job.source.file), Effect::Focus(Place::Chooser)]);
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
                commands.push(Effect::Focus(Place::Settings));
            }
            Action::ToggleLog(id) => {
                if let Some(mut job) = self.job(id) {
                    if job.log.take().is_none() {
                        job.log = Some(Log { text: Shared::new(String::new()), copied: None });
                        commands.push(Effect::ReadLog(job.run));
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
            Action::CopyLog(id) => commands.extend(self.job(id).map(|job| Effect::CopyLog(job.run))),
            Action::Copy(text) => commands.push(Effect::Copy(text)),
            Action::Copied(copied) => {
                self.announcement = words::copied(copied.how).into();
                self.copied = Some(Rc::new(copied));
            }
            Action::SaveIntoFolder(id) => {
                if let Some(job) = self.job(id)
                    && let Phase::Done(finished) = &job.phase
                {
                    commands.push(Effect::SaveIntoFolder {
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

    /// Stores the state of saving a package.
    fn put_saving(&mut self, mut job: Job, saving: Option<Saving>) {
        if let Phase::Done(finished) = &mut job.phase {
            finished.saving = saving;
            self.put(job);
        }
    }

    /// Returns the predictions for the efforts in the settings. They exist only if exactly one clip has them and no
    /// other setting has changed since.
    pub fn efforts(&self) -> Option<Shared<EffortsAccount>> {
        let mut known = self.jobs.iter().filter(|job| job.efforts.is_some());
        let (job, None) = (known.next()?, known.next()) else { return None };
        let asked = Wishes { effort: self.wishes.effort, ..job.wishes.clone() };
        job.efforts.clone().filter(|_| asked == *self.wishes)
    }

    /// Returns the title of the document.
    pub fn title(&self) -> String {
        if let Some(job) = self.jobs.iter().find(|job| job.is_active()) {
            format!("{} % · Clipfit", job.percent)
        } else if self.jobs.last().is_some_and(|job| matches!(job.phase, Phase::Done(_))) {
            "Done · Clipfit".into()
        } else {
            "Clipfit: make a video fit".into()
        }
    }

    fn add_files(&mut self, files: Vec<ClipFile>, commands: &mut Vec<Effect>) {
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
        commands.push(Effect::Reveal(JobId(first)));
    }

    fn hear(&mut self, run: RunId, News { update, made, now }: News, commands: &mut Vec<Effect>) {
        let Some(mut job) = self.job_of(run).filter(|job| job.is_active()) else {
            // Too late for this run: nobody else would give its result back.
            commands.extend(made.into_iter().flat_map(Made::into_urls).map(Effect::Release));
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
                    self.announcement = format!("{}: plan ready.", job.source.name);
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
                    commands.push(Effect::End(run));
                    if self.settings.download {
                        commands.push(Effect::Download { url: made.url.clone(), name: job.result_name() });
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
            commands.push(Effect::ReadLog(run));
        }
        self.put(job);
    }

    fn fail(&mut self, job: &mut Job, failure: FailureAccount, commands: &mut Vec<Effect>) {
        self.announcement = format!("{}: {}", job.source.name, failure.text);
        commands.push(Effect::End(job.run));
        job.phase = Phase::Failed(failure);
    }

    /// Gives up what became of a job and puts it back into the queue.
    fn restart(&mut self, job: Job, wishes: Wishes, commands: &mut Vec<Effect>) {
        give_up_run(&job, commands);
        commands.push(Effect::Focus(Place::Job(job.id)));
        self.announcement = format!("{}: queued again.", job.source.name);
        let run = RunId(self.fresh_id());
        self.put(Job::new(job.id, run, job.source, wishes));
    }

    /// Starts the first waiting job when none is active.
    fn start_next(&mut self, commands: &mut Vec<Effect>) {
        if self.jobs.iter().any(|job| job.is_active()) {
            return;
        }
        if let Some(next) = self.jobs.iter().find(|job| matches!(job.phase, Phase::Queued)) {
            let mut job = Job::clone(next);
            commands.push(Effect::Start { run: job.run, file: job.source.file, wishes: job.wishes.clone() });
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

    /// Replaces a job, so that only its card is drawn again.
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

/// Discards what an abandoned attempt leaves behind.
fn give_up_run(job: &Job, commands: &mut Vec<Effect>) {
    commands.extend([Effect::End(job.run), Effect::ForgetLog(job.run)]);
    if let Phase::Done(finished) = &job.phase {
        commands.extend(finished.made.clone().into_urls().map(Effect::Release));
    }
}

/// Applies progress and returns what to announce: every quarter, not every percent.
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
