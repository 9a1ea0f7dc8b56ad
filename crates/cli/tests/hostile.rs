//! Files that are not what they seem: playlists under a clip's name, pipes, devices, folders with foreign files. What
//! they name, hold back or contain stays untouched, and nothing waits for them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

mod support;

use clipfit_cli::clip::Clip;
use clipfit_cli::driver::Driver;
use clipfit_cli::error::Error;
use clipfit_cli::ffmpeg::Ffmpeg;
use clipfit_cli::interrupt::Interrupt;
use clipfit_core::units::Bytes;
use clipfit_core::wishes::Wishes;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// Runs the program. Returns its exit code and all that it said.
fn clipfit(words: &str, paths: &[&Path]) -> (i32, String) {
    let program = env!("CARGO_BIN_EXE_clipfit");
    let output = Command::new(program).args(words.split_whitespace()).args(paths).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
}

fn folder() -> (TempDir, impl Fn(&str) -> PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    (folder, move |name: &str| root.join(name))
}

/// The paths of all files below `folder`, without it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path()).into_iter().map(|file| format!("{name}/{file}"))),
            false => found.push(name),
        }
    }
    found.sort();
    found
}

#[test]
fn a_list_of_other_files_is_refused_whatever_its_name() {
    let (_folder, file) = folder();
    let secret = support::made("secret.ts", "-f lavfi -i testsrc2=s=320x180:d=1:r=25 -c:v libx264 -g 5");
    let secret = secret.to_str().unwrap();
    let playlist = "This is a playlist";
    let hls =
        format!("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n");
    let dash = format!(
        "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" \
         mediaPresentationDuration=\"PT1S\"><Period><AdaptationSet mimeType=\"video/mp2t\"><Representation id=\"1\" \
         bandwidth=\"1\"><BaseURL>{secret}</BaseURL></Representation></AdaptationSet></Period></MPD>\n"
    );
    // Its name, its content, and the refusal.
    let cases = [
        ("clip.mp4", hls.clone(), playlist),
        ("mark.mp4", format!("\u{feff}{hls}"), playlist),
        ("script.mp4", format!("ffconcat version 1.0\nfile '{secret}'\n"), playlist),
        ("plain.mkv", format!("file '{secret}'\n"), playlist),
        ("dash.mp4", dash, playlist),
        (
            "call.mp4",
            format!("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns={secret}\r\nm=video 9 RTP/AVP 96\r\n"),
            playlist,
        ),
        ("list.mov", format!("[playlist]\nFile1={secret}\n"), playlist),
        ("about.mp4", format!(";FFMETADATA1\ntitle={secret}\n"), "reads this file as ffmetadata"),
    ];
    for (name, content, refusal) in cases {
        let (list, result) = (file(name), file("out.mp4"));
        fs::write(&list, content).unwrap();
        for words in ["probe", "plan --quick", "compress --quick -o"] {
            let places = [result.as_path(), &list];
            let (code, said) = clipfit(words, &places[usize::from(!words.ends_with("-o"))..]);
            assert!(code == 1 && said.contains(refusal), "{words} {name}: {code} {said}");
            assert!(!said.contains("320x180") && !result.exists(), "{words} {name}: {said}");
        }
        let (_, said) = clipfit("probe --json", &[&list]);
        assert!(said.contains("\"kind\":\"notAClip\""), "{name}: {said}");
    }
}

