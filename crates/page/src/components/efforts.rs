//! The efforts side by side, with the predicted time and quality for a clip, and a button to switch. The figures come
//! from core.

use super::click;
use crate::job::Job;
use crate::state::Action;
use crate::words;
use clipfit_core::view::account::EffortAccount;
use yew::prelude::*;

/// Draws the efforts to choose from and marks the current one.
pub fn efforts(job: &Job, dispatch: &Callback<Action>) -> Html {
    let Some(efforts) = job.efforts.as_ref().filter(|efforts| !efforts.each.is_empty()) else {
        return html! {};
    };
    let settled = efforts.settle(job.wishes.effort);
    html! {
        <div class="efforts" role="group" aria-label="Effort">
            { for efforts.each.iter().map(|one| choice(job, one, one.effort == settled, dispatch)) }
        </div>
    }
}

fn choice(job: &Job, one: &EffortAccount, chosen: bool, dispatch: &Callback<Action>) -> Html {
    let name = words::effort(one.effort);
    html! {
        <button
            type="button"
            class="efforts__one"
            data-testid="job-effort"
            data-effort={name}
            data-seconds={one.time.map(|time| format!("{:.1}", time.seconds()))}
            aria-pressed={chosen.to_string()}
            disabled={chosen || one.time.is_none()}
            title={(!chosen).then(|| format!("Switch to {name}"))}
            onclick={click(dispatch, Action::Switch(job.id, one.effort))}
        >
            <b>{ name }</b><small>{ &one.text }</small>
        </button>
    }
}
