//! Media workers with the compiled parts that they are to have: started lazily, one task at a time each, ended on drop.
//! Carries messages; knows nothing of what a task is for.

use crate::journal::copy;
use crate::kept::LentFrames;
use crate::protocol::{FromWorker, MissingPart, PartAddress, ToWorker};
use crate::surroundings::Site;
use clipfit_core::step::load::{LoadFailure, Part};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use gloo::timers::callback::{Interval, Timeout};
use js_sys::{Array, Function, Object, Promise, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::task::{Context, Poll};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Blob, ErrorEvent, Event, MessageEvent, Url, Worker, WorkerOptions, WorkerType,
};

thread_local! {
    /// The compiled parts: each fetched and compiled once for the life of the page, then handed to every worker.
    static MODULES: RefCell<HashMap<Part, JsValue>> = RefCell::default();
    /// The worker's script as it arrived, by its address: checked once, then whatever becomes of the server every
    /// worker starts from it.
    static SCRIPT: RefCell<Option<(String, String)>> = RefCell::default();
}

/// What came from a worker.
pub(crate) struct Message {
    /// Which worker.
    pub(crate) worker: usize,
    /// What it said.
    pub(crate) kind: MessageKind,
}

/// What rides beside an answer.
#[derive(Default)]
pub(crate) struct Riding {
    /// In the order of the answer's outputs.
    pub(crate) blobs: Vec<Blob>,
    /// Frames that the task kept or gives back, as buffers.
    pub(crate) frames: Option<Array>,
    /// The end of a task as it was told, with its files but no frames.
    pub(crate) told: Option<JsValue>,
}

/// Kinds of message.
pub(crate) enum MessageKind {
    /// A message of the protocol, with what rode along.
    Said(FromWorker, Riding),
    /// The worker itself broke; its slot has been cleared.
    Broke(String),
    /// The worker's script does not run: it did not arrive, or is not a script.
    NotStarted(LoadFailure),
    /// The worker has given no sign of life for long though it has something to do: it never will.
    Hung,
}

/// Silence is looked at this often, in milliseconds: counted in looks rather than by the clock, so that a machine that
/// slept is no hang...
const LOOK: u32 = 5_000;
/// ...and after so many looks in a row it is one. The longest that a working encode was silent is 8 s. Workers of
/// ffmpeg's single-thread core are not watched: it may read a long clip without a word, and has never hung.
const SILENT_LOOKS: u32 = 12;
/// A worker has said something after so many milliseconds, or its script never runs.
const STARTS: u32 = 30_000;

/// A running worker with its listeners; ends when dropped.
struct MediaWorker {
    worker: Worker,
    /// Messages that it has not answered to the end.
    pending: Rc<Cell<u32>>,
    _watchdog: Option<Interval>,
    _start: Timeout,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl Drop for MediaWorker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        // The only way to stop a synchronous run; frees its memory.
        self.worker.terminate();
    }
}

/// Ends a download that nobody waits for any more.
struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A fixed number of worker slots, and behind them one for the multi-thread core.
pub(crate) struct Pool {
    site: Site,
    /// Fetches a script: `(address, signal) -> Promise<Blob>`, which fails with a `LoadFailure`.
    fetch: Function,
    slots: Vec<Option<MediaWorker>>,
    /// What a worker that starts is to have.
    parts: Vec<PartAddress>,
    sender: UnboundedSender<Message>,
    receiver: UnboundedReceiver<Message>,
}

impl Pool {
    /// Returns a pool of up to `size` workers, and one with threads; none is started yet.
    pub(crate) fn new(site: Site, fetch: Function, size: usize) -> Pool {
        let (sender, receiver) = unbounded();
        let slots = (0..=size.max(1)).map(|_| None).collect();
        Pool { site, fetch, slots, parts: Vec::new(), sender, receiver }
    }

