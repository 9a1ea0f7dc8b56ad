//! Shows the page in the state named by the fragment (`#empty`, `#busy`, `#done`, `#failed`, `#mixed`), with sample
//! data and no effects. Not part of the site. Build it with `cargo build --example gallery --target
//! wasm32-unknown-unknown`, run wasm-bindgen on it, and load it in a document that has `<div id="clipfit">` and the
//! bundled sheet.

#[path = "../tests/samples/mod.rs"]
mod samples;

use clipfit_core::wishes::destinations::Id;
use clipfit_core::wishes::link;
use clipfit_page::components::page::page;
use clipfit_page::job::Job;
use clipfit_page::settings::Edit;
use clipfit_page::shared::Shared;
use clipfit_page::state::{Action, State};
use yew::prelude::*;

fn jobs(name: &str) -> Vec<Job> {
    match name {
        "busy" => vec![samples::encoding(1), samples::queued(2, "birthday.mp4")],
        "loading" => vec![samples::loading(1)],
        "planned" => vec![samples::planned(1)],
        "done" | "again" => vec![samples::done(1, "sample.mp4")],
        "failed" => vec![samples::refused(1), samples::broken(2)],
        "mixed" => vec![
            samples::done(1, "sample.mp4"),
            samples::cancelled(2),
            samples::encoding(3),
            samples::queued(4, "birthday.mp4"),
        ],
        _ => Vec::new(),
    }
}

struct Gallery {
    state: State,
}

impl Component for Gallery {
    type Message = Action;
    type Properties = ();

    fn create(_: &Context<Self>) -> Self {
        let name = web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
        let name = name.trim_start_matches('#');
        let mut state = State::new(None);
        match name {
            "notice" => {
                let link = link::parse("target=lots&mode=hls&utm_source=mail", "");
                state.reduce(Action::FollowLink(Box::new(link), 3));
            }
            "settings" => {
                state.reduce(Action::ToggleMoreSettings);
                state.reduce(Action::Edit(Edit::Destination(Id::parse("discord"))));
                state.reduce(Action::Edit(Edit::Height("tall".into())));
            }
            "quick" => {
                state.reduce(Action::Edit(Edit::Mode(clipfit_core::wishes::Mode::Quick)));
            }
            "drag" => {
                state.reduce(Action::Drag(true));
            }
            "done" | "planned" => {
                state.reduce(Action::Edit(Edit::Target("1.9 MB".into())));
            }
            _ => {}
        }
        state.jobs = jobs(name).into_iter().map(Shared::new).collect();
        Gallery { state }
    }

    fn update(&mut self, _: &Context<Self>, action: Action) -> bool {
        self.state.reduce(action);
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        page(
            &self.state,
            &context.link().callback(|action| action),
            &Callback::noop(),
            &Callback::noop(),
            &Callback::from(|_| None),
        )
    }
}

fn main() {
    let shell = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("clipfit"));
    if let Some(shell) = shell {
        yew::Renderer::<Gallery>::with_root(shell).render();
    }
}
