//! The settings that most people never need: height, frame rate, sound.

use super::chosen;
use super::field::TextField;
use crate::settings::{AudioChoice, Edit, Field, Settings};
use clipfit_core::wishes::Wishes;
use std::rc::Rc;
use yew::prelude::*;

/// What it needs.
#[derive(Properties, PartialEq)]
pub struct AdvancedProps {
    /// The fields.
    pub settings: Rc<Settings>,
    /// The wishes in force.
    pub wishes: Rc<Wishes>,
    /// Where edits go.
    pub edit: Callback<Edit>,
}

const SOUND: [(AudioChoice, &str, &str); 4] = [
    (AudioChoice::Auto, "auto", "Automatic"),
    (AudioChoice::Copy, "copy", "Copy unchanged"),
    (AudioChoice::None, "none", "No sound"),
    (AudioChoice::Rate, "rate", "My own bitrate"),
];

/// Height, frame rate, sound.
#[component]
pub fn Advanced(props: &AdvancedProps) -> Html {
    let AdvancedProps { settings, wishes, edit } = props;
    let sound = edit.reform(|event: Event| {
        let value = chosen(&event);
        let found = SOUND.iter().find(|(_, name, _)| *name == value);
        Edit::Audio(found.map_or(AudioChoice::Auto, |(choice, ..)| *choice))
    });
    html! {
        <details class="advanced">
            <summary>{ "Picture and sound" }</summary>
            <div class="advanced__fields">
                <TextField
                    id="height"
                    label="Height"
                    value={settings.height.clone()}
                    placeholder="Automatic"
                    unit="pixels"
                    inputmode="numeric"
                    problem={settings.problem(Field::Height, wishes)}
                    on_input={edit.reform(Edit::Height)}
                />
                <TextField
                    id="frame-rate"
                    label="Frame rate"
                    value={settings.frame_rate.clone()}
                    placeholder="Automatic"
                    unit="per second"
                    problem={settings.problem(Field::FrameRate, wishes)}
                    on_input={edit.reform(Edit::FrameRate)}
                />
                <div class="field">
                    <label for="sound">{ "Sound" }</label>
                    <select id="sound" onchange={sound}>
                        { for SOUND.iter().map(|(choice, value, label)| html! {
                            <option value={*value} selected={settings.audio == *choice}>{ *label }</option>
                        }) }
                    </select>
                </div>
                if settings.audio == AudioChoice::Rate {
                    <TextField
                        id="sound-rate"
                        label="Sound bitrate"
                        value={settings.audio_rate.clone()}
                        unit="kb/s"
                        problem={settings.problem(Field::AudioRate, wishes)}
                        on_input={edit.reform(Edit::AudioRate)}
                    />
                }
            </div>
        </details>
    }
}
