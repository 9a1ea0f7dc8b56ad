//! The page's side of the engine: the module that plans and encodes, fetched when the first clip is there so that the
//! page itself opens quickly. Knows no plan, job state or worker.

use super::player;
use super::script::{failure, forget_script, import_script};
use clipfit_core::step::load::{LoadFailure, PackFailure};
use clipfit_core::view::update::{FailureAccount, Update};
use clipfit_core::wishes::Wishes;
use clipfit_site::{PackageFile, from_pairs};
use js_sys::{Array, Function, Promise};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, File};

#[wasm_bindgen]
extern "C" {
    /// The engine's script (web/src/engine).
    type Script;
    #[wasm_bindgen(method, catch)]
    async fn open(this: &Script) -> Result<JsValue, JsValue>;

    /// What it opens: the module of crates/engine.
    type Engine;
    #[wasm_bindgen(method, catch)]
    fn start(
        this: &Engine,
        file: &File,
        wishes: JsValue,
        tell: &Function,
        prepare: &Function,
        pack: &Function,
        journal: &JsValue,
    ) -> Result<EngineRun, JsValue>;

    type EngineRun;
    // A trapped engine throws at every call.
    #[wasm_bindgen(method, catch)]
    fn log(this: &EngineRun) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn end(this: &EngineRun) -> Result<(), JsValue>;
}

/// The files of a result.
#[derive(Debug, Clone)]
pub struct ResultFiles {
    /// What is downloaded: an MP4 file, or the archive of a package.
    pub result: Blob,
    /// The files of a package; a single result has none.
    pub package: Rc<[PackageFile]>,
}

/// What a run tells, with the files of a result.
pub type Tell = Rc<dyn Fn(Update, Option<ResultFiles>)>;

/// A running job. Dropped, it stops its work at once and frees the memory; no update follows.
pub struct Run(Rc<RefCell<RunState>>);

type Listener = Closure<dyn FnMut(JsValue, Option<Blob>, Array)>;
type Preparer = Closure<dyn FnMut(bool) -> Promise>;
type Packer = Closure<dyn FnMut(String, Array, bool) -> Promise>;

/// What the engine calls. Lives as long as it may be called.
type Called = (Listener, Preparer, Packer);

enum RunState {
    /// The engine is on its way.
    Opening,
    /// The engine works.
    Running(EngineRun, Called),
    /// Nobody waits any more.
    Over,
}

impl Run {
    /// Returns the raw log so far (the last some thousand lines).
    pub fn log(&self) -> String {
        match &*self.0.borrow() {
            RunState::Running(run, _) => run.log().unwrap_or_default(),
            RunState::Opening | RunState::Over => String::new(),
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if let RunState::Running(run, called) = self.0.replace(RunState::Over) {
            let _ = run.end();
            // The page ends a run from within what the run tells: what is called goes when it has returned.
            wasm_bindgen_futures::spawn_local(async move { drop(called) });
        }
    }
}

/// Starts a job, with the journal of what an earlier page did of it. `tell` is called from later turns of the event loop,
/// never from within this call.
pub fn start(
    file: File,
    wishes: Wishes,
    journal: impl Future<Output = JsValue> + 'static,
    tell: Tell,
) -> Run {
    let stage = Rc::new(RefCell::new(RunState::Opening));
    let shared = Rc::clone(&stage);
    wasm_bindgen_futures::spawn_local(async move {
        let engine = open().await;
        let journal = journal.await;
        if matches!(*shared.borrow(), RunState::Over) {
            return;
        }
        let started = engine.and_then(|engine| run(&engine, &file, &wishes, &journal, Rc::clone(&tell)));
        match started {
            Ok((run, called)) => drop(shared.replace(RunState::Running(run, called))),
            Err(reason) => tell(Update::Failed(reason.into()), None),
        }
    });
    Run(stage)
}

fn run(
    engine: &Engine,
    file: &File,
    wishes: &Wishes,
    journal: &JsValue,
    tell: Tell,
) -> Result<(EngineRun, Called), LoadFailure> {
    let tell: Listener = Closure::new(move |update, result: Option<Blob>, package: Array| {
        let files = result.map(|result| ResultFiles { result, package: from_pairs(&package).into() });
        match serde_wasm_bindgen::from_value(update) {
            Ok(update) => tell(update, files),
            // Another build's engine.
            Err(error) => tell(Update::Failed(FailureAccount::plain(error.to_string())), None),
        }
    });
    let prepare: Preparer = Closure::new(|with_page| {
        told(async move { player::prepare(with_page).await.map(|()| JsValue::UNDEFINED) })
    });
    let pack: Packer = Closure::new(|folder: String, files: Array, with_page| {
        told(async move { player::zip(&folder, &files, with_page).await.map(JsValue::from) })
    });
    let wishes = serde_wasm_bindgen::to_value(wishes).map_err(|_| LoadFailure::Corrupt)?;
    let run = engine.start(
        file,
        wishes,
        tell.as_ref().unchecked_ref(),
        prepare.as_ref().unchecked_ref(),
        pack.as_ref().unchecked_ref(),
        journal,
    );
    run.map(|run| (run, (tell, prepare, pack))).map_err(|_| LoadFailure::Corrupt)
}

/// Returns a promise of what the packer does; it fails with the `PackFailure` as the engine reads it.
fn told(act: impl Future<Output = Result<JsValue, PackFailure>> + 'static) -> Promise {
    wasm_bindgen_futures::future_to_promise(async move {
        act.await.map_err(|failure| serde_wasm_bindgen::to_value(&failure).unwrap_or_else(JsValue::from))
    })
}

/// Gives up an engine that broke: the next job opens a new one.
pub fn discard() {
    wasm_bindgen_futures::spawn_local(forget_script("engine-script"));
}

/// Fetches the engine the first time; the script keeps it.
async fn open() -> Result<Engine, LoadFailure> {
    let script = import_script("engine-script").await?;
    script.unchecked_into::<Script>().open().await.map(JsCast::unchecked_into).map_err(failure)
}
