//! Wishes in the address: `?target=10MB&effort=best`, in the query or the fragment. Every parameter that cannot be
//! honoured is reported.

use crate::percent;
use crate::units::{Bytes, FrameRate, Kbps, Micros};
use crate::wishes::destinations;
use crate::wishes::ladder;
use crate::wishes::packaging::SegmentFormat;
use crate::wishes::renditions;
use crate::wishes::shape::{self, Crop, Flip};
use crate::wishes::{AudioWish, Codec, Effort, Mode, Tracks, Trim, Wishes};
use serde::Serialize;

/// What an address asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Link {
    /// The wishes, with defaults for what is not named.
    pub wishes: Wishes,
    /// When dropped clips start, where it is said.
    pub start: Option<Start>,
    /// What was not understood or is not there.
    pub problems: Vec<LinkProblem>,
}

/// When dropped clips start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// `start=auto`: at once, and finished ones are handed over without a click.
    Automatically,
    /// `start=wait`: when a person has seen the plan and says so.
    Waiting,
}

/// One parameter that could not be honoured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkProblem {
    /// The parameter's name as written.
    pub name: String,
    /// Its value as written.
    pub value: String,
    /// What is wrong with it.
    pub why: LinkTrouble,
}

/// What can be wrong with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum LinkTrouble {
    /// No such parameter.
    UnknownName,
    /// The value is not one of those known, or no number in range.
    BadValue,
    /// Said again later in the link, which counts.
    SaidAgain,
}

impl LinkProblem {
    /// Returns the problem as a sentence.
    pub fn text(&self) -> String {
        let LinkProblem { name, value, why } = self;
        match why {
            LinkTrouble::UnknownName => {
                format!("The link has a parameter “{name}”, which Clipfit does not know.")
            }
            LinkTrouble::BadValue => {
                format!(
                    "The link asks for {name}=“{value}”, which is not a value Clipfit knows. The default is used."
                )
            }
            LinkTrouble::SaidAgain => {
                format!(
                    "The link asks for {name}={value} and then for something else, which is used instead."
                )
            }
        }
    }
}

/// Why a single value was not taken.
struct Reject;

/// Reads the parameters of `query` and `fragment` (with or without their leading `?` and `#`). A later one wins.
pub fn parse(query: &str, fragment: &str) -> Link {
    let mut link = Link::default();
    let mut said: Vec<(String, String)> = Vec::new();
    let pairs = [query.trim_start_matches('?'), fragment.trim_start_matches('#')];
    for pair in pairs.iter().flat_map(|part| part.split('&')).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let [name, value] = [name, value].map(|part| percent::decoded(part, b' '));
        let trouble = match apply(&mut link, &name, &value) {
            Some(Ok(())) => {
                // A destination is a target by another name.
                let slot = |name: &str| if name == "preset" { "target".to_owned() } else { name.to_owned() };
                if let Some(at) = said.iter().position(|(earlier, _)| slot(earlier) == slot(&name)) {
                    let (name, value) = said.swap_remove(at);
                    link.problems.push(LinkProblem { name, value, why: LinkTrouble::SaidAgain });
                }
                said.push((name, value));
                continue;
            }
            Some(Err(Reject)) => LinkTrouble::BadValue,
            None => LinkTrouble::UnknownName,
        };
        link.problems.push(LinkProblem { name, value, why: trouble });
    }
    let says = |wanted: &str| said.iter().any(|(name, _)| name == wanted);
    if link.wishes.mode == Mode::Hls && (says("target") || says("preset")) {
        link.wishes.packaging.target = Some(link.wishes.target);
    }
    if let Some(Trim { start, end: Some(end) }) = link.wishes.trim
        && end <= start
    {
        link.wishes.trim = None;
        let ends = said.iter().filter(|(name, _)| name == "start-at" || name == "end-at");
        let problem = |(name, value): &(String, String)| LinkProblem {
            name: name.clone(),
            value: value.clone(),
            why: LinkTrouble::BadValue,
        };
        link.problems.extend(ends.map(problem));
    }
    // A rung is named to be used, and so are renditions.
    if (says("rung") || says("renditions")) && !says("mode") {
        link.wishes.mode = Mode::Ladder;
    }
    link
}

fn set<T>(place: &mut T, value: T) -> Result<(), Reject> {
    *place = value;
    Ok(())
}

