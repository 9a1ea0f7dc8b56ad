//! A finished clip: a preview, the bytes saved as a gauge and in figures, and the download.

use super::click;
use super::icon::Icon;
use super::preview::Preview;
use crate::job::{Finished, JobId, Made};
use crate::state::Action;
use crate::words;
use clipfit_core::view::account::ResultAccount;
use yew::prelude::*;

/// Draws a result that downloads as `name`.
pub fn result_view(
    id: JobId,
    Finished { report, made: Made { url, .. }, .. }: &Finished,
    name: &str,
    dispatch: &Callback<Action>,
) -> Html {
    html! {
        <div class="result">
            <Preview url={url.clone()} size={report.size} label={format!("Preview of {name}")} />
            <div class="result__figures">
                <p class="result__saving">
                    { for words::saving(report).split_inclusive(", ").map(|part| html! { <span>{ part }</span> }) }
                </p>
                { gauge(report) }
                <p class="result__check">
                    { Icon::Check.draw() }
                    { words::check(report) }
                </p>
                <a class="button button--main result__download" data-testid="job-download" href={url.to_owned()}
                    download={name.to_owned()} onclick={click(dispatch, Action::Downloaded(id, url.clone()))}>
                    { Icon::Download.draw() }
                    <span>{ "Download" }<small>{ name }</small></span>
                </a>
            </div>
        </div>
    }
}

/// Draws the sizes before and after as two bars against the limit.
fn gauge(report: &ResultAccount) -> Html {
    let most = report.source_bytes.max(report.limit).0.max(1) as f64;
    let share = |bytes: u64| format!("--share: {:.4}", (bytes as f64 / most).clamp(0.0, 1.0));
    html! {
        <div class="gauge" aria-hidden="true">
            <div class="gauge__bar gauge__bar--before" style={share(report.source_bytes.0)}></div>
            <div class="gauge__bar gauge__bar--after" style={share(report.bytes.0)}></div>
            <div
                class={classes!("gauge__limit", (report.limit.0 as f64 > most / 2.0).then_some("gauge__limit--right"))}
                style={share(report.limit.0)}
            >
                <span>{ "limit" }</span>
            </div>
        </div>
    }
}
