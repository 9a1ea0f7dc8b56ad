//! Jobs in the browser's store: what earlier pages left, and what this page keeps for the next. Everything waits for the
//! page's script, and nothing happens where there is none. Knows no card.

use super::browser;
use crate::client::store::{Left, PageScript};
use crate::earlier::{Earlier, StoredJob};
use crate::job::JobId;
use crate::state::Action;
use clipfit_core::wishes::Wishes;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// What is stored beside a result.
#[derive(Serialize)]
struct Account {
    job: StoredJob,
    wishes: Wishes,
}

/// The store and who is told.
pub(super) struct Keeping {
    dispatch: Callback<Action>,
    script: PageScript,
}

impl Keeping {
    /// Begins to open the store, and tells of what earlier pages left.
    pub(super) fn new(dispatch: Callback<Action>) -> Keeping {
        let keeping = Keeping { dispatch: dispatch.clone(), script: PageScript };
        let script = keeping.script;
        spawn_local(async move {
            let mut earlier = Vec::new();
            for left in script.earlier().await {
                let key = left.key.clone();
                match read(left) {
                    Some(one) => earlier.push(one),
                    // Nobody could remove what is not shown.
                    None => script.remove(&key).await,
                }
            }
            if !earlier.is_empty() {
                dispatch.emit(Action::Earlier(earlier));
            }
        });
        keeping
    }

    /// Stores a job, and tells whether it is stored with its result.
    pub(super) fn keep(&self, job: JobId, stored: StoredJob, wishes: Wishes, url: Option<String>) {
        let (script, dispatch) = (self.script, self.dispatch.clone());
        spawn_local(async move {
            let account = serde_wasm_bindgen::to_value(&Account { job: stored, wishes }).unwrap_or_default();
            let kept = script.keep(job.0, &account, url.as_deref()).await;
            if let Some(url) = url {
                dispatch.emit(Action::Stored(job, url, kept));
            }
        });
    }

    /// Forgets a job of this page.
    pub(super) fn forget(&self, job: JobId) {
        let script = self.script;
        spawn_local(async move { script.forget(job.0).await });
    }

    /// Gives what an earlier page did to a job of this page.
    pub(super) fn adopt(&self, job: JobId, key: String) {
        let script = self.script;
        spawn_local(async move { script.adopt(job.0, &key).await });
    }

    /// Removes what an earlier page left.
    pub(super) fn remove(&self, key: String) {
        let script = self.script;
        spawn_local(async move { script.remove(&key).await });
    }

    /// Keeps the screen on while jobs run.
    pub(super) fn stay_awake(&self, working: bool) {
        let script = self.script;
        spawn_local(async move { script.stay_awake(working).await });
    }
}

/// Reads what another version of the page may have stored; `None` if not even its name can be read.
fn read(Left { key, account, result }: Left) -> Option<Earlier> {
    let part = |name: &str| js_sys::Reflect::get(&account, &JsValue::from_str(name)).ok();
    let job: StoredJob = serde_wasm_bindgen::from_value(part("job")?).ok()?;
    let wishes = part("wishes").and_then(|wishes| serde_wasm_bindgen::from_value(wishes).ok());
    let url = result.as_ref().map(browser::address);
    Some(Earlier { key, job, wishes, url, other_file: None })
}
