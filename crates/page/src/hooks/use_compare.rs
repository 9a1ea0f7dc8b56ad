//! Opens the viewer that compares while its component is there, and gives the focus back to the button that opened it.

use crate::client::compare::{self, Compared, Viewer};
use crate::comparison::{CompareError, Comparison};
use crate::shared::Shared;
use clipfit_core::view::account::{Beside, ResultAccount};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, File, HtmlElement};
use yew::prelude::*;

/// Whether two files are compared, and the way there and back.
pub struct Comparing {
    /// How it goes.
    pub state: UseStateHandle<Comparison>,
    /// The button that opens and closes.
    pub button: NodeRef,
    /// Opens what is closed, and closes what is open.
    pub toggle: Callback<MouseEvent>,
    /// Closes, for a reason or none.
    pub end: Callback<Option<CompareError>>,
}

/// Remembers whether two files are compared.
#[hook]
pub fn use_comparing() -> Comparing {
    let state = use_state(Comparison::default);
    let button = use_node_ref();
    let end = {
        let (state, button) = (state.setter(), button.clone());
        use_callback((), move |why: Option<CompareError>, ()| {
            state.set(why.map_or(Comparison::Closed, Comparison::Failed));
            if let Some(button) = button.cast::<HtmlElement>() {
                // A page without the focus has none to give back.
                let _ = button.focus();
            }
        })
    };
    let toggle = {
        let (open, state, end) = (*state == Comparison::Open, state.setter(), end.clone());
        Callback::from(move |_| match open {
            true => end.emit(None),
            false => state.set(Comparison::Open),
        })
    };
    Comparing { state, button, toggle, end }
}

/// What a viewer shows.
#[derive(PartialEq)]
pub struct Pair {
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
}

/// The viewer while it is there. Gone when the component is.
#[derive(Default)]
struct Session {
    viewer: Option<Viewer>,
    over: bool,
}

/// Shows a pair in the empty element `place`; `end` closes it.
#[hook]
pub fn use_viewer(place: &NodeRef, pair: Pair, end: &Callback<Option<CompareError>>) {
    let (place, end) = (place.clone(), end.clone());
    use_effect_with(pair, move |pair| {
        let session = Rc::new(RefCell::new(Session::default()));
        let own = Rc::clone(&session);
        let Pair { name, source, result, report, beside } = pair;
        let (name, source, result) = (name.clone(), source.clone(), result.clone());
        let (report, beside) = (report.clone(), *beside);
        spawn_local(async move {
            let Some(element) = place.cast::<Element>() else { return };
            let told = end.clone();
            let compared =
                Compared { name: &name, source: &source, result: &result, report: &report, beside };
            match compare::open(&element, compared, move |why| told.emit(why)).await {
                // The component may have gone while the script was on its way.
                Ok(_) if own.borrow().over => {}
                Ok(viewer) => own.borrow_mut().viewer = Some(viewer),
                Err(error) if !own.borrow().over => end.emit(Some(error)),
                Err(_) => {}
            }
        });
        move || {
            let viewer = {
                let mut session = session.borrow_mut();
                session.over = true;
                session.viewer.take()
            };
            drop(viewer);
        }
    });
}
