//! What each option of a command line does: one sentence for each, from `data/flags.csv`. Knows no plan.

use crate::table;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../data/flags.csv");

/// A row of the table.
struct Row {
    kind: &'static str,
    name: &'static str,
    has_value: bool,
    sentence: &'static str,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let read = |line: &'static str| {
        let fields = table::fields(line);
        let [kind, name, value, sentence] = fields.as_slice() else { return None };
        Some(Row { kind, name, has_value: *value == "yes", sentence })
    };
    TABLE.lines().skip(1).filter_map(read).collect()
});

/// What a word of a command belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An option of ffmpeg or ffprobe.
    Option,
    /// A filter.
    Filter,
    /// An option of x264's own.
    X264,
    /// An option of x265's own.
    X265,
}

impl Kind {
    /// Returns its name in the table.
    fn name(self) -> &'static str {
        match self {
            Kind::Option => "flag",
            Kind::Filter => "filter",
            Kind::X264 => "x264",
            Kind::X265 => "x265",
        }
    }

    /// Returns what the value of an option is made of, where that is explained piece by piece.
    fn within(option: &str) -> Option<Kind> {
        match option {
            "-vf" | "-af" | "-filter_complex" => Some(Kind::Filter),
            "-x264-params" => Some(Kind::X264),
            "-x265-params" => Some(Kind::X265),
            _ => None,
        }
    }
}

/// A part of a command that has a sentence of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: Kind,
    /// Its name, as in the table.
    pub name: String,
    /// It, and its value.
    pub words: String,
}

/// What some words of a command do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The words, each with its value. Several if the value differs from command to command.
    pub words: Vec<String>,
    /// What they do.
    pub sentence: &'static str,
    /// They are part of the value of the option before them.
    pub within: bool,
}

/// Returns what a part does; `None` if the table does not know it. Some values have sentences of their own.
pub fn sentence(part: &Part) -> Option<&'static str> {
    let with_value = part.words.split_once(' ').map(|(_, value)| format!("{} {value}", part.name));
    let row_of_value = with_value.and_then(|words| row(part.kind, &words));
    row_of_value.or_else(|| row(part.kind, &part.name)).map(|row| row.sentence)
}

fn row(kind: Kind, name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.kind == kind.name() && row.name == name)
}

/// Returns an option of x264's own, such as `crf=23`, as a part.
pub fn x264_option(words: &str) -> Part {
    piece(Kind::X264, words)
}

fn piece(kind: Kind, words: &str) -> Part {
    let end = words.find('=').unwrap_or(words.len());
    Part { kind, name: words[..end].to_owned(), words: words.to_owned() }
}

/// Returns the parts of a command, in order. Files that it writes are none.
pub fn parts(command: &[String]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut words = command.iter().peekable();
    while let Some(word) = words.next() {
        if !word.starts_with('-') || word == "-" {
            continue;
        }
        // `-c:a:1` is `-c:a` of one stream.
        let name = word.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches(':');
        let name = if name.contains(':') { name } else { word };
        let known = row(Kind::Option, name);
        let has_value = known
            .map_or_else(|| words.peek().is_some_and(|next| !next.starts_with('-')), |known| known.has_value);
        let value = if has_value { words.next() } else { None };
        let within = Kind::within(name);
        let said = match (value, within) {
            (Some(value), None) => format!("{word} {value}"),
            _ => word.clone(),
        };
        parts.push(Part { kind: Kind::Option, name: name.to_owned(), words: said });
        if let (Some(kind), Some(value)) = (within, value) {
            parts.extend(pieces(value, kind).into_iter().map(|words| piece(kind, words)));
        }
    }
    parts
}

/// Splits the value of an option into what is explained piece by piece.
fn pieces(value: &str, kind: Kind) -> Vec<&str> {
    if kind != Kind::Filter {
        return value.split(':').collect();
    }
    let mut pieces = Vec::new();
    let (mut from, mut quoted, mut labelled, mut escaped) = (0, false, false, false);
    for (at, letter) in value.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '[' => {
                pieces.extend((!labelled).then_some(&value[from..at]));
                labelled = true;
            }
            ']' => (labelled, from) = (false, at + 1),
            ',' | ';' if !labelled => {
                pieces.push(&value[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&value[from..]);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Returns what the parts of these commands do, in order. What has one sentence stands in one row.
pub fn explained(commands: &[Vec<String>]) -> Vec<Explained> {
    let mut rows: Vec<Explained> = Vec::new();
    for part in commands.iter().flat_map(|command| parts(command)) {
        let Some(sentence) = sentence(&part) else { continue };
        match rows.iter_mut().find(|row| row.sentence == sentence) {
            Some(row) if row.words.contains(&part.words) => {}
            Some(row) => row.words.push(part.words),
            None => {
                let within = part.kind != Kind::Option;
                rows.push(Explained { words: vec![part.words], sentence, within });
            }
        }
    }
    rows
}
