//! Drives one session with a pool of workers: hands tasks to free workers, keeps their files, feeds back what happened.
//! The only place where core's commands meet the browser.

use crate::job::{JobFailure, JobUpdate};
use crate::kept::{Given, Kept};
use crate::log::Log;
use crate::player::{self, PackageFile};
use crate::pool::{Message, MessageKind, Pool};
use crate::protocol::{FromWorker, LoadFailure, Part, ToWorker};
use crate::site::Site;
use crate::speeds;
use clipfit_core::clip::facts::MediaFacts;
use clipfit_core::clip::failure::ProbeFailure;
use clipfit_core::clip::streams::{Reader, Seen, read_streams};
use clipfit_core::job::Job;
use clipfit_core::job::outcome::{GiveUp, Report};
use clipfit_core::job::prelude::Unexamined;
use clipfit_core::machine::Machine;
use clipfit_core::machine::speeds::Speeds;
use clipfit_core::machine::{Decoder, WhyFfmpeg};
use clipfit_core::machine::{Encoders, Engine, Threads};
use clipfit_core::plan::predict::{self as speed, Means};
use clipfit_core::progress::frame_of;
use clipfit_core::step::answer;
use clipfit_core::step::ffmpeg as args;
use clipfit_core::step::{
    Answer, Command, Death, Encode, Event, Input, Output, Program, Source, Task, TaskId, Written,
};
use clipfit_core::units::Bytes;
use clipfit_core::wishes::names::result_stem;
use clipfit_core::wishes::{Mode, Wishes};
use js_sys::Array;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::Blob;

/// Lines of evidence that go with a failed task.
const EVIDENCE: usize = 40;
/// Shortest time between two progress updates, in milliseconds.
const PROGRESS_INTERVAL: f64 = 200.0;
/// More workers than this fight over memory rather than gain time.
const MOST_WORKERS: f64 = 16.0;

/// A worker's memory never shrinks: one that a large task blew up is not kept for the small ones after it.
const MEMORY_KEPT: f64 = 1e9;

/// A checked result.
pub(crate) struct Done {
    pub(crate) report: Report,
    /// What is downloaded: an MP4 file, or the archive of a package.
    pub(crate) result: Blob,
    /// The files of a package.
    pub(crate) files: Rc<[PackageFile]>,
}

/// What a session leaves.
enum Made {
    File(Blob),
    Package(Vec<PackageFile>),
}

/// One job's surroundings.
pub(crate) struct Driver {
    pub(crate) file: web_sys::File,
    pub(crate) tell: Rc<dyn Fn(JobUpdate)>,
    pub(crate) log: Rc<RefCell<Log>>,
    /// When the job began, in milliseconds of the page's clock.
    pub(crate) began: f64,
    /// Shared with the job's handle, so that dropping that ends the workers at once.
    pub(crate) pool: Rc<RefCell<Option<Pool>>>,
}

/// A task on a worker.
struct Busy {
    task: Task,
    log: Vec<String>,
}

/// What became of a task.
enum Ended {
    Done {
        exit_code: i32,
        answer: Option<Box<Answer>>,
        outputs: Vec<(String, Blob)>,
        /// Frames that it kept or gives back.
        frames: Option<Array>,
    },
    Died(Death),
}

/// What a program found out.
struct Asked {
    answer: Option<Answer>,
    outputs: Vec<Written>,
    log: Vec<String>,
}

/// How one way of doing the job ended.
enum Outcome {
    /// A checked result, or the files of one.
    Done(Report, Made),
    /// The browser's own codecs are not up to it.
    WithFfmpeg(WhyFfmpeg),
}

