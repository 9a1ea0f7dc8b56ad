//! Playing and saving a package that is held in memory, through the script that is fetched for it. Knows no plan and no
//! component.

use crate::site::Site;
use crate::telling::pairs;
use js_sys::{Array, Function, Reflect};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, HtmlVideoElement};

/// A file of a package: its path and its content.
pub type PackageFile = (String, Blob);

/// Why a package cannot be played or saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlayerError {
    /// The script did not arrive.
    #[error("The player could not be loaded. Check the connection and try again.")]
    NotLoaded(String),
    /// The browser has no Media Source Extensions.
    #[error("This browser cannot play the stream here. The saved package plays elsewhere.")]
    Unsupported,
    /// A file of the package is missing, or no playlist.
    #[error("The package is not whole.")]
    Package(String),
    /// The browser cannot decode it.
    #[error("The browser cannot play these videos. The saved package may play elsewhere.")]
    Media(String),
    /// A file or a folder could not be written.
    #[error("The package could not be saved.")]
    NotSaved(String),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Failure {
    Unsupported,
    Package,
    Media,
}

/// How playing goes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlayerState {
    /// Folders of the renditions, the leanest first; empty until they are known.
    pub levels: Vec<String>,
    /// Which one is shown.
    pub current: Option<usize>,
    /// Which one was chosen; `None` leaves it to the player.
    pub chosen: Option<usize>,
    /// Seconds that are ready behind the picture that is shown.
    pub buffered: f64,
    /// The last picture has been shown.
    pub ended: bool,
    /// It cannot go on.
    pub error: Option<PlayerError>,
}

/// As the script tells it.
#[derive(Deserialize)]
struct Told {
    levels: Vec<String>,
    current: Option<u32>,
    chosen: Option<u32>,
    buffered: f64,
    ended: bool,
    error: Option<Failure>,
    detail: Option<String>,
}

impl From<Told> for PlayerState {
    fn from(told: Told) -> PlayerState {
        let detail = told.detail.unwrap_or_default();
        PlayerState {
            levels: told.levels,
            current: told.current.map(|level| level as usize),
            chosen: told.chosen.map(|level| level as usize),
            buffered: told.buffered,
            ended: told.ended,
            error: told.error.map(|failure| match failure {
                Failure::Unsupported => PlayerError::Unsupported,
                Failure::Package => PlayerError::Package(detail),
                Failure::Media => PlayerError::Media(detail),
            }),
        }
    }
}

// A failed import is remembered for its address by the page: another try needs another one, which a fragment makes without the
// server's notice. An import says only that it failed, so a failed one is looked into by fetching.
#[wasm_bindgen(inline_js = "
let failed = 0;
export async function importScript(address) {
  try {
    return await import(failed === 0 ? address : `${address}#${failed}`);
  } catch {
    failed += 1;
    const answer = await fetch(address).catch(() => undefined);
    throw answer === undefined ? 'network' : answer.ok ? 'corrupt' : 'status';
  }
}
")]
extern "C" {
    #[wasm_bindgen(catch, js_name = importScript)]
    pub(crate) async fn import_script(address: &str) -> Result<JsValue, JsValue>;
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

/// A package that is being played; dropped, it lets go of the element.
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
    let script = script().await?;
    let told = Closure::new(move |state: JsValue| {
        if let Ok(told) = serde_wasm_bindgen::from_value::<Told>(state) {
            on_state(told.into());
        }
    });
    let on_state: &Function = told.as_ref().unchecked_ref();
    let handle = script.play(video, &pairs(files), on_state).await;
    let handle = handle.map_err(|error| PlayerError::NotLoaded(words(&error)))?;
    Ok(Playing { handle: handle.unchecked_into(), _on_state: told })
}

/// The files, with a page that plays them where that is wished, as one archive in which all lies in `folder`.
pub async fn zip(folder: &str, files: &[PackageFile], with_page: bool) -> Result<Blob, PlayerError> {
    let archive = script().await?.zip(folder, &pairs(files), with_page).await;
    archive.map(JsCast::unchecked_into).map_err(|error| PlayerError::NotSaved(words(&error)))
}

/// Whether this browser can write into a folder.
pub fn folders_can_be_written() -> bool {
    web_sys::window()
        .and_then(|window| Reflect::get(&window, &JsValue::from_str("showDirectoryPicker")).ok())
        .is_some_and(|picker| picker.is_function())
}

/// Asks for a folder and writes the files into a new one of this name in it, with a page that plays them where that is wished; false when the person chose
/// no folder. To be called from a click.
pub async fn save_into_folder(
    name: &str,
    files: &[PackageFile],
    with_page: bool,
) -> Result<bool, PlayerError> {
    let saved = script().await?.save_into_folder(name, &pairs(files), with_page).await;
    saved.map(|saved| saved.is_truthy()).map_err(|error| PlayerError::NotSaved(words(&error)))
}

async fn script() -> Result<Script, PlayerError> {
    let address = Site::player().ok_or_else(|| PlayerError::NotLoaded("no address".into()))?;
    let script = import_script(&address).await;
    script.map(JsCast::unchecked_into).map_err(|reason| PlayerError::NotLoaded(words(&reason)))
}

/// The browser's own words, for the log.
fn words(error: &JsValue) -> String {
    let said = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    said.unwrap_or_else(|| format!("{error:?}"))
}
