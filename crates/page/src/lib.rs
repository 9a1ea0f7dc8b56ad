//! Clipfit's page: `state` decides, `components` show, `effects` touch the world; `app` ties the three together.
//!
//! Invariant: only `effects` calls the browser or the engine. The reducer and its parts (`state`, `job`, `settings`,
//! `words`) also run natively and are tested there.

pub mod app;
pub mod client;
pub mod comparison;
pub mod components;
pub mod earlier;
pub mod effects;
pub mod elements;
pub mod hooks;
pub mod job;
pub mod playback;
pub mod settings;
pub mod shared;
pub mod state;
pub mod words;

/// Replaces the static shell with the page.
pub fn run() {
    console_error_panic_hook::set_once();
    let shell = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("clipfit"));
    match shell {
        Some(shell) => yew::Renderer::<app::App>::with_root(shell).render(),
        None => yew::Renderer::<app::App>::new().render(),
    };
}
