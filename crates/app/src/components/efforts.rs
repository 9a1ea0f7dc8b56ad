//! What each effort would come to on a clip, side by side, and the way to another one. Knows no figures of its own.

use super::click;
use crate::job::Job;
use crate::state::Action;
use crate::words;
use clipfit_core::speed::{self, Prediction};
use yew::prelude::*;

/// The efforts to choose from, the one in force marked.
pub fn efforts(job: &Job, dispatch: &Callback<Action>) -> Html {
    let Some(predictions) = job.predictions.as_ref().filter(|predictions| !predictions.is_empty()) else {
        return html! {};
    };
    let settled = speed::settle(job.wishes.effort, predictions);
    html! {
        <div class="efforts" role="group" aria-label="Effort">
            { for predictions.iter().map(|one| choice(job, one, one.effort == settled, dispatch)) }
        </div>
    }
}

fn choice(job: &Job, prediction: &Prediction, chosen: bool, dispatch: &Callback<Action>) -> Html {
    let name = words::effort(prediction.effort);
    html! {
        <button
            type="button"
            class="efforts__one"
            data-testid="job-effort"
            data-effort={name}
            data-seconds={prediction.likely.ok().map(|likely| format!("{:.1}", likely.time.seconds()))}
            aria-pressed={chosen.to_string()}
            disabled={chosen || prediction.likely.is_err()}
            title={(!chosen).then(|| format!("Switch to {name}"))}
            onclick={click(dispatch, Action::Switch(job.id, prediction.effort))}
        >
            <b>{ name }</b><small>{ words::likely(prediction) }</small>
        </button>
    }
}
