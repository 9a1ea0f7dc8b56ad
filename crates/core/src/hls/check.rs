//! RFC 8216's rules for a finished package, checked against its playlists and segments. Reads no file.

use super::SegmentFormat;
use super::playlist::{rates, version};
use crate::units::{Bytes, FrameRate, Micros};
use clipfit_container::read::StreamCodecs;
use clipfit_container::read::segment::Begin;
use std::collections::BTreeMap;

/// A package as it lies there.
#[derive(Debug, Clone)]
pub struct Package<'a> {
    /// What segments are made of.
    pub format: SegmentFormat,
    /// Frames per second.
    pub rate: FrameRate,
    /// Text of the master playlist.
    pub master: &'a str,
    /// All renditions.
    pub streams: Vec<Stream<'a>>,
}

/// A rendition as it lies there.
#[derive(Debug, Clone)]
pub struct Stream<'a> {
    /// Address of its playlist, relative to the master.
    pub uri: String,
    /// Text of its playlist.
    pub playlist: &'a str,
    /// What its streams are.
    pub codecs: StreamCodecs,
    /// Its segments in order.
    pub segments: Vec<Segment>,
}

/// A segment as it lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Address, relative to its playlist.
    pub uri: String,
    /// Its size.
    pub size: Bytes,
    /// How long its frames last.
    pub duration: Micros,
    /// With what it begins; `None` where that cannot be read.
    pub begin: Option<Begin>,
}

/// A violated rule. `uri` names the playlist; segments are counted from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum Violation {
    #[error("{uri} does not begin with #EXTM3U")]
    NoPlaylist { uri: String },
    #[error("{uri} has no {tag}")]
    NoTag { uri: String, tag: &'static str },
    #[error("{uri} has {tag} more than once")]
    Twice { uri: String, tag: &'static str },
    #[error("{uri} has {tag}, which belongs in the other kind of playlist")]
    Mixed { uri: String, tag: String },
    #[error("{uri} declares version {said}, but its tags need {needed}")]
    Version { uri: String, said: u32, needed: u32 },
    #[error("{uri}: segment {segment} lasts {said} s, longer than the target of {target} s")]
    TooLong { uri: String, segment: usize, said: f64, target: u64 },
    #[error("{uri} lists {listed:?}, but the package has {there:?}")]
    Segments { uri: String, listed: Option<String>, there: Option<String> },
    #[error("{uri}: segment {segment} is listed as {said} s long, but lasts {is}")]
    Duration { uri: String, segment: usize, said: f64, is: Micros },
    #[error("{uri}: segment {segment} cannot be decoded by itself")]
    NotIndependent { uri: String, segment: usize },
    #[error("{uri}: segment {segment} begins at {is:?}, but the one before it ends at {due:?}")]
    Gap { uri: String, segment: usize, is: Micros, due: Micros },
    #[error("{uri}: segment {segment} begins at {is:?}, but in the first rendition at {first:?}")]
    NotAligned { uri: String, segment: usize, is: Option<Micros>, first: Option<Micros> },
    #[error("{uri} has {found} EXT-X-MAP tags, but its format needs {wanted}")]
    Maps { uri: String, found: usize, wanted: usize },
    #[error("the master playlist lists {listed:?}, but the package has {there:?}")]
    Variants { listed: Vec<String>, there: Vec<String> },
    #[error("the master playlist gives {attribute}={said:?} for {uri}, but it is {is}")]
    Attribute { uri: String, attribute: &'static str, said: Option<String>, is: String },
}

/// Tags of those written here that belong only in a media playlist.
const OF_MEDIA: [&str; 6] = [
    "#EXTINF",
    "#EXT-X-TARGETDURATION",
    "#EXT-X-MEDIA-SEQUENCE",
    "#EXT-X-PLAYLIST-TYPE",
    "#EXT-X-MAP",
    "#EXT-X-ENDLIST",
];
/// Tags that belong only in a master playlist.
const OF_MASTER: [&str; 3] = ["#EXT-X-STREAM-INF", "#EXT-X-MEDIA:", "#EXT-X-I-FRAME-STREAM-INF"];
/// Addresses in a list may be rounded to a millisecond.
const TOLERANCE: i64 = 1_000;

/// All rules that the package breaks.
pub fn check(package: &Package<'_>) -> Vec<Violation> {
    let mut broken = Vec::new();
    for stream in &package.streams {
        check_media(package.format, stream, &mut broken);
        check_alignment(package, stream, &mut broken);
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
    let mut due = None;
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
        if there.begin.is_none_or(|begin| !begin.clean) {
            broken.push(Violation::NotIndependent { uri: uri(), segment });
        }
        let Some(is) = there.begin.map(|begin| Micros(begin.micros)) else { continue };
        if let Some(due) = due.filter(|due: &Micros| (is - *due).0.abs() > TOLERANCE) {
            broken.push(Violation::Gap { uri: uri(), segment, is, due });
        }
        due = Some(is + there.duration);
    }
}

/// Renditions begin their segments at the same times.
fn check_alignment(package: &Package<'_>, stream: &Stream<'_>, broken: &mut Vec<Violation>) {
    let Some(first) = package.streams.first() else { return };
    let time = |stream: &Stream<'_>, segment: usize| {
        stream.segments.get(segment).and_then(|segment| segment.begin).map(|begin| Micros(begin.micros))
    };
    for segment in 0..first.segments.len().max(stream.segments.len()) {
        let (is, first) = (time(stream, segment), time(first, segment));
        let apart = match (is, first) {
            (Some(is), Some(first)) => (is - first).0.abs() > TOLERANCE,
            (is, first) => is != first,
        };
        if apart {
            broken.push(Violation::NotAligned { uri: stream.uri.clone(), segment, is, first });
        }
    }
}

fn check_master(package: &Package<'_>, broken: &mut Vec<Violation>) {
    let text = package.master;
    check_head(super::MASTER, text, &OF_MEDIA, 1, broken);
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

#[cfg(test)]
mod tests;