impl Driver {
    /// By the browser's own codecs where they can, else by ffmpeg.
    pub(crate) async fn run(&self, wishes: &Wishes) -> Result<Done, JobFailure> {
        if self.file.size() == 0.0 {
            return Err(JobFailure::Probe(ProbeFailure::Empty));
        }
        let mut decoder = Decoder::Browser;
        loop {
            match self.attempt(wishes, decoder).await? {
                Outcome::Done(report, made) => return self.hand_over(wishes.mode, report, made).await,
                Outcome::WithFfmpeg(why) => {
                    self.say(format!("[browser] gives way to ffmpeg: {}", why.text()));
                    self.with_pool(Pool::end_all);
                    decoder = Decoder::Ffmpeg(Some(why));
                }
            }
        }
    }

    /// Packs a package.
    async fn hand_over(&self, mode: Mode, mut report: Report, made: Made) -> Result<Done, JobFailure> {
        let files: Rc<[PackageFile]> = match made {
            Made::File(result) => return Ok(Done { report, result, files: Rc::new([]) }),
            Made::Package(files) => files.into(),
        };
        let name = archive_folder(&self.file.name());
        let result = player::zip(&name, &files, mode == Mode::Hls).await.map_err(|error| {
            self.say(format!("[package] {error:?}"));
            JobFailure::NotPacked(error)
        })?;
        report.bytes = Bytes(result.size() as u64);
        if report.bytes > report.limit {
            let over = GiveUp::OverLimit { reached: report.bytes, limit: report.limit };
            return Err(JobFailure::GaveUp(Rc::new(over)));
        }
        Ok(Done { report, result, files })
    }

    /// Writes a line into the log, with the seconds since the job began.
    fn say(&self, line: String) {
        let seconds = (js_sys::Date::now() - self.began) / 1000.0;
        self.log.borrow_mut().push(format!("{seconds:7.2} {line}"));
    }

    async fn attempt(&self, wishes: &Wishes, decoder: Decoder) -> Result<Outcome, JobFailure> {
        let engine = match self.load(decoder, wishes.mode).await? {
            Ok(engine) => engine,
            Err(why) => return Ok(Outcome::WithFfmpeg(why)),
        };
        (self.tell)(JobUpdate::Probing);
        // Whatever becomes of this clip: only with the browser's own codecs at hand can the machine be measured.
        let speeds = match (speeds::known(), decoder) {
            (None, Decoder::Browser) => self.measure().await,
            (known, _) => known,
        };
        let (facts, seen) = match self.probe(decoder).await {
            Ok(known) => known,
            Err(failure) => {
                let browser = decoder == Decoder::Browser;
                return match WhyFfmpeg::after(&failure).filter(|_| browser) {
                    Some(why) => Ok(Outcome::WithFfmpeg(why)),
                    None => Err(JobFailure::Probe(failure.into())),
                };
            }
        };
        if decoder == Decoder::Browser
            && let Err(why) = clipfit_core::plan::suits(&facts, &seen)
        {
            return Ok(Outcome::WithFfmpeg(why));
        }
        (self.tell)(JobUpdate::Probed(Rc::new(facts.clone())));
        let encoders = speeds.map_or(Encoders::default(), |speeds| speeds.encoders());
        let threads = Site::threads_here();
        let mut machine = Machine { decoder, encoders, threads, ..Machine::ffmpeg(worker_count(), engine) };
        let wishes = &self.predict(&facts, wishes, machine, speeds);
        let plan = |machine| clipfit_core::plan::plan(&facts, wishes, machine).map_err(JobFailure::Refused);
        let mut planned = plan(machine)?;
        if decoder == Decoder::Browser
            && let Some(why) = planned.needs_ffmpeg(|stream| seen.hears(stream))
        {
            return Ok(Outcome::WithFfmpeg(why));
        }
        // A plan promises nothing that does not even start.
        if planned.by_x265() && !self.load_threads().await {
            machine.threads = Threads::Missing;
            planned = plan(machine)?;
        }
        (self.tell)(JobUpdate::Planned(Rc::new(planned.clone())));
        let at_once = planned.workers(machine.workers, memory());
        let session = Job::new(facts, wishes.clone(), planned, machine);
        self.drive(session, at_once).await.map_err(|reason| JobFailure::GaveUp(Rc::new(reason)))
    }

