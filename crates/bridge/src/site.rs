//! Where the page's own files lie, as the build wrote it into the document's `meta` elements.

use crate::protocol::EncoderAddress;
use wasm_bindgen::JsCast;

/// Absolute addresses of what the workers need.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Site {
    /// The media worker's script.
    pub(crate) worker: String,
    /// `ffmpeg-core.js`
    pub(crate) core_script: String,
    /// `ffmpeg-core.wasm.gz`
    pub(crate) core_wasm: String,
    /// Packed size of the latter in bytes.
    pub(crate) core_bytes: f64,
    /// The encoder, where the site was built with it.
    pub(crate) encoder: Option<EncoderAddress>,
}

impl Site {
    /// Reads the document; `None` when an entry is missing, which means a broken build.
    pub(crate) fn read() -> Option<Site> {
        let document = web_sys::window()?.document()?;
        let base = document.base_uri().ok()??;
        let meta = |name: &str| {
            let element = document.query_selector(&format!("meta[name=\"clipfit-{name}\"]")).ok()??;
            Some(element.dyn_into::<web_sys::HtmlMetaElement>().ok()?.content())
        };
        let address = |name: &str| Some(web_sys::Url::new_with_base(&meta(name)?, &base).ok()?.href());
        Some(Site {
            worker: address("media-worker")?,
            core_script: address("core-script")?,
            core_wasm: address("core-wasm")?,
            core_bytes: meta("core-bytes")?.parse().unwrap_or(0.0),
            encoder: meta("x264-script").filter(|script| !script.is_empty()).and_then(|_| {
                Some(EncoderAddress {
                    script_url: address("x264-script")?,
                    wasm_url: address("x264-wasm")?,
                    packed_bytes: meta("x264-bytes")?.parse().unwrap_or(0.0),
                })
            }),
        })
    }
}
