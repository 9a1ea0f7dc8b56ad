//! Starts the page.
use yew::prelude::*;
#[function_component]
fn App() -> Html {
    html! { <p>{"Clipfit"}</p> }
}
fn main() {
    console_error_panic_hook::set_once();
    yew::Renderer::<App>::new().render();
}
