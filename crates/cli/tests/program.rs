//! The program from outside: exit codes, JSON lines, files that appear whole or not at all, and what is said.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

mod support;

use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_clipfit");

/// A folder for results and one that is to be empty at the end.
struct Place {
    results: TempDir,
    temporary: TempDir,
}

impl Place {
    fn new() -> Place {
        Place { results: tempfile::tempdir().unwrap(), temporary: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.results.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.results.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env("TMPDIR", self.temporary.path());
        command
    }

    fn run<'a>(&self, words: &str, files: impl IntoIterator<Item = &'a Path>) -> Output {
        let output = self.command(words.split_whitespace()).args(files).output().unwrap();
        assert_eq!(fs::read_dir(self.temporary.path()).unwrap().count(), 0, "left behind by {words}");
        output
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("{output:?}"))
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_result_is_told_of_in_lines_of_json() {
    let (place, clip) = (Place::new(), support::clip("plain.mp4"));
    let out = place.file("out.mp4");
    let words = "compress --json --target 100KB --effort fast";
    let output = place.run(words, [clip.path.as_path(), Path::new("-o"), &out]);
    assert_eq!((code(&output), said(&output).as_str()), (0, ""));
    let lines = lines(&output);
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    for expected in ["facts", "plan", "progress", "result"] {
        assert!(types.contains(&expected), "{types:?}");
    }
    let last = lines.last().unwrap();
    assert_eq!(
        (last["type"].as_str(), last["done"].as_u64(), last["failed"].as_u64()),
        (Some("report"), Some(1), Some(0))
    );
    let told = last["files"][0]["report"]["bytes"].as_u64().unwrap();
    assert_eq!(told, fs::metadata(&out).unwrap().len());
    assert!((97_000..=100_000).contains(&told), "{told}");
    let streams = support::streams(&out);
    assert!(streams.contains("codec_name=h264") && streams.contains("codec_name=aac"), "{streams}");
    // Nothing is overwritten unless that is said.
    let again = place.run(words, [clip.path.as_path(), Path::new("-o"), &out]);
    assert_eq!(code(&again), 1);
    let lines = self::lines(&again);
    assert_eq!(lines[0]["kind"].as_str(), Some("exists"), "{lines:?}");
    let forced = place.run("compress -f -t 50KB -e fast", [clip.path.as_path(), Path::new("-o"), &out]);
    assert_eq!(code(&forced), 0, "{}", said(&forced));
    assert!(fs::metadata(&out).unwrap().len() <= 50_000);
    assert_eq!(place.names(), ["out.mp4"]);
}

#[test]
fn several_clips_go_into_a_folder_and_each_fails_alone() {
    let place = Place::new();
    let (plain, silent) = (support::clip("plain.mp4"), support::clip("silent.mkv"));
    let text = place.file("text.mp4");
    fs::write(&text, "no clip").unwrap();
    let (folder, missing) = (place.file("new/"), place.file("missing.mp4"));
    let files = [&plain.path, &text, &silent.path, &missing].map(PathBuf::as_path);
    let output = place.run("compress --json --quick -o", std::iter::once(folder.as_path()).chain(files));
    assert_eq!(code(&output), 1);
    let last = lines(&output).pop().unwrap();
    assert_eq!((last["done"].as_u64(), last["failed"].as_u64()), (Some(2), Some(2)), "{last}");
    let kinds: Vec<_> = (0..4).map(|index| last["files"][index]["kind"].as_str().unwrap_or("done")).collect();
    assert_eq!(kinds, ["done", "notAClip", "done", "unreadable"]);
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["plain-clipfit.mp4", "silent-clipfit.mp4"]);
}

