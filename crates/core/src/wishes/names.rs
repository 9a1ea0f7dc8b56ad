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

/// Returns what the folder of a package is called after its clip. Its length counts for every file in an archive, so it
/// has a bound. A clip's name may be a path on the machine that unpacks: what separates folders or names a drive there,
/// what Windows has no files of, and what turns the direction of text, is replaced.
pub fn package_folder(clip: &str) -> String {
    const MOST: usize = 40;
    let kept = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '_',
        letter if letter.is_control() => '_',
        letter => letter,
    };
    let stem = result_stem(clip);
    let short = stem.char_indices().take_while(|(at, letter)| at + letter.len_utf8() <= MOST);
    let name: String = short.map(|(_, letter)| kept(letter)).collect();
    // Windows drops dots and blanks at the end; a name of dots alone is a folder elsewhere.
    match name.trim_end_matches(['.', ' ']).trim_start() {
        "" => "clip".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_stays_where_it_is_unpacked() {
        for (clip, folder) in [
            ("clip.mov", "clip"),
            ("Ferien 2024.am See.mov", "Ferien 2024.am See"),
            ("日本語.mp4", "日本語"),
            ("../../../etc/passwd.mp4", ".._.._.._etc_passwd"),
            ("..\\..\\start.mp4", ".._.._start"),
            ("C:\\clips\\a.mp4", "C__clips_a"),
            ("...mp4", "clip"),
            ("..", "clip"),
            (" . .mp4", "clip"),
            ("", "clip"),
            (".mp4", ".mp4"),
            ("a\r\nb\tc\u{0}.mp4", "a__b_c_"),
            ("\u{202e}gnp.exe.mp4", "_gnp.exe"),
            ("<b>\"q\"|*?</b>.mp4", "_b__q______b_"),
        ] {
            assert_eq!(package_folder(clip), folder, "{clip:?}");
        }
        assert_eq!(package_folder(&"ä".repeat(100)), "ä".repeat(20));
    }
}
