//! What the browser and the built site tell of themselves: where the workers' files lie, how many processors there are,
//! what the browser can do. Draws no conclusion.

use crate::protocol::{Downloads, PartAddress};
use clipfit_core::machine::limits::Limits;
use clipfit_core::step::load::Part;
use clipfit_core::units::Bytes;
use clipfit_site::{address, base, meta};
use wasm_bindgen::JsValue;

/// Absolute addresses of what the workers need, as the build wrote them into the document's `meta` elements.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Site {
    /// The media worker's script.
    pub(crate) worker: String,
    /// How files are fetched.
    pub(crate) downloads: Downloads,
    /// The parts that the site was built with.
    parts: Vec<PartAddress>,
}

impl Site {
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
        let downloads = Downloads {
            base: base().unwrap_or_default(),
            files: meta("files").unwrap_or_default(),
            patience: meta("patience").and_then(|text| text.parse().ok()).unwrap_or_default(),
        };
        let site = Site { worker: address("media-worker")?, downloads, parts };
        site.part(Part::Core).is_some().then_some(site)
    }

    /// Returns the parts that the site was built with.
    pub(crate) fn parts(&self) -> Vec<Part> {
        self.parts.iter().map(|address| address.part).collect()
    }

    /// Returns where a part is; `None` where the site was built without it.
    pub(crate) fn part(&self, part: Part) -> Option<&PartAddress> {
        self.parts.iter().find(|address| address.part == part)
    }
}

/// Returns how much runs side by side in this browser, which lets the site store `free_disk` bytes.
pub(crate) fn limits(free_disk: Option<Bytes>) -> Limits {
    let navigator = web_sys::window().map(|window| window.navigator());
    let memory = navigator
        .as_ref()
        .and_then(|navigator| js_sys::Reflect::get(navigator, &JsValue::from_str("deviceMemory")).ok())
        .and_then(|value| value.as_f64());
    let touch = navigator.as_ref().is_some_and(|navigator| navigator.max_touch_points() > 0);
    let processors = navigator.map_or(1.0, |navigator| navigator.hardware_concurrency());
    Limits::in_browser(processors.clamp(1.0, 1e3) as usize, memory, touch, free_disk)
}

/// Returns whether this browser decodes video for pages at all.
pub(crate) fn has_decoder() -> bool {
    !clipfit_site::window_property("VideoDecoder").is_undefined()
}
