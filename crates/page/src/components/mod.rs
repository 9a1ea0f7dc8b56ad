//! Draws the page from the state alone. Components know actions, never effects.

pub mod advanced;
mod command_view;
pub mod compare;
pub mod drop_zone;
pub mod earlier;
pub mod efforts;
pub mod failure_view;
pub mod field;
pub mod header;
pub mod icon;
pub mod job_card;
pub mod log_view;
pub mod notice;
mod package_view;
mod packaging;
pub mod page;
pub mod plan_view;
pub mod player;
pub mod preview;
pub mod progress_view;
pub mod result_view;
mod rungs;
pub mod settings_panel;
mod shape;
pub mod steps;
pub mod trim;
mod undo;

use crate::state::Action;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, HtmlSelectElement, InputEvent};
use yew::Callback;
use yew::prelude::MouseEvent;

/// Turns a click into one action.
pub(crate) fn click(dispatch: &Callback<Action>, action: Action) -> Callback<MouseEvent> {
    dispatch.reform(move |_| action.clone())
}

/// Returns the text typed in a field.
pub(crate) fn typed(event: &InputEvent) -> String {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    target.map_or_else(String::new, |input| input.value())
}

/// Returns the value chosen in a list.
pub(crate) fn chosen(event: &Event) -> String {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
    target.map_or_else(String::new, |select| select.value())
}

/// Returns whether a checkbox is ticked.
pub(crate) fn ticked(event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    target.is_some_and(|input| input.checked())
}
