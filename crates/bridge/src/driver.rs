//! Drives one session with a pool of workers: hands tasks to free workers, keeps their files, feeds back what happened.
//! The only place where core's commands meet the browser.

use crate::job::{JobFailure, JobUpdate};
use crate::log::Log;
use crate::pool::{Message, MessageKind, Pool};
use crate::protocol::{CrashReason, EncodeStep, FromWorker, LoadFailure, Program as CoreProgram, ToWorker};
use crate::site::Site;
use clipfit_core::arguments as args;
use clipfit_core::encoder::{Engine, Passes};
use clipfit_core::facts::MediaFacts;
use clipfit_core::plan::Machine;
use clipfit_core::probe::{self, ProbeFailure};
use clipfit_core::session::Session;
use clipfit_core::session::outcome::{GiveUp, Report};
use clipfit_core::session::task::{
    Artifact, Command, Death, Event, Input, Output, Program, Source, Task, TaskId, Written,
};
use clipfit_core::units::Bytes;
use clipfit_core::wishes::Wishes;
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// Lines of evidence that go with a failed task.
const EVIDENCE: usize = 40;
/// Shortest time between two progress updates, in milliseconds.
const PROGRESS_INTERVAL: f64 = 200.0;
/// More workers than this fight over memory rather than gain time.
const MOST_WORKERS: f64 = 16.0;

/// A worker's memory never shrinks: one that a large task blew up is not kept for the small ones after it.
const MEMORY_KEPT: f64 = 1e9;

/// One job's surroundings.
pub(crate) struct Driver {
    pub(crate) file: web_sys::File,
    pub(crate) tell: Rc<dyn Fn(JobUpdate)>,
    pub(crate) log: Rc<RefCell<Log>>,
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
    Done { exit_code: i32, outputs: Vec<(String, Blob)> },
    Died(Death),
}

impl Driver {
    pub(crate) async fn run(&self, wishes: &Wishes) -> Result<(Report, Blob), JobFailure> {
        if self.file.size() == 0.0 {
            return Err(JobFailure::Probe(ProbeFailure::Empty));
        }
        let workers = worker_count();
        let site = Site::read().ok_or(JobFailure::Load(LoadFailure::Status))?;
        let mut pool = Pool::new(site, workers);
        let told = |received, total| (self.tell)(JobUpdate::Loading { received, total });
        // The pool moves into its shared place only after loading: until then nothing heavy runs in it.
        let log = |why| self.log.borrow_mut().push(format!("[encoder] not at hand: {why}"));
        pool.load(&told, log).await.map_err(JobFailure::Load)?;
        let engine = if pool.has_encoder() { Engine::Own } else { Engine::Stock };
        self.log.borrow_mut().push(format!("[encoder] {}", engine.name()));
        *self.pool.borrow_mut() = Some(pool);
        (self.tell)(JobUpdate::Probing);
        let facts = self.probe().await.map_err(JobFailure::Probe)?;
        (self.tell)(JobUpdate::Probed(Rc::new(facts.clone())));
        let machine = Machine { workers, engine };
        let plan = clipfit_core::plan::plan(&facts, wishes, machine).map_err(JobFailure::Refused)?;
        (self.tell)(JobUpdate::Planned(Rc::new(plan.clone())));
        let at_once = plan.workers(workers, memory());
        let session = Session::new(facts, wishes.clone(), plan, engine);
        self.drive(session, at_once).await.map_err(|reason| JobFailure::GaveUp(Rc::new(reason)))
    }

    /// Two runs of ffprobe in the first worker.
    async fn probe(&self) -> Result<MediaFacts, ProbeFailure> {
        let bytes = Bytes(self.file.size() as u64);
        let (listing, log) = self.ffprobe(args::probe_streams()).await?;
        let streams = probe::read_streams(bytes, &listing, &log)?;
        let (packets, log) = self.ffprobe(args::probe_packets(streams.video_stream())).await?;
        streams.read_packets(bytes, &packets, &log)
    }

