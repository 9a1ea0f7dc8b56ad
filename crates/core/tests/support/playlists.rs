//! RFC 8216's rules for the texts of a package, held against what its segments are. What core writes keeps them by
//! construction, so they are checked in tests only; what depends on the encoder is checked in every job (`hls::check`).
#![allow(dead_code, reason = "not every test file uses all of it")]

use clipfit_container::read::StreamCodecs;
use clipfit_core::hls::MASTER;
use clipfit_core::hls::playlist::{rates, version};
use clipfit_core::units::{Bytes, FrameRate, Micros};
use clipfit_core::wishes::packaging::SegmentFormat;
use std::collections::BTreeMap;

/// A package as it lies there.
pub(crate) struct Package<'a> {
    pub(crate) format: SegmentFormat,
    pub(crate) rate: FrameRate,
    /// Text of the master playlist.
    pub(crate) master: &'a str,
    pub(crate) streams: Vec<Stream<'a>>,
}

/// A rendition as it lies there.
pub(crate) struct Stream<'a> {
    /// Address of its playlist, relative to the master.
    pub(crate) uri: String,
    /// Text of its playlist.
    pub(crate) playlist: &'a str,
    pub(crate) codecs: StreamCodecs,
    pub(crate) segments: Vec<Segment>,
}

/// A segment as it lies there.
#[derive(Clone)]
pub(crate) struct Segment {
    /// Address, relative to its playlist.
    pub(crate) uri: String,
    pub(crate) size: Bytes,
    pub(crate) duration: Micros,
}

/// A violated rule. `uri` names the playlist; segments are counted from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum Violation {
    #[error("{uri} does not begin with #EXTM3U")]
    NoPlaylist { uri: String },
    #[error("{uri} has no {tag}")]
    NoTag { uri: String, tag: &'static str },
    #[error("{uri} has {tag} more than once")]
    Twice { uri: String, tag: &'static str },
    #[error("{uri} has {tag}, which belongs into the other kind of playlist")]
    Mixed { uri: String, tag: String },
    #[error("{uri} is of version {said}, its tags need {needed}")]
    Version { uri: String, said: u32, needed: u32 },
    #[error("{uri}: segment {segment} lasts {said} s, longer than the target of {target} s")]
    TooLong { uri: String, segment: usize, said: f64, target: u64 },
    #[error("{uri} lists {listed:?} where {there:?} is")]
    Segments { uri: String, listed: Option<String>, there: Option<String> },
    #[error("{uri}: segment {segment} is said to last {said} s and lasts {is}")]
    Duration { uri: String, segment: usize, said: f64, is: Micros },
    #[error("{uri} has {found} maps, its format {wanted}")]
    Maps { uri: String, found: usize, wanted: usize },
    #[error("the master playlist lists {listed:?} where {there:?} is")]
    Variants { listed: Vec<String>, there: Vec<String> },
    #[error("the master playlist says {attribute}={said:?} of {uri}, which is {is}")]
    Attribute { uri: String, attribute: &'static str, said: Option<String>, is: String },
}

/// What belongs into a media playlist alone, of what is written here.
const OF_MEDIA: [&str; 6] = [
    "#EXTINF",
    "#EXT-X-TARGETDURATION",
    "#EXT-X-MEDIA-SEQUENCE",
    "#EXT-X-PLAYLIST-TYPE",
    "#EXT-X-MAP",
    "#EXT-X-ENDLIST",
];
/// And into a master playlist alone.
const OF_MASTER: [&str; 3] = ["#EXT-X-STREAM-INF", "#EXT-X-MEDIA:", "#EXT-X-I-FRAME-STREAM-INF"];
/// Addresses in a list may be rounded to a millisecond.
const TOLERANCE: i64 = 1_000;

/// All rules that the texts of the package break.
pub(crate) fn check(package: &Package<'_>) -> Vec<Violation> {
    let mut broken = Vec::new();
    for stream in &package.streams {
        check_media(package.format, stream, &mut broken);
    }
    check_master(package, &mut broken);
    broken
}

/// What every playlist must be.
fn check_head(uri: &str, text: &str, foreign: &[&str], least: u32, broken: &mut Vec<Violation>) {
    let uri = || uri.to_owned();
    if text.lines().next() != Some("#EXTM3U") {
        broken.push(Violation::NoPlaylist { uri: uri() });
    }
    let said = values(text, "#EXT-X-VERSION");
    let version = said.first().and_then(|said| said.parse().ok()).unwrap_or(1);
    if version < least {
        broken.push(Violation::Version { uri: uri(), said: version, needed: least });
    }
    for tag in ["#EXT-X-VERSION", "#EXT-X-INDEPENDENT-SEGMENTS"] {
        match values(text, tag).len() {
            0 if least > 1 || tag != "#EXT-X-VERSION" => broken.push(Violation::NoTag { uri: uri(), tag }),
            0 | 1 => {}
            _ => broken.push(Violation::Twice { uri: uri(), tag }),
        }
    }
    let tags = text.lines().filter(|line| foreign.iter().any(|tag| line.starts_with(tag)));
    broken.extend(tags.map(|tag| Violation::Mixed { uri: uri(), tag: tag.to_owned() }));
}

/// What follows a tag's colon, for each line with it; an empty text where there is none.
fn values<'a>(text: &'a str, tag: &str) -> Vec<&'a str> {
    let behind = text.lines().filter_map(|line| line.strip_prefix(tag));
    behind
        .filter(|rest| rest.is_empty() || rest.starts_with(':'))
        .map(|rest| rest.trim_start_matches(':'))
        .collect()
}

