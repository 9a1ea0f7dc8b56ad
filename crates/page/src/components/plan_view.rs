//! What is made of a clip, in figures, and what changes or is left out, in the core's sentences.

use super::icon::Icon;
use crate::job::Job;
use clipfit_core::view::account::{PlanAccount, Remark};
use yew::prelude::*;

/// A plan with its remarks, or with those of the result, which tell what was found while running, too.
pub fn plan_view(plan: &PlanAccount, remarks: &[Remark]) -> Html {
    html! {
        <section class="plan" data-testid="job-plan" aria-label="Plan">
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
        </section>
    }
}

/// What the person may miss comes first and stands out.
fn loss(remark: &Remark) -> Html {
    html! { <li class="plan__loss">{ Icon::Warning.draw() }<strong>{ &remark.text }</strong></li> }
}

fn change(remark: &Remark) -> Html {
    html! { <li>{ &remark.text }</li> }
}

/// What the file is: `4.14 MB · 0:30 · 854×480 · 24 fps · h264`.
pub fn facts_line(job: &Job) -> String {
    let mut parts = vec![job.source.bytes.to_string()];
    parts.extend(job.clip.iter().flat_map(|clip| clip.figures.iter().cloned()));
    parts.join(" · ")
}
