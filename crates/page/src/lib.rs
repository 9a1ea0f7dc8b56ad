//! Clipfit's page: `state` decides, `components` show, `effects` touch the world; `app` ties the three together.
//!
//! Invariant: nothing but `effects`, and `hooks` for what lives with one component, calls the browser or the engine; both do so
//! through `client`. The reducer and what it is made of (`state`, `job`, `settings`, `words`) run natively as well, and are tested
//! there. Planning and jobs are not linked: core is, without its feature `planner`.

pub mod app;
pub mod client;
pub mod components;
pub mod effects;
pub mod elements;
pub mod hooks;
pub mod job;
pub mod settings;
pub mod shared;
pub mod state;
pub mod words;

/// Puts the page in place of the static shell.
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