/// Applies a parameter; returns `None` for an unknown name.
fn apply(link: &mut Link, name: &str, value: &str) -> Option<Result<(), Reject>> {
    let wishes = &mut link.wishes;
    Some(match name {
        "target" => {
            parse_size(value).map(|size| (wishes.target, wishes.destination) = (size, None)).ok_or(Reject)
        }
        "preset" => destinations::find(value)
            .map(|found| (wishes.target, wishes.destination) = (found.limit, Some(found.id)))
            .ok_or(Reject),
        "mode" => match value {
            "size" => set(&mut wishes.mode, Mode::Size),
            "quick" => set(&mut wishes.mode, Mode::Quick),
            "ladder" => set(&mut wishes.mode, Mode::Ladder),
            "hls" => set(&mut wishes.mode, Mode::Hls),
            _ => Err(Reject),
        },
        "effort" => Effort::find(value).map(|effort| wishes.effort = effort).ok_or(Reject),
        "codec" => Codec::find(value).map(|codec| wishes.codec = codec).ok_or(Reject),
        "height" => parse_height(value).map(|height| wishes.height = Some(height)).ok_or(Reject),
        "fps" => parse_frame_rate(value).map(|rate| wishes.frame_rate = Some(rate)).ok_or(Reject),
        "audio" => parse_audio(value).map(|audio| wishes.audio = audio).ok_or(Reject),
        "start-at" => parse_time(value)
            .map(|start| wishes.trim = Some(Trim { start, ..wishes.trim.unwrap_or_default() }))
            .ok_or(Reject),
        "end-at" => parse_time(value)
            .filter(|end| *end > Micros(0))
            .map(|end| wishes.trim = Some(Trim { end: Some(end), ..wishes.trim.unwrap_or_default() }))
            .ok_or(Reject),
        "crop" => Crop::parse(value).map(|crop| wishes.shape.crop = Some(crop)).ok_or(Reject),
        "turn" => shape::parse_turn(value).map(|turn| wishes.shape.turn = turn).ok_or(Reject),
        "flip" => Flip::find(value).map(|flip| wishes.shape.flip = flip).ok_or(Reject),
        "audio-tracks" => Tracks::find(value).map(|tracks| wishes.tracks = tracks).ok_or(Reject),
        "renditions" => renditions::parse(value).map(|wanted| wishes.renditions = wanted).ok_or(Reject),
        "rung" => ladder::parse(value).map(|rung| wishes.rung = Some(rung)).ok_or(Reject),
        "segment" => parse_segment(value).map(|seconds| wishes.packaging.seconds = seconds).ok_or(Reject),
        "format" => match value {
            "ts" => set(&mut wishes.packaging.format, SegmentFormat::Ts),
            "fmp4" => set(&mut wishes.packaging.format, SegmentFormat::Fmp4),
            _ => Err(Reject),
        },
        "start" => match value {
            "auto" => set(&mut link.start, Some(Start::Automatically)),
            "wait" => set(&mut link.start, Some(Start::Waiting)),
            _ => Err(Reject),
        },
        _ => return None,
    })
}

/// Reads a size as people write it: `10MB` and `10 mb` are decimal, `10MiB` binary, also `KB`, `KiB`, `GB`, `GiB`, `B`;
/// a bare number is megabytes. `None` unless it is at least one byte and at most a terabyte.
pub fn parse_size(text: &str) -> Option<Bytes> {
    let text = text.trim();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(text.len());
    // `1,500` is fifteen hundred to some and one and a half to others.
    let written = &text[..digits];
    if written.split_once(',').is_some_and(|(_, decimals)| decimals.len() == 3) {
        return None;
    }
    let number: f64 = written.replace(',', ".").parse().ok()?;
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "b" | "byte" | "bytes" => 1.0,
        "kb" | "k" => 1e3,
        "" | "mb" | "m" => 1e6,
        "gb" | "g" => 1e9,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    // 4.14 MB is 4,140,000 bytes, though the product falls a billionth short of it.
    let exact = number * unit;
    let bytes = if (exact - exact.round()).abs() < 1e-3 { exact.round() } else { exact.floor() };
    (bytes.is_finite() && (1.0..=1e12).contains(&bytes)).then_some(Bytes(bytes as u64))
}

