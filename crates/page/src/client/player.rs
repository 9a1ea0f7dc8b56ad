//! Playing and saving a package that is held in memory, through the script that is fetched for it. Knows no plan and no
//! component.

use super::script::import_script;
use crate::playback::{PlayerError, PlayerState};
use clipfit_core::step::load::PackFailure;
use clipfit_site::{PackageFile, pairs};
use js_sys::{Array, Function};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, HtmlVideoElement};

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ScriptFailure {
    Unsupported,
    Package,
    Media,
}

/// As the script tells it.
#[derive(Deserialize)]
struct ScriptState {
    levels: Vec<String>,
    current: Option<u32>,
    chosen: Option<u32>,
    buffered: f64,
    ended: bool,
    error: Option<ScriptFailure>,
    detail: Option<String>,
}

impl From<ScriptState> for PlayerState {
    fn from(told: ScriptState) -> PlayerState {
        let detail = told.detail.unwrap_or_default();
        PlayerState {
            levels: told.levels,
            current: told.current.map(|level| level as usize),
            chosen: told.chosen.map(|level| level as usize),
            buffered: told.buffered,
            ended: told.ended,
            error: told.error.map(|failure| match failure {
                ScriptFailure::Unsupported => PlayerError::Unsupported,
                ScriptFailure::Package => PlayerError::Package(detail),
                ScriptFailure::Media => PlayerError::Media(detail),
            }),
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// The script's exports.
    type Script;
    #[wasm_bindgen(method, catch)]
    async fn play(
        this: &Script,
        video: &HtmlVideoElement,
        files: &Array,
        on_state: &Function,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn prepare(this: &Script, with_page: bool) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn zip(this: &Script, folder: &str, files: &Array, with_page: bool) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = saveIntoFolder)]
    async fn save_into_folder(
        this: &Script,
        name: &str,
        files: &Array,
        with_page: bool,
    ) -> Result<JsValue, JsValue>;

    type Handle;
    #[wasm_bindgen(method, js_name = switchTo)]
    fn switch_to(this: &Handle, rendition: Option<u32>);
    #[wasm_bindgen(method)]
    fn destroy(this: &Handle);
}

/// A package that is being played; dropping it frees the element.
pub struct Playing {
    handle: Handle,
    _on_state: Closure<dyn FnMut(JsValue)>,
}

impl Playing {
    /// Shows a rendition by its place in `PlayerState::levels`; `None` leaves it to the player.
    pub fn switch_to(&self, rendition: Option<usize>) {
        self.handle.switch_to(rendition.and_then(|rendition| u32::try_from(rendition).ok()));
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.handle.destroy();
    }
}

/// Plays a package in `video`, which the person, or the caller, starts. Tells of the state whenever it changes.
pub async fn play(
    video: &HtmlVideoElement,
    files: &[PackageFile],
    on_state: impl Fn(PlayerState) + 'static,
) -> Result<Playing, PlayerError> {
    let script = script().await.map_err(PlayerError::NotLoaded)?;
    let told = Closure::new(move |state: JsValue| {
        if let Ok(told) = serde_wasm_bindgen::from_value::<ScriptState>(state) {
            on_state(told.into());
        }
    });
    let on_state: &Function = told.as_ref().unchecked_ref();
    let handle = script.play(video, &pairs(files), on_state).await;
    let handle = handle.map_err(|error| PlayerError::NotLoaded(words(&error)))?;
    Ok(Playing { handle: handle.unchecked_into(), _on_state: told })
}

/// Fetches all that `zip` needs.
pub(super) async fn prepare(with_page: bool) -> Result<(), PackFailure> {
    let script = script().await.map_err(PackFailure::NotLoaded)?;
    let ready = script.prepare(with_page).await;
    ready.map(drop).map_err(|error| PackFailure::NotLoaded(words(&error)))
}

/// Puts the files, with a page that plays them where that is wished, into one archive in which all lies in `folder`.
pub(super) async fn zip(folder: &str, files: &Array, with_page: bool) -> Result<Blob, PackFailure> {
    let archive = script().await.map_err(PackFailure::NotLoaded)?.zip(folder, files, with_page).await;
    archive.map(JsCast::unchecked_into).map_err(|error| PackFailure::NotWritten(words(&error)))
}

/// Returns whether this browser can write into a folder.
pub fn folders_can_be_written() -> bool {
    clipfit_site::window_property("showDirectoryPicker").is_function()
}

/// Asks for a folder and writes the files into a new one of this name in it, with a page that plays them where that is
/// wished; false when the person chose no folder. To be called from a click.
pub async fn save_into_folder(
    name: &str,
    files: &[PackageFile],
    with_page: bool,
) -> Result<bool, PackFailure> {
    let script = script().await.map_err(PackFailure::NotLoaded)?;
    let saved = script.save_into_folder(name, &pairs(files), with_page).await;
    saved.map(|saved| saved.is_truthy()).map_err(|error| PackFailure::NotWritten(words(&error)))
}

/// Fetches the script the first time; fails with words for the log.
async fn script() -> Result<Script, String> {
    let script = import_script("player-script").await;
    script.map(JsCast::unchecked_into).map_err(|failure| format!("{failure:?}"))
}

/// Returns the browser's own words, for the log.
fn words(error: &JsValue) -> String {
    let said = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    said.unwrap_or_else(|| format!("{error:?}"))
}
