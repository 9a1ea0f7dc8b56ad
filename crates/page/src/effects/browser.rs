//! Small browser services: title, address, storage, clipboard, download, focus, service worker. Each fails silently if
//! the browser lacks it, because a result needs none of them. Knows nothing of jobs.

use crate::job::CopyRefused;
use crate::settings::Settings;
use crate::state::Action;
use clipfit_core::units::Micros;
use clipfit_core::wishes::link::{self, Link};
use clipfit_site::storage;
use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use js_sys::Reflect;
use std::cell::Cell;
use std::rc::Rc;
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
    Micros::from_seconds(clipfit_site::now() / 1000.0)
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

/// Notices when a module of WebAssembly in this page traps. It is the engine: were it the page, nobody would notice.
pub(super) fn on_trap(dispatch: &Callback<Action>) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    [("error", "error"), ("unhandledrejection", "reason")]
        .map(|(event, field)| {
            let dispatch = dispatch.clone();
            EventListener::new(&window, event, move |event| {
                let thrown = Reflect::get(event, &field.into()).unwrap_or_default();
                let name = Reflect::get(&thrown, &"name".into()).unwrap_or_default();
                if name.as_string().as_deref() == Some("RuntimeError") {
                    dispatch.emit(Action::EngineBroke);
                }
            })
        })
        .into()
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

/// Whether the browser is to ask before the page closes, and whether jobs run.
pub(super) struct Leaving {
    would_lose: Rc<Cell<bool>>,
    working: Cell<bool>,
    /// It lives as long as the page.
    _listener: Option<EventListener>,
}

impl Leaving {
    pub(super) fn listen() -> Leaving {
        let would_lose = Rc::new(Cell::new(false));
        let asks = Rc::clone(&would_lose);
        let options = EventListenerOptions::enable_prevent_default();
        let _listener = web_sys::window().map(|window| {
            EventListener::new_with_options(&window, "beforeunload", options, move |event| {
                if asks.get() {
                    event.prevent_default();
                    // What browsers before 2023 go by.
                    let _ = Reflect::set(event, &"returnValue".into(), &true.into());
                }
            })
        });
        Leaving { would_lose, working: Cell::new(false), _listener }
    }

    /// Returns whether jobs began to run, or ended.
    pub(super) fn set(&self, would_lose: bool, working: bool) -> bool {
        self.would_lose.set(would_lose);
        self.working.replace(working) != working
    }
}

/// Shows how far a job is as a ring in the page's icon, or the usual one.
pub(super) fn set_icon(percent: Option<u8>) {
    const USUAL: &str = "icons/icon.svg";
    let Some(icon) = document().and_then(|page| page.query_selector("link[rel=icon]").ok()?) else { return };
    let address = percent.map_or_else(
        || USUAL.to_owned(),
        |percent| {
            // A circle of circumference 100.
            format!(
                "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 40'>\
                 <circle cx='20' cy='20' r='15.9' fill='none' stroke='%2385877d' stroke-width='7'/>\
                 <circle cx='20' cy='20' r='15.9' fill='none' stroke='%23f2652c' stroke-width='7' \
                 stroke-dasharray='{percent} 100' transform='rotate(-90 20 20)'/></svg>"
            )
        },
    );
    if icon.get_attribute("href").as_ref() != Some(&address) {
        let _ = icon.set_attribute("href", &address);
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