/// Reads a time in seconds (`75.5`), minutes and seconds (`1:15.5`), or hours, minutes and seconds (`1:02:03.250`), up
/// to a hundred hours.
pub fn parse_time(text: &str) -> Option<Micros> {
    const MOST_SECONDS: f64 = 360_000.0;
    let mut seconds = 0.0;
    let parts: Vec<&str> = text.trim().split(':').collect();
    for (index, part) in parts.iter().enumerate() {
        let (is_first, is_last) = (index == 0, index + 1 == parts.len());
        let digits = if is_last { part.replace(',', ".") } else { (*part).to_owned() };
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || (is_last && byte == b'.'));
        let number: f64 = digits.parse().ok().filter(|_| plain)?;
        if !is_first && number >= 60.0 {
            return None;
        }
        seconds = seconds * 60.0 + number;
    }
    (parts.len() <= 3 && seconds <= MOST_SECONDS).then(|| Micros::from_seconds(seconds))
}

/// Writes a time so that `parse_time` reads it back exactly: `1:15.5`.
pub fn time_text(time: Micros) -> String {
    let whole = time.0.max(0) / 1_000_000;
    let part = format!("{:06}", time.0.max(0) % 1_000_000);
    let (minutes, seconds) = (whole / 60, whole % 60);
    let part = part.trim_end_matches('0');
    let dot = if part.is_empty() { "" } else { "." };
    format!("{minutes}:{seconds:02}{dot}{part}")
}

/// Reads a height in pixels, 16 to 8640.
pub fn parse_height(text: &str) -> Option<u32> {
    let text = text.trim().trim_end_matches(['p', 'P']);
    text.parse().ok().filter(|height| (16..=8640).contains(height))
}

/// Reads the length of segments in seconds, 1 to 60.
pub fn parse_segment(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|seconds| (1..=60).contains(seconds))
}

/// Reads a frame rate, 1 to 240.
pub fn parse_frame_rate(text: &str) -> Option<FrameRate> {
    FrameRate::parse(text).filter(|rate| FrameRate::WISHED.contains(&rate.per_second()))
}

