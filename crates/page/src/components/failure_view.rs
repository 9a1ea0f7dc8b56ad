//! Why there is no result, in core's words, and buttons for what would work instead.

use super::click;
use crate::job::JobId;
use crate::state::Action;
use clipfit_core::view::update::FailureAccount;
use yew::prelude::*;

/// Draws a failure of the job `id`; accepting an offer goes to `dispatch`.
pub fn failure_view(id: JobId, failure: &FailureAccount, dispatch: &Callback<Action>) -> Html {
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
                            onclick={click(dispatch, Action::TakeOffer(id, number))}
                        >
                            { &offer.text }
                        </button>
                    }) }
                </div>
            }
        </div>
    }
}
