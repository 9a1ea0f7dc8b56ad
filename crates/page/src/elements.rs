//! Elements of the page that more than one part of it names, and the files that an element holds.

use wasm_bindgen::JsCast;
use web_sys::{Event, File, FileList, HtmlInputElement};

/// Identifier of the file input.
pub const CHOOSER: &str = "choose-files";
/// Identifier of the limit, where the settings have one.
pub const TARGET: &str = "target";
/// Identifier of the settings' region.
pub const SETTINGS: &str = "settings";

/// Returns the files that were chosen in a file input, and empties it so that the same file can be chosen again.
pub fn files_of(event: &Event) -> Vec<File> {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
        return Vec::new();
    };
    let chosen = list(input.files());
    input.set_value("");
    chosen
}

/// Returns the files of a list.
pub fn list(files: Option<FileList>) -> Vec<File> {
    files.map_or_else(Vec::new, |files| (0..files.length()).filter_map(|n| files.get(n)).collect())
}
