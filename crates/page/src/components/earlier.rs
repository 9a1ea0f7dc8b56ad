//! What earlier visits left in this browser: results to download, and clips that were not finished. Knows no store.

use super::click;
use super::icon::Icon;
use crate::earlier::Earlier;
use crate::elements::files_of;
use crate::state::Action;
use clipfit_core::units::Bytes;
use web_sys::File;
use yew::prelude::*;

/// Draws the list; nothing while it is empty.
pub fn earlier(earlier: &[Earlier], go_on: &Callback<(String, File)>, dispatch: &Callback<Action>) -> Html {
    if earlier.is_empty() {
        return Html::default();
    }
    let bytes = Bytes(earlier.iter().map(|one| one.bytes().0).sum());
    html! {
        <section class="earlier" aria-labelledby="earlier-title" data-testid="earlier">
            <div class="earlier__head">
                <div>
                    <h2 id="earlier-title">{ "From earlier visits" }</h2>
                    <p>{ format!("Kept in this browser only, for a week: {bytes}.") }</p>
                </div>
                <button type="button" class="button button--quiet" data-testid="earlier-clear"
                    onclick={click(dispatch, Action::RemoveAllEarlier)}>
                    { "Remove all" }
                </button>
            </div>
            <ul>
                { for earlier.iter().map(|one| html! {
                    <li key={one.key.clone()} class="earlier__item" data-testid="earlier-item">
                        <div class="earlier__name">
                            <strong title={one.job.source.clone()}>{ &one.job.source }</strong>
                            <p>{ said(one) }</p>
                        </div>
                        { way_on(one, go_on) }
                        <button type="button" class="button button--icon" title="Remove"
                            aria-label={format!("Remove {}", one.job.source)}
                            onclick={click(dispatch, Action::RemoveEarlier(one.key.clone()))}>
                            { Icon::Close.draw() }
                        </button>
                    </li>
                }) }
            </ul>
        </section>
    }
}

fn said(one: &Earlier) -> String {
    match (&one.other_file, one.job.result_bytes.filter(|_| one.url.is_some())) {
        (Some(other), _) => {
            format!("{other} is another file. Choose {} ({}).", one.job.source, one.job.source_bytes)
        }
        (None, Some(bytes)) => format!("{} to {bytes}", one.job.source_bytes),
        (None, None) => format!("{}, not finished: the page was closed.", one.job.source_bytes),
    }
}

fn way_on(one: &Earlier, go_on: &Callback<(String, File)>) -> Html {
    if let Some(url) = &one.url {
        return html! {
            <a class="button" data-testid="earlier-download" href={url.clone()} download={one.job.result.clone()}>
                { Icon::Download.draw() }{ "Download" }
            </a>
        };
    }
    let key = one.key.clone();
    let go_on = go_on.clone();
    let onchange = Callback::from(move |event: Event| {
        for file in files_of(&event) {
            go_on.emit((key.clone(), file));
        }
    });
    html! {
        <label class="button">
            { "Choose it and go on" }
            <input type="file" class="visually-hidden" data-testid="earlier-input" {onchange} />
        </label>
    }
}
