//! What the segments of a package must be whatever encoded them: each decodes by itself, each begins where the one
//! before it ends, and all renditions begin theirs at the same times. Reads no file and no playlist: those keep the
//! rules by construction.

use crate::units::Micros;
use clipfit_container::read::segment::Begin;

/// A rendition's segments as they were cut.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Address of its playlist, for sentences.
    pub uri: String,
    /// Its segments in order.
    pub segments: Vec<Segment>,
}

/// A segment as it was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// How long its frames last.
    pub duration: Micros,
    /// With what it begins; `None` where that cannot be read.
    pub begin: Option<Begin>,
}

/// A violated rule. `uri` names the playlist; segments are counted from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum Violation {
    #[error("{uri}: segment {segment} cannot be decoded by itself")]
    NotIndependent { uri: String, segment: usize },
    #[error("{uri}: segment {segment} begins at {is:?}, but the one before it ends at {due:?}")]
    Gap { uri: String, segment: usize, is: Micros, due: Micros },
    #[error("{uri}: segment {segment} begins at {is:?}, but in the first rendition at {first:?}")]
    NotAligned { uri: String, segment: usize, is: Option<Micros>, first: Option<Micros> },
}

/// Times in transport streams are rounded.
const TOLERANCE: u64 = 1_000;

/// Returns all rules that the renditions of a package break.
pub fn check(streams: &[Stream]) -> Vec<Violation> {
    let mut broken = Vec::new();
    for stream in streams {
        check_row(stream, &mut broken);
        check_alignment(streams, stream, &mut broken);
    }
    broken
}

fn check_row(stream: &Stream, broken: &mut Vec<Violation>) {
    let uri = || stream.uri.clone();
    let mut due = None;
    for (segment, there) in stream.segments.iter().enumerate() {
        if there.begin.is_none_or(|begin| !begin.clean) {
            broken.push(Violation::NotIndependent { uri: uri(), segment });
        }
        let Some(is) = there.begin.map(|begin| Micros(begin.micros)) else { continue };
        if let Some(due) = due.filter(|due: &Micros| (is - *due).0.unsigned_abs() > TOLERANCE) {
            broken.push(Violation::Gap { uri: uri(), segment, is, due });
        }
        due = Some(is + there.duration);
    }
}

/// Renditions begin their segments at the same times.
fn check_alignment(streams: &[Stream], stream: &Stream, broken: &mut Vec<Violation>) {
    let Some(first) = streams.first() else { return };
    let time = |stream: &Stream, segment: usize| {
        stream.segments.get(segment).and_then(|segment| segment.begin).map(|begin| Micros(begin.micros))
    };
    for segment in 0..first.segments.len().max(stream.segments.len()) {
        let (is, first) = (time(stream, segment), time(first, segment));
        let apart = match (is, first) {
            (Some(is), Some(first)) => (is - first).0.unsigned_abs() > TOLERANCE,
            (is, first) => is != first,
        };
        if apart {
            broken.push(Violation::NotAligned { uri: stream.uri.clone(), segment, is, first });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns two renditions of three segments.
    fn example() -> Vec<Stream> {
        let segment = |index: i64| Segment {
            duration: Micros(6_006_000),
            begin: Some(Begin { micros: 10_000_000 + index * 6_006_000, clean: true }),
        };
        ["240p/index.m3u8", "720p/index.m3u8"]
            .map(|uri| Stream { uri: uri.into(), segments: (0..3).map(segment).collect() })
            .to_vec()
    }

    fn later(segment: &mut Segment) {
        segment.begin = segment.begin.map(|begin| Begin { micros: begin.micros + 40_000, ..begin });
    }

    #[test]
    fn times_at_the_ends_are_gaps() {
        let mut streams = example();
        let ends = [Begin { micros: i64::MIN, clean: true }, Begin { micros: i64::MAX, clean: true }];
        streams[0].segments[0].begin = Some(ends[1]);
        streams[0].segments[1].begin = Some(ends[0]);
        let gaps = check(&streams).iter().filter(|found| matches!(found, Violation::Gap { .. })).count();
        assert_eq!(gaps, 2);
    }

    type Spoil = fn(&mut [Stream]);
    type Finds = fn(&Violation) -> bool;

    #[test]
    fn every_rule_is_held_to() {
        use Violation as V;
        assert_eq!(check(&example()), []);
        let cases: [(&str, Spoil, Finds); 4] = [
            (
                "an open GOP",
                |streams| {
                    let segment = &mut streams[1].segments[1];
                    segment.begin = segment.begin.map(|begin| Begin { clean: false, ..begin });
                },
                |found| matches!(found, V::NotIndependent { segment: 1, .. }),
            ),
            (
                "not a segment at all",
                |streams| streams[0].segments[2].begin = None,
                |found| matches!(found, V::NotIndependent { segment: 2, .. }),
            ),
            (
                "a gap",
                |streams| streams.iter_mut().for_each(|stream| later(&mut stream.segments[1])),
                |found| matches!(found, V::Gap { segment: 1, .. }),
            ),
            (
                "out of step",
                |streams| streams[1].segments.iter_mut().for_each(later),
                |found| matches!(found, V::NotAligned { segment: 0, .. }),
            ),
        ];
        for (name, spoil, finds) in cases {
            let mut streams = example();
            spoil(&mut streams);
            let broken = check(&streams);
            assert!(broken.iter().any(finds), "{name}: {broken:?}");
        }
    }
}
