//! How clips get in: the drop zone, the file button, and the overlay shown while files hover over the window.
//! `effects` listens for drops and pastes on the whole window.

use crate::elements::{self, files_of};
use crate::words;
use clipfit_core::wishes::{Mode, Wishes};
use web_sys::File;
use yew::prelude::*;

/// Container extensions, for systems that have no media type for them.
const ACCEPT: &str =
    "video/*,.mp4,.m4v,.mov,.mkv,.webm,.avi,.ts,.mts,.m2ts,.mpg,.mpeg,.wmv,.flv,.3gp,.ogv,.vob,.mxf";

/// Draws the drop zone; `compact` when there are jobs below it.
pub fn drop_zone(compact: bool, wishes: &Wishes, add_files: &Callback<Vec<File>>) -> Html {
    let onchange = add_files.reform(|event: Event| files_of(&event));
    html! {
        <section class={classes!("drop", compact.then_some("drop--compact"))} aria-labelledby="drop-title">
            <div class="drop__words">
                <h2 id="drop-title">{ if compact { "Add another clip" } else { "Drop a clip here" } }</h2>
                if compact {
                    <p>{ promise(wishes) }</p>
                } else {
                    <p>{ promise(wishes) }<br />{ "Drop it anywhere on this page, or paste it." }</p>
                }
            </div>
            <label class={classes!("button", "drop__choose", (!compact).then_some("button--main"))}>
                { "Choose clips" }
                <input
                    type="file"
                    id={elements::CHOOSER}
                    class="visually-hidden"
                    data-testid="file-input"
                    multiple=true
                    accept={ACCEPT}
                    {onchange}
                />
            </label>
            if !compact {
                <p class="drop__kinds">{ "MP4, MOV, MKV, WebM, AVI, TS" }</p>
            }
        </section>
    }
}

/// Says what a dropped clip becomes under the current settings.
fn promise(wishes: &Wishes) -> String {
    match wishes.mode {
        Mode::Size => format!("It comes back at {} or less.", words::exact_size(wishes.target)),
        Mode::Ladder => "It comes back in a format that never exceeds its bandwidth.".into(),
        Mode::Hls => "It comes back as a streaming package.".into(),
        Mode::Quick => "It comes back at about a tenth of its size.".into(),
    }
}

/// Covers the window while files hover over it.
pub fn overlay() -> Html {
    html! {
        <div class="overlay" aria-hidden="true">
            <div class="overlay__frame"><p>{ "Drop to make it fit" }</p></div>
        </div>
    }
}
