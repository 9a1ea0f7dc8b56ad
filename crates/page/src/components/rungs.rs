//! The picker for the low-bandwidth ladder: a table of sizes and frame rates with the bandwidth that each needs, a
//! custom format, several renditions, and the command that streams the chosen format live.

use super::click;
use super::field::TextField;
use super::icon::Icon;
use crate::settings::{Edit, Field, OwnFormat, RungChoice, Settings};
use crate::state::{Action, Copied};
use crate::words;
use clipfit_core::live::{self, Protocol};
use clipfit_core::wishes::Wishes;
use clipfit_core::wishes::ladder::{self, Rung};
use yew::prelude::*;

/// Draws the picker, with what the chosen format needs.
pub(super) fn rungs(
    settings: &Settings,
    wishes: &Wishes,
    copied: Option<&Copied>,
    dispatch: &Callback<Action>,
) -> Html {
    let edit = &dispatch.reform(Action::Edit);
    let rates = distinct(|rung| rung.frame_rate.numerator());
    let heights = distinct(|rung| rung.height);
    let at = |height: u32, rate: u32| {
        ladder::rungs().find(|rung| rung.height == height && rung.frame_rate.numerator() == rate)
    };
    html! {
        <fieldset class="rungs">
            <legend>{ "Format" }</legend>
            { other(settings, edit, RungChoice::Fitting, "Best match for the source") }
            <table class="rungs__table">
                <thead>
                    <tr>
                        <th scope="col">{ "kb/s" }</th>
                        { for rates.iter().map(|rate| html! { <th scope="col">{ format!("{rate} fps") }</th> }) }
                    </tr>
                </thead>
                <tbody>
                    { for heights.iter().map(|&height| html! {
                        <tr>
                            <th scope="row">{ row_name(height) }</th>
                            { for rates.iter().map(|&rate| html! {
                                <td>{ at(height, rate).map(|rung| cell(settings, edit, rung)) }</td>
                            }) }
                        </tr>
                    }) }
                </tbody>
            </table>
            { other(settings, edit, RungChoice::Own, "Custom format") }
            if settings.rung == RungChoice::Own {
                { own(settings, wishes, edit) }
            }
            { other(settings, edit, RungChoice::Several, "Several renditions") }
            if settings.rung == RungChoice::Several {
                { several(settings, wishes, edit) }
            }
            <p class="settings__hint">{ needs(wishes) }</p>
            if let Some(rung) = wishes.rung {
                { live(rung, copied, dispatch) }
            }
        </fieldset>
    }
}

/// Returns the distinct values of one property, in the ladder's ascending order.
fn distinct(of: fn(&Rung) -> u32) -> Vec<u32> {
    let mut all = Vec::new();
    for value in ladder::rungs().map(|rung| of(&rung)) {
        if !all.contains(&value) {
            all.push(value);
        }
    }
    all
}

fn row_name(height: u32) -> String {
    let width = ladder::rungs().find(|rung| rung.height == height).map_or(0, |rung| rung.width);
    format!("{width}×{height}")
}

fn cell(settings: &Settings, edit: &Callback<Edit>, rung: Rung) -> Html {
    let choice = RungChoice::Published(rung);
    html! {
        <label class="rungs__one" title={rung.suits()}>
            <input
                type="radio"
                class="visually-hidden"
                name="rung"
                value={rung.to_string()}
                checked={settings.rung == choice}
                aria-label={format!("{}×{} at {} frames per second, {}", rung.width, rung.height, rung.frame_rate, rung.rate)}
                onchange={edit.reform(move |_: Event| Edit::Rung(choice))}
            />
            <span>{ format!("{:.0}", rung.rate.0) }</span>
        </label>
    }
}

fn other(settings: &Settings, edit: &Callback<Edit>, choice: RungChoice, label: &'static str) -> Html {
    html! {
        <label class="tick">
            <input
                type="radio"
                name="rung"
                checked={settings.rung == choice}
                onchange={edit.reform(move |_: Event| Edit::Rung(choice))}
            />
            <span>{ label }</span>
        </label>
    }
}

fn own(settings: &Settings, wishes: &Wishes, edit: &Callback<Edit>) -> Html {
    let OwnFormat { width, height, frame_rate, rate } = &settings.own;
    let with = |set: fn(&mut OwnFormat, String)| {
        let own = settings.own.clone();
        edit.reform(move |text: String| {
            let mut own = own.clone();
            set(&mut own, text);
            Edit::Own(own)
        })
    };
    let field = |id, label, value, unit, on_input| TextField {
        id,
        label,
        value,
        placeholder: "",
        unit: Some(unit),
        inputmode: "decimal",
        problem: None,
        on_input,
    };
    let problem = settings.problem(Field::Own, wishes);
    html! {
        <div class="rungs__own">
            { field("own-width", "Width", width, "pixels", with(|own, text| own.width = text)).draw() }
            { field("own-height", "Height", height, "pixels", with(|own, text| own.height = text)).draw() }
            { field("own-frame-rate", "Frame rate", frame_rate, "per second", with(|own, text| own.frame_rate = text)).draw() }
            { field("own-rate", "Bandwidth", rate, "kb/s", with(|own, text| own.rate = text)).draw() }
            if let Some(problem) = problem {
                <p class="field__problem" role="status">{ problem }</p>
            }
        </div>
    }
}

fn several(settings: &Settings, wishes: &Wishes, edit: &Callback<Edit>) -> Html {
    let field = TextField {
        id: "renditions",
        label: "Heights, each with its bandwidth in kb/s",
        value: &settings.renditions,
        placeholder: "",
        unit: None,
        inputmode: "text",
        problem: settings.problem(Field::Renditions, wishes),
        on_input: edit.reform(Edit::Renditions),
    };
    field.draw()
}

/// Draws the commands that stream the same format live from the desktop: the page cannot reach such servers.
fn live(rung: Rung, copied: Option<&Copied>, dispatch: &Callback<Action>) -> Html {
    html! {
        <details class="live">
            <summary>{ "Stream it live from the desktop" }</summary>
            <p class="settings__hint">
                { "This page cannot stream to a live server, but Clipfit's command line can. Fill in the address of your server." }
            </p>
            { for Protocol::ALL.into_iter().map(|protocol| {
                let command = live::publish_command(rung, protocol);
                let label = copied.filter(|copied| copied.text == command).map_or("Copy", |copied| words::copied(copied.how));
                html! {
                    <div class="live__one">
                        <b>{ protocol.name() }</b>
                        <button type="button" class="button button--link" data-testid="copy-command"
                            aria-label={format!("{label}: the command for {}", protocol.name())}
                            onclick={click(dispatch, Action::Copy(command.clone()))}>
                            { Icon::Copy.draw() }<span>{ label }</span>
                        </button>
                        <code tabindex="0" role="region" aria-label={format!("Command for {}", protocol.name())}>{ command }</code>
                    </div>
                }
            }) }
        </details>
    }
}

/// Says what the chosen format needs and what it suits.
fn needs(wishes: &Wishes) -> String {
    if !wishes.renditions.is_empty() {
        return "One file per height, up to the clip's own height. No file exceeds its bandwidth in any second."
            .into();
    }
    match wishes.rung {
        None => "The largest size and frame rate that do not exceed the clip's. No second takes more than its bandwidth.".into(),
        Some(rung) => format!(
            "Needs {} for video and about {} for audio, and never more in any second. Good for {}.",
            rung.rate,
            rung.audio_rate(),
            rung.suits()
        ),
    }
}
