//! The playlists of a package that keeps every rule, and a variant for each rule that it breaks.
#![allow(missing_docs, reason = "the names say it")]

#[path = "support/playlists.rs"]
mod playlists;

use clipfit_container::read::StreamCodecs;
use clipfit_core::hls::{Segments, Variant, master_playlist, media_playlist, segment_name};
use clipfit_core::units::{Bytes, FrameRate};
use clipfit_core::wishes::packaging::SegmentFormat;
use playlists::{Package, Segment, Stream, Violation, check};

/// The texts and facts of a package, to be spoilt.
struct Example {
    format: SegmentFormat,
    master: String,
    playlists: Vec<String>,
    streams: Vec<(StreamCodecs, Vec<Segment>)>,
}

fn example(format: SegmentFormat) -> Example {
    let rate = FrameRate::new(30_000, 1001).unwrap_or(FrameRate::whole(30));
    let segments = Segments::new(vec![0, 180, 360], 400, rate).unwrap_or_else(|bad| panic!("{bad}"));
    let renditions: Vec<Variant> = [(240, 30_000), (720, 400_000)]
        .map(|(height, size)| Variant {
            folder: format!("{height}p"),
            codecs: StreamCodecs {
                video: "avc1.64001e".into(),
                audio: Some("mp4a.40.2".into()),
                width: height * 16 / 9,
                height,
            },
            sizes: vec![Bytes(size), Bytes(size * 2), Bytes(size / 9)],
        })
        .to_vec();
    let facts = |rendition: &Variant| {
        let of = |(index, size): (usize, &Bytes)| Segment {
            uri: segment_name(format, index),
            size: *size,
            duration: segments.duration(index),
        };
        rendition.sizes.iter().enumerate().map(of).collect()
    };
    Example {
        format,
        master: master_playlist(format, &segments, &renditions),
        playlists: vec![media_playlist(format, &segments); 2],
        streams: renditions.iter().map(|rendition| (rendition.codecs.clone(), facts(rendition))).collect(),
    }
}

fn checked(example: &Example) -> Vec<Violation> {
    let names = ["240p/index.m3u8", "720p/index.m3u8"];
    let streams = names.iter().zip(&example.playlists).zip(&example.streams);
    check(&Package {
        format: example.format,
        rate: FrameRate::new(30_000, 1001).unwrap_or(FrameRate::whole(30)),
        master: &example.master,
        streams: streams
            .map(|((uri, playlist), (codecs, segments))| Stream {
                uri: (*uri).to_owned(),
                playlist,
                codecs: codecs.clone(),
                segments: segments.clone(),
            })
            .collect(),
    })
}

#[test]
fn what_is_written_keeps_the_rules() {
    for format in [SegmentFormat::Ts, SegmentFormat::Fmp4] {
        assert_eq!(checked(&example(format)), []);
    }
}

type Spoil = fn(&mut Example);
type Finds = fn(&Violation) -> bool;

fn in_master(example: &mut Example, from: &str, to: &str) {
    assert!(example.master.contains(from), "{from} in {}", example.master);
    example.master = example.master.replacen(from, to, 1);
}

fn in_second(example: &mut Example, from: &str, to: &str) {
    assert!(example.playlists[1].contains(from), "{from} in {}", example.playlists[1]);
    example.playlists[1] = example.playlists[1].replacen(from, to, 1);
}

