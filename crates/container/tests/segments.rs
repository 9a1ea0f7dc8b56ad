//! Cuts files made by ffmpeg into segments, and plays them with ffmpeg through a playlist. Needs a native ffmpeg on
//! PATH.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests stop at the first surprise")]

use clipfit_container::read::boxes;
use clipfit_container::{Error, Format, Packager, Rate, ZERO_SECONDS};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

const FORMATS: [Format; 2] = [Format::TransportStream, Format::Fragments];

fn run(program: &str, folder: &Path, arguments: &str) -> String {
    let output = Command::new(program)
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .expect("these tests need a native ffmpeg on PATH");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{program} {arguments}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the index of a file, header included.
fn index(file: &[u8]) -> Vec<u8> {
    boxes(file).find(|found| &found.kind == b"moov").unwrap().whole.to_vec()
}

struct Clip {
    rate: Rate,
    frames: u64,
    firsts: Vec<u64>,
    audio: Option<&'static str>,
}

/// Makes a clip with reordered frames, and a keyframe at each of `firsts` and at others.
fn make(folder: &Path, clip: &Clip) -> Vec<u8> {
    let rate = format!("{}/{}", clip.rate.numerator, clip.rate.denominator);
    let at: Vec<String> = clip.firsts.iter().map(|first| format!("eq(n,{first})")).collect();
    let seconds = (clip.frames * u64::from(clip.rate.denominator)) as f64 / f64::from(clip.rate.numerator);
    let (input, audio) = match clip.audio {
        Some(codec) => (format!("-f lavfi -i sine=f=440:d={seconds}:r=44100"), codec),
        None => (String::new(), "-an"),
    };
    run(
        "ffmpeg",
        folder,
        &format!(
            "-v error -nostdin -y -f lavfi -i testsrc2=s=320x180:r={rate} {input} -frames:v {} -pix_fmt yuv420p \
             -c:v libx264 -preset medium -bf 3 -b_strategy 0 -g 40 -force_key_frames expr:{} {audio} \
             -movflags +faststart source.mp4",
            clip.frames,
            at.join("+"),
        ),
    );
    std::fs::read(folder.join("source.mp4")).unwrap()
}

/// Writes the segments and a playlist of the simplest kind.
fn package(folder: &Path, file: &[u8], clip: &Clip, format: Format) -> Vec<Vec<u8>> {
    let mut packager = Packager::new(&index(file), format, clip.rate, &clip.firsts).unwrap();
    let mut list = String::from("#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:10\n");
    std::fs::write(folder.join("init.mp4"), packager.init().unwrap()).unwrap();
    if format == Format::Fragments {
        list.push_str("#EXT-X-MAP:URI=\"init.mp4\"\n");
    }
    let mut segments = Vec::new();
    while let Some(pieces) = packager.wanted() {
        let parts: Vec<&[u8]> =
            pieces.iter().map(|piece| &file[piece.offset as usize..][..piece.bytes as usize]).collect();
        let segment = packager.write(&parts.concat()).unwrap();
        let end = clip.firsts.get(segments.len() + 1).copied().unwrap_or(clip.frames);
        let frames = end - clip.firsts[segments.len()];
        let lasts = (frames * u64::from(clip.rate.denominator)) as f64 / f64::from(clip.rate.numerator);
        let ending = if format == Format::Fragments { "m4s" } else { "ts" };
        let name = format!("segment{}.{ending}", segments.len());
        write!(list, "#EXTINF:{lasts:.6},\n{name}\n").unwrap();
        std::fs::write(folder.join(&name), &segment).unwrap();
        segments.push(segment);
    }
    assert_eq!(segments.len(), clip.firsts.len());
    std::fs::write(folder.join("list.m3u8"), list + "#EXT-X-ENDLIST\n").unwrap();
    segments
}

/// Returns the checksums of all decoded frames, with their numbers on the grid.
fn decoded(folder: &Path, file: &str, stream: &str, rate: Rate) -> Vec<(i64, String)> {
    let options = if file.ends_with("m3u8") { "-allowed_extensions ALL" } else { "" };
    let listing = run(
        "ffmpeg",
        folder,
        &format!(
            "-v repeat+warning -xerror -nostdin {options} -i {file} -map 0:{stream} -fps_mode passthrough -enc_time_base {}:{} -f framemd5 -",
            rate.denominator, rate.numerator,
        ),
    );
    let lines = listing.lines().filter(|line| !line.starts_with('#'));
    let read = |line: &str| {
        let parts: Vec<&str> = line.split(',').map(str::trim).collect();
        (parts[2].parse().unwrap(), parts[5].to_owned())
    };
    lines.map(read).collect()
}

fn clips() -> Vec<Clip> {
    let rate = |numerator, denominator| Rate { numerator, denominator };
    vec![
        Clip { rate: rate(25, 1), frames: 150, firsts: vec![0, 50, 103], audio: Some("-c:a aac -b:a 96k") },
        Clip { rate: rate(30_000, 1001), frames: 95, firsts: vec![0, 60, 93], audio: Some("-c:a aac -ac 2") },
        Clip { rate: rate(25, 2), frames: 40, firsts: vec![0], audio: None },
    ]
}

#[test]
fn what_is_played_is_what_was_in_the_file() {
    for clip in clips() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let file = make(folder, &clip);
        for format in FORMATS {
            let segments = package(folder, &file, &clip, format);
            let rate = clip.rate;
            let (before, after) =
                (decoded(folder, "source.mp4", "v", rate), decoded(folder, "list.m3u8", "v", rate));
            assert_eq!(before.len() as u64, clip.frames);
            let zero = after[0].0;
            for (number, (was, is)) in before.iter().zip(&after).enumerate() {
                assert_eq!(was.1, is.1, "{format:?}, frame {number}");
                assert_eq!(is.0 - zero, number as i64, "{format:?}");
            }
            assert_eq!(before.len(), after.len());
            if clip.audio.is_some() {
                let (before, after) =
                    (decoded(folder, "source.mp4", "a", rate), decoded(folder, "list.m3u8", "a", rate));
                // Players skip a file's priming, but not a stream's.
                let (before, after): (Vec<_>, Vec<_>) = (
                    before.iter().rev().map(|each| &each.1).collect(),
                    after.iter().rev().map(|each| &each.1).collect(),
                );
                assert!(after.starts_with(&before[..before.len() - 1]), "{format:?}");
                assert!(after.len() <= before.len() + 1);
            }
            let ending = if format == Format::Fragments { "m4s" } else { "ts" };
            for number in 0..segments.len() {
                starts_by_itself(folder, number, ending, clip.firsts[number], rate);
            }
        }
    }
}

