//! ffprobe's flat listings (`-print_format flat`): `streams.stream.0.codec_name="h264"`, a field a line. What the browser
//! tells of a file is written in the same words. Knows no field by name.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

/// More streams than any file has: what claims more is read no further.
const MOST_STREAMS: usize = 1000;

/// A whole listing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    /// The streams in the order of their numbers.
    pub(crate) streams: Vec<Section>,
    /// The file as a whole.
    pub(crate) format: Section,
}

/// The fields of one thing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Section(HashMap<String, String>);

impl Listing {
    /// Reads what there is; lines that say nothing are passed over.
    pub(crate) fn read(text: &str) -> Listing {
        let mut streams = BTreeMap::<usize, Section>::new();
        let mut format = Section::default();
        for line in text.lines() {
            let Some((key, value)) = line.trim().split_once('=') else { continue };
            let (section, name) = if let Some(rest) = key.strip_prefix("streams.stream.") {
                let Some((number, name)) = rest.split_once('.') else { continue };
                let Some(number) = number.parse().ok().filter(|number| *number < MOST_STREAMS) else {
                    continue;
                };
                (streams.entry(number).or_default(), name)
            } else if let Some(name) = key.strip_prefix("format.") {
                (&mut format, name)
            } else {
                continue;
            };
            section.0.insert(name.to_owned(), unquoted(value));
        }
        Listing { streams: streams.into_values().collect(), format }
    }
}

impl Section {
    /// A field's text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A field's text of its own.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    /// A field that is a number, where it is one.
    pub(crate) fn number<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }

    /// A field whose name differs in capitals only: tags are written as the file's author liked.
    pub(crate) fn tag(&self, name: &str) -> Option<&str> {
        let named = |key: &str| key.strip_prefix("tags.").is_some_and(|tag| tag.eq_ignore_ascii_case(name));
        self.0.iter().find(|(key, _)| named(key)).map(|(_, value)| value.as_str())
    }

    /// The first field of this name in any entry of a list.
    pub(crate) fn in_list(&self, list: &str, name: &str) -> Option<&str> {
        let named = |key: &str| key.starts_with(list) && key.rsplit('.').next() == Some(name);
        self.0.iter().filter(|(key, _)| named(key)).min().map(|(_, value)| value.as_str())
    }
}

/// A value without its quotes and escapes; numbers have none.
fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut text = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some(escaped) => text.push(escaped),
                None => {}
            },
            plain => text.push(plain),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_in_their_sections() {
        let listing = Listing::read(
            "streams.stream.1.codec_name=\"aac\"\nstreams.stream.0.width=320\nnonsense\nstreams.stream.9999999.index=1\n\
             streams.stream.0.tags.Title=\"a \\\"b\\\" \\\\ c\\n\"\nstreams.stream.0.side_data_list.side_data.0.rotation=-90\n\
             format.format_name=\"mov,mp4\"\nother.x=1\n",
        );
        let [picture, sound] = listing.streams.as_slice() else { panic!("{listing:?}") };
        assert_eq!(picture.number::<u32>("width"), Some(320));
        assert_eq!(picture.tag("title"), Some("a \"b\" \\ c\n"));
        assert_eq!(picture.in_list("side_data_list.", "rotation"), Some("-90"));
        assert_eq!((sound.text("codec_name"), sound.text("width")), (Some("aac"), None));
        assert_eq!(listing.format.text("format_name"), Some("mov,mp4"));
    }

    proptest::proptest! {
        #[test]
        fn anything_is_survived(text in "[ -~\n]{0,200}", value in "[\"\\\\nr]{0,20}") {
            let _ = Listing::read(&text);
            let _ = Listing::read(&format!("format.x={value}"));
        }
    }
}
