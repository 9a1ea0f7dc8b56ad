//! A finished clip: a preview, the bytes saved as a gauge and in figures, the download, and the comparison with its
//! source.

use super::click;
use super::compare::Compare;
use super::icon::Icon;
use super::preview::Preview;
use crate::comparison::Comparison;
use crate::hooks::use_compare::{Comparing, use_comparing};
use crate::job::{ClipFile, FileId, JobId};
use crate::shared::Shared;
use crate::state::Action;
use crate::words;
use clipfit_core::view::account::ResultAccount;
use web_sys::File;
use yew::prelude::*;

/// The properties of a result.
#[derive(Properties, PartialEq)]
pub struct ResultProps {
    /// The job.
    pub id: JobId,
    /// The result's figures.
    pub report: Shared<ResultAccount>,
    /// Its address.
    pub url: AttrValue,
    /// What it is downloaded as.
    pub name: AttrValue,
    /// What it was made of.
    pub source: ClipFile,
    /// Gives the file that a job was made of.
    pub sources: Callback<FileId, Option<File>>,
    /// Where its buttons' actions go.
    pub dispatch: Callback<Action>,
}

/// Draws a result.
#[component]
pub fn ResultView(props: &ResultProps) -> Html {
    let ResultProps { id, report, url, name, source, sources, dispatch } = props;
    let comparing = use_comparing();
    let both = report.beside.zip(sources.emit(source.file));
    let open = both.clone().filter(|_| *comparing.state == Comparison::Open);
    html! {
        <div class={classes!("result", open.is_some().then_some("result--compared"))}>
            // One of the two: whoever compares needs no preview, and its decoder is free.
            if let Some((beside, file)) = open {
                <Compare name={source.name.clone()} source={file} result={url} report={report.clone()} {beside}
                    end={comparing.end.clone()} />
            } else {
                <Preview {url} size={report.size} label={format!("Preview of {name}")} />
            }
            <div class="result__figures">
                <p class="result__saving">
                    { for words::saving(report).split_inclusive(", ").map(|part| html! { <span>{ part }</span> }) }
                </p>
                { gauge(report) }
                <p class="result__check">
                    { Icon::Check.draw() }
                    { words::check(report) }
                </p>
                <a class="button button--main result__download" data-testid="job-download" href={url}
                    download={name} onclick={click(dispatch, Action::Downloaded(*id, url.to_string()))}>
                    { Icon::Download.draw() }
                    <span>{ "Download" }<small>{ name }</small></span>
                </a>
                if both.is_some() {
                    { compare_button(&comparing) }
                }
            </div>
        </div>
    }
}

/// Draws the button that compares, and why that was not possible.
fn compare_button(Comparing { state, button, toggle, .. }: &Comparing) -> Html {
    let open = **state == Comparison::Open;
    html! {
        <>
            <button type="button" class="button result__compares" data-testid="job-compare" ref={button}
                aria-expanded={open.to_string()} onclick={toggle}>
                { Icon::Compare.draw() }{ "Compare with the original" }
            </button>
            if let Comparison::Failed(why) = &**state {
                <p class="result__problem" role="alert" data-testid="job-compare-problem">{ why.to_string() }</p>
            }
        </>
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
