//! Plays a package in a component's video element for as long as the component is there.

use crate::client::player::{self, Playing};
use crate::playback::PlayerState;
use clipfit_site::PackageFile;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlVideoElement;
use yew::prelude::*;

/// A package that is played.
pub struct Playback {
    /// How it goes.
    pub state: UseStateHandle<PlayerState>,
    /// Shows a rendition by its place in `PlayerState::levels`; `None` leaves it to the player.
    pub switch_to: Callback<Option<usize>>,
}

/// What goes on while a package is played. Gone when the component is.
#[derive(Default)]
struct Session {
    playing: Option<Playing>,
    over: bool,
}

/// Plays these files in `video`. Another `Rc` means another package.
#[hook]
pub fn use_player(video: &NodeRef, files: &Rc<[PackageFile]>) -> Playback {
    let state = use_state(PlayerState::default);
    let session = use_mut_ref(|| None::<Rc<RefCell<Session>>>);
    {
        let (video, state, session) = (video.clone(), state.setter(), session.clone());
        use_effect_with(PackageKey(Rc::clone(files)), move |PackageKey(files)| {
            let files = Rc::clone(files);
            let started = Rc::new(RefCell::new(Session::default()));
            session.replace(Some(Rc::clone(&started)));
            let own = Rc::clone(&started);
            spawn_local(async move {
                let Some(element) = video.cast::<HtmlVideoElement>() else { return };
                let told = state.clone();
                match player::play(&element, &files, move |state| told.set(state)).await {
                    // The component may have gone while the script was on its way.
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
    let switch_to = Callback::from(move |rendition| {
        if let Some(session) = session.borrow().as_ref()
            && let Some(playing) = &session.borrow().playing
        {
            playing.switch_to(rendition);
        }
    });
    Playback { state, switch_to }
}

/// Compares packages by identity: their files are many.
struct PackageKey(Rc<[PackageFile]>);

impl PartialEq for PackageKey {
    fn eq(&self, other: &PackageKey) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
