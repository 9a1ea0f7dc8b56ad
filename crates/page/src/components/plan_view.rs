//! The plan for a clip: its figures, and core's sentences about what changes or is left out.

use super::icon::Icon;
use crate::job::Job;
use clipfit_core::view::account::{PlanAccount, Remark};
use yew::prelude::*;

/// Draws a plan with its remarks. A finished job passes the result's remarks, which include what was found while it
/// ran.
pub fn plan_view(plan: &PlanAccount, remarks: &[Remark]) -> Html {
    html! {
        <div role="group" class="plan" data-testid="job-plan" aria-label="Plan">
            <dl class="plan__figures">
                { for plan.figures.iter().map(|figure| html! {
                    <div>
                        <dt>{ &figure.name }</dt>
                        <dd>{ &figure.value }if let Some(detail) = &figure.detail { <small>{ detail }</small> }</dd>
                    </div>
                }) }
            </dl>
            if !remarks.is_empty() {
                <ul class="plan__notes">
                    { for remarks.iter().filter(|remark| remark.loss).map(loss) }
                    { for remarks.iter().filter(|remark| !remark.loss).map(change) }
                </ul>
            }
        </div>
    }
}

/// Draws a loss. Losses come first and stand out.
fn loss(remark: &Remark) -> Html {
    html! { <li class="plan__loss">{ Icon::Warning.draw() }<strong>{ &remark.text }</strong></li> }
}

fn change(remark: &Remark) -> Html {
    html! { <li>{ &remark.text }</li> }
}

/// Describes the file: `4.14 MB · 0:30 · 854×480 · 24 fps · h264`.
pub fn facts_line(job: &Job) -> String {
    let mut parts = vec![job.source.bytes.to_string()];
    parts.extend(job.clip.iter().flat_map(|clip| clip.figures.iter().cloned()));
    parts.join(" · ")
}
