//! A video of a result that can be looked at before it is saved. Knows no job.

use crate::hooks::use_preview::use_preview;
use yew::prelude::*;

/// The properties of a preview.
#[derive(Properties, PartialEq)]
pub struct PreviewProperties {
    /// The video's address.
    pub url: Option<AttrValue>,
    /// The size of its frames.
    pub size: (u32, u32),
    /// Its name for screen readers.
    pub label: AttrValue,
}

/// Draws a preview, which takes memory only near the part of the page that is seen.
#[component]
pub fn Preview(properties: &PreviewProperties) -> Html {
    let PreviewProperties { url, size: (width, height), label } = properties;
    let video = use_node_ref();
    let wanted = use_preview(&video);
    html! {
        <div class="result__preview">
            <video ref={video} controls=true playsinline=true preload="metadata" src={url.clone().filter(|_| wanted)}
                style={format!("aspect-ratio: {} / {}", width.max(&1), height.max(&1))} aria-label={label}></video>
        </div>
    }
}
