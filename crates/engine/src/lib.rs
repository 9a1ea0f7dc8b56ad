//! The engine's face to the page: a job is started with a file and wishes, and tells accounts of itself until it is ended.
//! Everything else is the bridge's and core's; decides nothing.
#![allow(unsafe_code, reason = "wasm-bindgen's generated glue")]

use clipfit_bridge::job::{self, JobHandle};
use clipfit_bridge::telling::{self, Failure, Update};
use js_sys::Function;
use serde::Serialize;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::File;

/// A running job.
#[wasm_bindgen]
pub struct Run(JobHandle);

#[wasm_bindgen]
impl Run {
    /// The raw log so far.
    pub fn log(&self) -> String {
        self.0.log()
    }

    /// Stops its work at once and frees its memory; nothing is told after this.
    pub fn end(self) {}
}

/// Starts a job under `wishes`. `tell` is called with an update, the result's file where there is one, and the pairs of path and
/// content of a package.
///
/// # Errors
/// When the wishes are not those of this build.
#[wasm_bindgen]
pub fn start(file: File, wishes: JsValue, tell: Function) -> Result<Run, JsError> {
    console_error_panic_hook::set_once();
    let wishes = serde_wasm_bindgen::from_value(wishes)?;
    let handle = job::start(
        file,
        wishes,
        Rc::new(move |update| {
            let (result, package) = telling::files(&update);
            let write = |update: &Update| update.serialize(&serde_wasm_bindgen::Serializer::new());
            let account = write(&Update::from(&update))
                .or_else(|error| write(&Update::Failed(Failure::plain(error.to_string()))))
                .unwrap_or_default();
            // What the page's listener throws is the page's; there is nobody else to tell.
            let _ = tell.call3(&JsValue::NULL, &account, &result.into(), &package);
        }),
    );
    Ok(Run(handle))
}
