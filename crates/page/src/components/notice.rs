//! Problems with the link's parameters. The sentences are core's.

use super::click;
use super::icon::Icon;
use crate::state::Action;
use clipfit_core::wishes::link::LinkProblem;
use yew::prelude::*;

/// Draws the notice. It stays in the document when empty, so that screen readers announce new content.
pub fn notice(problems: &[LinkProblem], dispatch: &Callback<Action>) -> Html {
    html! {
        <div role="status" class="notice-place" data-testid="link-problems">
            if !problems.is_empty() {
                <div class="notice">
                    { Icon::Warning.draw() }
                    <ul>{ for problems.iter().map(|problem| html! { <li>{ problem.text() }</li> }) }</ul>
                    <button
                        type="button"
                        class="button button--icon"
                        aria-label="Dismiss"
                        onclick={click(dispatch, Action::DismissProblems)}
                    >
                        { Icon::Close.draw() }
                    </button>
                </div>
            }
        </div>
    }
}