    /// What ffprobe wrote and printed.
    async fn ffprobe(&self, arguments: Vec<String>) -> Result<(String, Vec<String>), ProbeFailure> {
        let task = Task {
            id: TaskId(0),
            program: Program::Ffprobe,
            arguments,
            inputs: vec![Input { name: args::CLIP.into(), source: Source::Clip }],
            outputs: vec![Output { name: args::PROBE_FILE.into(), keep: None, read: usize::MAX }],
            encode: None,
        };
        let mut busy = HashMap::from([(0, Busy { task: task.clone(), log: Vec::new() })]);
        self.dispatch(0, &task, &HashMap::new());
        loop {
            let message = self.next_message().await.ok_or(ProbeFailure::Broken)?;
            let Some((busy, ended)) = self.read(message, &mut busy, &mut |_, _| {}) else { continue };
            return match ended {
                Ended::Done { outputs, .. } => {
                    let written = match outputs.first() {
                        Some((_, blob)) => head(blob, usize::MAX).await.unwrap_or_default(),
                        None => Vec::new(),
                    };
                    Ok((String::from_utf8_lossy(&written).into_owned(), busy.log))
                }
                Ended::Died(Death::InputUnreadable) => Err(ProbeFailure::Unreadable),
                Ended::Died(_) => Err(ProbeFailure::Broken),
            };
        }
    }

