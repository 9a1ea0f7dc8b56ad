//! Packages for streaming, made by the program and read back by ffprobe and ffmpeg.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn clipfit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clipfit")).args(arguments).output().unwrap()
}

fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(
            |entry| {
                if entry.path().is_dir() { bytes_in(&entry.path()) } else { entry.metadata().unwrap().len() }
            },
        )
        .sum()
}

/// What ffprobe counts in a playlist, and what ffmpeg says while it decodes it.
fn played(playlist: &Path) -> (u64, String) {
    let count = Command::new("ffprobe")
        .args(
            "-v error -count_packets -select_streams v -show_entries stream=nb_read_packets -of csv=p=0"
                .split(' '),
        )
        .arg(playlist)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&count.stdout);
    let frames = text.lines().find_map(|line| line.trim().trim_end_matches(',').parse().ok()).unwrap_or(0);
    let decoded = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(playlist)
        .args(["-f", "null", "-"])
        .output();
    (frames, String::from_utf8_lossy(&decoded.unwrap().stderr).into_owned())
}

#[test]
fn a_clip_becomes_a_package() {
    let clip = support::wide_clip();
    let clip = clip.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    // Options, segments of each rendition, and what none of the package may exceed.
    let cases = [
        (&["--format", "ts", "--segment", "2"][..], 3, None),
        (&["--format", "fmp4", "--segment", "3", "--target", "900KB"], 2, Some(900_000)),
    ];
    for (index, (options, segments, target)) in cases.into_iter().enumerate() {
        let place = folder.path().join(format!("package{index}"));
        let output = clipfit(&[&["hls", clip, "-o", place.to_str().unwrap()], options].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let master = fs::read_to_string(place.join("master.m3u8")).unwrap();
        for (name, size) in [("480p", "854x480"), ("240p", "426x240")] {
            assert!(master.contains(&format!("RESOLUTION={size},")) && master.contains(name), "{master}");
            let index = place.join(name).join("index.m3u8");
            assert_eq!(fs::read_to_string(&index).unwrap().matches("#EXTINF").count(), segments, "{name}");
            assert_eq!(played(&index), (125, String::new()), "{name}");
        }
        let bytes = bytes_in(&place);
        assert!(target.is_none_or(|target| bytes <= target && bytes * 100 >= target * 85), "{bytes}");
        // What is there is not replaced unless told, and what is no package never is.
        let again = clipfit(&["hls", clip, "-o", place.to_str().unwrap()]);
        assert_eq!(again.status.code(), Some(1));
    }
    fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let never = clipfit(&["hls", clip, "--force", "-o", folder.path().to_str().unwrap()]);
    assert_eq!(never.status.code(), Some(1));
    assert!(folder.path().join("mine.txt").exists());
}

#[test]
fn a_clip_becomes_several_files() {
    let clip = support::wide_clip();
    let clip = clip.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("renditions");
    let make = |more: &[&str]| {
        let asked =
            ["compress", clip, "--renditions=480:900,240:300,1080:6000", "-o", place.to_str().unwrap()];
        clipfit(&[&asked[..], more].concat())
    };
    for more in [&[][..], &["--force"]] {
        let output = make(more);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("above the size of the source"), "{said}");
        let mut names: Vec<_> = fs::read_dir(&place)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["240p.mp4", "480p.mp4"]);
        for (name, rate) in [("240p.mp4", 300), ("480p.mp4", 900)] {
            let file = place.join(name);
            assert_eq!(played(&file), (125, String::new()), "{name}");
            // Five seconds of video and of audio at no more than 128 kb/s.
            assert!(file.metadata().unwrap().len() <= (rate + 128) * 125 * 5 * 11 / 10, "{name}");
        }
    }
    assert_eq!(make(&[]).status.code(), Some(1), "what is there is not replaced unless told");
}