    /// Tells what each effort would come to, and settles which one it is.
    fn predict(
        &self,
        facts: &MediaFacts,
        wishes: &Wishes,
        machine: Machine,
        speeds: Option<Speeds>,
    ) -> Wishes {
        let Some(speeds) = &speeds else { return wishes.clone() };
        let means = Means { machine, memory: memory(), frames: frames_room(), speeds };
        let predictions = speed::predict(facts, wishes, &means);
        let effort = speed::settle(wishes.effort, &predictions);
        (self.tell)(JobUpdate::Predicted(Rc::new(predictions)));
        Wishes { effort, ..wishes.clone() }
    }

    /// The speeds of this machine, once and for all.
    async fn measure(&self) -> Option<Speeds> {
        let Asked { answer, .. } = self.ask(Program::Measure, Vec::new()).await.ok()?;
        let Some(Answer::Speeds(figures)) = answer else { return None };
        self.say(format!("[machine] {}", figures.text().replace('\n', " ")));
        speeds::keep(&figures)
    }

    /// Makes ready what this way of decoding takes; answers with the x264 that there is.
    async fn load(&self, decoder: Decoder, mode: Mode) -> Result<Result<Engine, WhyFfmpeg>, JobFailure> {
        // While it loads the pool is in nobody's hands: nothing heavy runs in it yet.
        let site = Site::read().ok_or(JobFailure::Load(LoadFailure::Status))?;
        let needed = if decoder == Decoder::Browser { Part::Codecs } else { Part::Core };
        if decoder == Decoder::Browser && (site.part(needed).is_none() || !has_decoder()) {
            return Ok(Err(WhyFfmpeg::NotHere));
        }
        let mut pool = Pool::new(site, worker_count());
        let told = |received, total| (self.tell)(JobUpdate::Loading { received, total });
        // Packages are cut in the codecs' module, whoever decodes.
        let cuts = mode == Mode::Hls && decoder != Decoder::Browser;
        let parts: Vec<Part> =
            [needed, Part::Encoder].into_iter().chain(cuts.then_some(Part::Codecs)).collect();
        let missing = pool.load(&parts, &told).await.map_err(JobFailure::Load)?;
        for part in &missing {
            self.say(format!("[{:?}] not at hand: {}", part.part, part.detail));
        }
        let engine =
            match (pool.has(needed) && (!cuts || pool.has(Part::Codecs)), pool.has(Part::Encoder), decoder) {
                (false, _, Decoder::Browser) => return Ok(Err(WhyFfmpeg::NotHere)),
                (false, _, Decoder::Ffmpeg(_)) => {
                    let reason =
                        missing.iter().find(|part| part.part != Part::Encoder).map(|part| part.reason);
                    return Err(JobFailure::Load(reason.unwrap_or(LoadFailure::Status)));
                }
                (true, true, _) => Engine::Own,
                (true, false, Decoder::Browser) => return Ok(Err(WhyFfmpeg::Encoder)),
                (true, false, Decoder::Ffmpeg(_)) => Engine::Stock,
            };
        self.say(format!("[encoder] {}", engine.name()));
        *self.pool.borrow_mut() = Some(pool);
        Ok(Ok(engine))
    }

    /// Makes the multi-thread core ready, and tells whether it is.
    async fn load_threads(&self) -> bool {
        // As in `load`: nothing else runs in the pool meanwhile.
        let Some(mut pool) = self.pool.borrow_mut().take() else { return false };
        let told = |received, total| (self.tell)(JobUpdate::Loading { received, total });
        let missing = pool.load_threads(&told).await;
        let ready = missing.as_ref().is_ok_and(Vec::is_empty);
        if !ready {
            self.say(format!("[x265] not at hand: {missing:?}"));
            pool.end(pool.threads());
        }
        *self.pool.borrow_mut() = Some(pool);
        ready
    }

