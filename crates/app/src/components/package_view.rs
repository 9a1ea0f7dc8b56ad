//! A finished package: played at once, and the ways to take it away.

use super::click;
use super::icon::Icon;
use super::player::Player;
use crate::job::{Finished, JobId, Saving};
use crate::state::Action;
use crate::words;
use clipfit_bridge::player;
use clipfit_core::units::grouped;
use yew::prelude::*;

/// The package of the job `id`, whose archive is called `name`.
pub(super) fn package_view(id: JobId, done: &Finished, name: &str, dispatch: &Callback<Action>) -> Html {
    let Finished { report, url, files, saving } = done;
    html! {
        <div class="result result--package">
            <Player files={files.clone()} name={name.to_owned()} />
            <div class="result__figures">
                <p class="result__saving">{ words::saving(report) }</p>
                <p class="result__check">
                    { Icon::Check.draw() }
                    { format!("{} bytes, checked: within {}.", grouped(report.bytes.0), report.limit) }
                </p>
                <a class="button button--main result__download" data-testid="job-download" href={url.to_owned()}
                    download={name.to_owned()}>
                    { Icon::Download.draw() }
                    <span>{ "Download all of it" }<small>{ name }</small></span>
                </a>
                if player::folders_can_be_written() {
                    <button type="button" class="button result__folder" data-testid="job-folder"
                        disabled={*saving == Some(Saving::Busy)}
                        onclick={click(dispatch, Action::SaveIntoFolder(id))}>
                        { "Save into a folder" }
                    </button>
                }
                <p class="settings__hint" role="status">
                    { match saving {
                        None => "Put the unpacked folder on a web server and open its index.html.",
                        Some(Saving::Busy) => "Writing the files…",
                        Some(Saving::Done) => "Saved. Put the folder on a web server and open its index.html.",
                        Some(Saving::Failed(why)) => why.as_str(),
                    } }
                </p>
            </div>
        </div>
    }
}
