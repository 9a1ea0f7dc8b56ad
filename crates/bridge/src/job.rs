//! One job from file to result: probe, plan, session, as a stream of typed updates. Drives `clipfit_core::session`;
//! decides nothing itself.

use crate::driver::{Done, Driver};
use crate::log::Log;
use crate::player::{PackageFile, PlayerError};
use crate::pool::Pool;
use crate::protocol::LoadFailure;
use clipfit_core::clip::facts::MediaFacts;
use clipfit_core::clip::failure::ProbeFailure;
use clipfit_core::job::outcome::{GiveUp, Report};
use clipfit_core::plan::Plan;
use clipfit_core::plan::predict::Prediction;
use clipfit_core::plan::refusal::Refusal;
use clipfit_core::progress::Progress;
use clipfit_core::wishes::Wishes;
use futures::future::{AbortHandle, abortable};
use std::cell::RefCell;
use std::rc::Rc;

/// What a job tells while it runs, in this order; the last is `Finished` or `Failed`.
#[derive(Debug, Clone)]
pub enum JobUpdate {
    /// The core is being fetched (only before it is first needed).
    Loading {
        /// Bytes so far.
        received: f64,
        /// Bytes in all.
        total: f64,
    },
    /// The file is being examined.
    Probing,
    /// What the file is.
    Probed(Rc<MediaFacts>),
    /// What each effort would come to, quickest first; empty where there is no choice.
    Predicted(Rc<Vec<Prediction>>),
    /// What will be made of it; told again when the plan had to change.
    Planned(Rc<Plan>),
    /// How far it is; a few times a second at most.
    Progress(Progress),
    /// A checked result.
    Finished {
        /// Its figures.
        report: Rc<Report>,
        /// What is downloaded: an MP4 file, or the archive of a package.
        result: web_sys::Blob,
        /// The files of a package; a single result has none.
        files: Rc<[PackageFile]>,
    },
    /// No result.
    Failed(JobFailure),
}

/// Why a job ended without a result.
#[derive(Debug, Clone)]
pub enum JobFailure {
    /// The file is no clip.
    Probe(ProbeFailure),
    /// Nothing watchable fits; carries offers.
    Refused(Refusal),
    /// The session gave up (`GiveUp::TooSmall` carries offers as well).
    GaveUp(Rc<GiveUp>),
    /// The core could not be loaded.
    Load(LoadFailure),
    /// The files of a package are there, but not the archive of them.
    NotPacked(PlayerError),
}

impl JobFailure {
    /// What is wrong and what to do, as sentences.
    pub fn text(&self) -> String {
        match self {
            JobFailure::Probe(failure) => failure.text(),
            JobFailure::Refused(refusal) => refusal.text(),
            JobFailure::GaveUp(reason) => reason.text(),
            JobFailure::Load(reason) => reason.text().into(),
            JobFailure::NotPacked(error) => error.to_string(),
        }
    }

    /// The refusal with its offers, where there is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            JobFailure::Refused(refusal) => Some(refusal),
            JobFailure::GaveUp(reason) => match reason.as_ref() {
                GiveUp::TooSmall(refusal) => Some(refusal),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A running job. Dropping it stops its work at once and frees the memory; no update follows.
pub struct JobHandle {
    abort: AbortHandle,
    pool: Rc<RefCell<Option<Pool>>>,
    log: Rc<RefCell<Log>>,
}

impl JobHandle {
    /// The raw log so far (the last some thousand lines).
    pub fn log(&self) -> String {
        self.log.borrow().text()
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.abort.abort();
        // Workers end now, not when the event loop comes round to the aborted future.
        if let Ok(mut pool) = self.pool.try_borrow_mut() {
            pool.take();
        }
    }
}

/// Starts a job. `tell` is called from later turns of the event loop, never from within this call.
pub fn start(file: web_sys::File, wishes: Wishes, tell: Rc<dyn Fn(JobUpdate)>) -> JobHandle {
    let log = Rc::new(RefCell::new(Log::default()));
    let pool = Rc::new(RefCell::new(None));
    let began = js_sys::Date::now();
    let driver = Driver { file, tell: tell.clone(), log: log.clone(), began, pool: pool.clone() };
    let (job, abort) = abortable(async move {
        let update = match driver.run(&wishes).await {
            Ok(Done { report, result, files }) => {
                JobUpdate::Finished { report: Rc::new(report), result, files }
            }
            Err(failure) => JobUpdate::Failed(failure),
        };
        driver.pool.borrow_mut().take();
        tell(update);
    });
    wasm_bindgen_futures::spawn_local(async move {
        // An aborted job has nobody left to tell.
        let _ = job.await;
    });
    JobHandle { abort, pool, log }
}
