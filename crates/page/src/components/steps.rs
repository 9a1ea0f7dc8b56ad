//! How it works, in three steps, while there is nothing else to show. Knows nothing of the state.

use super::icon::Icon;
use yew::prelude::*;

/// Draws the explanation.
pub fn steps() -> Html {
    let steps = [
        ("Set the limit", "Pick where the clip goes, or type a size."),
        ("Drop the clip", "Your browser measures and compresses it. Nothing is uploaded."),
        ("Get the file", "Clipfit reopens and checks it first: never over the limit, not even by one byte."),
    ];
    html! {
        <section class="steps" aria-labelledby="steps-title">
            <h2 id="steps-title" class="visually-hidden">{ "How it works" }</h2>
            <ol>
                { for steps.into_iter().zip(1..).map(|((title, text), number)| html! {
                    <li>
                        <span class="steps__number brackets" aria-hidden="true">{ number }</span>
                        <div><h3>{ title }</h3><p>{ text }</p></div>
                    </li>
                }) }
            </ol>
            <p class="steps__offline">
                { Icon::Offline.draw() }
                { "Works offline: the first clip downloads the encoder (2 MB, or 12 MB if the browser cannot read the clip). After that, no network is needed." }
            </p>
        </section>
    }
}
