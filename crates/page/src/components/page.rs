//! The whole page, drawn from the state. Each part gets only what it shows, so only parts that changed are drawn again.

use super::click;
use super::drop_zone::{drop_zone, overlay};
use super::earlier::earlier;
use super::header::header;
use super::job_card::JobCard;
use super::notice::notice;
use super::settings_panel::SettingsPanel;
use super::steps::steps;
use super::undo::undo;
use crate::job::FileId;
use crate::state::{Action, State};
use std::rc::Rc;
use web_sys::File;
use yew::prelude::*;

/// Draws what starts all clips that wait, where there are several.
fn start_all(state: &State, dispatch: &Callback<Action>) -> Html {
    let waiting = state.waiting().len();
    html! {
        if waiting > 1 {
            <p class="jobs__start">
                <button type="button" class="button button--main" onclick={click(dispatch, Action::BeginAll)}>
                    { format!("Start all {waiting} clips") }
                </button>
            </p>
        }
    }
}

/// Draws the page. `sources` gives the files that jobs were made of.
pub fn page(
    state: &State,
    dispatch: &Callback<Action>,
    add_files: &Callback<Vec<File>>,
    go_on: &Callback<(String, File)>,
    sources: &Callback<FileId, Option<File>>,
) -> Html {
    let empty = state.jobs.is_empty();
    html! {
        <>
            { header() }
            <main class={classes!("page", empty.then_some("page--empty"))}>
                { notice(&state.problems, dispatch) }
                <SettingsPanel
                    settings={Rc::clone(&state.settings)}
                    wishes={Rc::clone(&state.wishes)}
                    codecs={state.codecs.clone()}
                    copied={state.copied.clone()}
                    efforts={state.efforts()}
                    open={state.more_settings}
                    dispatch={dispatch}
                />
                <div class="page__work">
                    { drop_zone(!empty, &state.wishes, add_files) }
                    if empty {
                        { steps() }
                    } else {
                        <section class="jobs" aria-labelledby="jobs-title">
                            <h2 id="jobs-title" class="visually-hidden">{ "Your clips" }</h2>
                            { start_all(state, dispatch) }
                            // A separate element for the list: next to the heading, Yew would ignore the keys, and a
                            // new clip would replace the preview that someone is watching.
                            <div class="jobs__list">
                                { for state.jobs.iter().map(|job| html! {
                                    <JobCard
                                        key={job.id.0}
                                        job={job.clone()}
                                        again={job.has_ended().then(|| Rc::new(state.wishes_for(job)))}
                                        folders={state.folders_can_be_written}
                                        sources={sources}
                                        copied={state.copied.clone()}
                                        dispatch={dispatch}
                                    />
                                }) }
                            </div>
                        </section>
                    }
                    { earlier(&state.earlier, go_on, dispatch) }
                </div>
            </main>
            if let Some(removed) = &state.removed {
                { undo(&removed.job.source.name, dispatch) }
            }
            <p class="visually-hidden" role="status" aria-live="polite">{ &state.announcement }</p>
            if state.dragging {
                { overlay() }
            }
        </>
    }
}
