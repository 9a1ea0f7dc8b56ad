//! Scripts of this site that are fetched when they are first needed.

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
