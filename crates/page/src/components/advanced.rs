//! The settings that most people never need: the part to keep, the shape, codec, height, frame rate, audio.

use super::chosen;
use super::field::TextField;
use super::shape::shape;
use crate::settings::{AudioChoice, Edit, Field, Settings};
use crate::words;
use clipfit_core::view::account::CodecAccount;
use clipfit_core::wishes::{Codec, Mode, Tracks, Wishes};
use yew::prelude::*;

const AUDIO_CHOICES: [(AudioChoice, &str, &str); 4] = [
    (AudioChoice::Auto, "auto", "Automatic"),
    (AudioChoice::Copy, "copy", "Copy unchanged"),
    (AudioChoice::None, "none", "No audio"),
    (AudioChoice::Rate, "rate", "Custom bitrate"),
];

const TRACKS: [(Tracks, &str); 2] = [(Tracks::First, "Keep the default one"), (Tracks::Mix, "Mix into one")];

/// Draws the fields for the part to keep, codec, height, frame rate and audio.
pub fn advanced(
    settings: &Settings,
    wishes: &Wishes,
    codecs: &[CodecAccount],
    edit: &Callback<Edit>,
) -> Html {
    let codec = edit.reform(|event: Event| {
        let value = chosen(&event);
        Edit::Codec(Codec::ALL.into_iter().find(|codec| codec.id() == value).unwrap_or_default())
    });
    let choose_audio = edit.reform(|event: Event| {
        let value = chosen(&event);
        let found = AUDIO_CHOICES.iter().find(|(_, name, _)| *name == value);
        Edit::Audio(found.map_or(AudioChoice::Auto, |(choice, ..)| *choice))
    });
    let choose_tracks =
        edit.reform(|event: Event| Edit::Tracks(Tracks::find(&chosen(&event)).unwrap_or_default()));
    let height = TextField {
        id: "height",
        label: "Height",
        value: &settings.height,
        placeholder: "Automatic",
        unit: Some("pixels"),
        inputmode: "numeric",
        problem: settings.problem(Field::Height, wishes),
        on_input: edit.reform(Edit::Height),
    };
    let frame_rate = TextField {
        id: "frame-rate",
        label: "Frame rate",
        value: &settings.frame_rate,
        placeholder: "Automatic",
        unit: Some("per second"),
        inputmode: "decimal",
        problem: settings.problem(Field::FrameRate, wishes),
        on_input: edit.reform(Edit::FrameRate),
    };
    let rate = TextField {
        id: "sound-rate",
        label: "Audio bitrate",
        value: &settings.audio_rate,
        placeholder: "",
        unit: Some("kb/s"),
        inputmode: "decimal",
        problem: settings.problem(Field::AudioRate, wishes),
        on_input: edit.reform(Edit::AudioRate),
    };
    let start_at = TextField {
        id: "start-at",
        label: "Begin at",
        value: &settings.start_at,
        placeholder: "The beginning",
        unit: Some("m:ss"),
        inputmode: "text",
        problem: settings.problem(Field::StartAt, wishes),
        on_input: edit.reform(Edit::StartAt),
    };
    let end_at = TextField {
        id: "end-at",
        label: "End at",
        value: &settings.end_at,
        placeholder: "The end",
        unit: Some("m:ss"),
        inputmode: "text",
        problem: settings.problem(Field::EndAt, wishes),
        on_input: edit.reform(Edit::EndAt),
    };
    html! {
        <details class="advanced">
            <summary>
                { "Trim, crop and more" }
                <small>{ words::changed(wishes).join(" · ") }</small>
            </summary>
            <div class="advanced__fields">
                { start_at.draw() }
                { end_at.draw() }
                { shape(settings, wishes, edit) }
                if matches!(settings.mode, Mode::Size | Mode::Quick) {
                <div class="field">
                    <label for="codec">{ "Codec" }</label>
                    <select id="codec" onchange={codec} aria-describedby="codec-plays">
                        { for codecs.iter().map(|CodecAccount { codec, missing }| html! {
                            <option
                                value={codec.id()}
                                selected={settings.codec == *codec}
                                disabled={missing.is_some() && settings.codec != *codec}
                            >
                                { codec.name() }
                                { missing.as_ref().map_or(String::new(), |why| format!(": {why}")) }
                            </option>
                        }) }
                    </select>
                    <p class="settings__hint" id="codec-plays">{ settings.codec.plays() }</p>
                </div>
                    { height.draw() }
                    { frame_rate.draw() }
                }
                <div class="field">
                    <label for="sound">{ "Audio" }</label>
                    <select id="sound" onchange={choose_audio}>
                        { for AUDIO_CHOICES.iter().map(|(choice, value, label)| html! {
                            <option value={*value} selected={settings.audio == *choice}>{ *label }</option>
                        }) }
                    </select>
                </div>
                if settings.audio == AudioChoice::Rate {
                    { rate.draw() }
                }
                if settings.audio != AudioChoice::None {
                <div class="field">
                    <label for="audio-tracks">{ "Several audio tracks" }</label>
                    <select id="audio-tracks" onchange={choose_tracks}>
                        { for TRACKS.iter().map(|(tracks, label)| html! {
                            <option value={tracks.id()} selected={settings.tracks == *tracks}>{ *label }</option>
                        }) }
                    </select>
                </div>
                }
            </div>
        </details>
    }
}
