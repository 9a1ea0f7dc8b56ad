//! Media workers with the compiled core: started lazily, one task at a time each, ended on drop.
//! Carries messages; knows nothing of what a task is for.

use crate::protocol::{FromWorker, LoadFailure, ToWorker};
use crate::site::Site;
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use js_sys::{Array, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use std::cell::RefCell;
use std::task::{Context, Poll};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

thread_local! {
    /// The compiled core: fetched and compiled once for the life of the page, then handed to every worker.
    static MODULE: RefCell<Option<JsValue>> = const { RefCell::new(None) };
    /// The compiled encoder, likewise.
    static ENCODER: RefCell<Option<JsValue>> = const { RefCell::new(None) };
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
    /// Whether a worker that starts fetches the modules, rather than using what is at hand.
    fetching: bool,
    sender: UnboundedSender<Message>,
    receiver: UnboundedReceiver<Message>,
}

impl Pool {
    /// A pool of up to `size` workers; none is started yet.
    pub(crate) fn new(site: Site, size: usize) -> Pool {
        let (sender, receiver) = unbounded();
        Pool { site, slots: (0..size.max(1)).map(|_| None).collect(), fetching: false, sender, receiver }
    }

    /// Whether the encoder is at hand. Known once loaded.
    pub(crate) fn has_encoder(&self) -> bool {
        ENCODER.with_borrow(Option::is_some)
    }

    /// Makes the core ready, and the encoder with it, fetching them if no job has before; tells how far the fetch is, and
    /// why there is no encoder though there should be.
    pub(crate) async fn load(
        &mut self,
        tell: &dyn Fn(f64, f64),
        mut log: impl FnMut(String),
    ) -> Result<(), LoadFailure> {
        // An encoder that did not arrive for an earlier job may arrive for this one.
        let complete = self.has_encoder() || self.site.encoder.is_none();
        if MODULE.with_borrow(Option::is_some) && complete {
            return Ok(());
        }
        self.fetching = true;
        self.start(0);
        self.fetching = false;
        loop {
            match self.receiver.next().await {
                Some(Message { kind: MessageKind::Said(message, _), .. }) => match message {
                    FromWorker::LoadProgress { received, total } => tell(received, total),
                    FromWorker::Loaded { detail } => {
                        detail.into_iter().for_each(&mut log);
                        return Ok(());
                    }
                    FromWorker::LoadFailed { reason, .. } => {
                        self.slots[0] = None;
                        return Err(reason);
                    }
                    _ => {}
                },
                // The worker's own script did not arrive.
                Some(Message { kind: MessageKind::Broke(_), .. }) => return Err(LoadFailure::Network),
                None => return Err(LoadFailure::Refused),
            }
        }
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
                let posted = post(&media.worker, &self.first_message(), &modules());
                self.slots[slot] = Some(media);
                if posted.is_err() {
                    self.broke(slot, "the worker could not be started".into());
                }
            }
            Err(error) => self.broke(slot, format!("{error:?}")),
        }
    }

    /// Fetch, or use what has been fetched.
    fn first_message(&self) -> ToWorker {
        let script_url = self.site.core_script.clone();
        let encoder = self.site.encoder.clone();
        if !self.fetching {
            let encoder_script_url = encoder.filter(|_| self.has_encoder()).map(|encoder| encoder.script_url);
            ToWorker::Adopt { script_url, encoder_script_url }
        } else {
            ToWorker::Load {
                script_url,
                wasm_url: self.site.core_wasm.clone(),
                packed_bytes: self.site.core_bytes,
                encoder,
            }
        }
    }

    fn spawn(&self, slot: usize) -> Result<MediaWorker, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&self.site.worker, &options)?;
        let sender = self.sender.clone();
        let on_message = Closure::new(move |event: MessageEvent| {
            let kind = read(&event.data()).unwrap_or_else(MessageKind::Broke);
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

/// The compiled modules at hand, as they ride beside a message.
fn modules() -> Vec<(&'static str, JsValue)> {
    [("module", &MODULE), ("encoderModule", &ENCODER)]
        .into_iter()
        .filter_map(|(name, module)| Some((name, module.with_borrow(Clone::clone)?)))
        .collect()
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

/// Reads an answer; modules that ride along are kept for later workers.
fn read(data: &JsValue) -> Result<MessageKind, String> {
    let message: FromWorker =
        serde_wasm_bindgen::from_value(data.clone()).map_err(|error| error.to_string())?;
    let beside =
        |name: &str| Reflect::get(data, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined());
    if matches!(message, FromWorker::Loaded { .. }) {
        for (name, place) in [("module", &MODULE), ("encoderModule", &ENCODER)] {
            if let Some(module) = beside(name) {
                place.set(Some(module));
            }
        }
    }
    let blobs = beside("blobs")
        .and_then(|value| value.dyn_into::<Array>().ok())
        .map(|array| array.iter().filter_map(|value| value.dyn_into::<Blob>().ok()).collect())
        .unwrap_or_default();
    Ok(MessageKind::Said(message, blobs))
}