    /// Makes parts ready for all workers that start from now on, fetching those that no job has fetched before; tells
    /// how far the fetch is. Answers with the parts that are not to be had, those that the site was built without left
    /// out.
    pub(crate) async fn load(
        &mut self,
        parts: &[Part],
        tell: &dyn Fn(f64, f64),
    ) -> Result<Vec<MissingPart>, LoadFailure> {
        self.end_all();
        self.parts = parts.iter().filter_map(|part| self.site.part(*part).cloned()).collect();
        if self.parts.iter().all(|address| module(address.part).is_some()) {
            return Ok(Vec::new());
        }
        let missing = self.first(0, tell).await?;
        // Workers to come are not to look for them again.
        self.parts.retain(|address| missing.iter().all(|part| part.part != address.part));
        Ok(missing)
    }

    /// Starts the worker with threads; else as `load`.
    pub(crate) async fn load_threads(
        &mut self,
        tell: &dyn Fn(f64, f64),
    ) -> Result<Vec<MissingPart>, LoadFailure> {
        self.first(self.threads(), tell).await
    }

    /// Starts worker `slot` while no other has anything to say, and answers with the parts that it could not make
    /// ready.
    async fn first(&mut self, slot: usize, tell: &dyn Fn(f64, f64)) -> Result<Vec<MissingPart>, LoadFailure> {
        self.fetch_script().await?;
        self.start(slot);
        let mut again = true;
        loop {
            match self.receiver.next().await.map(|message| message.kind) {
                Some(MessageKind::Said(FromWorker::LoadProgress { received, total }, _)) => {
                    tell(received, total);
                }
                Some(MessageKind::Said(FromWorker::Loaded { missing }, _)) => return Ok(missing),
                Some(MessageKind::Said(..)) => {}
                Some(kind @ (MessageKind::NotStarted(_) | MessageKind::Hung)) if again => {
                    again = false;
                    if matches!(kind, MessageKind::NotStarted(_)) {
                        // A browser, or a server's policy, may refuse scripts that have no address of their own.
                        if let Some((_, url)) = SCRIPT.take() {
                            let _ = Url::revoke_object_url(&url);
                        }
                    }
                    self.start(slot);
                }
                Some(MessageKind::NotStarted(reason)) => return Err(reason),
                Some(MessageKind::Hung) => return Err(LoadFailure::Network),
                Some(MessageKind::Broke(_)) | None => return Err(LoadFailure::Refused),
            }
        }
    }

    /// Fetches the worker's script, if it is not at hand. Nothing is kept of a failure.
    async fn fetch_script(&self) -> Result<(), LoadFailure> {
        let address = &self.site.worker;
        if SCRIPT.with_borrow(|script| script.as_ref().is_some_and(|(of, _)| of == address)) {
            return Ok(());
        }
        let refused = |_| LoadFailure::Refused;
        let abort = AbortOnDrop(AbortController::new().map_err(refused)?);
        let fetching = self.fetch.call2(&JsValue::NULL, &JsValue::from_str(address), &abort.0.signal());
        let Ok(promise) = fetching.map_err(refused)?.dyn_into::<Promise>() else { return Ok(()) };
        let why = |reason| serde_wasm_bindgen::from_value(reason).unwrap_or(LoadFailure::Refused);
        let script = JsFuture::from(promise).await.map_err(why)?;
        if let Some(script) = script.dyn_ref::<Blob>() {
            let url = Url::create_object_url_with_blob(script).map_err(refused)?;
            SCRIPT.set(Some((address.clone(), url)));
        }
        Ok(())
    }

    /// Returns the slot of the worker with threads. It is to be ended after every task.
    pub(crate) fn threads(&self) -> usize {
        self.slots.len() - 1
    }

