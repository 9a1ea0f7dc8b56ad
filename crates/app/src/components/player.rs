//! Plays a finished package from memory, with a choice of rendition and a buffer gauge. The player's state changes several
//! times a second, so it lives here and not in the page's state. Knows no job.

use super::chosen;
use clipfit_bridge::player::{self, PackageFile, PlayerError, PlayerState, Playing};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlVideoElement;
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

/// The state of one playback. Lives as long as the component.
#[derive(Default)]
struct Session {
    playing: Option<Playing>,
    over: bool,
}

/// Draws the player.
#[component]
pub fn Player(properties: &PlayerProperties) -> Html {
    let video = use_node_ref();
    let state = use_state(PlayerState::default);
    let session = use_mut_ref(|| None::<Rc<RefCell<Session>>>);
    {
        let (video, state, session) = (video.clone(), state.setter(), session.clone());
        let files = Rc::clone(&properties.files);
        use_effect_with(PackageKey(Rc::clone(&properties.files)), move |_| {
            let started = Rc::new(RefCell::new(Session::default()));
            session.replace(Some(Rc::clone(&started)));
            let own = Rc::clone(&started);
            spawn_local(async move {
                let Some(element) = video.cast::<HtmlVideoElement>() else { return };
                let told = state.clone();
                match player::play(&element, &files, move |state| told.set(state)).await {
                    // The component may be gone by the time the script has loaded.
                    Ok(_) if own.borrow().over => {}
                    Ok(playing) => own.borrow_mut().playing = Some(playing),
                    Err(error) => state.set(PlayerState { error: Some(error), ..PlayerState::default() }),
                }
            });
            move || {
                let playing = {
                    let mut session = started.borrow_mut();
                    session.over = true;
                    session.playing.take()
                };
                drop(playing);
            }
        });
    }
    let choose = Callback::from(move |event: Event| {
        let rendition = chosen(&event).parse().ok();
        if let Some(session) = session.borrow().as_ref()
            && let Some(playing) = &session.borrow().playing
        {
            playing.switch_to(rendition);
        }
    });
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

/// Compares packages by identity, because they have many files.
struct PackageKey(Rc<[PackageFile]>);

impl PartialEq for PackageKey {
    fn eq(&self, other: &PackageKey) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
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
