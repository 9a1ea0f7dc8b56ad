//! Files with holes: a result decodes, its frames and its audio are the source's, and the note says where the source is
//! damaged. What is copied or handed over as it is must decode too.

use crate::support::{self, compress, made};
use crate::wishes;
use clipfit_core::plan::notes::Note;
use clipfit_core::units::Bytes;
use std::fs;
use std::path::Path;
use std::process::Command;

const SOURCE: &str = "-f lavfi -i testsrc2=s=320x180:d=10:r=25 -f lavfi -i sine=f=440:d=10:r=48000 \
    -c:v libx264 -preset veryfast -crf 20 -g 50 -pix_fmt yuv420p -c:a aac -b:a 96k";

/// Ten seconds whose media data is zeros between these shares of it.
fn with_hole(name: &'static str, options: &str, hole: Option<(f64, f64)>) -> support::Clip {
    let whole = made(&format!("whole-{name}"), &format!("{SOURCE} {options}"));
    let path = support::folder().join(name);
    let mut bytes = fs::read(whole).unwrap();
    let media = bytes.windows(4).position(|kind| kind == b"mdat").unwrap_or(0);
    let length = (bytes.len() - media) as f64;
    if let Some((from, to)) = hole {
        let at = |share: f64| media + (length * share) as usize;
        bytes[at(from)..at(to)].fill(0);
    }
    fs::write(&path, bytes).unwrap();
    support::Clip { name, path, frames: 250 }
}

/// What a decoder complains of.
fn complaints(file: &Path) -> String {
    let mut decode = Command::new("ffmpeg");
    decode.args(["-v", "error", "-i"]).arg(file).args(["-f", "null", "-"]);
    String::from_utf8(decode.output().unwrap().stderr).unwrap()
}

#[test]
fn what_is_damaged_is_said_and_the_result_decodes() {
    const MP4: &str = "-movflags faststart";
    // Name, options, the hole, the target: below the source, or above it.
    let cases = [
        ("hole.mp4", MP4, Some((0.4, 0.6)), 80_000),
        ("hole-kept.mp4", MP4, Some((0.4, 0.6)), 10_000_000),
        ("hole-remuxed.mkv", "", Some((0.4, 0.6)), 10_000_000),
        ("no-hole.mp4", MP4, None, 80_000),
        ("no-hole-kept.mp4", MP4, None, 10_000_000),
    ];
    for (name, options, hole, target) in cases {
        let clip = with_hole(name, options, hole);
        let finished = compress(&clip, &wishes(target), 2, Bytes(0)).unwrap();
        let notes = &finished.report.notes;
        assert_eq!(complaints(&finished.file), "", "{name}");
        assert!(finished.report.is_compared(), "{name}: {notes:?}");
        let damage = notes.iter().find_map(|note| match note {
            Note::SourceDamaged { video, audio, .. } => Some((video, audio)),
            _ => None,
        });
        assert_eq!(damage.is_some(), hole.is_some(), "{name}: {notes:?}");
        assert_eq!(finished.report.kept_source, hole.is_none() && target > 1_000_000, "{name}");
        // A fifth of ten seconds is missing, from the fourth on, or a little more where a GOP begins within.
        for spans in damage.into_iter().flat_map(|(video, audio)| [video, audio]) {
            let length = clipfit_core::clip::watched::total(spans).seconds();
            assert!((1.0..4.5).contains(&length), "{name}: {spans:?}");
            assert!((3.0..6.5).contains(&spans[0].from.seconds()), "{name}: {spans:?}");
        }
    }
}

#[test]
fn frames_that_decode_only_in_part_are_said_with_their_time() {
    // A twentieth of ten seconds, within a packet here and there.
    let clip = with_hole("hole.ts", "", Some((0.4, 0.45)));
    let finished = compress(&clip, &wishes(80_000), 2, Bytes(0)).unwrap();
    assert_eq!(complaints(&finished.file), "");
    let partly = finished.report.notes.iter().find_map(|note| match note {
        Note::SourceDamaged { partly, .. } => Some(partly),
        _ => None,
    });
    let partly = partly.unwrap_or_else(|| panic!("{:?}", finished.report.notes));
    assert!(!partly.is_empty() && (3.0..6.5).contains(&partly[0].from.seconds()), "{partly:?}");
}

#[test]
fn a_transport_stream_goes_on_behind_a_wide_hole() {
    // ffprobe gives up after 64 kB, unless it is made to go on.
    let clip = with_hole("wide-hole.ts", "-vf noise=alls=30:allf=t", Some((0.4, 0.5)));
    assert!(fs::metadata(&clip.path).unwrap().len() > 1_500_000);
    let finished = compress(&clip, &wishes(400_000), 2, Bytes(0)).unwrap();
    assert_eq!(complaints(&finished.file), "");
    let listed = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0"])
        .arg(&finished.file)
        .output()
        .unwrap();
    assert_eq!(listed.stdout.iter().filter(|byte| **byte == b'\n').count(), 250);
    let damaged = finished.report.notes.iter().any(|note| matches!(note, Note::SourceDamaged { .. }));
    assert!(damaged, "{:?}", finished.report.notes);
}

#[test]
fn damage_that_a_decoder_hides_is_said() {
    // HEVC with wrong bits: ffmpeg complains, and hands out every frame.
    let options = "-c:v libx265 -x265-params log-level=error:keyint=50 -preset ultrafast -tag:v hvc1 -movflags faststart";
    let whole = with_hole("bits.mp4", options, None);
    let mut bytes = fs::read(&whole.path).unwrap();
    let media = bytes.windows(4).position(|kind| kind == b"mdat").unwrap();
    let length = bytes.len() - media;
    for at in (0..40).map(|step| media + length / 3 + step * length / 400) {
        bytes[at] ^= 0x10;
    }
    fs::write(&whole.path, bytes).unwrap();
    let finished = compress(&whole, &wishes(80_000), 2, Bytes(0)).unwrap();
    assert_eq!(complaints(&finished.file), "");
    let damaged = finished.report.notes.iter().any(|note| matches!(note, Note::SourceDamaged { .. }));
    assert!(damaged, "{:?}", finished.report.notes);
}