#[test]
fn what_is_no_file_is_neither_read_nor_replaced() {
    let (_folder, file) = folder();
    let clip = support::clip("one.mp4").path;
    let (pipe, device, socket, inner) =
        (file("pipe.mp4"), file("device.mp4"), file("socket"), file("folder"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    symlink("/dev/null", &device).unwrap();
    let _listener = UnixListener::bind(&socket).unwrap();
    fs::create_dir(&inner).unwrap();
    let before = files(pipe.parent().unwrap());
    let specials = [(&pipe, "a pipe"), (&device, "a device"), (&socket, "a socket")];
    let inputs = specials.iter().copied().chain([(&inner, "a folder")]);
    for (path, what) in inputs {
        for words in ["probe", "compress", "hls", "publish --to rtmp://localhost/a/b"] {
            let (code, said) = clipfit(words, &[path]);
            assert!(code == 1 && said.contains(what), "{words} {path:?}: {code} {said}");
        }
    }
    for (path, what) in specials {
        for words in ["compress --quick -o", "compress --quick --force -o", "hls --force -o"] {
            let (code, said) = clipfit(words, &[path, &clip]);
            assert!(code == 1 && said.contains(what), "{words} {path:?}: {code} {said}");
            assert!(!path.symlink_metadata().unwrap().is_file(), "{words} {path:?}");
        }
    }
    assert_eq!(files(pipe.parent().unwrap()), before);
}

#[test]
fn a_forced_package_takes_no_foreign_file_with_it() {
    let (_folder, file) = folder();
    let (clip, place) = (support::clip("half.mp4").path, file("package"));
    let make = |words: &str| clipfit(words, &[&place, &clip]);
    let (code, said) = make("hls --format fmp4 -o");
    assert_eq!(code, 0, "{said}");
    let whole = files(&place);
    let forced = |why: &str| {
        let (code, said) = make("hls --force --format fmp4 -o");
        assert_eq!(fs::read_dir(file("")).unwrap().count(), 1, "{why}: something is left beside it");
        (code, said)
    };
    // What is added, and what of it goes again.
    for (foreign, added) in [
        ("180p/notes.txt", "180p/notes.txt"),
        ("180p/film.mp4", "180p/film.mp4"),
        ("180p/segment009.m4s", "180p/segment009.m4s"),
        ("180p/segment009.m4s/film.mp4", "180p/segment009.m4s"),
        ("90p/holiday/film.mp4", "90p"),
        ("mine.txt", "mine.txt"),
    ] {
        let (path, added) = (place.join(foreign), place.join(added));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        let (code, said) = forced(foreign);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine", "{foreign}");
        assert!(
            code == 1 && said.contains("does not contain only a Clipfit package"),
            "{foreign}: {code} {said}"
        );
        if added.is_dir() { fs::remove_dir_all(added) } else { fs::remove_file(added) }.unwrap();
    }
    let (code, said) = forced("nothing");
    assert_eq!((code, files(&place)), (0, whole), "{said}");
}

#[test]
fn a_package_behind_a_link_is_replaced_where_it_is() {
    let (_folder, file) = folder();
    let (clip, place, link) = (support::clip("half.mp4").path, file("package"), file("link"));
    fs::create_dir(&place).unwrap();
    symlink(&place, &link).unwrap();
    for words in ["hls -o", "hls --force -o"] {
        let (code, said) = clipfit(words, &[&link, &clip]);
        assert_eq!(code, 0, "{words}: {said}");
        assert!(link.symlink_metadata().unwrap().is_symlink(), "{words}");
        assert!(place.join("master.m3u8").is_file(), "{words}");
    }
}

/// A folder with programs that behave as ffmpeg and ffprobe, but do something else where their arguments match.
fn programs(matching: &str, instead: &str) -> (TempDir, OsString) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ffmpeg", "ffprobe"] {
        let path = std::env::var_os("PATH").unwrap();
        let real = std::env::split_paths(&path).map(|place| place.join(name)).find(|file| file.is_file());
        let real = real.unwrap();
        let script = format!(
            "#!/bin/sh\ncase \"$0 $*\" in\n{matching}) {instead} ;;\nesac\nexec {} \"$@\"\n",
            real.display()
        );
        fs::write(folder.path().join(name), script).unwrap();
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = folder.path().as_os_str().to_owned();
    (folder, path)
}

#[test]
fn programs_that_hang_are_ended_and_named() {
    let interrupt = Interrupt::default();
    let clip = Clip::open(&support::clip("half.mp4").path).unwrap();
    let wishes = Wishes { target: Bytes(60_000), ..Wishes::default() };
    // Where they hang, how they do it, and which one is named.
    let cases = [
        ("*/ffprobe*-show_streams*", "echo late >&2; sleep 1000", "ffprobe"),
        // Shell and child are one group; neither closes its output.
        ("*/ffprobe*-show_streams*", "sleep 1000 & wait", "ffprobe"),
        ("*/ffmpeg*libx264*", "echo late >&2; sleep 1000", "ffmpeg"),
        // Lines without progress are no sign of life.
        ("*/ffmpeg*libx264*", "while sleep 0.1; do echo frame=7; echo late >&2; done", "ffmpeg"),
    ];
    for (matching, instead, named) in cases {
        let (_programs, path) = programs(matching, instead);
        let ffmpeg = Ffmpeg::find_in(&path, &interrupt).unwrap();
        let driver = Driver::new(&ffmpeg, &clip, &interrupt).patient(Duration::from_millis(1500));
        let error = driver.make(&wishes, &mut |_| {}).unwrap_err();
        let Error::Hung { program, log, .. } = &error else { panic!("{matching} {instead}: {error}") };
        assert_eq!(*program, named, "{instead}");
        assert_eq!(log.iter().any(|line| line == "late"), instead.contains("late"), "{instead}: {log:?}");
        assert!(error.to_string().contains("gave no sign of life"), "{error}");
    }
}

#[test]
fn programs_that_work_for_long_are_left_alone() {
    let interrupt = Interrupt::default();
    let clip = Clip::open(&support::clip("half.mp4").path).unwrap();
    let wishes = Wishes { target: Bytes(60_000), ..Wishes::default() };
    // New figures are a sign of life, and so is a file that grows.
    let slow = "sleep 3; echo out_time=1; sleep 3; echo >> more.txt; sleep 3";
    let (_programs, path) = programs("*/ffmpeg*libx264*-pass?1*", slow);
    let ffmpeg = Ffmpeg::find_in(&path, &interrupt).unwrap();
    let driver = Driver::new(&ffmpeg, &clip, &interrupt).patient(Duration::from_secs(5));
    let made = driver.make(&wishes, &mut |_| {});
    assert!(made.is_ok(), "{made:?}");
}

#[test]
fn a_flood_of_words_is_no_flood_of_memory() {
    let clip = support::clip("half.mp4").path;
    for flood in ["head -c 20000000 /dev/zero >&2; exit 1", "yes | head -n 200000 >&2; exit 1"] {
        let (programs, path) = programs("*/ffmpeg*libx264*", flood);
        let all = [path, std::env::var_os("PATH").unwrap()].join(&OsString::from(":"));
        let out = programs.path().join("out.mp4");
        let mut command = Command::new(env!("CARGO_BIN_EXE_clipfit"));
        command.args(["compress", "--json", "-t", "60KB", "-e", "fast"]).arg(&clip).arg("-o").arg(&out);
        let output = command.env("PATH", all).output().unwrap();
        // An error that tells little of it, in the line of the clip and in the report.
        assert_eq!(output.status.code(), Some(1), "{flood}");
        assert!(output.stdout.len() < 2_000_000, "{flood}: {} bytes", output.stdout.len());
    }
}
