//! The one place that runs effects: carries out the reducer's commands and turns events into actions. Decides nothing;
//! the reducer does.

mod browser;
mod files;
mod keeping;
mod runs;

use crate::client::{engine, player};
use crate::elements;
use crate::job::{FileId, RunId};
use crate::settings::Settings;
use crate::state::{Action, Copied, Effect, Place, State};
use clipfit_core::view::account::CodecAccount;
use clipfit_core::wishes::link::Link;
use clipfit_site::PackageFile;
use files::Files;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use keeping::Keeping;
use runs::Runs;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::Callback;

/// How long a removed job can be put back.
const UNDO_MS: u32 = 15_000;

/// What the page holds of the world.
pub struct Effects {
    dispatch: Callback<Action>,
    files: Rc<Files>,
    runs: Runs,
    keeping: Keeping,
    leaving: browser::Leaving,
    /// They live as long as the page.
    _listeners: Vec<EventListener>,
}

impl Effects {
    /// Listens to the window and registers the service worker. All events go to `dispatch`.
    pub fn new(dispatch: Callback<Action>) -> Self {
        let files = Rc::new(Files::default());
        let mut listeners = files::listen(&files, &dispatch);
        listeners.extend(browser::on_new_link(dispatch.clone()));
        listeners.extend(browser::on_trap(&dispatch));
        browser::register_service_worker();
        let codecs = CodecAccount::in_browser(clipfit_site::kept_speeds(), clipfit_site::threads());
        dispatch.emit(Action::Codecs(codecs));
        dispatch.emit(Action::FoldersCanBeWritten(player::folders_can_be_written()));
        Effects {
            runs: Runs::new(dispatch.clone()),
            keeping: Keeping::new(dispatch.clone()),
            leaving: browser::Leaving::listen(),
            dispatch,
            files,
            _listeners: listeners,
        }
    }

    /// Returns the settings of the last visit.
    pub fn kept_settings(&self) -> Option<Settings> {
        browser::kept_settings()
    }

    /// Returns the link in the address and its number of parameters; `None` if there are none.
    pub fn link(&self) -> Option<(Link, usize)> {
        browser::link()
    }

    /// Returns a callback that adds files.
    pub fn file_taker(&self) -> Callback<Vec<File>> {
        let (files, dispatch) = (Rc::clone(&self.files), self.dispatch.clone());
        Callback::from(move |taken| dispatch.emit(Action::AddFiles(files.take_in(taken))))
    }

    /// Returns a callback that goes on with an earlier job, by its key, with the file that was chosen for it.
    pub fn earlier_taker(&self) -> Callback<(String, File)> {
        let (files, dispatch) = (Rc::clone(&self.files), self.dispatch.clone());
        Callback::from(move |(key, file): (String, File)| {
            for file in files.take_in(vec![file]) {
                dispatch.emit(Action::GoOn(key.clone(), file));
            }
        })
    }

    /// Returns a callback that gives the file that a job was made of.
    pub fn file_giver(&self) -> Callback<FileId, Option<File>> {
        let files = Rc::clone(&self.files);
        Callback::from(move |id| files.get(id))
    }

    /// Shows in title and icon how far it is, keeps the screen on while jobs run, and has the browser ask before
    /// something is lost.
    pub fn follow(&self, state: &State) {
        browser::set_title(&state.title());
        browser::set_icon(state.percent());
        if self.leaving.set(state.would_lose(), state.is_working()) {
            self.keeping.stay_awake(state.is_working());
        }
    }

    /// Carries out one command.
    pub fn run(&self, command: Effect, state: &State) {
        match command {
            Effect::Start { job, run, file, wishes } => {
                self.runs.start(job, run, self.files.get(file), wishes);
            }
            Effect::Adopt(job, key) => self.keeping.adopt(job, key),
            Effect::End(run) => self.runs.end(run),
            Effect::DiscardEngine => engine::discard(),
            Effect::ForgetLog(run) => self.runs.forget(run),
            Effect::ForgetFile(file) => self.files.forget(file),
            Effect::Release(url) => browser::release(&url),
            Effect::Download { url, name } => browser::download(&url, &name),
            Effect::ReadLog(run) => self.dispatch.emit(Action::LogRead(run, self.runs.log(run))),
            Effect::CopyLog(run) => self.copy_log(run),
            Effect::Copy(text) => self.copy(text),
            Effect::SaveIntoFolder { run, name, files, with_page } => {
                self.save_into_folder(run, name, files, with_page);
            }
            Effect::Store { job, stored, wishes, url } => self.keeping.keep(job, stored, wishes, url),
            Effect::Unstore(job) => self.keeping.forget(job),
            Effect::RemoveEarlier(key) => self.keeping.remove(key),
            Effect::ForgetLater(number) => {
                let dispatch = self.dispatch.clone();
                Timeout::new(UNDO_MS, move || dispatch.emit(Action::ForgetRemoved(number))).forget();
            }
            Effect::KeepSettings => browser::keep_settings(&state.settings),
            Effect::Reveal(job) => browser::reveal(job.element()),
            Effect::Focus(Place::Job(job)) => browser::focus(vec![job.element()]),
            Effect::Focus(Place::Chooser) => browser::focus(vec![elements::CHOOSER.to_owned()]),
            Effect::Focus(Place::Settings) => {
                browser::focus([elements::TARGET, elements::SETTINGS].map(str::to_owned).into())
            }
        }
    }

    fn save_into_folder(&self, run: RunId, name: String, files: Rc<[PackageFile]>, with_page: bool) {
        let dispatch = self.dispatch.clone();
        spawn_local(async move {
            let how = match player::save_into_folder(&name, &files, with_page).await {
                Ok(true) => Some(Ok(())),
                Ok(false) => None,
                Err(error) => Some(Err(error.to_string())),
            };
            dispatch.emit(Action::SavedIntoFolder(run, how));
        });
    }

    fn copy(&self, text: String) {
        let dispatch = self.dispatch.clone();
        browser::copy(text.clone(), move |how| {
            dispatch.emit(Action::Copied(Copied { text: text.clone(), how }));
        });
    }

    fn copy_log(&self, run: RunId) {
        let dispatch = self.dispatch.clone();
        browser::copy(self.runs.log(run), move |how| dispatch.emit(Action::LogCopied(run, how)));
    }
}
