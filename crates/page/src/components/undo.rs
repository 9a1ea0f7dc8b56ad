//! The way back for a job that was just removed. Knows no job.

use super::click;
use crate::state::Action;
use yew::prelude::*;

/// Draws the bar for the job of the file with this name.
pub(super) fn undo(name: &str, dispatch: &Callback<Action>) -> Html {
    html! {
        <aside class="undo" data-testid="undo" aria-label="Removed">
            <p>{ format!("{name} is removed.") }</p>
            <button type="button" class="button" data-testid="undo-button" onclick={click(dispatch, Action::Undo)}>
                { "Put it back" }
            </button>
        </aside>
    }
}
