//! Reads what ffprobe writes: flat listings (`-print_format flat`: `streams.stream.0.codec_name="h264"`, a field a
//! line) and packets (`csv`). Nobody else knows ffprobe's names.

use crate::clip::listing::{AudioDetails, ListedStream, Listing, StreamKind, VideoDetails};
use crate::clip::packets::{FrameSize, PacketTable};
use crate::units::{FrameRate, Micros};
use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

/// More streams than any file has: what claims more is read no further.
const MOST_STREAMS: u32 = 1000;

/// Reads ffprobe's answer to `ffmpeg::probe_streams` or `ffmpeg::probe_result`.
pub fn listing(text: &str) -> Listing {
    let Sections { streams, format } = Sections::read(text);
    let sections = || std::iter::once(&format).chain(streams.values());
    let tagged = |name: &str| sections().find_map(|section| section.tag(name)).map(str::to_owned);
    let is_matroska = format.text("format_name").is_some_and(|name| name.contains("matroska"));
    Listing {
        tags: sections().flat_map(Section::tag_names).collect(),
        // Cameras write the first; what converts a clip may set the second anew.
        captured: tagged("com.apple.quicktime.creationdate").or_else(|| tagged("creation_time")),
        format: format.owned("format_name").unwrap_or_default(),
        brand: format.tag("major_brand").map(str::to_owned),
        start: time(format.text("start_time")),
        duration: time(format.text("duration")),
        declared_end: time(format.text("duration")).filter(|_| is_matroska),
        fragmented: false,
        streams: streams.iter().map(|(number, fields)| stream(*number, fields)).collect(),
    }
}

fn stream(number: u32, fields: &Section) -> ListedStream {
    let has = |disposition: &str| {
        fields.number(&format!("disposition.{disposition}")).is_some_and(|set: i32| set != 0)
    };
    let kind = match fields.text("codec_type") {
        Some("video") => StreamKind::Video,
        Some("audio") => StreamKind::Audio,
        Some("subtitle") => StreamKind::Subtitle,
        Some("data") => StreamKind::Data,
        Some("attachment") => StreamKind::Attachment,
        _ => StreamKind::Unknown,
    };
    let is_audio = kind == StreamKind::Audio;
    let tagged_duration = || fields.tag("DURATION").filter(|_| is_audio).and_then(clock);
    ListedStream {
        index: fields.number("index").unwrap_or(number),
        kind,
        codec: fields.owned("codec_name"),
        tag: fields.owned("codec_tag_string"),
        handler: fields.tag("handler_name").map(str::to_owned),
        profile: fields.owned("profile"),
        language: fields.tag("language").filter(|language| *language != "und").map(str::to_owned),
        default: has("default"),
        still: has("attached_pic") || has("timed_thumbnails") || has("still_image"),
        start: time(fields.text("start_time")),
        duration: time(fields.text("duration")).or_else(tagged_duration),
        bitrate: fields.text("bit_rate").or_else(|| fields.tag("BPS")).and_then(|text| text.parse().ok()),
        packets: fields.number("nb_read_packets"),
        promised: fields.number("nb_frames"),
        odd: None,
        video: (kind == StreamKind::Video).then(|| video(fields)),
        audio: is_audio.then(|| AudioDetails {
            sample_rate: fields.number("sample_rate").unwrap_or(0),
            channels: fields.number("channels").unwrap_or(0),
            decodes: None,
        }),
    }
}

fn video(fields: &Section) -> VideoDetails {
    VideoDetails {
        peak: peak(fields),
        width: fields.number("width").unwrap_or(0),
        height: fields.number("height").unwrap_or(0),
        sample_aspect: fields.text("sample_aspect_ratio").and_then(ratio),
        rotation: rotation(fields),
        mirrored: false,
        pixel_format: fields.owned("pix_fmt"),
        primaries: fields.owned("color_primaries"),
        transfer: fields.owned("color_transfer"),
        matrix: fields.owned("color_space"),
        full_range: fields.text("color_range") == Some("pc"),
        interlaced: matches!(fields.text("field_order"), Some("tt" | "bb" | "tb" | "bt")),
        fields_unsaid: matches!(fields.text("field_order"), None | Some("unknown")),
        dolby_vision: dolby_vision(fields),
        base_rate: fields.text("r_frame_rate").and_then(FrameRate::parse),
        average_rate: fields.text("avg_frame_rate").and_then(FrameRate::parse),
        reordered: fields.number("has_b_frames").unwrap_or(0),
    }
}

