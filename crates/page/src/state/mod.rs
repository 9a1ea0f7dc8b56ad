//! The page's state and the one reducer. Knows no browser: the reducer returns commands, which `effects` carries out.

mod action;

pub use action::{Action, Copied, Effect, News, Place};

use crate::earlier::{Earlier, StoredJob};
use crate::job::{
    ClipFile, Finished, Job, JobId, Log, Made, Phase, Preparing, Previous, RunId, Running, Saving,
};
use crate::settings::Settings;
use crate::shared::Shared;
use crate::words;
use clipfit_core::progress::{self, Estimate, Progress};
use clipfit_core::step::load::LoadFailure;
use clipfit_core::units::{Bytes, Micros};
use clipfit_core::view::account::{CodecAccount, EffortsAccount};
use clipfit_core::view::update::{FailureAccount, Update};
use clipfit_core::wishes::Wishes;
use clipfit_core::wishes::link::{LinkProblem, LinkTrouble};
use clipfit_core::wishes::names::package_folder;
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
    /// The job that was removed last, while that can be undone.
    pub removed: Option<Removed>,
    /// What earlier pages left in this browser.
    pub earlier: Rc<Vec<Earlier>>,
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
    /// The engine broke, and no other has told anything yet.
    engine_broke: bool,
    next_id: u32,
}

/// A removed job that can be put back.
#[derive(Debug, Clone)]
pub struct Removed {
    /// The job.
    pub job: Shared<Job>,
    /// Its place among the jobs.
    place: usize,
    /// Tells this removal from another one of the same job.
    number: u32,
}

