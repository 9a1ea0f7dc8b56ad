//! The settings for the next clips: limit, kind of result, effort, automatic download. Edits go out as actions.

use super::advanced::advanced;
use super::field::TextField;
use super::icon::Icon;
use super::packaging::packaging;
use super::rungs::rungs;
use super::{chosen, click, ticked};
use crate::elements;
use crate::settings::{Edit, Field, Settings};
use crate::shared::Shared;
use crate::state::{Action, Copied};
use crate::words;
use clipfit_core::view::account::{CodecAccount, EffortAccount, EffortsAccount};
use clipfit_core::wishes::destinations;
use clipfit_core::wishes::{Effort, Mode, Wishes};
use std::rc::Rc;
use yew::prelude::*;

/// The properties of the panel.
#[derive(Properties, PartialEq)]
pub struct SettingsProps {
    /// The fields.
    pub settings: Rc<Settings>,
    /// The wishes that apply now.
    pub wishes: Rc<Wishes>,
    /// The prediction for each effort, if one clip is known.
    pub efforts: Option<Shared<EffortsAccount>>,
    /// Every codec, and why it is unavailable here.
    pub codecs: Rc<Vec<CodecAccount>>,
    /// The text copied last.
    pub copied: Option<Rc<Copied>>,
    /// Whether narrow screens show all settings.
    pub open: bool,
    /// Receives the edits.
    pub dispatch: Callback<Action>,
}

/// Draws the settings.
#[component]
pub fn SettingsPanel(props: &SettingsProps) -> Html {
    let SettingsProps { settings, wishes, efforts, codecs, copied, open, dispatch } = props;
    let edit = dispatch.reform(Action::Edit);
    let choose = |mode: Mode| edit.reform(move |_: Event| Edit::Mode(mode));
    html! {
        <section class="settings" id={elements::SETTINGS} tabindex="-1" aria-labelledby="settings-title">
            <h2 id="settings-title">{ "Make it fit" }</h2>
            <fieldset class="segments">
                <legend class="visually-hidden">{ "Kind of result" }</legend>
                { segment("Target size", settings.mode == Mode::Size, choose(Mode::Size)) }
                { segment("Quick", settings.mode == Mode::Quick, choose(Mode::Quick)) }
                { segment("Bandwidth", settings.mode == Mode::Ladder, choose(Mode::Ladder)) }
                { segment("Streaming", settings.mode == Mode::Hls, choose(Mode::Hls)) }
            </fieldset>
            { match settings.mode {
                Mode::Size => target(settings, wishes, &edit),
                Mode::Ladder => rungs(settings, wishes, copied.as_deref(), dispatch),
                Mode::Hls => packaging(settings, wishes, &edit),
                Mode::Quick => html! {
                    <p class="settings__hint">
                        { "One click and no limit to set: about a tenth of the size at constant quality, and never larger than the original." }
                    </p>
                },
            } }
            <button
                type="button"
                class="button button--quiet settings__more"
                aria-expanded={open.to_string()}
                aria-controls="settings-rest"
                onclick={click(dispatch, Action::ToggleMoreSettings)}
            >
                { Icon::Sliders.draw() }{ if *open { "Fewer settings" } else { "More settings" } }
            </button>
            <div id="settings-rest" class={classes!("settings__rest", open.then_some("settings__rest--open"))}>
                if settings.mode != Mode::Quick {
                    { effort(settings.effort, efforts.as_deref(), &edit) }
                }
                <label class="tick">
                    <input
                        type="checkbox"
                        checked={settings.download}
                        onchange={edit.reform(|event: Event| Edit::Download(ticked(&event)))}
                    />
                    <span>{ "Download automatically" }</span>
                </label>
                <label class="tick">
                    <input
                        type="checkbox"
                        id="wait"
                        checked={settings.wait}
                        onchange={edit.reform(|event: Event| Edit::Wait(ticked(&event)))}
                    />
                    <span>{ "Show me the plan before it starts" }</span>
                </label>
                { advanced(settings, wishes, codecs, &edit) }
            </div>
        </section>
    }
}

fn segment(label: &'static str, checked: bool, onchange: Callback<Event>) -> Html {
    html! {
        <label class="segments__one">
            <input type="radio" class="visually-hidden" name="mode" {checked} {onchange} />
            <span>{ label }</span>
        </label>
    }
}

fn target(settings: &Settings, wishes: &Wishes, edit: &Callback<Edit>) -> Html {
    let known = settings.destination.and_then(destinations::Id::destination);
    let choose = edit.reform(|event: Event| Edit::Destination(destinations::Id::parse(&chosen(&event))));
    let remark = known.as_ref().map(|found| {
        let note = if found.note.is_empty() { String::new() } else { format!(": {}", found.note) };
        format!("As of {}{note} ({}).", found.as_of, found.source)
    });
    let limit = TextField {
        id: elements::TARGET,
        label: "Never larger than",
        value: &settings.target,
        placeholder: "10 MB",
        unit: None,
        inputmode: "text",
        problem: settings.problem(Field::Target, wishes),
        on_input: edit.reform(Edit::Target),
    };
    html! {
        <>
            { limit.draw() }
            <div class="field">
                <label for="destination">{ "Destination" }</label>
                <select id="destination" onchange={choose} aria-describedby={remark.as_ref().map(|_| "destination-note")}>
                    <option value="" selected={known.is_none()}>{ "Custom limit" }</option>
                    { for destinations::all().into_iter().map(|one| html! {
                        <option value={one.id.as_str()} selected={settings.destination == Some(one.id)}>
                            { one.to_string() }
                        </option>
                    }) }
                </select>
                if let Some(remark) = remark {
                    <p class="settings__hint" id="destination-note">{ remark }</p>
                }
            </div>
        </>
    }
}

fn effort(current: Effort, efforts: Option<&EffortsAccount>, edit: &Callback<Edit>) -> Html {
    let choices = [
        (
            Effort::Auto,
            "Best if that is quick, Fast if it loses nothing or the wait would be long, otherwise Balanced.",
        ),
        (Effort::Fast, "The fastest this machine can do; softer."),
        (Effort::Balanced, "Faster than Best, a little softer at the same size."),
        (Effort::Best, "Takes its time for the sharpest video."),
    ];
    let find = |effort| efforts.and_then(|efforts| efforts.find(effort));
    let likely = |effort| match efforts.map(|efforts| efforts.settle(effort)) {
        None | Some(Effort::Auto) => None,
        Some(settled) if settled == effort => find(effort).map(|one| one.text.clone()),
        Some(settled) => Some(format!("this clip: {}", words::effort(settled))),
    };
    html! {
        <fieldset class="choices">
            <legend>{ "Effort" }</legend>
            { for choices.into_iter().map(|(effort, meaning)| html! {
                <label class="choices__one">
                    <input
                        type="radio"
                        name="effort"
                        checked={current == effort}
                        disabled={current != effort && find(effort).is_some_and(|one: &EffortAccount| one.never)}
                        onchange={edit.reform(move |_: Event| Edit::Effort(effort))}
                    />
                    <span>
                        <b>{ words::effort(effort) }</b>
                        if let Some(likely) = likely(effort) {
                            <small class="choices__likely">{ likely }</small>
                        }
                        <small>{ meaning }</small>
                    </span>
                </label>
            }) }
        </fieldset>
    }
}
