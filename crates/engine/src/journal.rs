//! What an earlier page did of the same job, by what was asked of the workers: such a task is not done again. The page's
//! script keeps it (web/src/page/journal.ts). Knows no task's purpose.

use js_sys::{Array, Object, Reflect};
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The journal of one job.
    #[derive(Debug, Clone)]
    pub type Journal;

    /// Objects with `asked` and `message`, in the order in which the tasks ended.
    #[wasm_bindgen(method, getter)]
    fn done(this: &Journal) -> Array;
    #[wasm_bindgen(method)]
    fn record(this: &Journal, asked: &str, message: &JsValue);
}

/// What was recorded and is still of use, and what records more.
#[derive(Default)]
pub(crate) struct Records {
    journal: Option<Journal>,
    /// What was asked, and the worker's last message; taken once.
    done: Vec<Option<(String, JsValue)>>,
    /// Places in `done` of running tasks, with the slots of their workers and the messages. The order in which tasks
    /// end decides what is asked next: they end in the order of the first time.
    due: BTreeMap<usize, (usize, JsValue)>,
}

impl Records {
    /// Returns what an earlier page did; nothing without a journal.
    pub(crate) fn new(journal: Option<Journal>) -> Records {
        let field = |entry: &JsValue, name: &str| Reflect::get(entry, &name.into()).unwrap_or_default();
        let done = journal.as_ref().map(Journal::done).unwrap_or_default();
        let done =
            done.iter().map(|entry| Some((field(&entry, "asked").as_string()?, field(&entry, "message"))));
        Records { done: done.collect(), journal, due: BTreeMap::new() }
    }

    /// Returns whether a task was done before; then its end is due, as if worker `slot` told it.
    pub(crate) fn has(&mut self, asked: &str, slot: usize, task: u32) -> bool {
        let is_it =
            |entry: &Option<(String, JsValue)>| entry.as_ref().is_some_and(|(known, _)| known == asked);
        let Some(place) = self.done.iter().position(is_it) else { return false };
        let Some((_, message)) = self.done[place].take() else { return false };
        let message = copy(&message);
        let _ = Reflect::set(&message, &"task".into(), &task.into());
        self.due.insert(place, (slot, message));
        true
    }

    /// Returns the next end that is due: the worker's slot and its message.
    pub(crate) fn next(&mut self) -> Option<(usize, JsValue)> {
        self.due.pop_first().map(|(_, end)| end)
    }

    /// Forgets what is due: nobody waits for it.
    pub(crate) fn stop(&mut self) {
        self.due.clear();
    }

    /// Records the end of a task.
    pub(crate) fn record(&self, asked: &str, message: &JsValue) {
        if let Some(journal) = &self.journal {
            journal.record(asked, message);
        }
    }
}

/// Returns a copy of an object: what is read is changed on the way.
pub(crate) fn copy(object: &JsValue) -> JsValue {
    Object::assign(&Object::new(), object.unchecked_ref()).into()
}
