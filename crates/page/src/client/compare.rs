//! Showing a source beside its result, through the script that is fetched for it. Knows no job and no component.

use super::script::import_script;
use crate::comparison::CompareError;
use clipfit_core::view::account::{Beside, ResultAccount};
use js_sys::Function;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{Element, File};

/// As the script takes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    name: String,
    width: u32,
    height: u32,
    frames: u64,
    rate: f64,
    origin: f64,
    source_size: String,
    result_size: String,
}

#[wasm_bindgen]
extern "C" {
    /// The script's exports.
    type Script;
    #[wasm_bindgen(method, catch)]
    fn open(
        this: &Script,
        place: &Element,
        source: &File,
        result: &str,
        facts: &JsValue,
        end: &Function,
    ) -> Result<Handle, JsValue>;

    type Handle;
    #[wasm_bindgen(method)]
    fn close(this: &Handle);
}

/// An open viewer; dropping it closes it.
pub struct Viewer {
    handle: Handle,
    _end: Closure<dyn FnMut(String)>,
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// What is compared.
pub struct Compared<'a> {
    /// Name of the source.
    pub name: &'a str,
    /// The source.
    pub source: &'a File,
    /// Address of the result.
    pub result: &'a str,
    /// The result's figures.
    pub report: &'a ResultAccount,
    /// How the frames of both lie.
    pub beside: Beside,
}

/// Opens the viewer in the empty element `place`. `end` is told why it is to be closed; `None` where the person wants it.
pub async fn open(
    place: &Element,
    compared: Compared<'_>,
    end: impl Fn(Option<CompareError>) + 'static,
) -> Result<Viewer, CompareError> {
    let script = import_script("compare-script").await.map_err(|_| CompareError::NotLoaded)?;
    let script: Script = script.unchecked_into();
    let Compared { name, source, result, report, beside: Beside { rate, frames, origin } } = compared;
    let facts = Facts {
        name: name.into(),
        width: report.size.0,
        height: report.size.1,
        frames,
        rate: rate.per_second(),
        origin: origin.seconds(),
        source_size: report.source_bytes.to_string(),
        result_size: report.bytes.to_string(),
    };
    let facts = serde_wasm_bindgen::to_value(&facts).map_err(|_| CompareError::NotLoaded)?;
    let told = Closure::new(move |why: String| {
        end(match why.as_str() {
            "source" => Some(CompareError::Source),
            "result" => Some(CompareError::Result),
            _ => None,
        });
    });
    let handle = script.open(place, source, result, &facts, told.as_ref().unchecked_ref());
    let handle = handle.map_err(|_| CompareError::NotLoaded)?;
    Ok(Viewer { handle, _end: told })
}
