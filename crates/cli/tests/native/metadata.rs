//! What a file tells of whoever made it: no result keeps the place, the device and names, every one the date.

use crate::support::{self, Clip, compress};
use crate::wishes;
use clipfit_core::plan::notes::Note;
use clipfit_core::units::Bytes;
use clipfit_core::wishes::{Mode, Wishes};
use std::path::Path;
use std::process::Command;

const VIDEO: &str = "-f lavfi -i testsrc2=s=320x180:d=2:r=25 -f lavfi -i sine=d=2 -c:v libx264 -preset veryfast \
    -pix_fmt yuv420p -c:a aac";
const DATE: &str = "-metadata creation_time=2024-05-01T12:34:56Z";
const PHONE: &str = "-movflags use_metadata_tags -metadata location=+48.2000-016.3000/ -metadata make=Telephones \
    -metadata com.apple.quicktime.model=Dialler -metadata artist=Jane";

/// The tags of a file and of its streams, each `NAME=VALUE`.
fn tags(path: &Path) -> String {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "format_tags:stream_tags", "-of", "default=nw=1:nk=0"])
        .arg(path)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is in its packets.
fn packets(path: &Path) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(["-map", "0:v", "-map", "0:a?", "-c", "copy", "-f", "streamhash", "-"])
        .output()
        .unwrap();
    output.stdout
}

#[test]
fn every_result_keeps_the_date_alone() {
    let cases = [
        // Fits already, and would be handed over as it is.
        ("phone.mp4", format!("{VIDEO} {PHONE} {DATE}"), u64::MAX, true, true),
        ("place.mp4", format!("{VIDEO} -metadata location=+48.2000-016.3000/"), u64::MAX, true, false),
        ("phone.mov", format!("{VIDEO} {PHONE} {DATE}"), u64::MAX, true, true),
        ("phone.mkv", format!("{VIDEO} {PHONE}"), u64::MAX, true, false),
        // Encoded.
        ("phone.mp4", format!("{VIDEO} {PHONE} {DATE}"), 60_000, false, true),
        ("phone.mov", format!("{VIDEO} {PHONE} {DATE}"), 60_000, false, true),
    ];
    for (name, arguments, target, copied, dated) in cases {
        let clip = Clip { name, path: support::made(name, &arguments), frames: 50 };
        assert!(tags(&clip.path).contains("48.2"), "{name}: {}", tags(&clip.path));
        let finished = compress(&clip, &wishes(target), 2, Bytes(0)).unwrap();
        let (report, found) = (&finished.report, tags(&finished.file));
        assert!(!report.kept_source && report.notes.contains(&Note::MetadataRemoved { dated }), "{report:?}");
        let bytes = std::fs::read(&finished.file).unwrap();
        for word in ["48.2", "Telephones", "Dialler", "Jane"] {
            let told = bytes.windows(word.len()).any(|part| part == word.as_bytes());
            assert!(!told && !found.contains(word), "{name}: {word} in {found}");
        }
        let date = found.contains("TAG:creation_time=2024-05-01T12:34:56");
        assert_eq!(date, dated, "{name}: {found}");
        assert_eq!(packets(&clip.path) == packets(&finished.file), copied, "{name}");
    }
}

/// The quick recipe cannot make it smaller; then the source is the result, but for what it tells.
#[test]
fn a_source_that_is_better_than_the_recipe_is_copied() {
    let coarse = VIDEO.replace("-preset veryfast", "-preset veryslow -crf 51").replace("-c:a aac", "-an");
    let quick = Wishes { mode: Mode::Quick, ..Wishes::default() };
    for (name, rest, kept) in [("coarse-phone.mp4", PHONE, false), ("coarse.mp4", "", true)] {
        let clip = Clip { name, path: support::made(name, &format!("{coarse} {rest} {DATE}")), frames: 50 };
        let finished = compress(&clip, &quick, 2, Bytes(0)).unwrap();
        assert_eq!(finished.report.kept_source, kept, "{name}: {:?}", finished.report);
        assert!(finished.report.bytes <= finished.report.source_bytes, "{name}");
        let found = tags(&finished.file);
        assert!(!found.contains("48.2") && found.contains("creation_time=2024-05-01T12:34:56"), "{found}");
        assert_eq!(packets(&clip.path), packets(&finished.file), "{name}");
    }
}

#[test]
fn a_file_that_tells_nothing_stays_byte_for_byte() {
    for (name, rest) in [("nobody.mp4", ""), ("titled.mp4", "-metadata title=Holiday -metadata comment=Sea")]
    {
        let clip = Clip { name, path: support::made(name, &format!("{VIDEO} {rest} {DATE}")), frames: 50 };
        let finished = compress(&clip, &wishes(u64::MAX), 2, Bytes(0)).unwrap();
        assert!(finished.report.kept_source, "{name}");
        assert_eq!(std::fs::read(&finished.file).unwrap(), std::fs::read(&clip.path).unwrap(), "{name}");
    }
}
