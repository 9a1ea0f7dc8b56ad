//! What the link asked for and did not get. The sentences are the core's.

use super::click;
use super::icon::Icon;
use crate::state::Action;
use clipfit_core::link::LinkProblem;
use std::rc::Rc;
use yew::prelude::*;

/// What it needs.
#[derive(Properties, PartialEq)]
pub struct NoticeProps {
    /// The problems.
    pub problems: Rc<Vec<LinkProblem>>,
    /// Where its closing goes.
    pub dispatch: Callback<Action>,
}

/// The notice; stays in the document when empty, so that screen readers hear what comes into it.
#[component]
pub fn Notice(props: &NoticeProps) -> Html {
    html! {
        <div role="status" class="notice-place" data-testid="link-problems">
            if !props.problems.is_empty() {
                <div class="notice">
                    { Icon::Warning.draw() }
                    <ul>{ for props.problems.iter().map(|problem| html! { <li>{ problem.text() }</li> }) }</ul>
                    <button
                        type="button"
                        class="button button--icon"
                        aria-label="Dismiss"
                        onclick={click(&props.dispatch, Action::DismissProblems)}
                    >
                        { Icon::Close.draw() }
                    </button>
                </div>
            }
        </div>
    }
}
