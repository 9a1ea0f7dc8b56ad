//! The product's name and promise. Knows nothing of the state.

use super::icon::{Icon, logo};
use yew::prelude::*;

/// Draws the page header.
pub fn header() -> Html {
    html! {
        <header class="header">
            <div class="header__name">
                { logo() }
                <h1>{ "Clipfit" }</h1>
            </div>
            <p class="header__promise">{ Icon::Lock.draw() }{ "Files never leave this device" }</p>
        </header>
    }
}
