//! Scripts of this site that are fetched when they are first needed, through the page's loader (web/src/engine/loader.ts),
//! which is waited for here. Knows no file by name.

use clipfit_core::step::load::LoadFailure;
use wasm_bindgen::prelude::*;

// The loader itself is a script that may not arrive. The document asks for it, so the import finds it. A failed import is
// remembered for its address: another try needs another fragment, which no server sees.
#[wasm_bindgen(inline_js = "
let failed = 0;
async function inTime(act, patience) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(reject, patience, 'network'); });
  try { return await Promise.race([act, late]); } finally { clearTimeout(timer); }
}
async function loaderAt(address, patience) {
  for (let tries = 0; ; tries += 1) {
    let late = false;
    try {
      return await inTime(import(failed === 0 ? address : `${address}#${failed}`), patience);
    } catch (reason) {
      failed += 1;
      late = reason === 'network';
      const connection = new AbortController();
      const answer = fetch(address, { cache: 'reload', signal: connection.signal }).then(async (response) => {
        if (!response.ok || response.headers.get('content-type')?.startsWith('text/html')) throw 'status';
        await response.arrayBuffer();
      });
      try {
        await inTime(answer, patience);
      } catch (reason) {
        connection.abort();
        throw reason === 'status' ? reason : 'network';
      }
      if (tries === 2) throw late ? 'network' : 'corrupt';
    }
  }
}
export async function importScript(loader, patience, address) {
  return (await loaderAt(loader, patience)).load(address);
}
export async function forgetScript(loader, patience, address) {
  (await loaderAt(loader, patience)).forget(address);
}
")]
extern "C" {
    #[wasm_bindgen(catch, js_name = importScript)]
    async fn import(loader: &str, patience: f64, address: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = forgetScript)]
    async fn forget(loader: &str, patience: f64, address: &str) -> Result<JsValue, JsValue>;
}

/// Where the build does not say for how many milliseconds nothing may arrive.
const PATIENCE: f64 = 30_000.0;

/// Imports the script whose address the build wrote into the document under this name.
pub(super) async fn import_script(name: &str) -> Result<JsValue, LoadFailure> {
    let (loader, patience, address) = place(name).ok_or(LoadFailure::Status)?;
    import(&loader, patience, &address).await.map_err(failure)
}

/// Has the next import of this script run it from the start.
pub(super) async fn forget_script(name: &str) {
    if let Some((loader, patience, address)) = place(name) {
        // A loader that does not arrive has loaded nothing.
        let _ = forget(&loader, patience, &address).await;
    }
}

/// Returns the loader's address, its patience and the script's address.
fn place(name: &str) -> Option<(String, f64, String)> {
    let patience = clipfit_site::meta("patience").and_then(|text| text.parse().ok()).unwrap_or(PATIENCE);
    Some((clipfit_site::address("loader-script")?, patience, clipfit_site::address(name)?))
}

/// Reads the failure that a script told.
pub(super) fn failure(reason: JsValue) -> LoadFailure {
    serde_wasm_bindgen::from_value(reason).unwrap_or(LoadFailure::Refused)
}
