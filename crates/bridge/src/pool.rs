//! Media workers with the compiled parts that they are to have: started lazily, one task at a time each, ended on drop.
//! Carries messages; knows nothing of what a task is for.

use crate::protocol::{FromWorker, LoadFailure, MissingPart, Part, PartAddress, ToWorker};
use crate::site::Site;
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use js_sys::{Array, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use std::cell::RefCell;
use std::collections::HashMap;
use std::task::{Context, Poll};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

thread_local! {
    /// The compiled parts: each fetched and compiled once for the life of the page, then handed to every worker.
    static MODULES: RefCell<HashMap<Part, JsValue>> = RefCell::default();
}

/// What came from a worker.
pub(crate) struct Message {
    /// Which worker.
    pub(crate) worker: usize,
    /// What it said.
    pub(crate) kind: MessageKind,
}

/// Kinds of message.
pub(crate) enum MessageKind {
    /// A message of the protocol, with the blobs that rode along.
    Said(FromWorker, Vec<Blob>),
    /// The worker itself broke; its slot has been cleared.
    Broke(String),
}

/// A running worker with its listeners; ends when dropped.
struct MediaWorker {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for MediaWorker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        // The only way to stop a synchronous run; frees its memory.
        self.worker.terminate();
    }
}

/// A fixed number of worker slots.
pub(crate) struct Pool {
    site: Site,
    slots: Vec<Option<MediaWorker>>,
    /// What a worker that starts is to have.
    parts: Vec<PartAddress>,
    sender: UnboundedSender<Message>,
    receiver: UnboundedReceiver<Message>,
}

impl Pool {
    /// A pool of up to `size` workers; none is started yet.
    pub(crate) fn new(site: Site, size: usize) -> Pool {
        let (sender, receiver) = unbounded();
        let slots = (0..size.max(1)).map(|_| None).collect();
        Pool { site, slots, parts: Vec::new(), sender, receiver }
    }

    /// Makes parts ready for all workers that start from now on, fetching those that no job has fetched before; tells how
    /// far the fetch is. Answers with the parts that are not to be had, those that the site was built without left out.
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
        self.start(0);
        loop {
            match self.receiver.next().await {
                Some(Message { kind: MessageKind::Said(message, _), .. }) => match message {
                    FromWorker::LoadProgress { received, total } => tell(received, total),
                    FromWorker::Loaded { missing } => {
                        // Workers to come are not to look for them again.
                        self.parts.retain(|address| missing.iter().all(|part| part.part != address.part));
                        return Ok(missing);
                    }
                    _ => {}
                },
                // The worker's own script did not arrive.
                Some(Message { kind: MessageKind::Broke(_), .. }) => return Err(LoadFailure::Network),
                None => return Err(LoadFailure::Refused),
            }
        }
    }

    /// Whether workers have this part.
    pub(crate) fn has(&self, part: Part) -> bool {
        self.parts.iter().any(|address| address.part == part)
    }

    /// The next message of any worker.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Message>> {
        self.receiver.poll_next_unpin(context)
    }

    /// Sends `message` with `blobs` to worker `slot`, starting it first if it is not there.
    pub(crate) fn send(&mut self, slot: usize, message: &ToWorker, blobs: &[Blob]) {
        if self.slots.get(slot).is_none_or(Option::is_none) {
            self.start(slot);
        }
        let sent = self.slots.get(slot).and_then(Option::as_ref).is_some_and(|media| {
            let blobs = blobs.iter().collect::<Array>();
            post(&media.worker, message, &[("blobs", blobs.into())]).is_ok()
        });
        if !sent {
            self.broke(slot, "the worker could not be reached".into());
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

    fn broke(&mut self, slot: usize, why: String) {
        self.end(slot);
        // A closed channel means that nobody waits any more.
        let _ = self.sender.unbounded_send(Message { worker: slot, kind: MessageKind::Broke(why) });
    }

    fn start(&mut self, slot: usize) {
        match self.spawn(slot) {
            Ok(media) => {
                let modules = self.parts.iter().map(|address| module(address.part).unwrap_or(JsValue::NULL));
                let message = ToWorker::Load { parts: self.parts.clone() };
                let posted = post(&media.worker, &message, &[("modules", modules.collect::<Array>().into())]);
                self.slots[slot] = Some(media);
                if posted.is_err() {
                    self.broke(slot, "the worker could not be started".into());
                }
            }
            Err(error) => self.broke(slot, format!("{error:?}")),
        }
    }

    fn spawn(&self, slot: usize) -> Result<MediaWorker, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&self.site.worker, &options)?;
        let sender = self.sender.clone();
        let parts: Vec<Part> = self.parts.iter().map(|address| address.part).collect();
        let on_message = Closure::new(move |event: MessageEvent| {
            let kind = read(&event.data(), &parts).unwrap_or_else(MessageKind::Broke);
            let _ = sender.unbounded_send(Message { worker: slot, kind });
        });
        let sender = self.sender.clone();
        let on_error = Closure::new(move |event: ErrorEvent| {
            event.prevent_default();
            let kind = MessageKind::Broke(event.message());
            let _ = sender.unbounded_send(Message { worker: slot, kind });
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(MediaWorker { worker, _on_message: on_message, _on_error: on_error })
    }
}

/// A compiled part, where it is at hand.
fn module(part: Part) -> Option<JsValue> {
    MODULES.with_borrow(|modules| modules.get(&part).cloned())
}

/// Posts the plain part of a message with what cannot go through serde beside it.
fn post(worker: &Worker, message: &ToWorker, beside: &[(&str, JsValue)]) -> Result<(), JsValue> {
    // As the generated TypeScript has it: what is not there is null.
    let object = message.serialize(&Serializer::new().serialize_missing_as_null(true))?;
    for (name, value) in beside {
        Reflect::set(&object, &JsValue::from_str(name), value)?;
    }
    worker.post_message(&object)
}

/// Reads an answer of a worker with these parts; modules that ride along are kept for later workers.
fn read(data: &JsValue, parts: &[Part]) -> Result<MessageKind, String> {
    let message: FromWorker =
        serde_wasm_bindgen::from_value(data.clone()).map_err(|error| error.to_string())?;
    let beside = |name: &str| Reflect::get(data, &JsValue::from_str(name)).ok()?.dyn_into::<Array>().ok();
    if let Some(modules) = beside("modules") {
        let fetched = parts.iter().copied().zip(modules.iter()).filter(|(_, module)| !module.is_null());
        MODULES.with_borrow_mut(|kept| kept.extend(fetched));
    }
    let blobs = beside("blobs")
        .map(|array| array.iter().filter_map(|value| value.dyn_into::<Blob>().ok()).collect())
        .unwrap_or_default();
    Ok(MessageKind::Said(message, blobs))
}
