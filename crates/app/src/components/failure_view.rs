//! Why there is no result, in the core's words, and what would work instead, as buttons.

use super::click;
use crate::job::{Failure, JobId};
use crate::state::Action;
use yew::prelude::*;

/// What it needs.
#[derive(Properties, PartialEq)]
pub struct FailureProps {
    /// The job.
    pub id: JobId,
    /// Its failure.
    pub failure: Failure,
    /// Where a taken offer goes.
    pub dispatch: Callback<Action>,
}

/// A failure.
#[component]
pub fn FailureView(props: &FailureProps) -> Html {
    let FailureProps { id, failure, dispatch } = props;
    html! {
        <div class="failure">
            <p class="failure__text" data-testid="job-error">{ &failure.text }</p>
            if !failure.offers.is_empty() {
                <p class="failure__lead" id={format!("{}-offers", id.element())}>{ "This would work:" }</p>
                <div class="failure__offers" role="group" aria-labelledby={format!("{}-offers", id.element())}>
                    { for failure.offers.iter().enumerate().map(|(number, offer)| html! {
                        <button
                            type="button"
                            class={classes!("button", (number == 0).then_some("button--main"))}
                            data-testid="job-offer"
                            onclick={click(dispatch, Action::TakeOffer(*id, number))}
                        >
                            { offer.change.text() }
                        </button>
                    }) }
                </div>
            }
        </div>
    }
}
