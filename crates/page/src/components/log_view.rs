//! The raw log, one click away. Shows the end of a long log; the copy button copies all of it.

use super::click;
use super::icon::Icon;
use crate::job::{JobId, Log};
use crate::state::Action;
use crate::words;
use yew::prelude::*;

/// Bytes of log shown. More would slow the page down for nothing.
const SHOWN: usize = 60_000;

/// Draws the log of the job `id`, if it is open.
pub fn log_view(id: JobId, log: Option<&Log>, dispatch: &Callback<Action>) -> Html {
    let place = format!("{}-log", id.element());
    let copy_label = log.and_then(|log| log.copied).map_or("Copy log", words::copied);
    html! {
        <div class="log">
            <button type="button" class="button button--link" aria-expanded={log.is_some().to_string()}
                aria-controls={place.clone()} data-testid="job-log-toggle" onclick={click(dispatch, Action::ToggleLog(id))}>
                { if log.is_some() { "Hide log" } else { "Show log" } }
            </button>
            if log.is_some() {
                <button type="button" class="button button--link" data-testid="job-log-copy"
                    onclick={click(dispatch, Action::CopyLog(id))}>
                    { Icon::Copy.draw() }<span role="status">{ copy_label }</span>
                </button>
            }
            <div class="log__place" id={place}>
                if let Some(log) = log {
                    <pre class="log__text" tabindex="0" role="region" aria-label="Log" data-testid="job-log">{ end_of(&log.text) }</pre>
                }
            </div>
        </div>
    }
}

/// Returns the last whole lines of a long text.
fn end_of(text: &str) -> String {
    if text.is_empty() {
        return "The log is empty.".into();
    }
    let from = text.len().saturating_sub(SHOWN);
    match text.as_bytes()[from..].iter().position(|&byte| byte == b'\n') {
        Some(line) if from > 0 => text[from + line + 1..].to_owned(),
        _ if from > 0 => String::from_utf8_lossy(&text.as_bytes()[from..]).into_owned(),
        _ => text.to_owned(),
    }
}