    /// Polls for the next message of any worker.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Message>> {
        self.receiver.poll_next_unpin(context)
    }

    /// Sends `message` to worker `slot`, starting it first if it is not there, with `blobs`, frames, and the folder for
    /// frames that are to be kept.
    pub(crate) fn send(
        &mut self,
        slot: usize,
        message: &ToWorker,
        blobs: &[Blob],
        frames: Option<&LentFrames>,
        folder: &JsValue,
    ) {
        if self.slots.get(slot).is_none_or(Option::is_none) {
            self.start(slot);
        }
        let sent = self.slots.get(slot).and_then(Option::as_ref).is_some_and(|media| {
            let blobs = blobs.iter().collect::<Array>();
            media.pending.set(media.pending.get() + 1);
            let none = Array::new();
            let moved = frames.map_or(&none, |frames| &frames.moved);
            let given = frames.map_or(JsValue::UNDEFINED, |frames| JsValue::from(&frames.parts));
            let beside = [("blobs", blobs.into()), ("frames", given), ("folder", folder.clone())];
            post(&media.worker, message, &beside, moved).is_ok()
        });
        if !sent {
            self.broke(slot, MessageKind::Broke("the worker could not be reached".into()));
        }
    }

    /// Ends worker `slot`; the next `send` starts a fresh one.
    pub(crate) fn end(&mut self, slot: usize) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = None;
        }
    }

    /// Ends all workers at once.
    pub(crate) fn end_all(&mut self) {
        self.slots.iter_mut().for_each(|slot| *slot = None);
    }

    fn broke(&mut self, slot: usize, kind: MessageKind) {
        self.end(slot);
        // A closed channel means that nobody waits any more.
        let _ = self.sender.unbounded_send(Message { worker: slot, kind });
    }

    fn start(&mut self, slot: usize) {
        let parts = if slot == self.threads() {
            self.site.part(Part::CoreThreads).cloned().into_iter().collect()
        } else {
            self.parts.clone()
        };
        match self.spawn(slot, parts.iter().map(|address| address.part).collect()) {
            Ok(media) => {
                let modules = parts.iter().map(|address| module(address.part).unwrap_or(JsValue::NULL));
                let modules = modules.collect::<Array>().into();
                let message = ToWorker::Load { parts, downloads: self.site.downloads.clone() };
                let posted = post(&media.worker, &message, &[("modules", modules)], &Array::new());
                self.slots[slot] = Some(media);
                if posted.is_err() {
                    self.broke(slot, MessageKind::Broke("the worker could not be started".into()));
                }
            }
            Err(_) => self.broke(slot, MessageKind::NotStarted(LoadFailure::Refused)),
        }
    }

    fn spawn(&self, slot: usize, parts: Vec<Part>) -> Result<MediaWorker, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let address = &self.site.worker;
        let script = SCRIPT.with_borrow(|script| {
            script
                .as_ref()
                .filter(|(of, _)| of == address)
                .map_or_else(|| address.clone(), |(_, url)| url.clone())
        });
        let worker = Worker::new_with_options(&script, &options)?;
        let sender = self.sender.clone();
        let silent = Rc::new(Cell::new(0));
        // The first message loads its parts.
        let pending = Rc::new(Cell::new(1_u32));
        let begun = Rc::new(Cell::new(false));
        let watched = slot == self.threads() || !parts.contains(&Part::Core);
        let (heard, answered, runs) = (silent.clone(), pending.clone(), begun.clone());
        let on_message = Closure::new(move |event: MessageEvent| {
            heard.set(0);
            runs.set(true);
            let kind = read(&event.data(), &parts).unwrap_or_else(MessageKind::Broke);
            if let MessageKind::Said(
                FromWorker::Loaded { .. } | FromWorker::Finished { .. } | FromWorker::Crashed { .. },
                _,
            ) = kind
            {
                answered.set(answered.get().saturating_sub(1));
            }
            let _ = sender.unbounded_send(Message { worker: slot, kind });
        });
        let sender = self.sender.clone();
        let runs = begun.clone();
        let on_error = Closure::new(move |event: Event| {
            event.prevent_default();
            // A script that does not arrive is told by a plain event without a word.
            let words = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
            let kind = match (runs.get(), words) {
                (true, words) => MessageKind::Broke(words.unwrap_or_default()),
                (false, Some(_)) => MessageKind::NotStarted(LoadFailure::Corrupt),
                (false, None) => MessageKind::NotStarted(LoadFailure::Network),
            };
            let _ = sender.unbounded_send(Message { worker: slot, kind });
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        // What arrives and cannot be read, for want of memory say, would never be heard of.
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        let sender = self.sender.clone();
        let start = Timeout::new(STARTS, move || {
            if !begun.get() {
                let kind = MessageKind::NotStarted(LoadFailure::Network);
                let _ = sender.unbounded_send(Message { worker: slot, kind });
            }
        });
        let sender = self.sender.clone();
        let waiting = pending.clone();
        let look = move || {
            silent.set(if waiting.get() > 0 { silent.get() + 1 } else { 0 });
            if silent.get() == SILENT_LOOKS {
                let _ = sender.unbounded_send(Message { worker: slot, kind: MessageKind::Hung });
            }
        };
        let watchdog = watched.then(|| Interval::new(LOOK, look));
        Ok(MediaWorker {
            worker,
            pending,
            _watchdog: watchdog,
            _start: start,
            _on_message: on_message,
            _on_error: on_error,
        })
    }
}

