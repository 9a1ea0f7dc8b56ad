//! The bridge's running jobs and their logs, by run. Dropping a handle ends its work; knows nothing of cards.

use super::browser;
use crate::job::{Failure, RunId};
use crate::state::{Action, Told};
use clipfit_bridge::job::{self, JobFailure, JobHandle, JobUpdate};
use clipfit_bridge::speeds;
use clipfit_core::probe::ProbeFailure;
use clipfit_core::units::Bytes;
use clipfit_core::wishes::Wishes;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use web_sys::File;
use yew::Callback;

/// All runs.
pub(super) struct Runs {
    dispatch: Callback<Action>,
    handles: RefCell<BTreeMap<RunId, JobHandle>>,
    /// Logs of runs that ended.
    logs: Rc<RefCell<BTreeMap<RunId, String>>>,
}

impl Runs {
    pub(super) fn new(dispatch: Callback<Action>) -> Self {
        Runs { dispatch, handles: RefCell::default(), logs: Rc::default() }
    }

    pub(super) fn start(&self, run: RunId, file: Option<File>, wishes: Wishes) {
        let dispatch = self.dispatch.clone();
        let Some(file) = file else {
            let failure = failure(&JobFailure::Probe(ProbeFailure::Unreadable));
            return dispatch.emit(Action::Tell(run, Told::Failed(failure)));
        };
        let (logs, loading) = (Rc::clone(&self.logs), LoadingThrottle::default());
        let handle = job::start(
            file,
            wishes,
            Rc::new(move |update| {
                if let JobUpdate::Failed(JobFailure::GaveUp(reason)) = &update {
                    logs.borrow_mut().insert(run, reason.log().join("\n"));
                }
                // Now the machine has been measured.
                if matches!(update, JobUpdate::Predicted(_)) {
                    dispatch.emit(Action::Codecs(speeds::codecs()));
                }
                if loading.lets_through(&update) {
                    dispatch.emit(Action::Tell(run, told(update)));
                }
            }),
        );
        self.handles.borrow_mut().insert(run, handle);
    }

    /// Drops the handle; its log stays.
    pub(super) fn end(&self, run: RunId) {
        let handle = self.handles.borrow_mut().remove(&run);
        if let Some(log) = handle.map(|handle| handle.log()).filter(|log| !log.is_empty()) {
            self.logs.borrow_mut().insert(run, log);
        }
    }

    pub(super) fn forget(&self, run: RunId) {
        self.logs.borrow_mut().remove(&run);
    }

    /// The log of a run, running or ended.
    pub(super) fn log(&self, run: RunId) -> String {
        match self.handles.borrow().get(&run) {
            Some(handle) => handle.log(),
            None => self.logs.borrow().get(&run).cloned().unwrap_or_default(),
        }
    }
}

/// Chunks of a download arrive faster than anyone reads: one in a hundredth of the whole is enough.
#[derive(Default)]
struct LoadingThrottle {
    last: Cell<Option<u64>>,
}

impl LoadingThrottle {
    fn lets_through(&self, update: &JobUpdate) -> bool {
        match update {
            JobUpdate::Loading { received, total } => {
                let percent = (received / total.max(1.0) * 100.0) as u64;
                self.last.replace(Some(percent)) != Some(percent)
            }
            _ => true,
        }
    }
}

fn told(update: JobUpdate) -> Told {
    match update {
        JobUpdate::Loading { received, total } => {
            Told::Loading { received: Bytes(received as u64), total: Bytes(total as u64) }
        }
        JobUpdate::Probing => Told::Probing,
        JobUpdate::Probed(facts) => Told::Probed(facts),
        JobUpdate::Predicted(predictions) => Told::Predicted(predictions),
        JobUpdate::Planned(plan) => Told::Planned(plan, browser::now()),
        JobUpdate::Progress(progress) => Told::Progress(progress, browser::now()),
        JobUpdate::Finished { report, result } => Told::Finished(report, browser::address(&result)),
        JobUpdate::Failed(reason) => Told::Failed(failure(&reason)),
    }
}

fn failure(reason: &JobFailure) -> Failure {
    Failure {
        text: reason.text(),
        offers: reason.refusal().map_or_else(Vec::new, |refusal| refusal.offers.clone()),
    }
}