impl State {
    /// Returns the state of a page that opens, with the settings of the last visit.
    pub fn new(settings: Option<Settings>) -> Self {
        let settings = settings.unwrap_or_default();
        State {
            wishes: Rc::new(settings.wishes(&Wishes::default())),
            settings: Rc::new(settings),
            jobs: Vec::new(),
            removed: None,
            earlier: Rc::default(),
            problems: Rc::default(),
            codecs: Rc::default(),
            folders_can_be_written: false,
            copied: None,
            dragging: false,
            more_settings: false,
            announcement: String::new(),
            engine_broke: false,
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
                self.plan_anew(&mut commands);
            }
            Action::ToggleMoreSettings => self.more_settings = !self.more_settings,
            Action::Drag(over) => self.dragging = over,
            Action::Tell(run, news) => self.hear(run, news, &mut commands),
            Action::EngineBroke => {
                // What is left of it may trap again, while the next job waits for another engine.
                if std::mem::replace(&mut self.engine_broke, true) {
                    return commands;
                }
                commands.push(Effect::DiscardEngine);
                if let Some(mut job) = self.jobs.iter().find(|job| job.is_active()).map(|job| Job::clone(job))
                {
                    self.fail(&mut job, FailureAccount::engine_broke(), &mut commands);
                    self.put(job);
                }
            }
            Action::Begin(id) => {
                if let Some(job) = self.job(id).filter(|job| matches!(job.phase, Phase::Waiting)) {
                    self.queue(Job { started: true, ..job }, &mut commands);
                }
            }
            Action::Trim(id, part) => {
                if let Some(job) = self.job(id) {
                    let wishes = Wishes { trim: part, ..job.wishes.clone() };
                    let job = Job { part, ..job };
                    match job.phase {
                        Phase::Waiting => self.queue(Job { wishes, ..job }, &mut commands),
                        _ => self.restart(job, wishes, &mut commands),
                    }
                }
            }
            Action::BeginAll => {
                for job in self.waiting() {
                    self.queue(Job { started: true, ..job }, &mut commands);
                }
            }
            Action::Cancel(id) => {
                if let Some(mut job) = self.job(id).filter(|job| !job.has_ended()) {
                    commands.extend([Effect::End(job.run), Effect::Focus(Place::Job(id))]);
                    job.phase = Phase::Cancelled;
                    self.announcement = format!("{}: cancelled.", job.source.name);
                    unstore(&job, &mut commands);
                    self.put(job);
                }
            }
            Action::Remove(id) => self.remove(id, &mut commands),
            Action::Undo => {
                if let Some(Removed { place, job, .. }) = self.removed.take() {
                    if job.finished().is_some() {
                        commands.push(store(&job));
                    }
                    self.announcement = format!("{}: back.", job.source.name);
                    commands.push(Effect::Focus(Place::Job(job.id)));
                    self.jobs.insert(place.min(self.jobs.len()), job);
                }
            }
            Action::ForgetRemoved(number) => {
                if self.removed.as_ref().is_some_and(|removed| removed.number == number) {
                    self.forget_removed(&mut commands);
                }
            }
            Action::Stored(id, url, stored) => {
                if let Some(job) = self.job(id).filter(|_| stored) {
                    self.put_safe(job, &url);
                }
            }
            Action::Downloaded(id, url) => {
                if let Some(job) = self.job(id) {
                    self.put_safe(job, &url);
                }
            }
            Action::Earlier(earlier) => self.earlier = Rc::new(earlier),
            Action::GoOn(key, file) => self.go_on_with(&key, file, &mut commands),
            Action::RemoveEarlier(key) => {
                self.remove_earlier(|earlier| earlier.key == key, &mut commands);
            }
            Action::RemoveAllEarlier => {
                self.announcement = "All earlier results are removed.".into();
                self.remove_earlier(|_| true, &mut commands);
            }
            Action::Again(id) => {
                if let Some(job) = self.job(id).filter(Job::has_ended) {
                    let wishes = self.wishes_for(&job);
                    self.restart(job, wishes, &mut commands);
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
                        name: package_folder(&job.source.name),
                        files: Rc::clone(&finished.made.files),
                        with_page: finished.report.streams,
                    });
                    self.put_finished(job, |finished| finished.saving = Some(Saving::Busy));
                }
            }
            Action::SavedIntoFolder(run, how) => {
                if let Some(job) = self.job_of(run) {
                    let saving = how.map(|how| how.map_or_else(Saving::Failed, |()| Saving::Done));
                    self.put_finished(job, |finished| {
                        finished.safe |= saving == Some(Saving::Done);
                        finished.saving = saving;
                    });
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

    /// Changes the result of a job that has one.
    fn put_finished(&mut self, mut job: Job, change: impl FnOnce(&mut Finished)) {
        if let Phase::Done(finished) = &mut job.phase {
            change(finished);
            self.put(job);
        }
    }

    /// Marks the result at this object URL as safe: the job's own, or that of an attempt before.
    fn put_safe(&mut self, mut job: Job, url: &str) {
        let own = match &mut job.phase {
            Phase::Done(finished) => Some(finished),
            _ => None,
        };
        let previous = job.previous.as_mut().map(|previous| &mut previous.finished);
        for finished in own.into_iter().chain(previous).filter(|finished| finished.made.url == url) {
            finished.safe = true;
        }
        self.put(job);
    }

    /// Takes a job off the page, where it can be put back for a while.
    fn remove(&mut self, id: JobId, commands: &mut Vec<Effect>) {
        let Some(place) = self.jobs.iter().position(|job| job.id == id) else { return };
        self.forget_removed(commands);
        let mut job = Job::clone(&self.jobs.remove(place));
        commands.push(Effect::End(job.run));
        if !job.has_ended() {
            job.phase = Phase::Cancelled;
        }
        self.announcement = format!("{}: removed.", job.source.name);
        let number = self.fresh_id();
        commands.extend([Effect::Unstore(id), Effect::ForgetLater(number), Effect::Focus(Place::Chooser)]);
        self.removed = Some(Removed { place, job: Shared::new(job), number });
    }

    /// Gives up the job that was removed last.
    fn forget_removed(&mut self, commands: &mut Vec<Effect>) {
        if let Some(Removed { job, .. }) = self.removed.take() {
            give_up_run(&job, commands);
            release(&job, commands);
            commands.push(Effect::ForgetFile(job.source.file));
        }
    }

    /// Adds a job that an earlier page began, if the file is that one.
    fn go_on_with(&mut self, key: &str, file: ClipFile, commands: &mut Vec<Effect>) {
        let Some(found) = self.earlier.iter().find(|earlier| earlier.key == key) else { return };
        if (&file.name, file.bytes) != (&found.job.source, found.job.source_bytes) {
            self.announcement = format!("{} is another file.", file.name);
            commands.push(Effect::ForgetFile(file.file));
            let marked = self.earlier.iter().map(|earlier| match earlier.key == key {
                true => Earlier { other_file: Some(file.name.clone()), ..earlier.clone() },
                false => earlier.clone(),
            });
            self.earlier = Rc::new(marked.collect());
            return;
        }
        let wishes = found.wishes.clone().unwrap_or_else(|| Wishes::clone(&self.wishes));
        // Before the job is stored and begins: what was done of it is its own then.
        commands.push(Effect::Adopt(JobId(self.next_id), key.to_owned()));
        self.add(vec![file], &wishes, commands);
        self.earlier = Rc::new(self.earlier.iter().filter(|one| one.key != key).cloned().collect());
    }

    fn remove_earlier(&mut self, which: impl Fn(&Earlier) -> bool, commands: &mut Vec<Effect>) {
        let (gone, left): (Vec<_>, Vec<_>) = self.earlier.iter().cloned().partition(which);
        for earlier in gone {
            commands.extend(earlier.url.map(Effect::Release));
            commands.push(Effect::RemoveEarlier(earlier.key));
        }
        self.earlier = Rc::new(left);
    }

    /// Returns whether jobs run or wait.
    pub fn is_working(&self) -> bool {
        self.jobs.iter().any(|job| !job.has_ended())
    }

    /// Returns whether closing the page would lose work or a result.
    pub fn would_lose(&self) -> bool {
        let unsafe_result = |finished: &Finished| !finished.safe;
        self.is_working() || self.jobs.iter().any(|job| job.finished().is_some_and(unsafe_result))
    }

    /// Returns the percent of the job that runs; `None` while none does.
    pub fn percent(&self) -> Option<u8> {
        self.jobs.iter().find(|job| job.is_active()).map(|job| job.percent)
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
        if let Some(percent) = self.percent() {
            format!("{percent} % · Clipfit")
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
        let wishes = Rc::clone(&self.wishes);
        self.add(files, &wishes, commands);
    }

    fn add(&mut self, files: Vec<ClipFile>, wishes: &Wishes, commands: &mut Vec<Effect>) {
        let first = self.next_id;
        for source in files {
            let (id, run) = (JobId(self.fresh_id()), RunId(self.fresh_id()));
            let job = Job::new(id, run, source, wishes.clone());
            commands.push(store(&job));
            self.jobs.push(Shared::new(job));
        }
        commands.push(Effect::Reveal(JobId(first)));
    }

    fn hear(&mut self, run: RunId, News { update, made, now }: News, commands: &mut Vec<Effect>) {
        let Some(mut job) = self.job_of(run).filter(|job| job.is_active()) else {
            // Too late for this run: nobody else would give its result back.
            commands.extend(made.into_iter().flat_map(Made::into_urls).map(Effect::Release));
            return;
        };
        self.engine_broke = false;
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
                    let safe = self.settings.download;
                    if safe {
                        commands.push(Effect::Download { url: made.url.clone(), name: job.result_name() });
                    }
                    if let Some(previous) = job.previous.take() {
                        commands.extend(previous.finished.made.into_urls().map(Effect::Release));
                    }
                    job.percent = 100;
                    job.phase =
                        Phase::Done(Finished { report: Shared::new(report), made, saving: None, safe });
                    commands.push(store(&job));
                }
                // The engine hands the file over with the report.
                None => self.fail(&mut job, LoadFailure::Corrupt.into(), commands),
            },
            Update::Failed(failure) => self.fail(&mut job, failure, commands),
            Update::Resting => {
                commands.push(Effect::End(run));
                self.announcement = format!("{}: ready to start.", job.source.name);
                job.phase = Phase::Waiting;
            }
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
        unstore(job, commands);
    }

    /// Puts a job back into the queue. A result that it has stays until there is another.
    fn restart(&mut self, job: Job, wishes: Wishes, commands: &mut Vec<Effect>) {
        give_up_run(&job, commands);
        commands.push(Effect::Focus(Place::Job(job.id)));
        self.announcement = format!("{}: queued again.", job.source.name);
        let run = RunId(self.fresh_id());
        let (name, ended) = (job.result_name(), job.has_ended());
        let previous = match job.phase {
            Phase::Done(finished) => Some(Previous { finished, name }),
            _ => job.previous,
        };
        let started = job.started || ended;
        let part = job.part;
        let job = Job { previous, started, part, ..Job::new(job.id, run, job.source, wishes) };
        // Until then the store has the result, too.
        if job.previous.is_none() {
            commands.push(store(&job));
        }
        self.put(job);
    }

    /// Returns the wishes of now for a job, which keeps the part that was chosen on its card.
    pub fn wishes_for(&self, job: &Job) -> Wishes {
        Wishes { trim: job.part.or(self.wishes.trim), ..Wishes::clone(&self.wishes) }
    }

    /// Returns the jobs that wait with their plan.
    pub fn waiting(&self) -> Vec<Job> {
        let waiting = self.jobs.iter().filter(|job| matches!(job.phase, Phase::Waiting));
        waiting.map(|job| Job::clone(job)).collect()
    }

    /// Makes new plans for the jobs that wait with one, under the wishes of now; where they need not wait any more, they
    /// start.
    fn plan_anew(&mut self, commands: &mut Vec<Effect>) {
        let plans = |job: &&Shared<Job>| match job.phase {
            Phase::Waiting => true,
            // Without waiting, a queued clip keeps the wishes that it came with.
            Phase::Queued => self.settings.wait && !job.started,
            _ => job.is_active() && !job.started,
        };
        let mut jobs: Vec<Job> = self.jobs.iter().filter(plans).map(|job| Job::clone(job)).collect();
        jobs.retain(|job| !self.settings.wait || job.wishes != self.wishes_for(job));
        for job in jobs {
            let wishes = self.wishes_for(&job);
            self.queue(Job { wishes, ..job }, commands);
        }
    }

    /// Queues a job again, keeping what is known of it to show until there is more.
    fn queue(&mut self, job: Job, commands: &mut Vec<Effect>) {
        give_up_run(&job, commands);
        let run = RunId(self.fresh_id());
        self.put(Job { run, phase: Phase::Queued, planned_at: None, percent: 0, ..job });
    }

    /// Starts the first waiting job when none is active.
    fn start_next(&mut self, commands: &mut Vec<Effect>) {
        if self.jobs.iter().any(|job| job.is_active()) {
            return;
        }
        if let Some(next) = self.jobs.iter().find(|job| matches!(job.phase, Phase::Queued)) {
            let mut job = Job::clone(next);
            let only_plan = self.settings.wait && !job.started;
            let (file, wishes) = (job.source.file, Wishes { only_plan, ..job.wishes.clone() });
            commands.push(Effect::Start { job: job.id, run: job.run, file, wishes });
            job.phase = Phase::Planning(Preparing::Starting);
            job.started |= !only_plan;
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

/// Discards what an abandoned attempt leaves behind, except for its result.
fn give_up_run(job: &Job, commands: &mut Vec<Effect>) {
    commands.extend([Effect::End(job.run), Effect::ForgetLog(job.run)]);
}

/// Gives up the results of a job.
fn release(job: &Job, commands: &mut Vec<Effect>) {
    let finished = match &job.phase {
        Phase::Done(finished) => Some(finished),
        _ => None,
    };
    let previous = job.previous.as_ref().map(|previous| &previous.finished);
    for finished in finished.into_iter().chain(previous) {
        commands.extend(finished.made.clone().into_urls().map(Effect::Release));
    }
}

/// Stores a job as it is, with the result that it has: its own, or that of an attempt before.
fn store(job: &Job) -> Effect {
    let url = job.finished().map(|finished| finished.made.url.clone());
    let (stored, wishes) = (StoredJob::of(job), job.wishes.clone());
    Effect::Store { job: job.id, stored, wishes, url }
}

/// Forgets a job that ended without a result, unless an earlier attempt's is stored.
fn unstore(job: &Job, commands: &mut Vec<Effect>) {
    if job.previous.is_none() {
        commands.push(Effect::Unstore(job.id));
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
