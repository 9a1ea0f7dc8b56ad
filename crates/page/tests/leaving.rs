//! Tests what stays when an attempt, a job or the page goes: results, what earlier pages left, and the question before
//! leaving. Runs natively and in the browser.

mod driving;
mod samples;

use clipfit_core::units::Bytes;
use clipfit_core::view::update::{FailureAccount, Update};
use clipfit_core::wishes::{Effort, Wishes};
use clipfit_page::earlier::{Earlier, StoredJob};
use clipfit_page::job::{ClipFile, FileId, Job, JobId};
use clipfit_page::settings::Edit;
use clipfit_page::state::{Action, Effect, State};
use driving::{finished, handles, news, source, with_files};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn previous(state: &State) -> Option<&str> {
    state.jobs[0].previous.as_ref().map(|previous| previous.finished.made.url.as_str())
}

fn releases(commands: &[Effect], url: &str) -> bool {
    commands.contains(&Effect::Release(url.into()))
}

/// What is stored of jobs: with a result or without one.
fn stores(commands: &[Effect]) -> Vec<(JobId, Option<&str>)> {
    commands
        .iter()
        .filter_map(|command| match command {
            Effect::Store { job, url, .. } => Some((*job, url.as_deref())),
            _ => None,
        })
        .collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_result_stays_until_there_is_another() {
    let failure = || news(Update::Failed(FailureAccount::plain("No.".into())));
    for (ends, handle) in
        [(Some(failure()), "failed"), (None, "cancelled"), (Some(finished("blob:2")), "done")]
    {
        let (mut state, _) = with_files(1);
        let id = state.jobs[0].id;
        state.reduce(Action::Tell(state.jobs[0].run, finished("blob:1")));
        // Twice: the second attempt is not the first one's heir.
        state.reduce(Action::Switch(id, Effort::Fast));
        let commands = state.reduce(Action::Switch(id, Effort::Best));
        assert_eq!((previous(&state), releases(&commands, "blob:1")), (Some("blob:1"), false));
        assert_eq!(stores(&commands), [], "the store has the result, too");
        // It was on its way into the store when the next attempt began.
        state.reduce(Action::Stored(id, "blob:1".into(), true));
        assert!(state.jobs[0].finished().is_some_and(|finished| finished.safe));
        let commands = match ends {
            Some(ends) => state.reduce(Action::Tell(state.jobs[0].run, ends)),
            None => state.reduce(Action::Cancel(id)),
        };
        let replaced = handle == "done";
        assert_eq!(handles(&state), [handle]);
        assert_eq!(
            (previous(&state).is_none(), releases(&commands, "blob:1")),
            (replaced, replaced),
            "{handle}"
        );
        assert!(!commands.contains(&Effect::Unstore(id)), "{handle}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn jobs_are_stored_from_their_beginning_to_their_end() {
    let (mut state, commands) = with_files(2);
    let [first, second] = [0, 1].map(|place| Job::clone(&state.jobs[place]));
    assert_eq!(stores(&commands), [(first.id, None), (second.id, None)]);
    let commands = state.reduce(Action::Tell(first.run, finished("blob:1")));
    assert_eq!(stores(&commands), [(first.id, Some("blob:1"))]);
    let failure = Update::Failed(FailureAccount::plain("No.".into()));
    let commands = state.reduce(Action::Tell(second.run, news(failure)));
    assert!(commands.contains(&Effect::Unstore(second.id)));
    let commands = state.reduce(Action::Again(second.id));
    assert_eq!(stores(&commands), [(second.id, None)]);
    let commands = state.reduce(Action::Cancel(second.id));
    assert!(commands.contains(&Effect::Unstore(second.id)));
}

#[wasm_bindgen_test(unsupported = test)]
fn leaving_is_a_question_only_while_something_would_be_lost() {
    let done = |download: bool| {
        let (mut state, _) = with_files(1);
        assert!(state.would_lose() && state.is_working(), "it runs");
        state.reduce(Action::Edit(Edit::Download(download)));
        state.reduce(Action::Tell(state.jobs[0].run, finished("blob:1")));
        assert!(!state.is_working());
        state
    };
    assert!(!State::new(None).would_lose());
    assert!(!done(true).would_lose(), "downloaded by itself");
    for (action, would_lose) in [
        (Action::Stored(done(false).jobs[0].id, "blob:1".into(), true), false),
        (Action::Stored(done(false).jobs[0].id, "blob:1".into(), false), true),
        (Action::Stored(done(false).jobs[0].id, "blob:2".into(), true), true),
        (Action::Downloaded(done(false).jobs[0].id, "blob:1".into()), false),
        (Action::Remove(done(false).jobs[0].id), false),
    ] {
        let mut state = done(false);
        assert!(state.would_lose(), "not yet stored");
        state.reduce(action.clone());
        assert_eq!(state.would_lose(), would_lose, "{action:?}");
    }
}

fn earlier(key: &str, number: u32, url: Option<&str>) -> Earlier {
    let ClipFile { name, bytes, .. } = source(number);
    let result_bytes = url.map(|_| Bytes(1_000_000));
    let job =
        StoredJob { source: name, source_bytes: bytes, result: "clip-clipfit.mp4".into(), result_bytes };
    let wishes = Some(Wishes { effort: Effort::Best, ..Wishes::default() });
    Earlier { key: key.into(), job, wishes, url: url.map(str::to_owned), other_file: None }
}

fn keys(state: &State) -> Vec<&str> {
    state.earlier.iter().map(|one| one.key.as_str()).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn an_earlier_clip_goes_on_with_its_own_file_and_wishes() {
    let mut state = State::new(None);
    state.reduce(Action::Earlier(vec![earlier("a", 1, None), earlier("b", 2, Some("blob:b"))]));
    assert!(state.jobs.is_empty() && !state.would_lose());

    let other = ClipFile { file: FileId(7), ..source(3) };
    let commands = state.reduce(Action::GoOn("a".into(), other.clone()));
    assert_eq!(commands, [Effect::ForgetFile(FileId(7))]);
    assert_eq!(state.earlier[0].other_file.as_ref(), Some(&other.name));

    let commands = state.reduce(Action::GoOn("a".into(), source(1)));
    assert_eq!((handles(&state), keys(&state)), (vec!["planning"], vec!["b"]));
    assert_eq!(state.jobs[0].wishes.effort, Effort::Best);
    let id = state.jobs[0].id;
    assert_eq!(commands[0], Effect::Adopt(id, "a".into()), "before the job is stored and begins");
    assert!(!commands.contains(&Effect::RemoveEarlier("a".into())), "it is the job's own now");
}

#[wasm_bindgen_test(unsupported = test)]
fn what_earlier_pages_left_can_be_removed() {
    let mut state = State::new(None);
    let all = [("a", 1), ("b", 2), ("c", 3)].map(|(key, number)| earlier(key, number, Some(key)));
    state.reduce(Action::Earlier(all.to_vec()));
    let commands = state.reduce(Action::RemoveEarlier("b".into()));
    assert_eq!(commands, [Effect::Release("b".into()), Effect::RemoveEarlier("b".into())]);
    assert_eq!(keys(&state), ["a", "c"]);
    let commands = state.reduce(Action::RemoveAllEarlier);
    assert_eq!(commands.len(), 4);
    assert!(state.earlier.is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn an_engine_that_broke_costs_one_job() {
    let (mut state, _) = with_files(2);
    let next = state.jobs[1].run;
    let commands = state.reduce(Action::EngineBroke);
    assert_eq!(handles(&state), ["failed", "planning"]);
    let place = |wanted: &dyn Fn(&Effect) -> bool| commands.iter().position(wanted);
    let discarded = place(&|effect| *effect == Effect::DiscardEngine);
    let started = place(&|effect| matches!(effect, Effect::Start { run, .. } if *run == next));
    assert!(discarded.is_some() && discarded < started, "{commands:?}");
    // What is left of the engine traps once more.
    assert_eq!(state.reduce(Action::EngineBroke), []);
    assert_eq!(handles(&state), ["failed", "planning"]);
    state.reduce(Action::Tell(next, news(Update::Probing)));
    assert!(state.reduce(Action::EngineBroke).contains(&Effect::DiscardEngine), "another engine");
    let mut idle = State::new(None);
    assert_eq!(idle.reduce(Action::EngineBroke), [Effect::DiscardEngine]);
}
