//! A labelled text field with its hint and its problem, tied together for screen readers. Knows no setting.

use super::typed;
use yew::prelude::*;

/// What a field needs.
#[derive(Properties, PartialEq)]
pub struct FieldProps {
    /// Identifier in the document.
    pub id: AttrValue,
    /// Its label.
    pub label: AttrValue,
    /// Its text.
    pub value: AttrValue,
    /// Shown while it is empty.
    #[prop_or_default]
    pub placeholder: AttrValue,
    /// Shown after it, as a unit.
    #[prop_or_default]
    pub unit: Option<AttrValue>,
    /// The keyboard that a phone shows.
    #[prop_or(AttrValue::Static("decimal"))]
    pub inputmode: AttrValue,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// Told on every change.
    pub on_input: Callback<String>,
    /// For the style sheet.
    #[prop_or_default]
    pub class: Classes,
}

/// A text field.
#[component]
pub fn TextField(props: &FieldProps) -> Html {
    let problem_id = format!("{}-problem", props.id);
    let wrong = props.problem.is_some();
    html! {
        <div class={classes!("field", props.class.clone())}>
            <label for={&props.id}>{ &props.label }</label>
            <div class={classes!("field__box", wrong.then_some("field__box--wrong"))}>
                <input
                    type="text"
                    id={&props.id}
                    value={&props.value}
                    placeholder={&props.placeholder}
                    inputmode={&props.inputmode}
                    autocomplete="off"
                    spellcheck="false"
                    aria-invalid={wrong.then_some("true")}
                    aria-describedby={wrong.then_some(problem_id.clone())}
                    oninput={props.on_input.reform(|event: InputEvent| typed(&event))}
                />
                if let Some(unit) = &props.unit {
                    <span class="field__unit" aria-hidden="true">{ unit }</span>
                }
            </div>
            if let Some(problem) = &props.problem {
                <p class="field__problem" id={problem_id} role="status">{ problem }</p>
            }
        </div>
    }
}