    /// Two looks at the file in the first worker: its streams, then the packets of the video.
    async fn probe(&self, decoder: Decoder) -> Result<(MediaFacts, Seen), Unexamined> {
        let bytes = Bytes(self.file.size() as u64);
        let (program, reader) = match decoder {
            Decoder::Browser => (Program::ExamineStreams, Reader::Browser),
            Decoder::Ffmpeg(_) => (Program::Ffprobe { arguments: args::probe_streams() }, Reader::Core),
        };
        let asked = self.examine(program).await?;
        let listing = answer::listing(asked.answer, &asked.outputs).unwrap_or_default();
        if decoder == Decoder::Browser {
            clipfit_core::plan::suits_container(&listing).map_err(Unexamined::Unsuited)?;
        }
        let streams = read_streams(bytes, listing, &asked.log, reader)?;
        let stream = streams.video_stream();
        let asked = self
            .examine(match decoder {
                Decoder::Browser => Program::ExaminePackets { stream },
                Decoder::Ffmpeg(_) => Program::Ffprobe { arguments: args::probe_packets(stream) },
            })
            .await?;
        let packets = answer::packets(asked.answer, &asked.outputs).unwrap_or_default();
        Ok((streams.read_packets(bytes, &packets, &asked.log)?, streams.seen(&packets)))
    }

    /// What a program that examines the clip found out.
    async fn examine(&self, program: Program) -> Result<Asked, Unexamined> {
        self.ask(program, vec![Input { name: args::CLIP.into(), source: Source::Clip }]).await
    }

    /// What a program found out, run by the first worker while nothing else runs.
    async fn ask(&self, program: Program, inputs: Vec<Input>) -> Result<Asked, Unexamined> {
        let by_ffprobe = matches!(program, Program::Ffprobe { .. });
        let listing = Output { name: args::PROBE_FILE.into(), keep: None, read: usize::MAX };
        let task = Task {
            id: TaskId(0),
            program,
            inputs,
            outputs: by_ffprobe.then_some(listing).into_iter().collect(),
            encode: None,
        };
        let mut busy = HashMap::from([(0, Busy { task: task.clone(), log: Vec::new() })]);
        self.dispatch(0, &task, &mut Kept::default());
        loop {
            let message = self.next_message().await.ok_or(Unexamined::Death(Death::Crash))?;
            let Some((busy, ended)) = self.read(message, &mut busy, &mut |_, _| {}) else { continue };
            return match ended {
                Ended::Done { answer, outputs, .. } => {
                    let outputs = Kept::default().take(&task, outputs, None).await;
                    Ok(Asked { answer: answer.map(|answer| *answer), outputs, log: busy.log })
                }
                Ended::Died(death) => Err(Unexamined::Death(death)),
            };
        }
    }