/// Returns a compiled part, where it is at hand.
fn module(part: Part) -> Option<JsValue> {
    MODULES.with_borrow(|modules| modules.get(&part).cloned())
}

/// Posts the plain part of a message with what cannot go through serde beside it; `moved` buffers are the worker's
/// then.
fn post(
    worker: &Worker,
    message: &ToWorker,
    beside: &[(&str, JsValue)],
    moved: &Array,
) -> Result<(), JsValue> {
    let object = plain(message)?;
    for (name, value) in beside {
        Reflect::set(&object, &JsValue::from_str(name), value)?;
    }
    worker.post_message_with_transfer(&object, moved)
}

/// Returns the plain part of a message. As the generated TypeScript has it: what is not there is null.
pub(crate) fn plain(message: &ToWorker) -> Result<JsValue, JsValue> {
    Ok(message.serialize(&Serializer::new().serialize_missing_as_null(true))?)
}

/// Returns a tagged object, with the tag around its fields.
fn tagged(data: &JsValue) -> Result<JsValue, String> {
    let outside = Object::new();
    let tag = Reflect::get(data, &JsValue::from_str("type")).unwrap_or_default();
    Reflect::set(&outside, &tag, data).map_err(|_| "an answer that is no object".to_owned())?;
    Ok(outside.into())
}

/// Reads an answer of a worker with these parts; modules that ride along are kept for later workers.
pub(crate) fn read(data: &JsValue, parts: &[Part]) -> Result<MessageKind, String> {
    let answer = JsValue::from_str("answer");
    let answered = Reflect::get(data, &answer).unwrap_or_default();
    let told = copy(data);
    if answered.is_object() {
        Reflect::set(data, &answer, &tagged(&answered)?).map_err(|_| "a fixed answer".to_owned())?;
    }
    let message: FromWorker =
        serde_wasm_bindgen::from_value(tagged(data)?).map_err(|error| error.to_string())?;
    let beside = |name: &str| Reflect::get(data, &JsValue::from_str(name)).ok()?.dyn_into::<Array>().ok();
    if let Some(modules) = beside("modules") {
        let fetched = parts.iter().copied().zip(modules.iter()).filter(|(_, module)| !module.is_null());
        MODULES.with_borrow_mut(|kept| kept.extend(fetched));
    }
    let blobs = beside("blobs")
        .map(|array| array.iter().filter_map(|value| value.dyn_into::<Blob>().ok()).collect())
        .unwrap_or_default();
    let frames = beside("frames");
    let told = matches!(message, FromWorker::Finished { .. }).then(|| {
        if frames.is_some() {
            // Frames do not outlive the page. Whoever is to read them finds none, and decodes anew.
            let _ = Reflect::set(&told, &"frames".into(), &Array::new());
        }
        told
    });
    Ok(MessageKind::Said(message, Riding { blobs, frames, told }))
}
