//! A finished package: a player, and the ways to save it.

use super::click;
use super::icon::Icon;
use super::player::Player;
use super::preview::Preview;
use crate::job::{Finished, JobId, Made, Saving};
use crate::state::Action;
use crate::words;
use clipfit_core::units::Bytes;
use clipfit_site::PackageFile;
use yew::prelude::*;

/// Draws the package of the job `id`. `name` is the archive's file name; names of single files start with `stem`.
pub(super) fn package_view(
    id: JobId,
    done: &Finished,
    name: &str,
    stem: &str,
    folders: bool,
    dispatch: &Callback<Action>,
) -> Html {
    let Finished { report, made, saving, .. } = done;
    html! {
        <div class="result result--package">
            if report.streams {
                <Player files={made.files.clone()} name={name.to_owned()}
                    id={format!("{}-rendition", id.element())} />
            } else {
                <Preview url={made.urls.first().cloned()} size={report.size}
                    label={format!("Preview of the largest video in {name}")} />
            }
            <div class="result__figures">
                <p class="result__saving">{ words::saving(report) }</p>
                <p class="result__check">
                    { Icon::Check.draw() }
                    { words::check(report) }
                </p>
                <a class="button button--main result__download" data-testid="job-download" href={made.url.clone()}
                    download={name.to_owned()} onclick={click(dispatch, Action::Downloaded(id, made.url.clone()))}>
                    { Icon::Download.draw() }
                    <span>{ "Download all" }<small>{ name }</small></span>
                </a>
                { files(made, stem) }
                if folders {
                    <button type="button" class="button result__folder" data-testid="job-folder"
                        disabled={*saving == Some(Saving::Busy)}
                        onclick={click(dispatch, Action::SaveIntoFolder(id))}>
                        { "Save to a folder" }
                    </button>
                }
                <p class="settings__hint" role="status">
                    { match saving {
                        None if report.streams => "Put the unpacked folder on a web server and open its index.html.",
                        None => "",
                        Some(Saving::Busy) => "Writing the files…",
                        Some(Saving::Done) => "Saved.",
                        Some(Saving::Failed(why)) => why.as_str(),
                    } }
                </p>
            </div>
        </div>
    }
}

/// Draws a link for each file that can be used by itself.
fn files(made: &Made, stem: &str) -> Html {
    let link = |((path, blob), url): (&PackageFile, &String)| {
        let name = format!("{stem}-{path}");
        html! {
            <li>
                <a href={url.clone()} download={name.clone()} data-testid="job-file">{ name }</a>
                <small>{ Bytes(blob.size() as u64).to_string() }</small>
            </li>
        }
    };
    if made.urls.is_empty() {
        return html! {};
    }
    html! { <ul class="result__files">{ for made.files.iter().zip(&made.urls).map(link) }</ul> }
}