#[test]
fn every_rule_is_held_to() {
    use Violation as V;
    let cases: Vec<(&str, SegmentFormat, Spoil, Finds)> = vec![
        (
            "no playlist",
            SegmentFormat::Ts,
            |e| in_second(e, "#EXTM3U\n", ""),
            |v| matches!(v, V::NoPlaylist { uri } if uri == "720p/index.m3u8"),
        ),
        (
            "no master",
            SegmentFormat::Ts,
            |e| in_master(e, "#EXTM3U\n", "\u{feff}#EXTM3U\n"),
            |v| matches!(v, V::NoPlaylist { uri } if uri == "master.m3u8"),
        ),
        (
            "no target",
            SegmentFormat::Ts,
            |e| in_second(e, "#EXT-X-TARGETDURATION:6\n", ""),
            |v| matches!(v, V::NoTag { tag: "#EXT-X-TARGETDURATION", .. }),
        ),
        (
            "not said to be on demand",
            SegmentFormat::Ts,
            |e| in_second(e, "TYPE:VOD", "TYPE:EVENT"),
            |v| matches!(v, V::NoTag { tag: "#EXT-X-PLAYLIST-TYPE", .. }),
        ),
        (
            "no end",
            SegmentFormat::Ts,
            |e| in_second(e, "#EXT-X-ENDLIST\n", ""),
            |v| matches!(v, V::NoTag { tag: "#EXT-X-ENDLIST", .. }),
        ),
        (
            "not said to be independent",
            SegmentFormat::Ts,
            |e| in_second(e, "#EXT-X-INDEPENDENT-SEGMENTS\n", ""),
            |v| matches!(v, V::NoTag { tag: "#EXT-X-INDEPENDENT-SEGMENTS", .. }),
        ),
        (
            "twice",
            SegmentFormat::Ts,
            |e| in_second(e, "#EXT-X-MEDIA", "#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA"),
            |v| matches!(v, V::Twice { tag: "#EXT-X-TARGETDURATION", .. }),
        ),
        (
            "mixed",
            SegmentFormat::Ts,
            |e| in_master(e, "#EXT-X-STREAM", "#EXT-X-ENDLIST\n#EXT-X-STREAM"),
            |v| matches!(v, V::Mixed { tag, .. } if tag == "#EXT-X-ENDLIST"),
        ),
        (
            "too old for a map",
            SegmentFormat::Fmp4,
            |e| in_second(e, "VERSION:6", "VERSION:5"),
            |v| matches!(v, V::Version { said: 5, needed: 6, .. }),
        ),
        (
            "too old for decimals",
            SegmentFormat::Ts,
            |e| in_second(e, "VERSION:3", "VERSION:2"),
            |v| matches!(v, V::Version { said: 2, needed: 3, .. }),
        ),
        (
            "longer than the target",
            SegmentFormat::Ts,
            |e| in_second(e, "DURATION:6", "DURATION:5"),
            |v| matches!(v, V::TooLong { segment: 0, target: 5, .. }),
        ),
        (
            "a segment that is not there",
            SegmentFormat::Ts,
            |e| in_second(e, "segment001", "segment007"),
            |v| matches!(v, V::Segments { listed: Some(listed), .. } if listed == "segment007.ts"),
        ),
        (
            "a segment that is not listed",
            SegmentFormat::Ts,
            |e| in_second(e, "#EXTINF:1.334667,\nsegment002.ts\n", ""),
            |v| matches!(v, V::Segments { listed: None, there: Some(_), .. }),
        ),
        (
            "a wrong duration",
            SegmentFormat::Ts,
            |e| in_second(e, "1.334667", "1.3"),
            |v| matches!(v, V::Duration { segment: 2, .. }),
        ),
        (
            "no map",
            SegmentFormat::Fmp4,
            |e| in_second(e, "#EXT-X-MAP:URI=\"init.mp4\"\n", ""),
            |v| matches!(v, V::Maps { found: 0, wanted: 1, .. }),
        ),
        (
            "a map for nothing",
            SegmentFormat::Ts,
            |e| in_second(e, "#EXTINF", "#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF"),
            |v| matches!(v, V::Maps { found: 1, wanted: 0, .. }),
        ),
        (
            "another variant",
            SegmentFormat::Ts,
            |e| in_master(e, "720p/", "1080p/"),
            |v| matches!(v, V::Variants { .. }),
        ),
        (
            "too little bandwidth",
            SegmentFormat::Ts,
            |e| in_master(e, "BANDWIDTH=1", "BANDWIDTH="),
            |v| matches!(v, V::Attribute { attribute: "BANDWIDTH", .. }),
        ),
        (
            "another average",
            SegmentFormat::Ts,
            |e| in_master(e, "AVERAGE-BANDWIDTH=", "AVERAGE-BANDWIDTH=1"),
            |v| matches!(v, V::Attribute { attribute: "AVERAGE-BANDWIDTH", .. }),
        ),
        (
            "another size",
            SegmentFormat::Ts,
            |e| in_master(e, "1280x720", "1280x718"),
            |v| matches!(v, V::Attribute { attribute: "RESOLUTION", .. }),
        ),
        (
            "another frame rate",
            SegmentFormat::Ts,
            |e| in_master(e, "29.970", "30.000"),
            |v| matches!(v, V::Attribute { attribute: "FRAME-RATE", .. }),
        ),
        (
            "other codecs",
            SegmentFormat::Ts,
            |e| in_master(e, ",mp4a.40.2", ""),
            |v| matches!(v, V::Attribute { attribute: "CODECS", said: Some(said), .. } if said == "avc1.64001e"),
        ),
        (
            "no codecs",
            SegmentFormat::Ts,
            |e| in_master(e, ",CODECS=", ",CODEC="),
            |v| matches!(v, V::Attribute { attribute: "CODECS", said: None, .. }),
        ),
    ];
    for (name, format, spoil, finds) in cases {
        let mut example = example(format);
        spoil(&mut example);
        let broken = checked(&example);
        assert!(broken.iter().any(finds), "{name}: {broken:?}");
        assert!(broken.iter().all(|violation| !violation.to_string().is_empty()));
    }
}
