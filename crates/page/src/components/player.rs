//! Plays a finished package from memory, with a choice of rendition and a buffer gauge. The player's state changes
//! several times a second, so it lives here and not in the page's state. Knows no job.

use super::chosen;
use crate::hooks::use_player::{Playback, use_player};
use crate::playback::{PlayerError, PlayerState};
use clipfit_site::PackageFile;
use std::rc::Rc;
use yew::prelude::*;

/// The most that hls.js buffers, in seconds. The bar is full then.
const FULL: f64 = 30.0;

/// The properties of the player.
#[derive(Properties)]
pub struct PlayerProperties {
    /// All files of the package. A different `Rc` means a different package.
    pub files: Rc<[PackageFile]>,
    /// Name of the video for screen readers.
    pub name: AttrValue,
    /// Element id of the list of renditions; unique on the page.
    pub id: AttrValue,
}

impl PartialEq for PlayerProperties {
    fn eq(&self, other: &PlayerProperties) -> bool {
        Rc::ptr_eq(&self.files, &other.files) && (&self.name, &self.id) == (&other.name, &other.id)
    }
}

/// Draws the player.
#[component]
pub fn Player(properties: &PlayerProperties) -> Html {
    let video = use_node_ref();
    let Playback { state, switch_to } = use_player(&video, &properties.files);
    let choose = switch_to.reform(|event: Event| chosen(&event).parse().ok());
    html! {
        <div class="player">
            <video ref={video} controls=true playsinline=true data-testid="hls-player"
                data-state={word(&state)} data-level={state.current.map(|level| level.to_string())}
                aria-label={format!("Preview of {}", properties.name)}></video>
            if let Some(error) = &state.error {
                <p class="player__problem" role="status">{ error.to_string() }</p>
            } else {
                <div class="player__row">{ renditions(&properties.id, &state, choose) }{ buffer(&state) }</div>
            }
        </div>
    }
}

fn word(state: &PlayerState) -> &'static str {
    match &state.error {
        Some(PlayerError::Unsupported) => "unsupported",
        Some(_) => "failed",
        None if state.ended => "ended",
        None if state.levels.is_empty() => "loading",
        None => "ready",
    }
}

fn renditions(id: &AttrValue, state: &PlayerState, choose: Callback<Event>) -> Html {
    let automatic = match (state.chosen, state.current.and_then(|current| state.levels.get(current))) {
        (None, Some(name)) => format!("Automatic ({name})"),
        _ => "Automatic".into(),
    };
    html! {
        <div class="field">
            <label for={id.clone()}>{ "Quality" }</label>
            <select id={id.clone()} data-testid="hls-rendition" onchange={choose}>
                <option value="" selected={state.chosen.is_none()}>{ automatic }</option>
                { for state.levels.iter().enumerate().map(|(index, name)| html! {
                    <option value={index.to_string()} selected={state.chosen == Some(index)}>{ name }</option>
                }) }
            </select>
        </div>
    }
}

fn buffer(state: &PlayerState) -> Html {
    let share = format!("--share: {:.3}", (state.buffered / FULL).clamp(0.0, 1.0));
    html! {
        <div class="player__buffer" data-testid="hls-buffer" data-seconds={state.buffered.to_string()}>
            <span>{ format!("{:.0} s buffered", state.buffered) }</span>
            <div class="player__bar" aria-hidden="true"><i style={share}></i></div>
        </div>
    }
}