    async fn drive(&self, mut session: Job, workers: usize) -> Result<Outcome, GiveUp> {
        let mut kept = Kept::new(matches!(session, Job::Package(_)));
        let mut busy: HashMap<usize, Busy> = HashMap::new();
        let mut commands = session.handle(Event::Start { workers, frames: frames_room() });
        let mut told_at = f64::MIN;
        loop {
            for command in std::mem::take(&mut commands) {
                match command {
                    Command::Run(task) => {
                        let threads = self.threads_slot().filter(|_| wants_threads(&task.program));
                        // The session never starts more tasks than it was told workers.
                        let free = || (0..workers).find(|slot| !busy.contains_key(slot));
                        let slot = threads.or_else(free).unwrap_or(0);
                        self.dispatch(slot, &task, &mut kept);
                        busy.insert(slot, Busy { task, log: Vec::new() });
                    }
                    Command::EncoderFailed(codec) => speeds::without(codec),
                    Command::Replanned(plan) => (self.tell)(JobUpdate::Planned(Rc::new(*plan))),
                    Command::Drop(artifacts) => {
                        artifacts.iter().for_each(|artifact| kept.drop(artifact));
                    }
                    Command::Stop => self.with_pool(Pool::end_all),
                    Command::Finish(report) => {
                        let made = if report.kept_source {
                            Some(Made::File(self.file.clone().into()))
                        } else if report.files.is_empty() {
                            kept.result().map(Made::File)
                        } else {
                            kept.package(&report.files).map(Made::Package)
                        };
                        return made.map(|made| Outcome::Done(*report, made)).ok_or(GiveUp::Cancelled);
                    }
                    Command::GiveUp(reason) => return Err(*reason),
                    Command::BeginWithFfmpeg(why) => return Ok(Outcome::WithFfmpeg(why)),
                }
            }
            let message = self.next_message().await.ok_or(GiveUp::Cancelled)?;
            let mut progress = Vec::new();
            let ended = self.read(message, &mut busy, &mut |task, frames| progress.push((task, frames)));
            for (task, frames) in progress {
                commands.extend(session.handle(Event::Progress { task, frames }));
            }
            if let Some((done, ended)) = ended {
                if matches!(ended, Ended::Died(Death::OutOfMemory)) {
                    // An instance's memory never shrinks: only ended workers give theirs back.
                    let idle = (0..workers).filter(|slot| !busy.contains_key(slot));
                    idle.for_each(|slot| self.with_pool(|pool| pool.end(slot)));
                }
                let event = event(done, ended, &mut kept).await;
                commands.extend(session.handle(event));
                told_at = f64::MIN;
            }
            let now = js_sys::Date::now();
            if now - told_at >= PROGRESS_INTERVAL {
                told_at = now;
                (self.tell)(JobUpdate::Progress(session.progress()));
            }
        }
    }

