//! A labelled text field with its hint and its problem, linked for screen readers. Knows no particular setting.

use super::typed;
use yew::prelude::*;

/// The parts of a field.
pub struct TextField<'a> {
    /// Element id.
    pub id: &'static str,
    /// Its label.
    pub label: &'static str,
    /// Its text.
    pub value: &'a str,
    /// Shown while it is empty.
    pub placeholder: &'static str,
    /// Shown after it.
    pub unit: Option<&'static str>,
    /// The keyboard that a phone shows (`inputmode`).
    pub inputmode: &'static str,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// Called with the text on every change.
    pub on_input: Callback<String>,
}

impl TextField<'_> {
    /// Draws the field.
    pub fn draw(self) -> Html {
        let TextField { id, label, value, placeholder, unit, inputmode, problem, on_input } = self;
        let problem_id = format!("{id}-problem");
        let wrong = problem.is_some();
        html! {
            <div class={classes!("field", format!("field--{id}"))}>
                <label for={id}>{ label }</label>
                <div class={classes!("field__box", wrong.then_some("field__box--wrong"))}>
                    <input
                        type="text"
                        {id}
                        value={value.to_owned()}
                        {placeholder}
                        {inputmode}
                        autocomplete="off"
                        spellcheck="false"
                        aria-invalid={wrong.then_some("true")}
                        aria-describedby={wrong.then_some(problem_id.clone())}
                        oninput={on_input.reform(|event: InputEvent| typed(&event))}
                    />
                    if let Some(unit) = unit {
                        <span class="field__unit" aria-hidden="true">{ unit }</span>
                    }
                </div>
                if let Some(problem) = &problem {
                    <p class="field__problem" id={problem_id} role="status">{ problem }</p>
                }
            </div>
        }
    }
}
