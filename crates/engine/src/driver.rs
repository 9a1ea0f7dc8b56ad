//! Drives one job with a pool of workers: hands tasks to free workers, keeps their files, feeds back what happened, and
//! shows the page what becomes known. The only place where core's commands meet the browser. Decides nothing.

use crate::disk::{Disk, FrameStore};
use crate::journal::{Journal, Records};
use crate::kept::{Given, Kept};
use crate::log::Log;
use crate::pool::{self, Message, MessageKind, Pool};
use crate::protocol::{FromWorker, MissingPart, ToWorker};
use crate::speeds;
use crate::surroundings::{self, Site};
use clipfit_core::job::failure::{Failure, PackFailure};
use clipfit_core::job::prelude::{Browser, Host};
use clipfit_core::job::report::Report;
use clipfit_core::job::{Command, Event, Job, Milestone};
use clipfit_core::machine::limits::WORKER_KEPT_BELOW;
use clipfit_core::progress::frame_of;
use clipfit_core::step::load::{LoadFailure, Part};
use clipfit_core::step::{Answer, Death, Encode, Input, InputSource, Program, Task};
use clipfit_core::units::Bytes;
use clipfit_core::view::account::PlanAccount;
use clipfit_core::view::update::Update;
use clipfit_core::wishes::names::package_folder;
use clipfit_core::wishes::{Mode, Wishes};
use clipfit_site::{PackageFile, pairs};
use js_sys::{Array, Function, JSON, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

/// Lines of evidence that go with a failed task.
const EVIDENCE: usize = 200;
/// Shortest time between two progress updates, in milliseconds.
const PROGRESS_INTERVAL: f64 = 200.0;

/// The files of a result.
#[derive(Debug, Clone, Default)]
pub struct ResultFiles {
    /// What is downloaded: an MP4 file, or the archive of a package.
    pub result: Option<Blob>,
    /// The files of a package; a single result has none.
    pub package: Vec<PackageFile>,
}

/// Called with an update and the files of a result.
pub type Tell = Rc<dyn Fn(Update, ResultFiles)>;

/// What the page and the engine's script do for a job.
#[derive(Debug, Clone, Default)]
pub struct Helpers {
    /// Makes ready what `pack` needs: `(with a page that plays them) -> Promise`.
    pub prepare: Function,
    /// Puts files into one archive: `(folder, files, with a page that plays them) -> Promise<Blob>`.
    pub pack: Function,
    /// Fetches a script: `(address, signal) -> Promise<Blob>`. Without one, workers start from their address.
    pub fetch: Function,
    /// What an earlier page did of the job, and what records its tasks for a later one.
    pub journal: Option<Journal>,
}

/// One job's surroundings.
pub(crate) struct Driver {
    pub(crate) file: File,
    pub(crate) wishes: Wishes,
    pub(crate) tell: Tell,
    pub(crate) helpers: Helpers,
    /// Where decoded frames may lie; the job takes it.
    pub(crate) store: Cell<Option<FrameStore>>,
    pub(crate) log: Rc<RefCell<Log>>,
    /// When the job began, in milliseconds of the page's clock.
    pub(crate) began: f64,
    /// Shared with the job's handle, so that dropping that ends the workers at once.
    pub(crate) pool: Rc<RefCell<Option<Pool>>>,
}

/// A task on a worker.
struct Busy {
    task: Task,
    /// The last lines that it wrote.
    log: VecDeque<String>,
    /// What was asked of the worker, if its answer is to be recorded.
    asked: Option<String>,
}

impl Busy {
    fn push(&mut self, line: String) {
        if self.log.len() == EVIDENCE {
            self.log.pop_front();
        }
        self.log.push_back(line);
    }
}

/// What became of a task.
enum TaskEnd {
    Done {
        exit_code: i32,
        answer: Option<Box<Answer>>,
        outputs: Vec<(String, Blob)>,
        /// Frames that it kept or gives back.
        frames: Option<Array>,
    },
    Died(Death),
}

/// What a job holds between its tasks.
#[derive(Default)]
struct Held {
    /// Only then is there progress to show.
    planned: bool,
    kept: Kept,
    busy: HashMap<usize, Busy>,
    package: Vec<PackageFile>,
    archive: Option<Blob>,
    records: Records,
}

impl Driver {
    /// Runs the job to its end. The last update is `Finished`, `Failed` or `Resting`.
    pub(crate) async fn run(&self) {
        let Some(site) = Site::read() else {
            return self.show(Update::Failed(Failure::NotLoaded(LoadFailure::Status).into()));
        };
        let mut disk = Disk::new(self.store.take());
        disk.open().await;
        let limits = surroundings::limits(disk.free);
        *self.pool.borrow_mut() = Some(Pool::new(site.clone(), self.helpers.fetch.clone(), limits.workers));
        let host = Host::Browser(Browser {
            parts: site.parts(),
            decodes: surroundings::has_decoder(),
            threads: clipfit_site::threads(),
            speeds: speeds::known(),
            limits,
        });
        let mut job = Job::new(Bytes(self.file.size() as u64), self.wishes.clone(), host);
        let records = Records::new(self.helpers.journal.clone());
        let mut held = Held { kept: Kept::new(disk), records, ..Held::default() };
        let mut commands = job.handle(Event::Start);
        let mut shown_at = f64::MIN;
        loop {
            let mut events = Vec::new();
            for command in std::mem::take(&mut commands) {
                match command {
                    Command::Finish(report) => return self.finish(&report, &mut held),
                    Command::Rest => return self.show(Update::Resting),
                    Command::GiveUp(failure) => return self.show(Update::Failed((*failure).into())),
                    command => events.extend(self.obey(command, &mut held, job.shares_frames()).await),
                }
            }
            if events.is_empty() {
                let message = match held.records.next() {
                    Some((worker, data)) => {
                        let kind = pool::read(&data, &[]).unwrap_or_else(MessageKind::Broke);
                        Message { worker, kind }
                    }
                    None => {
                        let Some(message) = self.next_message().await else { return };
                        message
                    }
                };
                let (progress, ended) = self.read(message, &mut held.busy, &held.records);
                events.extend(progress);
                if let Some((busy, ended)) = ended {
                    if matches!(ended, TaskEnd::Died(Death::OutOfMemory)) {
                        // An instance's memory never shrinks: only ended workers give theirs back.
                        let idle = (0..limits.workers).filter(|slot| !held.busy.contains_key(slot));
                        idle.for_each(|slot| self.with_pool(|pool| pool.end(slot)));
                    }
                    events.push(event(busy, ended, &mut held.kept).await);
                    shown_at = f64::MIN;
                }
            }
            for event in events {
                commands.extend(job.handle(event));
            }
            let now = clipfit_site::now();
            if held.planned && now - shown_at >= PROGRESS_INTERVAL {
                shown_at = now;
                self.show(Update::Progress(job.progress()));
            }
        }
    }

    /// Carries a command out, and returns what that led to at once.
    async fn obey(&self, command: Command, held: &mut Held, shares_frames: bool) -> Option<Event> {
        match command {
            Command::Load { parts, why } => {
                if let Some(why) = why {
                    self.say(format!("[browser] gives way to ffmpeg: {}", why.text()));
                }
                return Some(self.load(Some(parts)).await);
            }
            Command::LoadThreads => return Some(self.load(None).await),
            Command::Run(task) => {
                let threads = self.threads_slot().filter(|_| wants_threads(&task.program));
                // The job never starts more tasks than its limits allow.
                let free = || (0..).find(|slot| !held.busy.contains_key(slot));
                let slot = threads.or_else(free).unwrap_or(0);
                held.kept.share(shares_frames);
                let asked = self.dispatch(slot, &task, held);
                held.busy.insert(slot, Busy { task, log: VecDeque::new(), asked });
            }
            Command::Show(milestone) => {
                held.planned |= matches!(milestone, Milestone::Planned(_));
                self.show_milestone(milestone);
            }
            Command::KeepSpeeds(figures) => {
                self.say(format!("[machine] {}", figures.text().replace('\n', " ")));
                speeds::keep(&figures);
            }
            Command::EncoderFailed(codec) => speeds::without(codec),
            Command::Drop(artifacts) => artifacts.iter().for_each(|artifact| held.kept.drop(artifact)),
            Command::Stop => {
                self.with_pool(Pool::end_all);
                held.kept.clear();
                held.records.stop();
                let (kept, records) = (std::mem::take(&mut held.kept), std::mem::take(&mut held.records));
                *held = Held { kept, records, ..Held::default() };
            }
            Command::LoadPacker => return Some(Event::PackerLoaded(self.load_packer().await)),
            Command::Pack(report) => return Some(Event::Packed(self.pack(&report, held).await)),
            // A native ffmpeg is not asked for here; the ends are the caller's.
            Command::FindEncoders | Command::Finish(_) | Command::GiveUp(_) | Command::Rest => {}
        }
        None
    }

    fn show(&self, update: Update) {
        (self.tell)(update, ResultFiles::default());
    }

    fn show_milestone(&self, milestone: Milestone) {
        self.show(match milestone {
            Milestone::Probing => Update::Probing,
            Milestone::Probed(facts) => Update::Probed(facts.as_ref().into()),
            Milestone::Predicted(predictions) => {
                Update::Predicted(predictions.as_slice().into(), speeds::codecs())
            }
            Milestone::Planned(plan) => Update::Planned(PlanAccount::new(&plan, &self.file.name())),
        });
    }

    /// Hands the result over.
    fn finish(&self, report: &Report, held: &mut Held) {
        let result = if report.kept_source {
            Some(self.file.clone().into())
        } else if report.files.is_empty() {
            held.kept.result()
        } else {
            held.archive.take()
        };
        if result.is_none() {
            return self.show(Update::Failed(Failure::Cancelled.into()));
        }
        let package = std::mem::take(&mut held.package);
        (self.tell)(Update::Finished(report.into()), ResultFiles { result, package });
    }

    /// Loads what puts files into one archive.
    async fn load_packer(&self) -> Result<(), PackFailure> {
        let loading = self.helpers.prepare.call1(&JsValue::NULL, &self.with_page());
        self.packer_does(loading).await.map(drop)
    }

    /// Returns whether a page that plays them goes with the files of a package.
    fn with_page(&self) -> JsValue {
        JsValue::from_bool(self.wishes.mode == Mode::Hls)
    }

    /// Waits for what the page's packer does.
    async fn packer_does(&self, act: Result<JsValue, JsValue>) -> Result<JsValue, PackFailure> {
        let done = match act {
            Ok(promise) => JsFuture::from(Promise::resolve(&promise)).await,
            Err(error) => Err(error),
        };
        done.map_err(|error| {
            self.say(format!("[package] {error:?}"));
            let unknown = |_| PackFailure::NotWritten("the packer broke".into());
            serde_wasm_bindgen::from_value(error).unwrap_or_else(unknown)
        })
    }

    /// Puts the files of a package into one archive and returns its size.
    async fn pack(&self, report: &Report, held: &mut Held) -> Result<Bytes, PackFailure> {
        let lost = || PackFailure::NotWritten("a file of the package is missing".into());
        held.package = held.kept.package(&report.files).ok_or_else(lost)?;
        let folder = package_folder(&self.file.name());
        let packing = self.helpers.pack.call3(
            &JsValue::NULL,
            &JsValue::from_str(&folder),
            &pairs(&held.package),
            &self.with_page(),
        );
        let archive: Blob = self.packer_does(packing).await?.unchecked_into();
        let bytes = Bytes(archive.size() as u64);
        held.archive = Some(archive);
        Ok(bytes)
    }

    /// Writes a line into the log, with the seconds since the job began.
    fn say(&self, line: String) {
        let seconds = (clipfit_site::now() - self.began) / 1000.0;
        self.log.borrow_mut().push(format!("{seconds:7.2} {line}"));
    }

    /// Makes parts ready for all workers, or with none named the worker with threads.
    async fn load(&self, parts: Option<Vec<Part>>) -> Event {
        // While it loads the pool is in nobody's hands: nothing else runs in it.
        let Some(mut pool) = self.pool.borrow_mut().take() else {
            return Event::NotLoaded(LoadFailure::Refused);
        };
        let tell = |received, total| self.show(Update::Loading { received, total });
        let loaded = match &parts {
            Some(parts) => pool.load(parts, &tell).await,
            None => pool.load_threads(&tell).await,
        };
        if parts.is_none() && !loaded.as_ref().is_ok_and(Vec::is_empty) {
            pool.end(pool.threads());
        }
        *self.pool.borrow_mut() = Some(pool);
        match loaded {
            Ok(missing) => {
                self.say_missing("load", &missing);
                Event::Loaded { missing: missing.iter().map(|part| (part.part, part.reason)).collect() }
            }
            Err(reason) => {
                self.say(format!("[load] {reason:?}"));
                Event::NotLoaded(reason)
            }
        }
    }

    fn say_missing(&self, whose: &str, missing: &[MissingPart]) {
        for part in missing {
            self.say(format!("[{whose}] without {:?}: {}", part.part, part.detail));
        }
    }

    /// Sends a task to a worker, unless an earlier page has done it. Returns what is to be recorded with its end.
    fn dispatch(&self, slot: usize, task: &Task, held: &mut Held) -> Option<String> {
        let kept = &mut held.kept;
        let said = [task.program.describe(), task.encode.as_ref().map(Encode::describe)];
        for line in said.into_iter().flatten() {
            self.say(format!("[{}] {line}", task.id.0));
        }
        let Given { names, blobs, frames } = kept.give(task, &self.file);
        let message = ToWorker::Run {
            task: task.id.0,
            program: Box::new(task.program.clone()),
            inputs: names,
            outputs: task.outputs.iter().map(|output| output.name.clone()).collect(),
            encode: task.encode.clone().map(Box::new),
            frames_in_memory: task.frames_in_memory.0 as f64,
        };
        let asked = task.is_worth_recording().then(|| asked(&message, task)).flatten();
        if asked.as_ref().is_some_and(|asked| held.records.has(asked, slot, task.id.0)) {
            self.say(format!("[{}] was done by an earlier page", task.id.0));
            return None;
        }
        let folder = kept.folder(task);
        self.with_pool(|pool| pool.send(slot, &message, &blobs, frames.as_ref(), &folder));
        asked
    }

    /// Takes in a message; returns the progress that it tells, and the task that it ended, if it ended one.
    fn read(
        &self,
        message: Message,
        busy: &mut HashMap<usize, Busy>,
        records: &Records,
    ) -> (Vec<Event>, Option<(Busy, TaskEnd)>) {
        let slot = message.worker;
        let runs = |busy: &HashMap<usize, Busy>, task: u32| {
            busy.get(&slot).is_some_and(|busy| busy.task.id.0 == task)
        };
        let ended = match message.kind {
            MessageKind::Broke(why) => {
                self.say(format!("[worker {slot}] broke: {why}"));
                self.with_pool(|pool| pool.end(slot));
                Some(TaskEnd::Died(Death::Crash))
            }
            MessageKind::NotStarted(why) => {
                self.say(format!("[worker {slot}] does not start: {why:?}"));
                self.with_pool(|pool| pool.end(slot));
                Some(TaskEnd::Died(Death::Crash))
            }
            MessageKind::Hung => {
                self.say(format!("[worker {slot}] hangs"));
                self.with_pool(|pool| pool.end(slot));
                // x265 would hang again; what hung beside it may have been unlucky.
                let by_threads = busy.get(&slot).is_some_and(|busy| wants_threads(&busy.task.program));
                Some(TaskEnd::Died(if by_threads { Death::Encoder } else { Death::Crash }))
            }
            MessageKind::Said(FromWorker::Log { task, lines }, _) => {
                let Some(running) = busy.get_mut(&slot).filter(|busy| busy.task.id.0 == task) else {
                    return (Vec::new(), None);
                };
                let mut events = Vec::new();
                for line in lines {
                    if line.stdout {
                        // `-progress pipe:1` writes there.
                        let progress = |frames| Event::Progress { task: running.task.id, frames };
                        events.extend(frame_of(&line.text).map(progress));
                    } else {
                        self.say(format!("[{task}] {}", line.text));
                        running.push(line.text);
                    }
                }
                return (events, None);
            }
            MessageKind::Said(FromWorker::Progress { task, frames }, _) => {
                let running = busy.get(&slot).filter(|busy| busy.task.id.0 == task);
                let event = running
                    .zip(frames)
                    .map(|(running, frames)| Event::Progress { task: running.task.id, frames });
                return (event.into_iter().collect(), None);
            }
            MessageKind::Said(
                FromWorker::Finished { task, exit_code, answer, outputs, memory_bytes },
                riding,
            ) => runs(busy, task).then(|| {
                self.say(format!("[{task}] done"));
                let asked = busy.get(&slot).and_then(|busy| busy.asked.as_ref()).filter(|_| exit_code == 0);
                if let Some((asked, told)) = asked.zip(riding.told) {
                    records.record(asked, &told);
                }
                if memory_bytes > WORKER_KEPT_BELOW || self.threads_slot() == Some(slot) {
                    self.with_pool(|pool| pool.end(slot));
                }
                let outputs = outputs.into_iter().zip(riding.blobs).collect();
                TaskEnd::Done { exit_code, answer, outputs, frames: riding.frames }
            }),
            MessageKind::Said(FromWorker::Crashed { task, death, detail }, _) => {
                runs(busy, task).then(|| {
                    self.say(format!("[{task}] crashed: {detail}"));
                    // After all else a module is in no known state, or holds memory that it does not give back.
                    if !matches!(death, Death::Browser | Death::InputUnreadable) {
                        self.with_pool(|pool| pool.end(slot));
                    }
                    TaskEnd::Died(death)
                })
            }
            MessageKind::Said(FromWorker::Loaded { missing }, _) => {
                self.say_missing(&format!("worker {slot}"), &missing);
                // Without x264 the worker can still do all else, and an encode says what is missing.
                missing.iter().find(|part| part.part != Part::Encoder).map(|lacks| {
                    self.with_pool(|pool| pool.end(slot));
                    // A browser that refuses another instance is short of memory; the rest may pass.
                    let refused = lacks.reason == LoadFailure::Refused;
                    TaskEnd::Died(if refused { Death::OutOfMemory } else { Death::Crash })
                })
            }
            MessageKind::Said(FromWorker::LoadProgress { .. }, _) => None,
        };
        (Vec::new(), ended.and_then(|ended| busy.remove(&slot).map(|busy| (busy, ended))))
    }

    async fn next_message(&self) -> Option<Message> {
        futures::future::poll_fn(|context| match self.pool.borrow_mut().as_mut() {
            Some(pool) => pool.poll_next(context),
            None => std::task::Poll::Ready(None),
        })
        .await
    }

    fn threads_slot(&self) -> Option<usize> {
        self.pool.borrow().as_ref().map(Pool::threads)
    }

    fn with_pool(&self, act: impl FnOnce(&mut Pool)) {
        if let Some(pool) = self.pool.borrow_mut().as_mut() {
            act(pool);
        }
    }
}

/// Returns what is asked of a worker, as text: all but the task's number, and which of the kept files it reads.
fn asked(message: &ToWorker, task: &Task) -> Option<String> {
    let object = pool::plain(message).ok()?;
    Reflect::set(&object, &"task".into(), &JsValue::NULL).ok()?;
    let message = JSON::stringify(&object).ok()?.as_string()?;
    let kept = |input: &Input| match input.source {
        InputSource::Kept(artifact) => Some(format!(" {artifact:?}")),
        InputSource::Clip | InputSource::Text(_) => None,
    };
    Some(message + &task.inputs.iter().filter_map(kept).collect::<String>())
}

/// Returns whether a program is for the worker with threads.
fn wants_threads(program: &Program) -> bool {
    matches!(program, Program::FfmpegThreads { .. })
}

/// Keeps a finished task's files, and tells the job of it.
async fn event(busy: Busy, ended: TaskEnd, kept: &mut Kept) -> Event {
    let Busy { task, log, .. } = busy;
    let log = log.into();
    match ended {
        TaskEnd::Died(death) => Event::Died { task: task.id, death, log },
        TaskEnd::Done { exit_code, answer, outputs, frames } => {
            let outputs = kept.take(&task, outputs, frames).await;
            let answer = answer.map(|answer| *answer);
            Event::Done { task: task.id, exit_code, answer, outputs, log }
        }
    }
}
