//! Loads a preview only while it is near the part of the page that is seen: every loaded video keeps a decoder, threads and
//! frames, and browsers allow a page a limited number.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{
    HtmlMediaElement, HtmlVideoElement, IntersectionObserver, IntersectionObserverEntry,
    IntersectionObserverInit,
};
use yew::prelude::*;

/// One screen above and below: a preview is there when it is scrolled to.
const NEAR: &str = "100% 0px";

/// Returns whether the preview in this element is to be loaded. One that has been played stays.
#[hook]
pub fn use_preview(video: &NodeRef) -> bool {
    let wanted = use_state(|| false);
    {
        let (video, wanted) = (video.clone(), wanted.setter());
        use_effect_with((), move |()| {
            let watching = video.cast().and_then(|video| Watching::begin(video, wanted));
            move || drop(watching)
        });
    }
    {
        let video = video.clone();
        use_effect_with(*wanted, move |wanted| {
            let unwanted = video.cast::<HtmlVideoElement>().filter(|_| !wanted);
            // Without this, a video whose address is taken away goes on as before.
            if let Some(video) =
                unwanted.filter(|video| video.network_state() != HtmlMediaElement::NETWORK_EMPTY)
            {
                video.load();
            }
        });
    }
    *wanted
}

/// Watches until it is dropped.
struct Watching {
    observer: IntersectionObserver,
    _told: Closure<dyn FnMut(Array)>,
}

impl Watching {
    /// Begins to watch; where that cannot be, the preview is loaded at once.
    fn begin(video: HtmlVideoElement, wanted: UseStateSetter<bool>) -> Option<Watching> {
        let (watched, sets) = (video.clone(), wanted.clone());
        let told: Closure<dyn FnMut(Array)> = Closure::new(move |entries: Array| {
            // The last one is the latest.
            let Ok(latest) = entries.pop().dyn_into::<IntersectionObserverEntry>() else { return };
            let is_played = !watched.paused() || watched.current_time() > 0.0;
            sets.set(latest.is_intersecting() || is_played);
        });
        let near = IntersectionObserverInit::new();
        near.set_root_margin(NEAR);
        match IntersectionObserver::new_with_options(told.as_ref().unchecked_ref(), &near) {
            Ok(observer) => {
                observer.observe(&video);
                Some(Watching { observer, _told: told })
            }
            Err(_) => {
                wanted.set(true);
                None
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
