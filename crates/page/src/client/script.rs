//! Scripts of this site that are fetched when they are first needed, and files as they take them.

use crate::job::PackageFile;
use js_sys::Array;
use wasm_bindgen::prelude::*;

// A failed import is remembered for its address by the page: another try needs another one, which a fragment makes
// without the server's notice. An import says only that it failed, so a failed one is looked into by fetching.
#[wasm_bindgen(inline_js = "
let failed = 0;
export async function importScript(address) {
  try {
    return await import(failed === 0 ? address : `${address}#${failed}`);
  } catch {
    failed += 1;
    const answer = await fetch(address).catch(() => undefined);
    throw answer === undefined ? 'network' : answer.ok ? 'corrupt' : 'status';
  }
}
")]
extern "C" {
    #[wasm_bindgen(catch, js_name = importScript)]
    pub(super) async fn import_script(address: &str) -> Result<JsValue, JsValue>;
}

/// Returns files as JavaScript takes them: pairs of path and content.
pub(super) fn pairs(files: &[PackageFile]) -> Array {
    files.iter().map(|(path, blob)| Array::of2(&JsValue::from_str(path), blob)).collect()
}

/// Returns the same backwards; what is no such pair is left out.
pub(super) fn from_pairs(files: &Array) -> Vec<PackageFile> {
    let read = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).dyn_into().ok()?))
    };
    files.iter().filter_map(read).collect()
}
