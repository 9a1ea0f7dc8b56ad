//! What outlives the page, through the page's own script (web/src/page): the store of jobs, and a screen that stays on.
//! Knows no job.

use super::script::import_script;
use gloo::timers::callback::Timeout;
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Blob, File};

/// A job waits so many milliseconds for its journal.
const JOURNAL_MS: u32 = 2_000;

#[wasm_bindgen]
extern "C" {
    /// The script's exports.
    type Script;
    #[wasm_bindgen(method, catch)]
    async fn keep(this: &Script, job: u32, account: &JsValue, url: Option<&str>) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn adopt(this: &Script, job: u32, earlier: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn journal(this: &Script, job: u32, file: &File) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn forget(this: &Script, job: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn earlier(this: &Script) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn remove(this: &Script, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_name = stayAwake)]
    fn stay_awake(this: &Script, working: bool);
}

/// A job that an earlier page left.
pub struct Left {
    /// Its key in the store.
    pub key: String,
    /// The account that was kept with it.
    pub account: JsValue,
    /// Its result.
    pub result: Option<Blob>,
}

/// The page's own script, which the loader fetches once. Nothing works while it does not arrive, and where the browser
/// has no store nothing is kept.
#[derive(Debug, Clone, Copy)]
pub struct PageScript;

impl PageScript {
    async fn script(self) -> Option<Script> {
        import_script("page-script").await.ok().map(JsCast::unchecked_into)
    }

    /// Stores a job of this page with the result at this object URL. Returns whether that worked.
    pub async fn keep(self, job: u32, account: &JsValue, url: Option<&str>) -> bool {
        let Some(script) = self.script().await else { return false };
        script.keep(job, account, url).await.is_ok_and(|kept| kept.is_truthy())
    }

    /// Forgets a job of this page.
    pub async fn forget(self, job: u32) {
        if let Some(script) = self.script().await {
            let _ = script.forget(job).await;
        }
    }

    /// Gives what an earlier page did, by its key, to a job of this page.
    pub async fn adopt(self, job: u32, earlier: &str) {
        if let Some(script) = self.script().await {
            let _ = script.adopt(job, earlier).await;
        }
    }

    /// Returns the journal of a job of this page, which works on this file; undefined where the browser has no store, or
    /// the script does not arrive in time: the job does not wait for it.
    pub async fn journal(self, job: u32, file: File) -> JsValue {
        let opened = future_to_promise(async move {
            match self.script().await {
                Some(script) => script.journal(job, &file).await,
                None => Ok(JsValue::UNDEFINED),
            }
        });
        let late = Promise::new(&mut |resolve, _| {
            let give_up = move || drop(resolve.call0(&JsValue::NULL));
            Timeout::new(JOURNAL_MS, give_up).forget();
        });
        JsFuture::from(Promise::race(&Array::of2(&opened, &late))).await.unwrap_or_default()
    }

    /// Returns what earlier pages left.
    pub async fn earlier(self) -> Vec<Left> {
        let Some(script) = self.script().await else { return Vec::new() };
        let left = script.earlier().await.map(|left| Array::from(&left)).unwrap_or_default();
        let of = |one: &JsValue, name: &str| Reflect::get(one, &name.into()).unwrap_or_default();
        left.iter()
            .filter_map(|one| {
                Some(Left {
                    key: of(&one, "key").as_string()?,
                    account: of(&one, "account"),
                    result: of(&one, "result").dyn_into().ok(),
                })
            })
            .collect()
    }

    /// Removes what an earlier page left.
    pub async fn remove(self, key: &str) {
        if let Some(script) = self.script().await {
            let _ = script.remove(key).await;
        }
    }

    /// Keeps the screen on, or no longer.
    pub async fn stay_awake(self, working: bool) {
        if let Some(script) = self.script().await {
            script.stay_awake(working);
        }
    }
}
