//! One clip's card: its name, its progress, and the view for its phase.

use super::click;
use super::command_view::command_view;
use super::efforts::efforts;
use super::failure_view::failure_view;
use super::icon::Icon;
use super::log_view::log_view;
use super::package_view::package_view;
use super::plan_view::{facts_line, plan_view};
use super::progress_view::progress_view;
use super::result_view::ResultView;
use super::trim::trim;
use crate::job::{FileId, Job, Phase, Previous};
use crate::shared::Shared;
use crate::state::{Action, Copied};
use crate::words;
use clipfit_core::view::account::{PlanAccount, Remark};
use clipfit_core::wishes::Wishes;
use clipfit_core::wishes::names::result_stem;
use std::rc::Rc;
use web_sys::File;
use yew::prelude::*;

/// The properties of a card.
#[derive(Properties, PartialEq)]
pub struct JobCardProps {
    /// The job.
    pub job: Shared<Job>,
    /// The wishes for running it again, once it has ended.
    pub again: Option<Rc<Wishes>>,
    /// Whether this browser can write into a folder.
    pub folders: bool,
    /// Gives the file that a job was made of.
    pub sources: Callback<FileId, Option<File>>,
    /// The text copied last.
    pub copied: Option<Rc<Copied>>,
    /// Where its buttons' actions go.
    pub dispatch: Callback<Action>,
}

/// Draws a card.
#[component]
pub fn JobCard(props: &JobCardProps) -> Html {
    let JobCardProps { job, again, folders, sources, copied, dispatch } = props;
    let state = job.phase.handle();
    let name_id = format!("{}-name", job.id.element());
    let bytes = match &job.phase {
        Phase::Done(done) => Some(done.report.bytes.0.to_string()),
        _ => None,
    };
    html! {
        <article
            class={classes!("job", format!("job--{state}"))}
            id={job.id.element()}
            tabindex="-1"
            aria-labelledby={name_id.clone()}
            data-testid="job"
            data-state={state}
            data-progress={job.percent.to_string()}
            data-bytes={bytes}
        >
            <div class="job__head">
                <div class="job__title">
                    <h3 id={name_id} title={job.source.name.clone()}>{ &job.source.name }</h3>
                    <p class="job__facts">
                        <span class="job__state">{ job.phase.label() }</span>
                        <span>{ facts_line(job) }</span>
                    </p>
                </div>
                { head_buttons(job, dispatch) }
            </div>
            { body(job, *folders, sources, dispatch) }
            { previous(job, dispatch) }
            if let Some(plan) = job.plan.as_ref().filter(|_| !matches!(job.phase, Phase::Cancelled)) {
                { efforts(job, dispatch) }
                { plan_view(plan, remarks(job, plan)) }
                if let Some(part) = plan.takes {
                    <button type="button" class="button job__takes" data-testid="job-offer"
                        onclick={click(dispatch, Action::Trim(job.id, Some(part)))}>
                        { format!("Keep only {}", words::part_kept(part)) }
                    </button>
                }
                if let Some(command) = &plan.command {
                    { command_view(command, copied.as_deref(), dispatch) }
                }
            }
            { trim(job, sources.emit(job.source.file), dispatch) }
            if !matches!(job.phase, Phase::Queued) {
                <div class="job__foot">
                if let Some(wishes) = again {
                    { again_row(job, wishes, dispatch) }
                }
                { log_view(job.id, job.log.as_ref(), dispatch) }
                </div>
            }
        </article>
    }
}

/// Returns the remarks to show. A finished job's report includes what was found while it ran.
fn remarks<'a>(job: &'a Job, plan: &'a PlanAccount) -> &'a [Remark] {
    match &job.phase {
        Phase::Done(done) => &done.report.remarks,
        _ => &plan.remarks,
    }
}

fn head_buttons(job: &Job, dispatch: &Callback<Action>) -> Html {
    let name = &job.source.name;
    html! {
        if job.has_ended() {
            <button type="button" class="button button--icon" aria-label={format!("Remove {name}")} title="Remove"
                onclick={click(dispatch, Action::Remove(job.id))}>
                { Icon::Close.draw() }
            </button>
        } else {
            <button type="button" class="button job__cancel" data-testid="job-cancel"
                aria-label={format!("Cancel {name}")} onclick={click(dispatch, Action::Cancel(job.id))}>
                { "Cancel" }
            </button>
        }
    }
}

fn body(
    job: &Job,
    folders: bool,
    sources: &Callback<FileId, Option<File>>,
    dispatch: &Callback<Action>,
) -> Html {
    match &job.phase {
        Phase::Queued => html! {
            <p class="job__line">{ format!("Starts after the previous clip: {}.", words::wishes(&job.wishes)) }</p>
        },
        Phase::Planning(_) | Phase::Encoding(_) => progress_view(job),
        Phase::Waiting => html! {
            <p class="job__start">
                <button type="button" class="button button--main" data-testid="job-start"
                    onclick={click(dispatch, Action::Begin(job.id))}>
                    { "Start" }
                </button>
                <span>{ "This is the plan. Change a setting, and it changes." }</span>
            </p>
        },
        Phase::Done(done) if done.made.files.is_empty() => html! {
            <ResultView
                id={job.id}
                report={done.report.clone()}
                url={done.made.url.clone()}
                name={job.result_name()}
                source={job.source.clone()}
                sources={sources}
                dispatch={dispatch}
            />
        },
        Phase::Done(done) => {
            package_view(job.id, done, &job.result_name(), result_stem(&job.source.name), folders, dispatch)
        }
        Phase::Failed(failure) => failure_view(job.id, failure, dispatch),
        Phase::Cancelled => html! {
            <p class="job__line">{ "Stopped. Nothing was saved." }</p>
        },
    }
}

/// Draws the result of the attempt before, which stays until there is another.
fn previous(job: &Job, dispatch: &Callback<Action>) -> Html {
    let Some(Previous { finished, name }) = &job.previous else { return Html::default() };
    html! {
        <p class="job__previous">
            <span>{ format!("The result before this, {}, is still here.", finished.report.bytes) }</span>
            <a class="button" data-testid="job-previous" href={finished.made.url.clone()} download={name.clone()}
                onclick={click(dispatch, Action::Downloaded(job.id, finished.made.url.clone()))}>
                { Icon::Download.draw() }{ "Download" }
            </a>
        </p>
    }
}

/// Draws what to do after a job has ended: run it again with the current settings, or change them if they are still the
/// same.
fn again_row(job: &Job, wishes: &Wishes, dispatch: &Callback<Action>) -> Html {
    let same = *wishes == job.wishes;
    let done = matches!(job.phase, Phase::Done(_));
    let again = click(dispatch, Action::Again(job.id));
    let change = click(dispatch, Action::ChangeSettings);
    html! {
        <div class="job__again">
            if !same {
                <button type="button" class="button" onclick={again}>
                    { Icon::Again.draw() }{ "Run again with these settings" }
                </button>
                <span class="job__wishes">{ words::wishes(wishes) }</span>
            } else {
                if !done {
                    <button type="button" class="button" onclick={again}>{ Icon::Again.draw() }{ "Try again" }</button>
                }
                <button type="button" class="button button--quiet" onclick={change}>
                    { Icon::Sliders.draw() }
                    { if done { "Start over with other settings" } else { "Change settings" } }
                </button>
            }
        </div>
    }
}
