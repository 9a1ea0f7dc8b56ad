//! Where the page's own files lie, as the build wrote it into the document's `meta` elements.

use crate::protocol::{Part, PartAddress};
use clipfit_core::machine::Threads;
use wasm_bindgen::{JsCast, JsValue};

/// Absolute addresses of what the workers need.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Site {
    /// The media worker's script.
    pub(crate) worker: String,
    /// The parts that the site was built with.
    parts: Vec<PartAddress>,
}

/// What the build wrote under `clipfit-` and this name.
fn meta(name: &str) -> Option<String> {
    let document = web_sys::window()?.document()?;
    let element = document.query_selector(&format!("meta[name=\"clipfit-{name}\"]")).ok()??;
    Some(element.dyn_into::<web_sys::HtmlMetaElement>().ok()?.content()).filter(|content| !content.is_empty())
}

/// The same as an absolute address.
fn address(name: &str) -> Option<String> {
    let base = web_sys::window()?.document()?.base_uri().ok()??;
    Some(web_sys::Url::new_with_base(&meta(name)?, &base).ok()?.href())
}

impl Site {
    /// Absolute address of the script that opens the engine.
    pub(crate) fn engine() -> Option<String> {
        address("engine-script")
    }

    /// Absolute address of the script that plays and saves packages.
    pub(crate) fn player() -> Option<String> {
        address("player-script")
    }

    /// Reads the document; `None` when an entry is missing, which means a broken build.
    pub(crate) fn read() -> Option<Site> {
        let part = |(part, name): (Part, &str)| {
            Some(PartAddress {
                part,
                script_url: address(&format!("{name}-script"))?,
                wasm_url: address(&format!("{name}-wasm"))?,
                packed_bytes: meta(&format!("{name}-bytes"))?.parse().unwrap_or(0.0),
            })
        };
        let names = [
            (Part::Core, "core"),
            (Part::CoreThreads, "core-threads"),
            (Part::Encoder, "x264"),
            (Part::Codecs, "codecs"),
        ];
        let parts: Vec<PartAddress> = names.into_iter().filter_map(part).collect();
        let site = Site { worker: address("media-worker")?, parts };
        site.part(Part::Core).is_some().then_some(site)
    }

    /// Whether the multi-thread core can be had on this page.
    pub(crate) fn threads_here() -> Threads {
        Site::read().map_or(Threads::Missing, |site| site.threads())
    }

    fn threads(&self) -> Threads {
        let isolated = web_sys::window().is_some_and(|window| {
            js_sys::Reflect::get(&window, &JsValue::from_str("crossOriginIsolated"))
                .is_ok_and(|is| is.is_truthy())
        });
        match (self.part(Part::CoreThreads), isolated) {
            (None, _) => Threads::Missing,
            (Some(_), false) => Threads::NotIsolated,
            (Some(_), true) => Threads::Here,
        }
    }

    /// Where a part is; `None` where the site was built without it.
    pub(crate) fn part(&self, part: Part) -> Option<&PartAddress> {
        self.parts.iter().find(|address| address.part == part)
    }
}
