//! A page's state with clips, and what a run tells it. Shared by the tests of the reducer.
#![allow(dead_code, reason = "each file that includes it uses a part")]

use crate::samples;
use clipfit_core::units::{Bytes, Micros};
use clipfit_core::view::account::ResultAccount;
use clipfit_core::view::update::Update;
use clipfit_page::job::{ClipFile, FileId, Phase, RunId};
use clipfit_page::state::{Action, Effect, News, State};

pub(crate) fn source(number: u32) -> ClipFile {
    ClipFile { file: FileId(number), name: format!("clip {number}.mov"), bytes: Bytes(4_142_310) }
}

pub(crate) fn with_files(count: u32) -> (State, Vec<Effect>) {
    let mut state = State::new(None);
    let commands = state.reduce(Action::AddFiles((1..=count).map(source).collect()));
    (state, commands)
}

pub(crate) fn handles(state: &State) -> Vec<&'static str> {
    state.jobs.iter().map(|job| job.phase.handle()).collect()
}

pub(crate) fn started(commands: &[Effect]) -> Vec<RunId> {
    commands
        .iter()
        .filter_map(|command| match command {
            Effect::Start { run, .. } => Some(*run),
            _ => None,
        })
        .collect()
}

pub(crate) fn news(update: Update) -> News {
    News { update, made: None, now: Micros(0) }
}

pub(crate) fn finished(url: &str) -> News {
    match samples::done(1, url).phase {
        Phase::Done(done) => {
            let update = Update::Finished(ResultAccount::clone(&done.report));
            News { made: Some(samples::made(url)), ..news(update) }
        }
        other => panic!("the sample is {}", other.handle()),
    }
}