/// Reads the rotation: ffprobe gives the counter-clockwise angle of the display matrix.
fn rotation(fields: &Section) -> u32 {
    let angle: f64 =
        fields.in_list("side_data_list.", "rotation").and_then(|angle| angle.parse().ok()).unwrap_or(0.0);
    match (angle.round() as i64).rem_euclid(360) {
        45..135 => 270,
        135..225 => 180,
        225..315 => 90,
        _ => 0,
    }
}

/// Returns the brightest light in nits: of the content, else of the screen that it was made on.
fn peak(fields: &Section) -> Option<u32> {
    let side = |name| fields.in_list("side_data_list.", name);
    let content = || side("max_content")?.parse().ok();
    let screen = || {
        let (nits, parts) = side("max_luminance")?.split_once('/')?;
        nits.parse::<u32>().ok()?.checked_div(parts.parse().ok()?)
    };
    content().filter(|nits| *nits > 0).or_else(screen).filter(|nits| *nits > 0)
}

/// Profile and compatibility, from the configuration record.
fn dolby_vision(fields: &Section) -> Option<(u32, u32)> {
    let number = |name| fields.in_list("side_data_list.", name).and_then(|text| text.parse().ok());
    Some((number("dv_profile")?, number("dv_bl_signal_compatibility_id").unwrap_or(0)))
}

/// Reads ffprobe's answer to `ffmpeg::probe_sizes`. Columns: width, height, sample aspect ratio.
pub fn sizes(text: &str) -> Vec<FrameSize> {
    let size = |line: &str| {
        let mut fields = line.trim().split(',');
        let (width, height) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let sample_aspect = fields.next().and_then(ratio);
        (width > 0 && height > 0).then_some(FrameSize { width, height, sample_aspect })
    };
    text.lines().filter_map(size).collect()
}

/// `16:15`
fn ratio(text: &str) -> Option<(u64, u64)> {
    let (horizontal, vertical) = text.split_once(':')?;
    Some((horizontal.parse().ok()?, vertical.parse().ok()?))
}

/// Reads ffprobe's answer to `ffmpeg::probe_packets`. Columns: pts_time, dts_time, duration_time, size, flags. Some may
/// be `N/A`.
pub fn packets(text: &str) -> PacketTable {
    let mut table = PacketTable::default();
    for line in text.lines() {
        let mut fields = line.trim().split(',');
        let (Some(pts), Some(dts), Some(duration), Some(size), Some(flags)) =
            (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let row = u32::try_from(table.sizes.len()).unwrap_or(u32::MAX);
        table.presented.push(time(Some(pts)));
        table.decoded.push(time(Some(dts)));
        table.durations.push(time(Some(duration)));
        table.sizes.push(size.parse().unwrap_or(0));
        if flags.starts_with('K') {
            table.keyframes.push(row);
        }
        // The edit list cuts these away after decoding.
        if flags.contains('D') {
            table.hidden.push(row);
        }
    }
    table
}

/// Reads seconds with up to six decimals, as ffprobe writes times; exact, and quick enough for an hour's packets.
fn time(text: Option<&str>) -> Option<Micros> {
    let text = text?.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let number = |text: &str| {
        let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.bytes().fold(0_i64, |sum, byte| sum * 10 + i64::from(byte - b'0')))
    };
    let fraction = fraction.get(..6).unwrap_or(fraction);
    let parts =
        if fraction.is_empty() { 0 } else { number(fraction)? * 10_i64.pow(6 - fraction.len() as u32) };
    let micros = number(whole)? * 1_000_000 + parts;
    Some(Micros(if negative { -micros } else { micros }))
}

