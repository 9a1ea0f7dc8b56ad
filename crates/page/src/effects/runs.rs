//! The engine's running jobs and their logs, by run. Dropping a handle ends its work. Knows nothing of cards.

use super::browser;
use crate::client::engine::{self, ResultFiles, Run};
use crate::client::store::PageScript;
use crate::job::{JobId, Made, RunId};
use crate::state::{Action, News};
use clipfit_core::clip::failure::ProbeFailure;
use clipfit_core::view::update::{FailureAccount, Update};
use clipfit_core::wishes::Wishes;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use web_sys::File;
use yew::Callback;

/// All runs.
pub(super) struct Runs {
    dispatch: Callback<Action>,
    handles: RefCell<BTreeMap<RunId, Run>>,
    /// Logs of runs that have ended.
    logs: Rc<RefCell<BTreeMap<RunId, String>>>,
}

impl Runs {
    pub(super) fn new(dispatch: Callback<Action>) -> Self {
        Runs { dispatch, handles: RefCell::default(), logs: Rc::default() }
    }

    pub(super) fn start(&self, job: JobId, run: RunId, file: Option<File>, wishes: Wishes) {
        let dispatch = self.dispatch.clone();
        let Some(file) = file else {
            let update = Update::Failed(FailureAccount::plain(ProbeFailure::Unreadable.to_string()));
            return dispatch.emit(Action::Tell(run, News { update, made: None, now: browser::now() }));
        };
        let (logs, loading) = (Rc::clone(&self.logs), LoadingThrottle::default());
        let journal = PageScript.journal(job.0, file.clone());
        let handle = engine::start(
            file,
            wishes,
            journal,
            Rc::new(move |update, files| {
                if let Update::Failed(FailureAccount { evidence, .. }) = &update
                    && !evidence.is_empty()
                {
                    logs.borrow_mut().insert(run, evidence.join("\n"));
                }
                if loading.lets_through(&update) {
                    let made = files.map(|files| made(&update, files));
                    dispatch.emit(Action::Tell(run, News { update, made, now: browser::now() }));
                }
            }),
        );
        self.handles.borrow_mut().insert(run, handle);
    }

    /// Drops the handle and keeps its log.
    pub(super) fn end(&self, run: RunId) {
        let handle = self.handles.borrow_mut().remove(&run);
        if let Some(log) = handle.map(|handle| handle.log()).filter(|log| !log.is_empty()) {
            self.logs.borrow_mut().insert(run, log);
        }
    }

    pub(super) fn forget(&self, run: RunId) {
        self.logs.borrow_mut().remove(&run);
    }

    /// Returns the log of a run, running or ended.
    pub(super) fn log(&self, run: RunId) -> String {
        match self.handles.borrow().get(&run) {
            Some(handle) => handle.log(),
            None => self.logs.borrow().get(&run).cloned().unwrap_or_default(),
        }
    }
}

/// Lets through one update per percent: parts of a download arrive faster than anyone can read.
#[derive(Default)]
struct LoadingThrottle {
    last: Cell<Option<u64>>,
}

impl LoadingThrottle {
    fn lets_through(&self, update: &Update) -> bool {
        match update {
            Update::Loading { received, total } => {
                let percent = (received / total.max(1.0) * 100.0) as u64;
                self.last.replace(Some(percent)) != Some(percent)
            }
            _ => true,
        }
    }
}

/// Makes addresses of a result's files.
fn made(update: &Update, ResultFiles { result, package }: ResultFiles) -> Made {
    // The files of a stream are useless by themselves.
    let streams = matches!(update, Update::Finished(report) if report.streams);
    let each = if streams { &[] } else { package.as_ref() };
    let urls = each.iter().map(|(_, file)| browser::address(file)).collect();
    Made { url: browser::address(&result), files: package, urls }
}
