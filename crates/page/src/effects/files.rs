//! The files that users add, and how they add them: drop anywhere, paste, choose. Knows nothing of jobs.

use crate::elements::list;
use crate::job::{ClipFile, FileId};
use crate::state::Action;
use clipfit_core::units::Bytes;
use gloo::events::{EventListener, EventListenerOptions};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, Event, File};
use yew::Callback;

/// The files behind the numbers in the state.
#[derive(Default)]
pub(super) struct Files {
    held: RefCell<BTreeMap<FileId, File>>,
    next: Cell<u32>,
}

impl Files {
    /// Stores files and returns what the state needs to know about them.
    pub(super) fn take_in(&self, files: Vec<File>) -> Vec<ClipFile> {
        files
            .into_iter()
            .map(|file| {
                let id = FileId(self.next.replace(self.next.get() + 1));
                let source = ClipFile { file: id, name: file.name(), bytes: Bytes(file.size() as u64) };
                self.held.borrow_mut().insert(id, file);
                source
            })
            .collect()
    }

    pub(super) fn get(&self, id: FileId) -> Option<File> {
        self.held.borrow().get(&id).cloned()
    }

    pub(super) fn forget(&self, id: FileId) {
        self.held.borrow_mut().remove(&id);
    }
}

/// Listens to the whole window: a file that misses the drop zone must not replace the page.
pub(super) fn listen(files: &Rc<Files>, dispatch: &Callback<Action>) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    let on = |name: &'static str, act: Box<dyn Fn(&Event)>| {
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&window, name, options, move |event| act(event))
    };
    let add = {
        let (files, dispatch) = (Rc::clone(files), dispatch.clone());
        move |dropped: Vec<File>| dispatch.emit(Action::AddFiles(files.take_in(dropped)))
    };
    let (over, left) = (dispatch.clone(), dispatch.clone());
    let dragging = Rc::new(Cell::new(false));
    let (dragging_left, dragging_dropped) = (Rc::clone(&dragging), Rc::clone(&dragging));
    let dropped = add.clone();
    vec![
        on(
            "dragover",
            Box::new(move |event| {
                if let Some(transfer) = files_dragged(event) {
                    event.prevent_default();
                    transfer.set_drop_effect("copy");
                    // Fires many times a second; the page needs it once.
                    if !dragging.replace(true) {
                        over.emit(Action::Drag(true));
                    }
                }
            }),
        ),
        on(
            "dragleave",
            Box::new(move |event| {
                let outside = event.dyn_ref::<DragEvent>().is_some_and(|e| e.related_target().is_none());
                if outside && dragging_left.replace(false) {
                    left.emit(Action::Drag(false));
                }
            }),
        ),
        on(
            "drop",
            Box::new(move |event| {
                if let Some(transfer) = files_dragged(event) {
                    event.prevent_default();
                    dragging_dropped.set(false);
                    dropped(list(transfer.files()));
                }
            }),
        ),
        on(
            "paste",
            Box::new(move |event| {
                let pasted = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
                let pasted = list(pasted.and_then(|data| data.files()));
                // Pasted text is handled as usual.
                if !pasted.is_empty() {
                    event.prevent_default();
                    add(pasted);
                }
            }),
        ),
    ]
}

/// Returns what is dragged, if it is files.
fn files_dragged(event: &Event) -> Option<DataTransfer> {
    let transfer = event.dyn_ref::<DragEvent>()?.data_transfer()?;
    transfer.types().includes(&"Files".into(), 0).then_some(transfer)
}
