//! The commands that do the same with ffmpeg on the user's own machine, and what their options do. Closed at first.

use super::click;
use super::icon::Icon;
use crate::state::{Action, Copied};
use crate::words;
use clipfit_core::view::account::{CommandAccount, OptionAccount};
use yew::prelude::*;

/// Draws a plan's commands. `copied` is the text copied last.
pub(super) fn command_view(
    command: &CommandAccount,
    copied: Option<&Copied>,
    dispatch: &Callback<Action>,
) -> Html {
    let CommandAccount { text, about, options } = command;
    let label = copied
        .filter(|copied| copied.text == *text)
        .map_or("Copy command", |copied| words::copied(copied.how));
    html! {
        <details class="command" data-testid="job-command">
            <summary>{ "Do the same with ffmpeg" }</summary>
            <div class="command__row">
                <p class="command__about">{ about }</p>
                <button type="button" class="button button--link" data-testid="job-command-copy"
                    onclick={click(dispatch, Action::Copy(text.clone()))}>
                    { Icon::Copy.draw() }<span role="status">{ label }</span>
                </button>
            </div>
            <pre class="command__text" tabindex="0" role="region" aria-label="Command">{ for text.lines().enumerate().map(line) }</pre>
            <dl class="command__options">{ for options.iter().map(option) }</dl>
        </details>
    }
}

/// Draws a line so that it breaks before options, not within them. The text stays the same.
fn line((index, line): (usize, &str)) -> Html {
    let mut options = line.split(" -");
    let program = options.next().unwrap_or_default();
    html! {
        <>
            { if index > 0 { "\n" } else { "" } }
            { program }
            { for options.map(|option| html! { <>{ " " }<span>{ format!("-{option}") }</span></> }) }
        </>
    }
}

fn option(OptionAccount { words, sentence, within }: &OptionAccount) -> Html {
    html! {
        <div class={within.then_some("command__within")}>
            <dt>{ for words.iter().map(|words| html! { <code>{ words }</code> }) }</dt>
            <dd>{ sentence }</dd>
        </div>
    }
}
