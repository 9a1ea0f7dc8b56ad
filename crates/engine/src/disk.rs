//! The place on disk where a job's decoded frames lie between its passes. The page's script makes it
//! (web/src/engine/frame-store.ts). Knows no frame.

use clipfit_core::units::Bytes;
use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The store of one job.
    pub type FrameStore;

    #[wasm_bindgen(method, catch)]
    async fn open(this: &FrameStore) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    fn forget(this: &FrameStore, frames: &Array);
    #[wasm_bindgen(method)]
    fn close(this: &FrameStore);
}

/// A job's place on disk, which is removed with it.
#[derive(Default)]
pub(crate) struct Disk {
    store: Option<FrameStore>,
    /// Where workers put files; undefined without a disk.
    pub(crate) folder: JsValue,
    /// Bytes that the browser still lets the site store; `None` without a disk.
    pub(crate) free: Option<Bytes>,
}

impl Disk {
    /// Returns the place of a store that is still to be opened. If the job ends meanwhile, it is removed all the same.
    pub(crate) fn new(store: Option<FrameStore>) -> Disk {
        Disk { store, folder: JsValue::UNDEFINED, free: None }
    }

    /// Opens the store's folder. Some browsers have none, in private windows for example.
    pub(crate) async fn open(&mut self) {
        let Some(store) = &self.store else { return };
        let place = store.open().await.unwrap_or_default();
        let field = |name: &str| Reflect::get(&place, &JsValue::from_str(name)).unwrap_or_default();
        self.free = field("free").as_f64().map(|free| Bytes(free as u64));
        self.folder = field("folder");
    }

    /// Removes files with frames that nobody needs any more.
    pub(crate) fn forget(&self, frames: &Array) {
        if let Some(store) = &self.store {
            store.forget(frames);
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Some(store) = &self.store {
            store.close();
        }
    }
}
