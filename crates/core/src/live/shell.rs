//! Commands as a shell takes them, for people to read. Runs nothing.

use super::{Address, Protocol};
use crate::wishes::ladder::Rung;

/// Returns `ffmpeg` with these arguments as a shell takes it, without the secrets of the address. For people to read.
pub fn shown_command(arguments: &[String], to: &Address) -> String {
    let words = arguments.iter().map(|argument| quoted(&to.conceal(argument)));
    std::iter::once("ffmpeg".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// Returns the command line that pushes a clip on `rung`, with an address for this protocol to be filled in.
pub fn publish_command(rung: Rung, protocol: Protocol) -> String {
    format!("clipfit publish clip.mp4 --rung {rung} --to {}", quoted(protocol.example()))
}

/// Quotes a word for a POSIX shell.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@,+%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