    fn dispatch(&self, slot: usize, task: &Task, kept: &mut Kept) {
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
        };
        self.with_pool(|pool| pool.send(slot, &message, &blobs, frames.as_ref()));
    }

    /// Takes in a message; answers with the task that it ended, if it ended one.
    fn read(
        &self,
        message: Message,
        busy: &mut HashMap<usize, Busy>,
        progress: &mut dyn FnMut(TaskId, u64),
    ) -> Option<(Busy, Ended)> {
        let slot = message.worker;
        let ended = match message.kind {
            MessageKind::Broke(why) => {
                self.say(format!("[worker {slot}] broke: {why}"));
                self.with_pool(|pool| pool.end(slot));
                Ended::Died(Death::Crash)
            }
            MessageKind::Hung => {
                self.say(format!("[worker {slot}] hangs"));
                self.with_pool(|pool| pool.end(slot));
                // x265 would hang again; what hung beside it may have been unlucky.
                let by_threads = busy.get(&slot).is_some_and(|busy| wants_threads(&busy.task.program));
                Ended::Died(if by_threads { Death::Encoder } else { Death::Crash })
            }
            MessageKind::Said(FromWorker::Log { task, lines }, _) => {
                let running = busy.get_mut(&slot).filter(|busy| busy.task.id.0 == task)?;
                for line in lines {
                    if line.stdout {
                        // `-progress pipe:1` writes there.
                        if let Some(frames) = frame_of(&line.text) {
                            progress(running.task.id, frames);
                        }
                    } else {
                        self.say(format!("[{task}] {}", line.text));
                        running.log.push(line.text);
                    }
                }
                return None;
            }
            MessageKind::Said(FromWorker::Progress { task, frames }, _) => {
                let running = busy.get(&slot).filter(|busy| busy.task.id.0 == task)?;
                if let Some(frames) = frames {
                    progress(running.task.id, frames);
                }
                return None;
            }
            MessageKind::Said(
                FromWorker::Finished { task, exit_code, answer, outputs, memory_bytes },
                riding,
            ) => {
                busy.get(&slot).filter(|busy| busy.task.id.0 == task)?;
                self.say(format!("[{task}] done"));
                if memory_bytes > MEMORY_KEPT || self.threads_slot() == Some(slot) {
                    self.with_pool(|pool| pool.end(slot));
                }
                let outputs = outputs.into_iter().zip(riding.blobs).collect();
                Ended::Done { exit_code, answer, outputs, frames: riding.frames }
            }
            MessageKind::Said(FromWorker::Crashed { task, death, detail }, _) => {
                busy.get(&slot).filter(|busy| busy.task.id.0 == task)?;
                self.say(format!("[{task}] crashed: {detail}"));
                // x264's module is in no known state.
                if death == Death::Encoder {
                    self.with_pool(|pool| pool.end(slot));
                }
                Ended::Died(death)
            }
            MessageKind::Said(FromWorker::Loaded { missing }, _) => {
                for part in &missing {
                    self.say(format!("[worker {slot}] without {:?}: {}", part.part, part.detail));
                }
                // Without x264 the worker can still do all else, and an encode says what is missing.
                let lacks = missing.iter().find(|part| part.part != Part::Encoder)?;
                self.with_pool(|pool| pool.end(slot));
                // A browser that refuses another instance is short of memory; the rest may pass.
                Ended::Died(if lacks.reason == LoadFailure::Refused {
                    Death::OutOfMemory
                } else {
                    Death::Crash
                })
            }
            MessageKind::Said(FromWorker::LoadProgress { .. }, _) => return None,
        };
        busy.remove(&slot).map(|busy| (busy, ended))
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

/// Whether a program is for the worker with threads.
fn wants_threads(program: &Program) -> bool {
    matches!(program, Program::FfmpegThreads { .. })
}

/// What the folder in an archive is called after its clip. Its length counts for every file, so it has a bound.
fn archive_folder(clip: &str) -> String {
    const MOST: usize = 40;
    let stem = result_stem(clip);
    stem.char_indices()
        .take_while(|(at, letter)| at + letter.len_utf8() <= MOST)
        .map(|(_, letter)| letter)
        .collect()
}

/// Keeps a finished task's files, and tells the session of it.
async fn event(busy: Busy, ended: Ended, kept: &mut Kept) -> Event {
    let Busy { task, mut log } = busy;
    let log = log.split_off(log.len().saturating_sub(EVIDENCE));
    match ended {
        Ended::Died(death) => Event::WorkerDied { task: task.id, death, log },
        Ended::Done { exit_code, answer, outputs, frames } => {
            let outputs = kept.take(&task, outputs, frames).await;
            let answer = answer.map(|answer| *answer);
            Event::Done { task: task.id, exit_code, answer, outputs, log }
        }
    }
}

/// What decoded frames may use beside the encoders, in the page's memory.
fn frames_room() -> Bytes {
    Bytes(memory().0 / 8)
}

/// What encoders may use together: half of what the browser tells of the machine (it tells 8 GiB at most, and some tell
/// nothing).
fn memory() -> Bytes {
    const GIB: f64 = 1_073_741_824.0;
    let told = web_sys::window()
        .and_then(|window| js_sys::Reflect::get(&window.navigator(), &JsValue::from_str("deviceMemory")).ok())
        .and_then(|value| value.as_f64())
        .unwrap_or(6.0);
    Bytes((told * GIB / 2.0) as u64)
}

/// Whether this browser decodes video for pages at all.
fn has_decoder() -> bool {
    web_sys::window().is_some_and(|window| {
        js_sys::Reflect::has(&window, &JsValue::from_str("VideoDecoder")).unwrap_or(false)
    })
}

/// As many workers as processors.
fn worker_count() -> usize {
    let processors = web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
    processors.clamp(1.0, MOST_WORKERS) as usize
}
