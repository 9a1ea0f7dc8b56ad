//! Small browser services: title, address, storage, clipboard, download, focus, service worker. Each fails silently if
//! the browser lacks it, because a result needs none of them. Knows nothing of jobs.

use crate::job::CopyRefused;
use crate::settings::Settings;
use crate::state::Action;
use clipfit_core::units::Micros;
use clipfit_core::wishes::link::{self, Link};
use clipfit_site::storage;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, Document, Element, HtmlAnchorElement, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition,
    Url,
};
use yew::Callback;

const SETTINGS_KEY: &str = "clipfit-settings";
/// In the same folder as the page.
const SERVICE_WORKER: &str = "service-worker.js";

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// Returns the time on the page's clock.
pub(super) fn now() -> Micros {
    let milliseconds = web_sys::window().and_then(|window| window.performance()).map_or(0.0, |p| p.now());
    Micros::from_seconds(milliseconds / 1000.0)
}

pub(super) fn set_title(title: &str) {
    if let Some(document) = document().filter(|document| document.title() != title) {
        document.set_title(title);
    }
}

pub(super) fn kept_settings() -> Option<Settings> {
    let text = storage()?.get_item(SETTINGS_KEY).ok()??;
    serde_wasm_bindgen::from_value(js_sys::JSON::parse(&text).ok()?).ok()
}

pub(super) fn keep_settings(settings: &Settings) {
    // Storage may be full or disabled. Then the settings last as long as the page.
    let text =
        serde_wasm_bindgen::to_value(settings).ok().and_then(|value| js_sys::JSON::stringify(&value).ok());
    if let (Some(storage), Some(text)) = (storage(), text) {
        let _ = storage.set_item(SETTINGS_KEY, &String::from(text));
    }
}

/// Returns the link in the address and its number of parameters; `None` if there are none.
pub(super) fn link() -> Option<(Link, usize)> {
    let location = web_sys::window()?.location();
    let (query, fragment) = (location.search().ok()?, location.hash().ok()?);
    let parts = [query.trim_start_matches('?'), fragment.trim_start_matches('#')];
    let named = parts.iter().flat_map(|part| part.split('&')).filter(|pair| !pair.is_empty()).count();
    (named > 0).then(|| (link::parse(&query, &fragment), named))
}

/// Follows parameters that the user types into the address of the open page.
pub(super) fn on_new_link(dispatch: Callback<Action>) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "hashchange", move |_| {
        if let Some((link, named)) = link() {
            dispatch.emit(Action::FollowLink(Box::new(link), named));
        }
    }))
}

/// Registers the service worker, so that the page works offline. Needs a secure context, as `navigator.serviceWorker`
/// does.
pub(super) fn register_service_worker() {
    let Some(navigator) = web_sys::window().map(|window| window.navigator()) else { return };
    if has(&navigator, "serviceWorker") {
        let registration = navigator.service_worker().register(SERVICE_WORKER);
        spawn_local(async move {
            let _ = JsFuture::from(registration).await;
        });
    }
}

/// Creates an object URL for a result.
pub(super) fn address(blob: &Blob) -> String {
    Url::create_object_url_with_blob(blob).unwrap_or_default()
}

pub(super) fn release(url: &str) {
    let _ = Url::revoke_object_url(url);
}

pub(super) fn download(url: &str, name: &str) {
    let anchor = document()
        .and_then(|document| document.create_element("a").ok())
        .and_then(|element| element.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(anchor) = anchor {
        anchor.set_href(url);
        anchor.set_download(name);
        anchor.click();
    }
}

/// Writes to the clipboard and then reports whether it worked.
pub(super) fn copy(text: String, done: impl Fn(Result<(), CopyRefused>) + 'static) {
    let navigator = web_sys::window().map(|window| window.navigator());
    spawn_local(async move {
        let how = match navigator.filter(|navigator| has(navigator, "clipboard")) {
            Some(navigator) => JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok(),
            None => false,
        };
        done(if how { Ok(()) } else { Err(CopyRefused) });
    });
}

/// Moves the focus to the first of these elements that exists.
pub(super) fn focus(ids: Vec<String>) {
    after_drawing(ids, |element| {
        if let Ok(element) = element.dyn_into::<HtmlElement>() {
            let _ = element.focus();
        }
    });
}

pub(super) fn reveal(id: String) {
    after_drawing(vec![id], |element| {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    });
}

/// Runs `act` after the next drawing: commands run before it, so the elements may not exist yet.
fn after_drawing(ids: Vec<String>, act: impl FnOnce(Element) + 'static) {
    Timeout::new(0, move || {
        let found = document().and_then(|page| ids.iter().find_map(|id| page.get_element_by_id(id)));
        if let Some(element) = found {
            act(element);
        }
    })
    .forget();
}

/// Returns whether the browser has this property; web-sys takes it for granted.
fn has(object: &JsValue, name: &str) -> bool {
    Reflect::get(object, &name.into()).is_ok_and(|value| !value.is_undefined() && !value.is_null())
}