    async fn drive(&self, mut session: Session, workers: usize) -> Result<(Report, Blob), GiveUp> {
        let mut kept: HashMap<Artifact, Blob> = HashMap::new();
        let mut busy: HashMap<usize, Busy> = HashMap::new();
        let mut commands = session.handle(Event::Start { workers, frames: frames_room() });
        let mut told_at = f64::MIN;
        loop {
            for command in std::mem::take(&mut commands) {
                match command {
                    Command::Run(task) => {
                        // The session never starts more tasks than it was told workers.
                        let slot = (0..workers).find(|slot| !busy.contains_key(slot)).unwrap_or(0);
                        self.dispatch(slot, &task, &kept);
                        busy.insert(slot, Busy { task, log: Vec::new() });
                    }
                    Command::Replanned(plan) => (self.tell)(JobUpdate::Planned(Rc::new(*plan))),
                    Command::Drop(artifacts) => {
                        artifacts.iter().for_each(|artifact| drop(kept.remove(artifact)))
                    }
                    Command::Stop => self.with_pool(Pool::end_all),
                    Command::Finish(report) => {
                        let result = if report.kept_source {
                            Some(self.file.clone().into())
                        } else {
                            kept.remove(&Artifact::Result)
                        };
                        return result.map(|blob| (*report, blob)).ok_or(GiveUp::Cancelled);
                    }
                    Command::GiveUp(reason) => return Err(*reason),
                }
            }
            let message = self.next_message().await.ok_or(GiveUp::Cancelled)?;
            let mut printed = Vec::new();
            let ended = self.read(message, &mut busy, &mut |task, line| printed.push((task, line)));
            for (task, line) in printed {
                commands.extend(session.handle(Event::Printed { task, line }));
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

    fn dispatch(&self, slot: usize, task: &Task, kept: &HashMap<Artifact, Blob>) {
        let program = match task.program {
            Program::Ffmpeg => CoreProgram::Ffmpeg,
            Program::Ffprobe => CoreProgram::Ffprobe,
            Program::Encoder => CoreProgram::Encoder,
        };
        if !task.arguments.is_empty() {
            self.log.borrow_mut().push(format!("[{}] {program:?} {}", task.id.0, task.arguments.join(" ")));
        }
        if let Some(step) = &task.encode {
            self.log.borrow_mut().push(format!("[{}] {}", task.id.0, step.command_line()));
        }
        let mut names = Vec::new();
        let mut blobs = Vec::new();
        for input in &task.inputs {
            let blob = match &input.source {
                Source::Clip => Some(self.file.clone().into()),
                Source::Kept(artifact) => kept.get(artifact).cloned(),
                Source::Text(text) => Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(text))).ok(),
            };
            // A file that was never written (a preset without macroblock tree) is simply not there.
            if let Some(blob) = blob {
                names.push(input.name.clone());
                blobs.push(blob);
            }
        }
        let message = ToWorker::Run {
            task: task.id.0,
            program,
            arguments: task.arguments.clone(),
            inputs: names,
            outputs: task.outputs.iter().map(|output| output.name.clone()).collect(),
            encode: task.encode.as_ref().map(encode_step),
        };
        self.with_pool(|pool| pool.send(slot, &message, &blobs));
    }

    /// Takes in a message; answers with the task that it ended, if it ended one.
    fn read(
        &self,
        message: Message,
        busy: &mut HashMap<usize, Busy>,
        printed: &mut dyn FnMut(TaskId, String),
    ) -> Option<(Busy, Ended)> {
        let slot = message.worker;
        let ended = match message.kind {
            MessageKind::Broke(why) => {
                self.log.borrow_mut().push(format!("[worker {slot}] broke: {why}"));
                self.with_pool(|pool| pool.end(slot));
                Ended::Died(Death::Crash)
            }
            MessageKind::Said(FromWorker::Log { task, lines }, _) => {
                let running = busy.get_mut(&slot).filter(|busy| busy.task.id.0 == task)?;
                for line in lines {
                    if line.stdout {
                        printed(running.task.id, line.text);
                    } else {
                        self.log.borrow_mut().push(format!("[{task}] {}", line.text));
                        running.log.push(line.text);
                    }
                }
                return None;
            }
            MessageKind::Said(FromWorker::Finished { task, exit_code, outputs, memory_bytes }, blobs) => {
                busy.get(&slot).filter(|busy| busy.task.id.0 == task)?;
                if memory_bytes > MEMORY_KEPT {
                    self.with_pool(|pool| pool.end(slot));
                }
                Ended::Done { exit_code, outputs: outputs.into_iter().zip(blobs).collect() }
            }
            MessageKind::Said(FromWorker::Crashed { task, reason, detail }, _) => {
                busy.get(&slot).filter(|busy| busy.task.id.0 == task)?;
                self.log.borrow_mut().push(format!("[{task}] crashed: {detail}"));
                if reason == CrashReason::Encoder {
                    self.with_pool(|pool| pool.end(slot));
                }
                Ended::Died(match reason {
                    CrashReason::OutOfMemory => Death::OutOfMemory,
                    CrashReason::InputUnreadable => Death::InputUnreadable,
                    CrashReason::Encoder => Death::Encoder,
                    CrashReason::Trap => Death::Crash,
                })
            }
            MessageKind::Said(FromWorker::LoadFailed { reason, detail }, _) => {
                self.log.borrow_mut().push(format!("[worker {slot}] did not start: {detail}"));
                self.with_pool(|pool| pool.end(slot));
                // A browser that refuses another instance is short of memory; the rest may pass.
                Ended::Died(if reason == LoadFailure::Refused { Death::OutOfMemory } else { Death::Crash })
            }
            MessageKind::Said(FromWorker::Loaded { detail }, _) => {
                let told = detail.map(|why| format!("[worker {slot}] has no encoder: {why}"));
                told.into_iter().for_each(|line| self.log.borrow_mut().push(line));
                return None;
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

    fn with_pool(&self, act: impl FnOnce(&mut Pool)) {
        if let Some(pool) = self.pool.borrow_mut().as_mut() {
            act(pool);
        }
    }
}

/// Keeps a finished task's files and reads of them what the session wants to see.
async fn event(busy: Busy, ended: Ended, kept: &mut HashMap<Artifact, Blob>) -> Event {
    let Busy { task, mut log } = busy;
    let log = log.split_off(log.len().saturating_sub(EVIDENCE));
    match ended {
        Ended::Died(death) => Event::WorkerDied { task: task.id, death, log },
        Ended::Done { exit_code, outputs: files } => {
            let mut outputs = Vec::new();
            for (name, blob) in files {
                let Some(wanted) = task.outputs.iter().find(|output| output.name == name) else { continue };
                let size = Bytes(blob.size() as u64);
                // What cannot be read back counts as not written; the session then tries again.
                let Ok(head) = head(&blob, wanted.read).await else { continue };
                if let Some(artifact) = wanted.keep {
                    kept.insert(artifact, blob);
                }
                outputs.push(Written { name, size, head });
            }
            Event::Done { task: task.id, exit_code, outputs, log }
        }
    }
}

/// The first `most` bytes of a blob.
async fn head(blob: &Blob, most: usize) -> Result<Vec<u8>, JsValue> {
    let wanted = blob.size().min(most as f64);
    if wanted == 0.0 {
        return Ok(Vec::new());
    }
    let part = blob.slice_with_f64_and_f64(0.0, wanted)?;
    let buffer = JsFuture::from(part.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// An encode as the worker is told it.
fn encode_step(step: &clipfit_core::encoder::EncodeStep) -> EncodeStep {
    EncodeStep {
        width: step.width,
        height: step.height,
        rate_numerator: step.rate.numerator(),
        rate_denominator: step.rate.denominator(),
        preset: step.preset.to_owned(),
        options: step.options.clone(),
        pass: match step.pass {
            Passes::Only => 0,
            Passes::First => 1,
            Passes::Second => 2,
        },
        count: u32::try_from(step.frames).unwrap_or(u32::MAX),
        frames: args::FRAMES_FILE.to_owned(),
        statistics: args::STATS_FILE.to_owned(),
        tree: args::MBTREE_FILE.to_owned(),
        chunk: args::CHUNK_FILE.to_owned(),
    }
}

/// What decoded frames may use beside the encoders: blobs, which browsers move to disk where they grow.
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

/// As many workers as processors.
fn worker_count() -> usize {
    let processors = web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
    processors.clamp(1.0, MOST_WORKERS) as usize
}
