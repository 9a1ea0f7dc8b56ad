//! A finished clip: what was saved, drawn and in figures, a preview, and the download.

use super::icon::Icon;
use crate::shared::Shared;
use crate::words;
use clipfit_core::session::outcome::Report;
use yew::prelude::*;

/// What it needs.
#[derive(Properties, PartialEq)]
pub struct ResultProps {
    /// The figures.
    pub done: Shared<Report>,
    /// Address of the bytes.
    pub url: AttrValue,
    /// Name to save them under.
    pub name: AttrValue,
}

/// A result.
#[component]
pub fn ResultView(props: &ResultProps) -> Html {
    let report = &props.done;
    let picture = &report.picture;
    let shape = format!("aspect-ratio: {} / {}", picture.width.max(1), picture.height.max(1));
    html! {
        <div class="result">
            <div class="result__preview">
                <video controls=true playsinline=true preload="metadata" src={&props.url} style={shape}
                    aria-label={format!("Preview of {}", props.name)}></video>
            </div>
            <div class="result__figures">
                <p class="result__saving">
                    { for words::saving(report).split_inclusive(", ").map(|part| html! { <span>{ part }</span> }) }
                </p>
                { gauge(report) }
                <p class="result__check">
                    { Icon::Check.draw() }
                    { format!("{} bytes, checked: within {}.", words::grouped(report.bytes), report.limit) }
                </p>
                <a class="button button--main result__download" data-testid="job-download" href={&props.url}
                    download={&props.name}>
                    { Icon::Download.draw() }
                    <span>{ "Download" }<small>{ &props.name }</small></span>
                </a>
            </div>
        </div>
    }
}

/// Before and after as two bars against the limit.
fn gauge(report: &Report) -> Html {
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