/// Checks that a segment alone begins with a keyframe, at its own time.
fn starts_by_itself(folder: &Path, number: usize, ending: &str, first: u64, rate: Rate) {
    let mut alone = std::fs::read(folder.join("init.mp4")).filter_ts(ending);
    alone.extend(std::fs::read(folder.join(format!("segment{number}.{ending}"))).unwrap());
    std::fs::write(folder.join("alone"), alone).unwrap();
    let entries = "frame=key_frame,pict_type,best_effort_timestamp_time";
    let listing = run(
        "ffprobe",
        folder,
        &format!("-v error -select_streams v -read_intervals %+#1 -show_entries {entries} -of csv=p=0 alone"),
    );
    let line = listing.lines().next().unwrap();
    let parts: Vec<&str> = line.trim_end_matches(',').split(',').collect();
    assert_eq!((parts[0], parts[2]), ("1", "I"), "{line}");
    let due =
        f64::from(ZERO_SECONDS) + (first * u64::from(rate.denominator)) as f64 / f64::from(rate.numerator);
    assert!((parts[1].parse::<f64>().unwrap() - due).abs() < 0.0001, "{line}: {due}");
}

trait OfFormat {
    fn filter_ts(self, ending: &str) -> Vec<u8>;
}

impl OfFormat for std::io::Result<Vec<u8>> {
    /// Only fragments need what comes before them.
    fn filter_ts(self, ending: &str) -> Vec<u8> {
        if ending == "ts" { Vec::new() } else { self.unwrap() }
    }
}

/// Counters continue across segments, and every segment begins with its tables.
#[test]
fn transport_counters_continue() {
    let folder = tempfile::tempdir().unwrap();
    let clip = &clips()[0];
    let file = make(folder.path(), clip);
    let mut counts = std::collections::BTreeMap::new();
    for segment in package(folder.path(), &file, clip, Format::TransportStream) {
        let mut names = Vec::new();
        for packet in segment.chunks(188) {
            assert_eq!((packet.len(), packet[0]), (188, 0x47));
            let name = u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
            let count = packet[3] & 15;
            let last = counts.insert(name, count);
            assert!(last.is_none_or(|last| (last + 1) & 15 == count), "stream {name}");
            names.push(name);
        }
        assert!(names.starts_with(&[0, 0x1000]));
    }
}

#[test]
fn impossible_cuts_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let clip = &clips()[0];
    let file = make(folder.path(), clip);
    for (firsts, frame) in
        [(vec![], 0), (vec![1], 0), (vec![0, 51], 51), (vec![0, 50, 50], 50), (vec![0, 150], 150)]
    {
        let refused = Packager::new(&index(&file), Format::Fragments, clip.rate, &firsts).err();
        assert_eq!(refused, Some(Error::NoCut { frame }), "{firsts:?}");
    }
    let rate = Rate { numerator: 24, denominator: 1 };
    let refused = Packager::new(&index(&file), Format::Fragments, rate, &[0]).err();
    assert!(matches!(refused, Some(Error::OffGrid { .. })), "{refused:?}");
    let mut packager = Packager::new(&index(&file), Format::Fragments, clip.rate, &[0]).unwrap();
    assert!(matches!(packager.write(&[0; 5]), Err(Error::Unreadable(_))));
}
