//! Tests the reducer through the commands it returns: queue, restarts, late messages, links. Runs natively and in the
//! browser.

mod driving;
mod samples;

use clipfit_core::plan::refusal::Change;
use clipfit_core::progress::{Progress, Stage};
use clipfit_core::units::{Bytes, Micros};
use clipfit_core::view::account::{OfferAccount, PlanAccount};
use clipfit_core::view::update::{FailureAccount, Update};
use clipfit_core::wishes::destinations::Id;
use clipfit_core::wishes::link;
use clipfit_core::wishes::{AudioWish, Codec, Effort, Mode, Tracks, Trim, Wishes};
use clipfit_page::job::{Job, Phase, Saving};
use clipfit_page::settings::{AudioChoice, Edit, Field, Settings};
use clipfit_page::state::{Action, Copied, Effect, News, Place, State};
use clipfit_page::words;
use driving::{finished, handles, news, started, with_files};
use std::rc::Rc;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn progress(fraction: f64, seconds: f64) -> News {
    let update = Update::Progress(Progress { stage: Stage::Encoding, fraction });
    News { now: Micros::from_seconds(seconds), ..news(update) }
}

#[wasm_bindgen_test(unsupported = test)]
fn clips_run_one_after_the_other() {
    let (mut state, commands) = with_files(3);
    assert_eq!(handles(&state), ["planning", "queued", "queued"]);
    let first = state.jobs[0].run;
    assert_eq!(started(&commands), [first]);

    let commands = state.reduce(Action::Tell(first, finished("blob:1")));
    assert_eq!(handles(&state), ["done", "planning", "queued"]);
    assert_eq!(started(&commands), [state.jobs[1].run]);
    assert!(commands.contains(&Effect::End(first)));

    let failure = FailureAccount::plain("No.".into());
    let commands = state.reduce(Action::Tell(state.jobs[1].run, news(Update::Failed(failure))));
    assert_eq!(handles(&state), ["done", "failed", "planning"]);
    assert_eq!(started(&commands), [state.jobs[2].run]);
}

