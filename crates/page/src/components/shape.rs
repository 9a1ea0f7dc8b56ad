//! The fields for the part of the frames to keep, the turn and the flip. Knows nothing of any clip's size.

use super::chosen;
use super::field::TextField;
use crate::settings::{Edit, Field, Settings};
use clipfit_core::clip::rotation::Rotation;
use clipfit_core::wishes::Wishes;
use clipfit_core::wishes::shape::{self, Flip};
use yew::prelude::*;

/// Shapes that places for video ask for.
const RATIOS: [&str; 4] = ["1:1", "9:16", "16:9", "4:5"];

const TURNS: [(Rotation, &str); 4] = [
    (Rotation::None, "As it is"),
    (Rotation::Right, "Quarter turn right"),
    (Rotation::Half, "Half turn"),
    (Rotation::Left, "Quarter turn left"),
];

const FLIPS: [(Flip, &str); 4] = [
    (Flip::None, "As it is"),
    (Flip::Horizontal, "Left and right"),
    (Flip::Vertical, "Top and bottom"),
    (Flip::Both, "Both"),
];

/// Draws them.
pub(super) fn shape(settings: &Settings, wishes: &Wishes, edit: &Callback<Edit>) -> Html {
    let crop = TextField {
        id: "crop",
        label: "Crop",
        value: &settings.crop,
        placeholder: "Whole frame",
        unit: None,
        inputmode: "text",
        problem: settings.problem(Field::Crop, wishes),
        on_input: edit.reform(Edit::Crop),
    };
    let ratio = |ratio: &'static str| {
        let pressed = settings.crop.trim() == ratio;
        let onclick = edit.reform(move |_| Edit::Crop(if pressed { String::new() } else { ratio.into() }));
        html! {
            <button type="button" class="shape__ratio" aria-pressed={pressed.to_string()} {onclick}>{ ratio }</button>
        }
    };
    let turn = edit.reform(|event: Event| Edit::Turn(shape::parse_turn(&chosen(&event)).unwrap_or_default()));
    let flip = edit.reform(|event: Event| Edit::Flip(Flip::find(&chosen(&event)).unwrap_or_default()));
    html! {
        <>
            <div class="shape">
                { crop.draw() }
                <div class="shape__ratios" role="group" aria-label="Crop to a shape">{ for RATIOS.map(ratio) }</div>
            </div>
            <div class="field">
                <label for="turn">{ "Turn" }</label>
                <select id="turn" onchange={turn}>
                    { for TURNS.iter().map(|(turn, label)| html! {
                        <option value={turn.clockwise().to_string()} selected={settings.turn == *turn}>{ *label }</option>
                    }) }
                </select>
            </div>
            <div class="field">
                <label for="flip">{ "Flip" }</label>
                <select id="flip" onchange={flip}>
                    { for FLIPS.iter().map(|(flip, label)| html! {
                        <option value={flip.id()} selected={settings.flip == *flip}>{ *label }</option>
                    }) }
                </select>
            </div>
        </>
    }
}
