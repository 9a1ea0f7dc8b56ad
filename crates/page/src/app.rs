//! Connects state, components and effects: an action comes in, the reducer returns commands, the effects carry them
//! out, and the page is drawn again. Decides nothing itself.

use crate::components::page::page;
use crate::effects::Effects;
use crate::job::FileId;
use crate::state::{Action, State};
use web_sys::File;
use yew::prelude::*;

/// The whole page.
pub struct App {
    state: State,
    effects: Effects,
    dispatch: Callback<Action>,
    add_files: Callback<Vec<File>>,
    go_on: Callback<(String, File)>,
    sources: Callback<FileId, Option<File>>,
}

impl Component for App {
    type Message = Action;
    type Properties = ();

    fn create(context: &Context<Self>) -> Self {
        let dispatch = context.link().callback(|action: Action| action);
        let effects = Effects::new(dispatch.clone());
        let mut state = State::new(effects.kept_settings());
        if let Some((link, named)) = effects.link() {
            state.reduce(Action::FollowLink(Box::new(link), named));
        }
        App {
            state,
            add_files: effects.file_taker(),
            go_on: effects.earlier_taker(),
            sources: effects.file_giver(),
            effects,
            dispatch,
        }
    }

    fn update(&mut self, _: &Context<Self>, action: Action) -> bool {
        for command in self.state.reduce(action) {
            self.effects.run(command, &self.state);
        }
        self.effects.follow(&self.state);
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        page(&self.state, &self.dispatch, &self.add_files, &self.go_on, &self.sources)
    }
}