#[wasm_bindgen_test(unsupported = test)]
fn clips_wait_with_their_plans_until_they_are_started() {
    let mut state = State::new(None);
    state.reduce(Action::Edit(Edit::Wait(true)));
    let only_plan = |commands: &[Effect]| -> Vec<bool> {
        let starts = commands.iter().filter_map(|command| match command {
            Effect::Start { wishes, .. } => Some(wishes.only_plan),
            _ => None,
        });
        starts.collect()
    };
    let commands = state.reduce(Action::AddFiles((1..=2).map(driving::source).collect()));
    assert_eq!(only_plan(&commands), [true]);
    let commands = state.reduce(Action::Tell(state.jobs[0].run, news(Update::Resting)));
    assert_eq!(only_plan(&commands), [true], "the next one is planned meanwhile");
    state.reduce(Action::Tell(state.jobs[1].run, news(Update::Resting)));
    assert_eq!((handles(&state), state.waiting().len()), (vec!["planning", "planning"], 2));

    // Another limit is another plan, for each that waits.
    let commands = state.reduce(Action::Edit(Edit::Target("3 MB".into())));
    assert_eq!((only_plan(&commands), handles(&state)), (vec![true], vec!["planning", "queued"]));
    // So it is while one of them is still in the queue.
    state.reduce(Action::Edit(Edit::Target("3.5 MB".into())));
    state.reduce(Action::Edit(Edit::Target("3 MB".into())));
    for job in 0..2 {
        state.reduce(Action::Tell(state.jobs[job].run, news(Update::Resting)));
    }
    assert!(state.jobs.iter().all(|job| job.wishes.target == Bytes(3_000_000)));

    // The second is started; the first waits on, whatever is changed now, and the second is not disturbed.
    let commands = state.reduce(Action::Begin(state.jobs[1].id));
    assert_eq!(only_plan(&commands), [false]);
    let running = state.jobs[1].run;
    state.reduce(Action::Edit(Edit::Target("4 MB".into())));
    assert_eq!(state.jobs[1].run, running);
    assert_eq!(state.jobs[1].wishes.target, Bytes(3_000_000));
    state.reduce(Action::Tell(running, finished("blob:1")));
    state.reduce(Action::Tell(state.jobs[0].run, news(Update::Resting)));

    // Whoever need not wait any more starts.
    let commands = state.reduce(Action::Edit(Edit::Wait(false)));
    assert_eq!(only_plan(&commands), [false]);
    assert_eq!(state.jobs[0].wishes.target, Bytes(4_000_000));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_part_that_is_chosen_on_a_card_stays_with_its_clip() {
    let (mut state, _) = with_files(1);
    let (id, part) = (state.jobs[0].id, Trim { start: Micros(2_000_000), end: Some(Micros(4_000_000)) });
    let trim = |state: &State| state.jobs[0].wishes.trim;
    state.reduce(Action::Trim(id, Some(part)));
    assert_eq!((trim(&state), handles(&state)), (Some(part), vec!["planning"]));
    state.reduce(Action::Tell(state.jobs[0].run, finished("blob:1")));
    // Other settings and efforts keep it; the settings' own part is for the others.
    state.reduce(Action::Edit(Edit::Target("3 MB".into())));
    state.reduce(Action::Edit(Edit::StartAt("0:01".into())));
    state.reduce(Action::Again(id));
    assert_eq!((trim(&state), state.jobs[0].wishes.target), (Some(part), Bytes(3_000_000)));
    state.reduce(Action::Switch(id, Effort::Fast));
    assert_eq!(trim(&state), Some(part));
    state.reduce(Action::Trim(id, None));
    assert_eq!(trim(&state), None);

    // A clip that waits waits on, with another plan.
    let mut state = State::new(None);
    state.reduce(Action::Edit(Edit::Wait(true)));
    state.reduce(Action::AddFiles(vec![driving::source(1)]));
    state.reduce(Action::Tell(state.jobs[0].run, news(Update::Resting)));
    state.reduce(Action::Trim(state.jobs[0].id, Some(part)));
    state.reduce(Action::Tell(state.jobs[0].run, news(Update::Resting)));
    assert_eq!((trim(&state), state.waiting().len()), (Some(part), 1));
    state.reduce(Action::Edit(Edit::Target("2 MB".into())));
    assert_eq!(trim(&state), Some(part));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_job_goes_from_planning_to_encoding_to_done() {
    let (mut state, _) = with_files(1);
    let run = state.jobs[0].run;
    let Some(plan) = samples::plan() else { panic!("the sample has no plan") };
    state.reduce(Action::Tell(run, news(Update::Probed(samples::clip()))));
    let planned = news(Update::Planned(PlanAccount::new(&plan, "clip.mp4")));
    state.reduce(Action::Tell(run, News { now: Micros::from_seconds(1.0), ..planned }));
    assert_eq!(handles(&state), ["planning"]);
    assert!(state.jobs[0].plan.is_some());

    state.reduce(Action::Tell(run, progress(0.3, 4.0)));
    assert_eq!((handles(&state), state.jobs[0].percent), (vec!["encoding"], 30));
    let Phase::Encoding(running) = &state.jobs[0].phase else { panic!("does not encode") };
    assert_eq!(running.estimate.left, Some(Micros::from_seconds(7.0)));
    assert_eq!(running.estimate.speed, Some(3.0));
    assert_eq!(state.title(), "30 % · Clipfit");

    state.reduce(Action::Tell(run, finished("blob:1")));
    assert_eq!((handles(&state), state.jobs[0].percent), (vec!["done"], 100));
    assert_eq!(state.title(), "Done · Clipfit");
}

#[wasm_bindgen_test(unsupported = test)]
fn only_the_card_concerned_is_replaced() {
    let (mut state, _) = with_files(2);
    let before = state.jobs.clone();
    state.reduce(Action::Tell(before[0].run, progress(0.1, 1.0)));
    assert!(state.jobs[0] != before[0]);
    assert!(state.jobs[1] == before[1]);
}

#[wasm_bindgen_test(unsupported = test)]
fn quarters_are_announced_and_single_percents_are_not() {
    let (mut state, _) = with_files(1);
    let run = state.jobs[0].run;
    let mut heard = Vec::new();
    for percent in 0..100 {
        state.announcement.clear();
        state.reduce(Action::Tell(run, progress(f64::from(percent) / 100.0, 1.0)));
        heard.extend(Some(state.announcement.clone()).filter(|text| !text.is_empty()));
    }
    assert_eq!(heard, ["clip 1.mov: 25 %.", "clip 1.mov: 50 %.", "clip 1.mov: 75 %."]);
}

#[wasm_bindgen_test(unsupported = test)]
fn cancelling_ends_the_work_and_the_next_begins() {
    let (mut state, _) = with_files(2);
    let cancelled = Job::clone(&state.jobs[0]);
    let commands = state.reduce(Action::Cancel(cancelled.id));
    assert_eq!(handles(&state), ["cancelled", "planning"]);
    assert_eq!(commands.first(), Some(&Effect::End(cancelled.run)));
    assert_eq!(started(&commands), [state.jobs[1].run]);

    // A late result changes nothing, and its bytes are released.
    let commands = state.reduce(Action::Tell(cancelled.run, finished("blob:late")));
    assert_eq!(commands, [Effect::Release("blob:late".into())]);
    assert_eq!(handles(&state), ["cancelled", "planning"]);
    // It cannot be cancelled twice.
    assert_eq!(state.reduce(Action::Cancel(cancelled.id)), []);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_waiting_clip_can_be_cancelled_without_disturbing_the_running_one() {
    let (mut state, _) = with_files(2);
    let commands = state.reduce(Action::Cancel(state.jobs[1].id));
    assert_eq!(handles(&state), ["planning", "cancelled"]);
    assert_eq!(started(&commands), []);
}

#[wasm_bindgen_test(unsupported = test)]
fn again_takes_the_settings_in_force_and_keeps_the_old_result() {
    let (mut state, _) = with_files(1);
    let before = Job::clone(&state.jobs[0]);
    state.reduce(Action::Tell(before.run, finished("blob:1")));
    state.reduce(Action::Edit(Edit::Target("5 MB".into())));
    assert_eq!(state.jobs[0].wishes.target, Bytes(10_000_000));

    let commands = state.reduce(Action::Again(before.id));
    let after = &state.jobs[0];
    assert!(!commands.contains(&Effect::Release("blob:1".into())));
    assert_eq!(after.previous.as_ref().map(|previous| previous.finished.made.url.as_str()), Some("blob:1"));
    assert!(commands.contains(&Effect::ForgetLog(before.run)));
    assert_eq!(started(&commands), [after.run]);
    assert_eq!((after.id, after.wishes.target, after.percent), (before.id, Bytes(5_000_000), 0));
    assert!(after.run != before.run);
    // Messages of the old run are ignored.
    state.reduce(Action::Tell(before.run, progress(0.5, 1.0)));
    assert_eq!(handles(&state), ["planning"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_offer_restarts_the_job_with_its_own_wishes() {
    let (mut state, _) = with_files(1);
    let (id, run) = (state.jobs[0].id, state.jobs[0].run);
    let wishes = Wishes { target: Bytes(417_000), ..Wishes::default() };
    let offer = OfferAccount { text: Change::Target(wishes.target).text(), wishes: wishes.clone() };
    state.reduce(Action::Tell(
        run,
        news(Update::Failed(FailureAccount { offers: vec![offer], ..FailureAccount::plain("No.".into()) })),
    ));
    assert_eq!(state.reduce(Action::TakeOffer(id, 7)), []);
    let commands = state.reduce(Action::TakeOffer(id, 0));
    assert!(
        commands.iter().any(|one| matches!(one, Effect::Start { wishes: given, .. } if *given == wishes))
    );
    assert_eq!(state.wishes.target, Bytes(10_000_000), "the settings stay as they are");
}

#[wasm_bindgen_test(unsupported = test)]
fn another_effort_starts_a_job_again_wherever_it_is() {
    for (handle, told) in [("planning", news(Update::Probing)), ("done", finished("blob:1"))] {
        let (mut state, _) = with_files(1);
        let before = Job::clone(&state.jobs[0]);
        state.reduce(Action::Tell(before.run, told));
        assert_eq!(handles(&state), [handle]);
        let commands = state.reduce(Action::Switch(before.id, Effort::Fast));
        let after = &state.jobs[0];
        assert_eq!((after.wishes.effort, after.wishes.target), (Effort::Fast, before.wishes.target));
        assert_eq!((handles(&state), started(&commands)), (vec!["planning"], vec![after.run]));
        assert!(commands.contains(&Effect::End(before.run)));
        assert_eq!(after.previous.is_some(), handle == "done");
        assert_eq!(state.settings.effort, Effort::Auto, "the settings stay as they are");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn settings_tell_what_efforts_come_to_while_one_clip_is_known_and_nothing_else_changed() {
    let (mut state, _) = with_files(2);
    let known = |state: &State| state.efforts().is_some();
    let efforts = samples::efforts(Codec::H264);
    assert!(!known(&state));
    let first = state.jobs[0].run;
    state.reduce(Action::Tell(first, news(Update::Predicted(efforts.clone(), Vec::new()))));
    assert!(known(&state));
    for (edit, expected) in [
        (Edit::Effort(Effort::Best), true),
        (Edit::Target("5 MB".into()), false),
        (Edit::Target("10 MB".into()), true),
    ] {
        state.reduce(Action::Edit(edit.clone()));
        assert_eq!(known(&state), expected, "{edit:?}");
    }
    state.reduce(Action::Tell(first, finished("blob:1")));
    state.reduce(Action::Tell(state.jobs[1].run, news(Update::Predicted(efforts, Vec::new()))));
    assert!(!known(&state), "of two clips");
}

#[wasm_bindgen_test(unsupported = test)]
fn work_that_begins_anew_loses_no_progress_on_the_page() {
    let (mut state, _) = with_files(1);
    let run = state.jobs[0].run;
    let cases = [
        (news(Update::Probing), 0),
        (progress(0.4, 1.0), 40),
        (news(Update::Probing), 40),
        (progress(0.4, 2.0), 40),
        (progress(0.7, 3.0), 70),
        (progress(1.0, 4.0), 100),
    ];
    for (told, percent) in cases {
        state.reduce(Action::Tell(run, told.clone()));
        assert_eq!(state.jobs[0].percent, percent, "{told:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn removing_gives_everything_back_when_it_cannot_be_undone_any_more() {
    let (mut state, _) = with_files(2);
    let [job, other] = [0, 1].map(|place| Job::clone(&state.jobs[place]));
    state.reduce(Action::Tell(job.run, finished("blob:1")));
    let gone =
        [Effect::Release("blob:1".into()), Effect::ForgetFile(job.source.file), Effect::ForgetLog(job.run)];
    let later = |commands: &[Effect]| {
        commands.iter().find_map(|command| match command {
            Effect::ForgetLater(number) => Some(*number),
            _ => None,
        })
    };
    let commands = state.reduce(Action::Remove(job.id));
    assert_eq!(state.jobs.len(), 1);
    assert!(commands.contains(&Effect::Focus(Place::Chooser)));
    assert!(commands.contains(&Effect::Unstore(job.id)), "the next visit does not show it");
    assert!(gone.iter().all(|effect| !commands.contains(effect)));
    let Some(first) = later(&commands) else { panic!("{commands:?}") };

    let commands = state.reduce(Action::Undo);
    assert_eq!(handles(&state), ["done", "planning"]);
    assert!(commands.iter().any(|one| matches!(one, Effect::Store { job: id, .. } if *id == job.id)));

    let second = later(&state.reduce(Action::Remove(job.id)));
    assert_eq!(state.reduce(Action::ForgetRemoved(first)), [], "that of another removal");
    assert!(state.removed.is_some() && second != Some(first));
    // One at a time can be put back.
    let commands = state.reduce(Action::Remove(other.id));
    assert!(gone.iter().all(|effect| commands.contains(effect)), "{commands:?}");
    assert!(commands.contains(&Effect::End(other.run)));
    state.reduce(Action::Undo);
    assert_eq!(handles(&state), ["cancelled"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_finished_clip_is_handed_over_when_wished() {
    for (on, downloads) in [(false, 0), (true, 1)] {
        let (mut state, _) = with_files(1);
        state.reduce(Action::Edit(Edit::Download(on)));
        let commands = state.reduce(Action::Tell(state.jobs[0].run, finished("blob:1")));
        let expected = Effect::Download { url: "blob:1".into(), name: "clip 1-clipfit.mp4".into() };
        assert_eq!(commands.iter().filter(|one| **one == expected).count(), downloads);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_copied_text_is_remembered() {
    let mut state = State::new(None);
    assert_eq!(
        state.reduce(Action::Copy("clipfit publish".into())),
        [Effect::Copy("clipfit publish".into())]
    );
    let copied = Copied { text: "clipfit publish".into(), how: Ok(()) };
    state.reduce(Action::Copied(copied.clone()));
    assert_eq!(state.copied.as_deref(), Some(&copied));
    assert_eq!(state.announcement, "Copied");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_package_is_saved_into_a_folder() {
    let (mut state, _) = with_files(1);
    let (id, run) = (state.jobs[0].id, state.jobs[0].run);
    assert_eq!(state.reduce(Action::SaveIntoFolder(id)), [], "there is no result yet");
    state.reduce(Action::Tell(run, finished("blob:1")));
    let saving = |state: &State| match &state.jobs[0].phase {
        Phase::Done(done) => done.saving.clone(),
        _ => None,
    };
    let commands = state.reduce(Action::SaveIntoFolder(id));
    assert_eq!(
        commands,
        [Effect::SaveIntoFolder { run, name: "clip 1".into(), files: Rc::new([]), with_page: false }]
    );
    assert_eq!(saving(&state), Some(Saving::Busy));
    for (how, expected) in [
        (None, None),
        (Some(Err("No.".to_owned())), Some(Saving::Failed("No.".into()))),
        (Some(Ok(())), Some(Saving::Done)),
    ] {
        state.reduce(Action::SavedIntoFolder(run, how));
        assert_eq!(saving(&state), expected);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_log_is_read_when_shown_and_again_at_the_end() {
    let (mut state, _) = with_files(1);
    let (id, run) = (state.jobs[0].id, state.jobs[0].run);
    assert_eq!(state.reduce(Action::ToggleLog(id)), [Effect::ReadLog(run)]);
    state.reduce(Action::LogRead(run, "one".into()));
    assert_eq!(state.jobs[0].log.as_ref().map(|log| log.text.as_str()), Some("one"));
    let commands = state.reduce(Action::Tell(run, finished("blob:1")));
    let (end, read) = (Effect::End(run), Effect::ReadLog(run));
    let at = |wanted: &Effect| commands.iter().position(|one| one == wanted);
    assert!(at(&end).is_some() && at(&end) < at(&read));
    state.reduce(Action::ToggleLog(id));
    assert!(state.jobs[0].log.is_none());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_link_sets_the_settings_and_its_problems_are_kept() {
    let mut state = State::new(Some(Settings { target: "5 MB".into(), ..Settings::default() }));
    let link = link::parse(
        "?target=10MiB&effort=best&height=360&fps=30000/1001&audio=64&audio-tracks=mix&start=auto&speed=9",
        "",
    );
    state.reduce(Action::FollowLink(Box::new(link.clone()), 7));
    assert_eq!(*state.wishes, link.wishes);
    assert_eq!(state.settings.target, "10 MiB");
    assert_eq!(state.settings.frame_rate, "30000/1001");
    assert_eq!(state.settings.tracks, Tracks::Mix);
    assert!(state.settings.download);
    assert_eq!(state.problems.len(), 1);
    state.reduce(Action::DismissProblems);
    assert!(state.problems.is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_link_with_nothing_but_foreign_parameters_changes_nothing() {
    let mut state = State::new(Some(Settings { target: "5 MB".into(), ..Settings::default() }));
    state.reduce(Action::FollowLink(Box::new(link::parse("?utm_source=mail", "")), 1));
    assert_eq!((state.wishes.target, state.problems.len()), (Bytes(5_000_000), 1));
    // A link that asks for the default is a change, too.
    state.reduce(Action::FollowLink(Box::new(link::parse("?target=10MB", "")), 1));
    assert_eq!(state.wishes.target, Bytes(10_000_000));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_destination_of_a_link_is_shown_unless_the_target_overrules_it() {
    let mut state = State::new(None);
    state.reduce(Action::FollowLink(Box::new(link::parse("preset=discord", "")), 1));
    assert_eq!(state.settings.destination, Id::parse("discord"));
    assert_eq!(state.wishes.destination, Id::parse("discord"));
    state.reduce(Action::FollowLink(Box::new(link::parse("preset=discord&target=3MB", "")), 2));
    assert_eq!((state.settings.destination, state.wishes.destination), (None, None));
    assert_eq!(state.wishes.target, Bytes(3_000_000));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_field_that_cannot_be_read_keeps_what_was_in_force_and_says_so() {
    let mut state = State::new(None);
    for edit in [Edit::Target("5 MB".into()), Edit::Height("720".into())] {
        state.reduce(Action::Edit(edit));
    }
    for edit in [Edit::Target("lots".into()), Edit::Height("tall".into())] {
        state.reduce(Action::Edit(edit));
    }
    assert_eq!((state.wishes.target, state.wishes.height), (Bytes(5_000_000), Some(720)));
    for field in [Field::Target, Field::Height] {
        assert!(state.settings.problem(field, &state.wishes).is_some());
    }
    for field in [Field::FrameRate, Field::AudioRate] {
        assert_eq!(state.settings.problem(field, &state.wishes), None);
    }
    state.reduce(Action::Edit(Edit::Height(String::new())));
    assert_eq!(state.wishes.height, None);
}

#[wasm_bindgen_test(unsupported = test)]
fn choosing_a_destination_sets_its_limit_and_typing_leaves_it() {
    let mut state = State::new(None);
    state.reduce(Action::Edit(Edit::Destination(Id::parse("email-20"))));
    assert_eq!((state.settings.target.as_str(), state.wishes.target), ("14.5 MB", Bytes(14_500_000)));
    state.reduce(Action::Edit(Edit::Target("14 MB".into())));
    assert_eq!(state.settings.destination, None);
}

#[wasm_bindgen_test(unsupported = test)]
fn sizes_are_written_so_that_reading_them_gives_them_back() {
    for (bytes, text) in [
        (10_000_000, "10 MB"),
        (14_500_000, "14.5 MB"),
        (10_485_760, "10 MiB"),
        (512, "512 B"),
        (500_000, "500 KB"),
        (2_500_000_000, "2.5 GB"),
        (1_234_567, "1234567 B"),
    ] {
        assert_eq!(words::exact_size(Bytes(bytes)), text);
        assert_eq!(link::parse_size(text), Some(Bytes(bytes)));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn short_texts() {
    let wishes = Wishes {
        mode: Mode::Size,
        effort: Effort::Best,
        height: Some(720),
        audio: AudioWish::None,
        ..Wishes::default()
    };
    assert_eq!(words::wishes(&wishes), "at most 10 MB · effort Best · 720p · no audio");
    let wishes = Wishes { tracks: Tracks::Mix, ..Wishes::default() };
    assert!(words::wishes(&wishes).ends_with("tracks mixed"));
    assert_eq!(words::time_left(Micros::from_seconds(17.3)), "18 s left");
    assert_eq!(words::time_left(Micros::from_seconds(100.0)), "1:40 left");
    assert_eq!(words::time_left(Micros::from_seconds(0.2)), "1 s left");
    let Phase::Done(done) = samples::done(1, "").phase else { panic!("the sample is not done") };
    assert_eq!(words::saving(&done.report), "4.14 MB → 1.88 MB, 54 % smaller");
}

#[wasm_bindgen_test(unsupported = test)]
fn results_are_named_after_their_source() {
    for (name, expected) in [
        ("clip.mov", "clip-clipfit.mp4"),
        ("a.b.mkv", "a.b-clipfit.mp4"),
        ("noextension", "noextension-clipfit.mp4"),
        (".hidden", ".hidden-clipfit.mp4"),
    ] {
        assert_eq!(samples::queued(1, name).result_name(), expected);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_rate_of_the_audio_counts_only_where_it_is_chosen() {
    let mut settings = Settings { audio_rate: "loud".into(), ..Settings::default() };
    assert_eq!(settings.problem(Field::AudioRate, &Wishes::default()), None);
    settings.edit(Edit::Audio(AudioChoice::Rate));
    assert!(settings.problem(Field::AudioRate, &Wishes::default()).is_some());
    settings.edit(Edit::AudioRate("64".into()));
    let wishes = settings.wishes(&Wishes::default());
    assert!(matches!(wishes.audio, AudioWish::Encode(rate) if rate.0 == 64.0));
}
