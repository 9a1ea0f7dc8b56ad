//! Folders with foreign files where results are to go. Nothing foreign is lost.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
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