#[test]
fn a_source_that_fits_is_handed_over_and_never_overwritten() {
    let (place, clip) = (Place::new(), support::clip("plain.mp4"));
    let source = place.file("clip.mp4");
    fs::copy(&clip.path, &source).unwrap();
    let output = place.run("compress", [source.as_path()]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_eq!(fs::read(&source).unwrap(), fs::read(place.file("clip-clipfit.mp4")).unwrap());
    let before = fs::read(&source).unwrap();
    let output = place.run("compress --force -t 100KB -o", [source.as_path(), source.as_path()]);
    assert_eq!(code(&output), 1);
    assert!(said(&output).contains("never overwritten"), "{}", said(&output));
    assert_eq!(fs::read(&source).unwrap(), before);
}

#[test]
fn what_cannot_fit_is_answered_with_options_that_do() {
    let (place, clip) = (Place::new(), support::clip("plain.mp4"));
    let words = "compress --json -e fast -t 9KB -o";
    let output = place.run(words, [place.file("out.mp4").as_path(), &clip.path]);
    assert_eq!((code(&output), place.names().len()), (1, 0));
    let last = lines(&output).pop().unwrap();
    let error = &last["files"][0];
    assert_eq!(error["kind"].as_str(), Some("tooSmall"), "{last}");
    let option = error["offers"][0]["option"].as_str().unwrap();
    let output =
        place.run(&format!("compress -e fast {option} -o"), [place.file("out.mp4").as_path(), &clip.path]);
    assert_eq!(code(&output), 0, "{option}: {}", said(&output));
}

#[test]
fn what_is_not_understood_is_usage() {
    let place = Place::new();
    for words in [
        "",
        "dance",
        "compress",
        "compress a.mp4 --target lots",
        "compress a.mp4 --target 1MB --quick",
        "compress a.mp4 --preset nowhere",
        "compress a/x.mp4 b/x.mkv -o /",
        "plan a.mp4 --effort slow",
        "probe a.mp4 --target 1MB",
    ] {
        let output = place.run(words, []);
        assert_eq!(code(&output), 2, "{words}: {}", said(&output));
        assert!(!said(&output).is_empty() && output.stdout.is_empty(), "{words}");
        let output = place.run(&format!("{words} --json"), []);
        let lines = lines(&output);
        let types: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
        assert_eq!((code(&output), types), (2, vec!["error", "report"]), "{words}");
    }
}

#[test]
fn without_ffmpeg_there_is_a_clear_word() {
    let (place, clip) = (Place::new(), support::clip("plain.mp4"));
    let output = place.command(["plan"]).arg(&clip.path).env("PATH", place.results.path()).output().unwrap();
    assert_eq!(code(&output), 1);
    assert!(said(&output).contains("ffmpeg was not found on PATH"), "{}", said(&output));
}

#[test]
fn plans_probes_and_explanations_leave_no_file() {
    let (place, clip) = (Place::new(), support::clip("plain.mp4"));
    let cases = [
        ("probe", vec!["facts", "report"]),
        ("plan -t 100KB", vec!["facts", "plan", "report"]),
        ("explain -t 100KB", [vec!["facts", "plan"], vec!["explanation"; 5], vec!["report"]].concat()),
        // A clip that is handed over as it is gets decoded, to see that it plays.
        ("explain -t 100MB", vec!["facts", "plan", "explanation", "report"]),
    ];
    for (words, expected) in cases {
        let output = place.run(words, [clip.path.as_path()]);
        assert_eq!((code(&output), said(&output).as_str()), (0, ""), "{words}");
        let output = place.run(&format!("{words} --json"), [clip.path.as_path()]);
        let lines = lines(&output);
        let types: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
        assert_eq!(types, expected, "{words}");
    }
}

#[test]
fn scripts_and_manual_pages_are_whole() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = place.run(&format!("completions {shell}"), []);
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(script.contains("compress") && script.contains("effort"), "{shell}");
    }
    let page = String::from_utf8(place.run("man", []).stdout).unwrap();
    assert!(page.contains(".SH NAME") && page.contains("EXIT STATUS") && page.contains("130"), "{page}");
    assert_eq!(code(&place.run("man", [place.results.path()])), 0);
    assert!(place.names().contains(&"clipfit-compress.1".to_owned()), "{:?}", place.names());
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let clip = support::long_clip();
    for signal in ["-INT", "-TERM"] {
        let place = Place::new();
        let words = ["compress", "--json", "-e", "best", "-t", "500KB", "-o"];
        let mut child = place
            .command(words)
            .args([&place.file("out.mp4"), &clip])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
        // Midway: chunks are being encoded.
        let midway =
            |line: &str| line.contains("\"type\":\"progress\"") && !line.contains("\"fraction\":0.0,");
        assert!(told.by_ref().any(|line| midway(&line.unwrap())), "no progress before the end");
        let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let last: Value = serde_json::from_str(&told.last().unwrap().unwrap()).unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), last["type"].as_str()), (Some(130), Some("report")), "{signal}");
        assert_eq!(place.names(), [""; 0], "{signal}");
        assert_eq!(fs::read_dir(place.temporary.path()).unwrap().count(), 0, "{signal}");
        let left = running_in(place.temporary.path());
        assert!(left.is_empty(), "{signal}: still running: {left:?}");
    }
}

/// Programs whose working folder is below `folder`.
#[cfg(unix)]
fn running_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(all) = fs::read_dir("/proc") else { return Vec::new() };
    let places = all.filter_map(|entry| fs::read_link(entry.ok()?.path().join("cwd")).ok());
    places.filter(|place| place.starts_with(folder)).collect()
}
