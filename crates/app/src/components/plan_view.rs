//! What is made of a clip, in figures, and what changes or is left out, in the core's sentences.

use super::icon::Icon;
use crate::job::Job;
use clipfit_core::audio::AudioPlan;
use clipfit_core::encoder::Engine;
use clipfit_core::explain::{Note, channel_layout};
use clipfit_core::plan::{Action, EncodePlan, Plan, Preset, RateControl};
use yew::prelude::*;

/// A plan with its notes, or with the notes of the report, which tell what was found while running, too.
pub fn plan_view(plan: &Plan, notes: &[Note]) -> Html {
    let figures = figures(plan);
    html! {
        <section class="plan" data-testid="job-plan" aria-label="Plan">
            <dl class="plan__figures">
                { for figures.into_iter().map(|(name, value, detail)| html! {
                    <div>
                        <dt>{ name }</dt>
                        <dd>{ value }if let Some(detail) = detail { <small>{ detail }</small> }</dd>
                    </div>
                }) }
            </dl>
            if !notes.is_empty() {
                <ul class="plan__notes">
                    { for notes.iter().filter(|note| note.is_loss()).map(loss) }
                    { for notes.iter().filter(|note| !note.is_loss()).map(change) }
                </ul>
            }
        </section>
    }
}

/// What the person may miss comes first and stands out.
fn loss(note: &Note) -> Html {
    html! { <li class="plan__loss">{ Icon::Warning.draw() }<strong>{ note.text() }</strong></li> }
}

fn change(note: &Note) -> Html {
    html! { <li>{ note.text() }</li> }
}

type Figure = (&'static str, String, Option<String>);

fn figures(plan: &Plan) -> Vec<Figure> {
    let mut figures = vec![("Never over", plan.limit.to_string(), None)];
    match &plan.action {
        Action::Keep => figures.push(("Result", "The file as it is".into(), None)),
        Action::Remux(_) => figures.push(("Result", "Same picture, as MP4".into(), None)),
        Action::Encode(encode) => figures.extend(encode_figures(encode)),
        // The page makes no packages yet.
        Action::Package(_) => {}
    }
    figures
}

fn encode_figures(encode: &EncodePlan) -> [Figure; 5] {
    let picture = &encode.picture;
    let codec = encode.codec.name();
    let rate = encode.video_rate().map_or_else(|| "Steady quality".into(), |rate| rate.to_string());
    let control = match encode.control {
        RateControl::TwoPass { .. } => format!("{codec}, two passes"),
        RateControl::Measured { .. } => format!("{codec}, measured"),
        RateControl::Quality { crf } => format!("{codec}, CRF {crf}"),
        RateControl::Constrained { crf, .. } => format!("{codec}, CRF {crf}, capped"),
        RateControl::Capped(cap) => format!("{codec}, capped, buffer {} kb", cap.buffer),
    };
    let (audio, audio_detail) = match &encode.audio {
        AudioPlan::None(_) => ("None".into(), None),
        AudioPlan::Copy { bitrate, .. } => (bitrate.to_string(), Some("copied unchanged".into())),
        AudioPlan::Encode { bitrate, channels, .. } => {
            let layout = channel_layout(*channels);
            (bitrate.map_or_else(|| "AAC".into(), |rate| rate.to_string()), Some(format!("AAC, {layout}")))
        }
    };
    let (effort, encoder) = match (encode.engine, encode.preset) {
        (Engine::Browser, _) => ("Fast", "the browser's own encoder".to_owned()),
        (Engine::X265, preset) => ("Best", format!("x265 {}, with threads", preset.name())),
        (engine, preset) => {
            let effort = match (preset, encode.control) {
                (Preset::Superfast, RateControl::Quality { .. }) => "Quick",
                (Preset::Ultrafast | Preset::Superfast, _) => "Fast",
                (Preset::Veryfast, _) => "Balanced",
                (Preset::Medium, _) => "Best",
            };
            let simd = if engine == Engine::Own { ", SIMD" } else { "" };
            (effort, format!("x264 {}{simd}", preset.name()))
        }
    };
    [
        ("Picture", format!("{}×{}", picture.width, picture.height), None),
        ("Frame rate", format!("{} fps", picture.frame_rate), None),
        ("Video", rate, Some(control)),
        ("Sound", audio, audio_detail),
        ("Effort", effort.into(), Some(encoder)),
    ]
}

/// What the file is: `4.14 MB · 0:30 · 854×480 · 24 fps · h264`.
pub fn facts_line(job: &Job) -> String {
    let mut parts = vec![job.source.bytes.to_string()];
    if let Some(facts) = &job.facts {
        let video = &facts.video;
        let (width, height) = video.display_size();
        parts.extend([
            video.duration.to_string(),
            format!("{width}×{height}"),
            format!("{} fps", video.frame_rate),
            video.codec.clone(),
        ]);
    }
    parts.join(" · ")
}
