//! What the page and its engine share: the addresses that the build wrote into the document, the browser's storage,
//! what an earlier visit measured, and how files of a package pass between them. Draws no conclusion; knows no job and
//! no component.

use clipfit_core::machine::Threads;
use clipfit_core::machine::speeds::{self, SpeedFigures, Speeds};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// Measured figures are kept in the storage under this name.
const SPEEDS: &str = "clipfit-speeds";

/// Returns what the build wrote into the document's `meta` element of this name after `clipfit-`.
pub fn meta(name: &str) -> Option<String> {
    let document = web_sys::window()?.document()?;
    let element = document.query_selector(&format!("meta[name=\"clipfit-{name}\"]")).ok()??;
    Some(element.dyn_into::<web_sys::HtmlMetaElement>().ok()?.content()).filter(|content| !content.is_empty())
}

/// Returns the address to which the build's are relative.
pub fn base() -> Option<String> {
    web_sys::window()?.document()?.base_uri().ok()?
}

/// Returns what `meta` returns as an absolute address.
pub fn address(name: &str) -> Option<String> {
    Some(web_sys::Url::new_with_base(&meta(name)?, &base()?).ok()?.href())
}

/// Returns a property of the window; undefined where this browser has none of this name.
pub fn window_property(name: &str) -> JsValue {
    let of = |window: web_sys::Window| js_sys::Reflect::get(&window, &JsValue::from_str(name)).ok();
    web_sys::window().and_then(of).unwrap_or_default()
}

/// Returns whether the multi-thread core can run on this page.
pub fn threads() -> Threads {
    match (meta("core-threads-script"), window_property("crossOriginIsolated").is_truthy()) {
        (None, _) => Threads::Missing,
        (Some(_), false) => Threads::NotIsolated,
        (Some(_), true) => Threads::Here,
    }
}

/// Returns the browser's storage; `None` where it is switched off.
pub fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// Returns the speeds that this browser on this machine was measured at and kept.
pub fn kept_speeds() -> Option<Speeds> {
    Speeds::read(&storage()?.get_item(SPEEDS).ok()??, &key(), today())
}

/// Keeps measured figures for the next visit.
pub fn keep_speeds(figures: &SpeedFigures) {
    if let Some(storage) = storage() {
        // Full or refused: measured again on the next visit.
        let _ = storage.set_item(SPEEDS, &speeds::kept(&key(), figures, today()));
    }
}

/// Returns milliseconds on the page's clock, which nobody sets back.
pub fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}

fn key() -> String {
    let navigator = web_sys::window().map(|window| window.navigator());
    let agent = navigator.as_ref().and_then(|navigator| navigator.user_agent().ok()).unwrap_or_default();
    let processors = navigator.map_or(1.0, |navigator| navigator.hardware_concurrency());
    speeds::key(&agent, processors as usize)
}

/// Returns the day, counted from 1970.
fn today() -> u64 {
    (js_sys::Date::now() / 86_400_000.0) as u64
}

/// A file of a package: its path and its content.
pub type PackageFile = (String, Blob);

/// Returns files as JavaScript takes them: pairs of path and content.
pub fn pairs(files: &[PackageFile]) -> Array {
    files.iter().map(|(path, blob)| Array::of2(&JsValue::from_str(path), blob)).collect()
}

/// Returns the files of such pairs, and leaves out what is no pair.
pub fn from_pairs(pairs: &Array) -> Vec<PackageFile> {
    let read = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).dyn_into().ok()?))
    };
    pairs.iter().filter_map(read).collect()
}