/// Reads `00:00:30.016000000`, as Matroska tags give durations.
fn clock(text: &str) -> Option<Micros> {
    let mut parts = text.split(':').map(|part| part.parse::<f64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some(Micros::from_seconds(hours * 3600.0 + minutes * 60.0 + seconds))
}

/// A whole flat listing.
#[derive(Debug, Clone, Default)]
struct Sections {
    /// The streams in the order of their numbers.
    streams: BTreeMap<u32, Section>,
    /// The file as a whole.
    format: Section,
}

/// The fields of one thing.
#[derive(Debug, Clone, Default)]
struct Section(HashMap<String, String>);

impl Sections {
    /// Reads what there is; lines that say nothing are passed over.
    fn read(text: &str) -> Sections {
        let mut streams = BTreeMap::<u32, Section>::new();
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
        Sections { streams, format }
    }
}

impl Section {
    /// Returns a field's text.
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns a field's text of its own.
    fn owned(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    /// Returns a field that is a number, where it is one.
    fn number<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }

    /// Returns a field whose name differs in capitals only: tags are written as the file's author liked.
    fn tag(&self, name: &str) -> Option<&str> {
        let named = |key: &str| key.strip_prefix("tags.").is_some_and(|tag| tag.eq_ignore_ascii_case(name));
        self.0.iter().find(|(key, _)| named(key)).map(|(_, value)| value.as_str())
    }

    /// Returns the names of its tags.
    fn tag_names(&self) -> impl Iterator<Item = String> + '_ {
        self.0.keys().filter_map(|key| key.strip_prefix("tags.")).map(str::to_owned)
    }

    /// Returns the first field of this name in any entry of a list.
    fn in_list(&self, list: &str, name: &str) -> Option<&str> {
        let named = |key: &str| key.starts_with(list) && key.rsplit('.').next() == Some(name);
        self.0.iter().filter(|(key, _)| named(key)).min().map(|(_, value)| value.as_str())
    }
}

/// Returns a value without its quotes and escapes; numbers have none.
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
        let listing = Sections::read(
            "streams.stream.1.codec_name=\"aac\"\nstreams.stream.0.width=320\nnonsense\nstreams.stream.9999999.index=1\n\
             streams.stream.0.tags.Title=\"a \\\"b\\\" \\\\ c\\n\"\nstreams.stream.0.side_data_list.side_data.0.rotation=-90\n\
             format.format_name=\"mov,mp4\"\nother.x=1\n",
        );
        let streams: Vec<&Section> = listing.streams.values().collect();
        let [video, audio] = streams.as_slice() else { panic!("{listing:?}") };
        assert_eq!(video.number::<u32>("width"), Some(320));
        assert_eq!(video.tag("title"), Some("a \"b\" \\ c\n"));
        assert_eq!(video.in_list("side_data_list.", "rotation"), Some("-90"));
        assert_eq!((audio.text("codec_name"), audio.text("width")), (Some("aac"), None));
        assert_eq!(listing.format.text("format_name"), Some("mov,mp4"));
    }

    #[test]
    fn times_are_read_exactly() {
        for (text, micros) in [
            ("1.459733", Some(1_459_733)),
            ("-0.083333", Some(-83_333)),
            ("12", Some(12_000_000)),
            ("0.5", Some(500_000)),
            ("41.3786670", Some(41_378_667)),
            ("N/A", None),
            ("", None),
            ("1e3", None),
            ("99999999999.0", None),
        ] {
            assert_eq!(time(Some(text)), micros.map(Micros), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn anything_is_survived(text in "[ -~\n]{0,200}", value in "[\"\\\\nr]{0,20}") {
            let _ = Sections::read(&text);
            let _ = Sections::read(&format!("format.x={value}"));
            let _ = (listing(&text), packets(&text), sizes(&text));
        }
    }
}
