//! What results are called when they are saved.

use super::{Mode, Wishes};

/// Returns the name that a result of one file is saved under: `clip-clipfit.mp4` for `clip.mov`.
pub fn result_name(source: &str) -> String {
    format!("{}-clipfit.mp4", result_stem(source))
}

/// Returns the same for whatever follows from these wishes: `clip-hls.zip` and `clip-renditions.zip` for what has
/// several files.
pub fn download_name(source: &str, wishes: &Wishes) -> String {
    match wishes.mode {
        Mode::Hls => format!("{}-hls.zip", result_stem(source)),
        Mode::Ladder if !wishes.renditions.is_empty() => format!("{}-renditions.zip", result_stem(source)),
        Mode::Size | Mode::Quick | Mode::Ladder => result_name(source),
    }
}

/// Returns a name without its ending: `clip` for `clip.mov`.
pub fn result_stem(source: &str) -> &str {
    match source.rfind('.') {
        Some(at) if at > 0 => &source[..at],
        _ => source,
    }
}

/// Returns what the folder in an archive is called after its clip. Its length counts for every file, so it has a bound.
pub fn archive_folder(clip: &str) -> String {
    const MOST: usize = 40;
    let stem = result_stem(clip);
    stem.char_indices()
        .take_while(|(at, letter)| at + letter.len_utf8() <= MOST)
        .map(|(_, letter)| letter)
        .collect()
}
