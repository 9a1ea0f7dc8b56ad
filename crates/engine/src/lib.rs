//! The engine: plans a clip and drives the workers that encode it, as a WebAssembly module that the page fetches with
//! the first clip. It gives the page accounts: figures and sentences, never facts, plans or reports. Decides nothing
//! about an encode: core does.
#![allow(unsafe_code, reason = "wasm-bindgen's generated glue")]

mod disk;
mod driver;
mod journal;
mod kept;
mod log;
mod pool;
pub mod protocol;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod protocol_ts;
mod speeds;
mod surroundings;

use clipfit_core::view::update::{FailureAccount, Update};
use clipfit_core::wishes::Wishes;
use clipfit_site::pairs;
pub use disk::FrameStore;
use driver::Driver;
pub use driver::{Helpers, ResultFiles, Tell};
use futures::future::{AbortHandle, abortable};
pub use journal::Journal;
use js_sys::{Array, Function};
use log::Log;
use pool::Pool;
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::File;

#[wasm_bindgen(typescript_custom_section)]
const GIVEN: &str = "export interface Given { fetch: Function; frames: object; journal: object | undefined }";

#[wasm_bindgen]
extern "C" {
    /// What the engine's script gives to a job (web/src/engine/engine.ts).
    #[wasm_bindgen(typescript_type = "Given")]
    pub type Given;
    /// Returns the promise of the script at an address.
    #[wasm_bindgen(method, getter)]
    fn fetch(this: &Given) -> Function;
    /// Where decoded frames lie between passes.
    #[wasm_bindgen(method, getter)]
    fn frames(this: &Given) -> FrameStore;
    /// What an earlier page did of the job.
    #[wasm_bindgen(method, getter)]
    fn journal(this: &Given) -> Option<Journal>;
}

/// A running job. Dropping it stops its work at once and frees the memory; no update follows.
#[wasm_bindgen]
pub struct Run {
    abort: AbortHandle,
    pool: Rc<RefCell<Option<Pool>>>,
    log: Rc<RefCell<Log>>,
}

#[wasm_bindgen]
impl Run {
    /// Returns the raw log so far (the last some thousand lines).
    pub fn log(&self) -> String {
        self.log.borrow().text()
    }

    /// Stops its work at once and frees its memory; no update follows.
    pub fn end(self) {}
}

impl Drop for Run {
    fn drop(&mut self) {
        self.abort.abort();
        // Workers end now, not when the event loop comes round to the aborted future.
        if let Ok(mut pool) = self.pool.try_borrow_mut() {
            pool.take();
        }
    }
}

/// Starts a job under `wishes`. Calls `tell` with an update, the result's file if there is one, and the pairs of path
/// and content of a package; `pack` with the name of a folder, such pairs and whether a page that plays them goes with
/// them. `pack` returns the promise of one archive; `prepare`, called before the work begins, that of all that `pack`
/// needs for it.
///
/// # Errors
/// When the wishes are not those of this build.
#[wasm_bindgen]
pub fn start(
    file: File,
    wishes: JsValue,
    tell: Function,
    prepare: Function,
    pack: Function,
    given: Given,
) -> Result<Run, JsError> {
    console_error_panic_hook::set_once();
    let wishes = serde_wasm_bindgen::from_value(wishes)?;
    let tell: Tell = Rc::new(move |update, ResultFiles { result, package }| {
        let account = write(&update)
            .or_else(|error| write(&Update::Failed(FailureAccount::plain(error.to_string()))))
            .unwrap_or_default();
        let package: Array = pairs(&package);
        // What the page's listener throws is the page's; there is nobody else to tell.
        let _ = tell.call3(&JsValue::NULL, &account, &result.into(), &package);
    });
    let helpers = Helpers { prepare, pack, fetch: given.fetch(), journal: given.journal() };
    Ok(run(file, wishes, tell, helpers, Some(given.frames())))
}

/// Starts a job. `tell` is called from later turns of the event loop, never from within this call. Without a `store`,
/// decoded frames stay in memory.
pub fn run(file: File, wishes: Wishes, tell: Tell, helpers: Helpers, store: Option<FrameStore>) -> Run {
    let log = Rc::new(RefCell::new(Log::default()));
    let pool = Rc::new(RefCell::new(None));
    let began = clipfit_site::now();
    let store = Cell::new(store);
    let driver = Driver { file, wishes, tell, helpers, store, log: log.clone(), began, pool: pool.clone() };
    let (job, abort) = abortable(async move {
        driver.run().await;
        driver.pool.borrow_mut().take();
    });
    wasm_bindgen_futures::spawn_local(async move {
        // An aborted job has nobody left to tell.
        let _ = job.await;
    });
    Run { abort, pool, log }
}

fn write(value: &impl Serialize) -> Result<JsValue, serde_wasm_bindgen::Error> {
    value.serialize(&serde_wasm_bindgen::Serializer::new())
}
