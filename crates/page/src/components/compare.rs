//! The place of the viewer in which a source and its result are compared. Its script draws all that is in it. Knows no
//! job.

use crate::comparison::CompareError;
use crate::hooks::use_compare::{Pair, use_viewer};
use crate::shared::Shared;
use clipfit_core::view::account::{Beside, ResultAccount};
use web_sys::File;
use yew::prelude::*;

/// The properties of the viewer.
#[derive(Properties, PartialEq)]
pub struct CompareProps {
    /// Name of the source.
    pub name: AttrValue,
    /// The source.
    pub source: File,
    /// Address of the result.
    pub result: AttrValue,
    /// The result's figures.
    pub report: Shared<ResultAccount>,
    /// How the frames of both lie.
    pub beside: Beside,
    /// Closes the viewer, for a reason or none.
    pub end: Callback<Option<CompareError>>,
}

/// Draws the viewer's place.
#[component]
pub fn Compare(props: &CompareProps) -> Html {
    let CompareProps { name, source, result, report, beside, end } = props;
    let place = use_node_ref();
    let pair = Pair {
        name: name.clone(),
        source: source.clone(),
        result: result.clone(),
        report: report.clone(),
        beside: *beside,
    };
    use_viewer(&place, pair, end);
    html! { <div class="result__compare" ref={place}></div> }
}
