//! The commands that `clipfit explain` prints, run as people would: in a shell, in the clip's folder.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

mod support;

use clipfit_core::command;
use clipfit_core::machine::{Machine, VideoEncoder};
use clipfit_core::plan::plan;
use clipfit_core::wishes::packaging::{Packaging, SegmentFormat};
use clipfit_core::wishes::{Mode, Wishes};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_clipfit");

/// A clip in a folder of its own.
struct Folder {
    place: tempfile::TempDir,
    clip: &'static str,
}

impl Folder {
    /// Copies the clip to a name that a shell would take apart.
    fn with(name: &str, clip: &'static str) -> Folder {
        let place = tempfile::tempdir().unwrap();
        fs::copy(support::clip(name).path, place.path().join(clip)).unwrap();
        Folder { place, clip }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Runs the commands that are explained for these options; returns them.
    fn run(&self, options: &str) -> String {
        let output = Command::new(PROGRAM)
            .args(["explain", "--json"])
            .args(options.split_whitespace())
            .arg(self.clip)
            .current_dir(self.place.path())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let rows = |about: &str| -> Vec<String> {
            let found = lines.iter().find(|line| line["about"] == about);
            let found = found.unwrap_or_else(|| panic!("no {about}: {text}"));
            serde_json::from_value(found["rows"].clone()).unwrap()
        };
        assert!(rows("What each option does").iter().all(|row| row.ends_with(['.', ':'])), "{text}");
        let command = rows("The same with ffmpeg").join("\n");
        let ran = Command::new("sh").args(["-c", &command]).current_dir(self.place.path()).output().unwrap();
        assert!(ran.status.success(), "{command}\n{}", String::from_utf8_lossy(&ran.stderr));
        command
    }
}

/// Decodes a file to its end without an error; returns its video frames, and seconds of video and audio.
fn decoded(file: &Path) -> (u64, f64, Option<f64>) {
    let decode = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(file)
        .args(["-f", "null", "-"])
        .output()
        .unwrap();
    assert!(decode.status.success() && decode.stderr.is_empty(), "{decode:?}");
    let show = "stream=codec_type,nb_read_packets,duration";
    let probe = Command::new("ffprobe")
        .args(["-v", "error", "-count_packets", "-show_entries", show, "-of", "json"])
        .arg(file)
        .output()
        .unwrap();
    let probe: Value = serde_json::from_slice(&probe.stdout).unwrap();
    let stream =
        |kind: &str| probe["streams"].as_array().unwrap().iter().find(|one| one["codec_type"] == kind);
    let seconds = |one: &Value| -> f64 { one["duration"].as_str().unwrap().parse().unwrap() };
    let video = stream("video").unwrap();
    let frames = video["nb_read_packets"].as_str().unwrap().parse().unwrap();
    (frames, seconds(video), stream("audio").map(seconds))
}

#[test]
fn a_size_is_met_within_some_percent() {
    for (name, clip, frames) in [
        ("plain.mp4", "it's a clip.mp4", 125),
        ("ntsc.mov", "-clip: one.mov", 150),
        ("stream.ts", "$clip.ts", 125),
    ] {
        let folder = Folder::with(name, clip);
        let command = folder.run("-t 150KB --");
        let result = folder.path(&format!("{}-clipfit.mp4", clip.rsplit_once('.').unwrap().0));
        let size = fs::metadata(&result).unwrap().len() as f64;
        assert!((size / 150_000.0 - 1.0).abs() < 0.05, "{name}: {size}\n{command}");
        let (found, video, audio) = decoded(&result);
        assert_eq!(found, frames, "{command}");
        assert!(
            (video - 5.0).abs() < 0.05 && (audio.unwrap() - 5.0).abs() < 0.1,
            "{video} {audio:?}\n{command}"
        );
    }
}

#[test]
fn a_part_and_constant_quality_are_kept() {
    let folder = Folder::with("plain.mp4", "clip.mp4");
    let command = folder.run("--quick --from 1.2 --to 3.2");
    let (frames, video, audio) = decoded(&folder.path("clip-clipfit.mp4"));
    assert_eq!(frames, 50, "{command}");
    assert!((video - 2.0).abs() < 0.05 && (audio.unwrap() - 2.0).abs() < 0.1, "{video} {audio:?}\n{command}");
}

#[test]
fn other_codecs_and_several_renditions_are_made_as_well() {
    for (options, results) in [
        ("-t 150KB --codec h265", &["clip-clipfit.mp4"][..]),
        ("--renditions=180:300,144:100", &["180p.mp4", "144p.mp4"]),
    ] {
        let folder = Folder::with("plain.mp4", "clip.mp4");
        let command = folder.run(options);
        for result in results {
            assert_eq!(decoded(&folder.path(result)).0, 125, "{command}");
        }
    }
}

#[test]
fn a_stream_has_its_segments_and_a_playlist_for_all() {
    for format in [SegmentFormat::Ts, SegmentFormat::Fmp4] {
        let folder = Folder::with("plain.mp4", "clip.mp4");
        let facts = support::probe(&support::clip("plain.mp4")).unwrap();
        let packaging = Packaging { format, seconds: 2, target: None };
        let wishes = Wishes { mode: Mode::Hls, packaging, ..Wishes::default() };
        let plan = plan(&facts, &wishes, Machine::ffmpeg(2, VideoEncoder::Native)).unwrap();
        let command = command::text(&command::equivalent(&plan, "clip.mp4", "unused"));
        let ran =
            Command::new("sh").args(["-c", &command]).current_dir(folder.place.path()).output().unwrap();
        assert!(ran.status.success(), "{command}\n{}", String::from_utf8_lossy(&ran.stderr));
        let master = fs::read_to_string(folder.path("master.m3u8")).unwrap();
        assert!(master.contains("180p/index.m3u8"), "{master}");
        let index = fs::read_to_string(folder.path("180p/index.m3u8")).unwrap();
        let lasts: Vec<&str> = index.lines().filter(|line| line.starts_with("#EXTINF")).collect();
        assert_eq!(
            lasts,
            ["#EXTINF:2.000000,", "#EXTINF:2.000000,", "#EXTINF:1.000000,"],
            "{index}\n{command}"
        );
        assert_eq!(decoded(&folder.path("180p.mp4")).0, 125, "{command}");
    }
}
