//! The progress of a running job: a bar, percent, stage, time left, speed. Knows no clock.

use crate::job::{Job, Phase, Running};
use crate::words;
use yew::prelude::*;

/// Draws the progress of a running job.
pub fn progress_view(job: &Job) -> Html {
    let (text, percent, details) = match &job.phase {
        Phase::Planning(preparing) => (preparing.text(), preparing.percent(), None),
        Phase::Encoding(running) => (running.stage.text().to_owned(), Some(job.percent), details(running)),
        _ => return html! {},
    };
    let label = format!("{}: {text}", job.source.name);
    let style = percent.map(|percent| format!("--done: {}", f64::from(percent) / 100.0));
    html! {
        <div class={classes!("progress", percent.is_none().then_some("progress--unknown"))}>
            <div class="progress__line">
                <span class="progress__stage">{ text }</span>
                if let Some(details) = details {
                    <span class="progress__details">{ details }</span>
                }
                if let Some(percent) = percent {
                    <span class="progress__percent">{ format!("{percent} %") }</span>
                }
            </div>
            <div
                class="progress__track brackets"
                role="progressbar"
                aria-label={label}
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow={percent.map(|percent| percent.to_string())}
            >
                <div class="progress__room"><div class="progress__done" {style}></div></div>
            </div>
        </div>
    }
}

fn details(running: &Running) -> Option<String> {
    let parts: Vec<String> =
        [running.estimate.left.map(words::time_left), running.estimate.speed.map(words::speed)]
            .into_iter()
            .flatten()
            .collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}