fn check_media(format: SegmentFormat, stream: &Stream<'_>, broken: &mut Vec<Violation>) {
    let text = stream.playlist;
    let uri = || stream.uri.clone();
    check_head(&stream.uri, text, &OF_MASTER, version(format), broken);
    for (tag, wanted) in
        [("#EXT-X-TARGETDURATION", None), ("#EXT-X-PLAYLIST-TYPE", Some("VOD")), ("#EXT-X-ENDLIST", Some(""))]
    {
        match values(text, tag).as_slice() {
            [one] if wanted.is_none_or(|wanted| wanted == *one) => {}
            [] | [_] => broken.push(Violation::NoTag { uri: uri(), tag }),
            _ => broken.push(Violation::Twice { uri: uri(), tag }),
        }
    }
    let maps = (values(text, "#EXT-X-MAP").len(), usize::from(format == SegmentFormat::Fmp4));
    if maps.0 != maps.1 {
        broken.push(Violation::Maps { uri: uri(), found: maps.0, wanted: maps.1 });
    }
    let target =
        values(text, "#EXT-X-TARGETDURATION").first().and_then(|said| said.parse().ok()).unwrap_or(0);
    let listed: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let durations: Vec<f64> = values(text, "#EXTINF")
        .iter()
        .map(|said| said.split(',').next().and_then(|said| said.parse().ok()).unwrap_or(f64::NAN))
        .collect();
    for number in 0..listed.len().max(stream.segments.len()) {
        let (listed, there) = (listed.get(number), stream.segments.get(number));
        if listed.copied() != there.map(|segment| segment.uri.as_str()) {
            let (listed, there) = (listed.map(ToString::to_string), there.map(|there| there.uri.clone()));
            broken.push(Violation::Segments { uri: uri(), listed, there });
        }
    }
    for (segment, there) in stream.segments.iter().enumerate() {
        let said = durations.get(segment).copied().unwrap_or(f64::NAN);
        // 4.3.3.1: rounded to whole seconds.
        if said.round() > target as f64 {
            broken.push(Violation::TooLong { uri: uri(), segment, said, target });
        }
        let difference = (Micros::from_seconds(said) - there.duration).0;
        if said.is_nan() || difference.abs() > TOLERANCE {
            broken.push(Violation::Duration { uri: uri(), segment, said, is: there.duration });
        }
    }
}

fn check_master(package: &Package<'_>, broken: &mut Vec<Violation>) {
    let text = package.master;
    check_head(MASTER, text, &OF_MEDIA, 1, broken);
    // A variant's address is the line behind its tag.
    let mut variants: Vec<(BTreeMap<&str, &str>, &str)> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(said) = line.strip_prefix("#EXT-X-STREAM-INF:") {
            variants.push((attributes(said), lines.next().unwrap_or_default()));
        }
    }
    let mut listed: Vec<String> = variants.iter().map(|(_, uri)| (*uri).to_owned()).collect();
    let mut there: Vec<String> = package.streams.iter().map(|stream| stream.uri.clone()).collect();
    listed.sort();
    there.sort();
    if listed != there {
        broken.push(Violation::Variants { listed, there });
    }
    for (said, uri) in &variants {
        let Some(stream) = package.streams.iter().find(|stream| stream.uri == *uri) else { continue };
        let sizes: Vec<Bytes> = stream.segments.iter().map(|segment| segment.size).collect();
        let durations: Vec<Micros> = stream.segments.iter().map(|segment| segment.duration).collect();
        let target = values(stream.playlist, "#EXT-X-TARGETDURATION");
        let target = target.first().and_then(|target| target.parse().ok()).unwrap_or(0);
        let rates = rates(&sizes, &durations, target);
        let wanted = [
            ("BANDWIDTH", rates.peak.to_string()),
            ("AVERAGE-BANDWIDTH", rates.average.to_string()),
            ("RESOLUTION", format!("{}x{}", stream.codecs.width, stream.codecs.height)),
            ("FRAME-RATE", format!("{:.3}", package.rate.per_second())),
            ("CODECS", stream.codecs.to_string()),
        ];
        for (attribute, is) in wanted {
            let said = said.get(attribute).map(|said| said.trim_matches('"').to_owned());
            if said.as_ref() != Some(&is) {
                broken.push(Violation::Attribute { uri: (*uri).to_owned(), attribute, said, is });
            }
        }
    }
}

/// 4.2: names and values, of which some stand in quotation marks, with commas inside.
fn attributes(text: &str) -> BTreeMap<&str, &str> {
    let mut found = BTreeMap::new();
    let mut rest = text;
    while let Some((name, behind)) = rest.split_once('=') {
        let quoted = behind.strip_prefix('"').and_then(|inside| inside.find('"')).map(|end| end + 2);
        let end = quoted.or_else(|| behind.find(',')).unwrap_or(behind.len());
        let (value, behind) = behind.split_at(end);
        found.insert(name, value);
        rest = behind.strip_prefix(',').unwrap_or_default();
    }
    found
}