/// Reads `auto`, `copy`, `none` or kilobits per second from 16 to 512.
pub fn parse_audio(text: &str) -> Option<AudioWish> {
    match text.trim() {
        "auto" => Some(AudioWish::Auto),
        "copy" => Some(AudioWish::Copy),
        "none" => Some(AudioWish::None),
        number => {
            let rate: f64 = number.parse().ok()?;
            (16.0..=512.0).contains(&rate).then_some(AudioWish::Encode(Kbps(rate)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip::rotation::Rotation;
    use crate::wishes::packaging::Packaging;
    use crate::wishes::shape::Shape;

    #[test]
    fn sizes_as_people_write_them() {
        for (text, bytes) in [
            ("10MB", 10_000_000),
            ("10 mb", 10_000_000),
            ("10MiB", 10_485_760),
            ("1.9MB", 1_900_000),
            ("4.14MB", 4_140_000),
            ("1,9MB", 1_900_000),
            ("500KB", 500_000),
            ("512KiB", 524_288),
            ("123B", 123),
            ("8", 8_000_000),
        ] {
            assert_eq!(parse_size(text), Some(Bytes(bytes)), "{text}");
        }
        for bad in ["", "MB", "1,500 KB", "0", "-1MB", "1..2MB", "10XB", "1e999", "9999999GB", "٣MB"] {
            assert_eq!(parse_size(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_parameter_is_honoured_or_named() {
        let link = parse(
            "?target=1.9MB&effort=best&height=360&fps=30000/1001&audio=64&start=auto&audio-tracks=mix&start-at=1.5&end-at=1:02&crop=9:16&turn=90&flip=vertical",
            "#mode=quick&codec=vp9",
        );
        assert_eq!(link.problems, []);
        assert_eq!(link.start, Some(Start::Automatically));
        assert_eq!(parse("", "#start=wait").start, Some(Start::Waiting));
        assert_eq!(
            link.wishes,
            Wishes {
                mode: Mode::Quick,
                target: Bytes(1_900_000),
                destination: None,
                rung: None,
                renditions: Vec::new(),
                packaging: Packaging::default(),
                effort: Effort::Best,
                codec: Codec::Vp9,
                height: Some(360),
                frame_rate: FrameRate::new(30_000, 1001),
                audio: AudioWish::Encode(Kbps(64.0)),
                tracks: Tracks::Mix,
                trim: Some(Trim { start: Micros(1_500_000), end: Some(Micros(62_000_000)) }),
                shape: Shape {
                    crop: Some(Crop::Ratio { across: 9, down: 16 }),
                    turn: Rotation::Right,
                    flip: Flip::Vertical,
                },
                only_plan: false,
            }
        );
        let link = parse("target=5MB&preset=discord", "#height=240&height=360");
        let said: Vec<_> =
            link.problems.iter().map(|problem| (problem.value.as_str(), problem.why)).collect();
        assert_eq!(said, [("5MB", LinkTrouble::SaidAgain), ("240", LinkTrouble::SaidAgain)]);
        assert_eq!((link.wishes.target, link.wishes.height), (Bytes(20_971_520), Some(360)));
        let link = parse(
            "target=lots&mode=dash&speed=9&preset=discord&fps=0&effort=slow&rung=1024x576@24&audio-tracks=all&x",
            "",
        );
        let named: Vec<_> =
            link.problems.iter().map(|problem| (problem.name.as_str(), problem.why)).collect();
        assert_eq!(
            named,
            [
                ("target", LinkTrouble::BadValue),
                ("mode", LinkTrouble::BadValue),
                ("speed", LinkTrouble::UnknownName),
                ("fps", LinkTrouble::BadValue),
                ("effort", LinkTrouble::BadValue),
                ("rung", LinkTrouble::BadValue),
                ("audio-tracks", LinkTrouble::BadValue),
                ("x", LinkTrouble::UnknownName),
            ]
        );
        assert_eq!(link.wishes.target, Bytes(20_971_520));
        assert_eq!(link.wishes.destination.map(destinations::Id::as_str), Some("discord"));
        assert_eq!(parse("preset=discord&target=3MB", "").wishes.destination, None);
        for (query, mode) in [
            ("rung=1024x576@25", Mode::Ladder),
            ("mode=ladder", Mode::Ladder),
            ("rung=640x360@30:700", Mode::Ladder),
            ("mode=size&rung=1024x576@25", Mode::Size),
            ("renditions=720:3000,480:1500", Mode::Ladder),
        ] {
            let link = parse(query, "");
            assert_eq!((link.wishes.mode, link.problems.len()), (mode, 0), "{query}");
            assert_eq!(link.wishes.rung.is_some(), query.contains("rung"), "{query}");
            assert_eq!(link.wishes.renditions.len(), if query.contains("renditions") { 2 } else { 0 });
        }
    }

    #[test]
    fn times_as_people_write_them() {
        for (text, time) in [
            ("0", 0),
            ("75.5", 75_500_000),
            ("1:15,5", 75_500_000),
            ("1:02:03.250", 3_723_250_000),
            ("90:00", 5_400_000_000),
            (" 7 ", 7_000_000),
        ] {
            let found = parse_time(text);
            assert_eq!(found, Some(Micros(time)), "{text}");
            assert_eq!(parse_time(&time_text(Micros(time))), found, "{text}");
        }
        for bad in ["", ":", "1:", "1:60", "-1", "1e3", "1:2:3:4", "1.5:00", "inf", "999:00:00", "٣"] {
            assert_eq!(parse_time(bad), None, "{bad}");
        }
        for (query, trim, problems) in [
            ("start-at=2", Some((2, None)), 0),
            ("end-at=0:03", Some((0, Some(3))), 0),
            ("start-at=2&end-at=3", Some((2, Some(3))), 0),
            ("end-at=0", None, 1),
            ("start-at=3&end-at=2", None, 2),
        ] {
            let link = parse(query, "");
            let seconds = |time: Micros| time.0 / 1_000_000;
            let found = link.wishes.trim.map(|trim| (seconds(trim.start), trim.end.map(seconds)));
            assert_eq!((found, link.problems.len()), (trim, problems), "{query}");
        }
    }

    #[test]
    fn packages_in_links() {
        let fmp4 = Packaging { format: SegmentFormat::Fmp4, seconds: 4, target: None };
        for (query, packaging) in [
            ("mode=hls", Packaging::default()),
            ("mode=hls&segment=4&format=fmp4", fmp4),
            // The limit is of the whole package then.
            ("target=50MB&mode=hls", Packaging { target: Some(Bytes(50_000_000)), ..Packaging::default() }),
        ] {
            let link = parse(query, "");
            assert_eq!(link.problems, [], "{query}");
            assert_eq!((link.wishes.mode, link.wishes.packaging), (Mode::Hls, packaging), "{query}");
        }
        for query in ["segment=0", "segment=61", "segment=4.5", "format=webm"] {
            assert_eq!(parse(query, "").problems.len(), 1, "{query}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_address_is_survived(query in ".{0,80}", fragment in ".{0,80}") {
            let _ = parse(&query, &fragment);
        }
    }
}
