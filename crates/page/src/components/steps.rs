//! What happens, in three steps, while there is nothing else to show. Knows nothing of the state.

use super::icon::Icon;
use yew::prelude::*;

/// The explanation.
pub fn steps() -> Html {
    let steps = [
        ("Name the limit", "Pick where the clip goes, or type a size."),
        ("Drop the clip", "It is measured and compressed by this browser. Nothing is uploaded."),
        ("Take the file", "Re-opened and checked first: never over the limit, not by one byte."),
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
                { "Works offline: the first clip fetches the encoder (2 MB; 12 MB where the browser cannot read the clip), after that no network is needed." }
            </p>
        </section>
    }
}
