//! Holds every crate's sources to `layers.txt`: no file names a room above its own, no files import one another in a
//! circle, no crate depends on one that it must not know. Reads the sources as text; knows nothing of what they do.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The sections of `layers.txt`: names and lines, comments left out.
fn sections() -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(root().join("layers.txt")).unwrap();
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match (line.strip_prefix('[').and_then(|line| line.strip_suffix(']')), sections.last_mut()) {
            (Some(name), _) => sections.push((name.to_owned(), Vec::new())),
            (None, Some((_, lines))) => lines.push(line.to_owned()),
            (None, None) => panic!("a line before the first section: {line}"),
        }
    }
    sections
}

/// A crate's source files by module path (`["job", "tasks"]`; the root is empty), without comments, strings and tests.
type Sources = BTreeMap<Vec<String>, String>;

fn sources(folder: &Path) -> Sources {
    let mut found = Sources::new();
    let mut tests = BTreeSet::new();
    collect(folder, &[], &mut found, &mut tests);
    found.retain(|module, _| !tests.contains(module));
    found
}

fn collect(folder: &Path, module: &[String], found: &mut Sources, tests: &mut BTreeSet<Vec<String>>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut own = module.to_vec();
        if !["mod", "lib", "main"].contains(&name.as_str()) {
            own.push(name);
        }
        if path.is_dir() {
            collect(&path, &own, found, tests);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let (code, test_modules) = code(&fs::read_to_string(&path).unwrap());
            tests.extend(test_modules.into_iter().map(|name| [own.clone(), vec![name]].concat()));
            found.entry(own).or_default().push_str(&code);
        }
    }
}

/// Rust without comments, strings and items for tests; and the names of modules that are files for tests.
fn code(text: &str) -> (String, Vec<String>) {
    let text: String = text
        .lines()
        .map(|line| line.split_once("//").map_or(line, |(code, _)| code))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut bare = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('"') {
        bare.push_str(before);
        let mut escaped = false;
        let end = after.char_indices().find(|(_, letter)| {
            let ends = *letter == '"' && !escaped;
            escaped = *letter == '\\' && !escaped;
            ends
        });
        rest = end.map_or("", |(at, _)| &after[at + 1..]);
    }
    bare.push_str(rest);
    let mut modules = Vec::new();
    while let Some(at) = bare.find("#[cfg(test)]").or_else(|| bare.find("#[cfg(all(test")) {
        let item = &bare[at..];
        let body = item.find('{').unwrap_or(item.len());
        let end = item.find(';').unwrap_or(item.len());
        let length = if end < body {
            let name = item[..end].rsplit(char::is_whitespace).next().unwrap_or_default();
            modules.push(name.to_owned());
            end + 1
        } else {
            let mut depth = 0_i32;
            let close = item.char_indices().skip_while(|(at, _)| *at < body).find(|(_, letter)| {
                depth += i32::from(*letter == '{') - i32::from(*letter == '}');
                depth == 0
            });
            close.map_or(item.len(), |(at, _)| at + 1)
        };
        bare.replace_range(at..at + length, "");
    }
    (bare, modules)
}

/// Every path that a file names from `crate`, `super`, `self` or one of its child modules on, as segments from the
/// crate's root.
fn paths(module: &[String], children: &[&str], code: &str) -> Vec<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let length = if word > 0 {
            word
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            words.push(&rest[..length]);
        }
        rest = &rest[length..];
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let child = children.contains(&words[at]);
        let starts = child || ["crate", "super", "self"].contains(&words[at]);
        if starts && words.get(at + 1) == Some(&"::") && (at == 0 || words[at - 1] != "::") {
            // A child and `self` begin in this module, `super` takes one step back.
            let from = if words[at] == "crate" { Vec::new() } else { module.to_vec() };
            at += if words[at] == "crate" { 2 } else { 0 };
            tree(&words, &mut at, from, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads the path that goes on from `path` at `words[at]`, or the paths of its `{...}`.
fn tree(words: &[&str], at: &mut usize, mut path: Vec<String>, found: &mut Vec<Vec<String>>) {
    loop {
        match words.get(*at).copied() {
            Some("{") => {
                while words.get(*at).is_some_and(|word| *word != "}") {
                    *at += 1;
                    tree(words, at, path.clone(), found);
                    // A name that is used `as` another.
                    while words.get(*at).is_some_and(|word| !["}", ","].contains(word)) {
                        *at += 1;
                    }
                }
                *at += 1;
                return;
            }
            Some("super") => drop(path.pop()),
            Some("self") => {}
            Some(word) if word.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') => {
                path.push(word.to_owned());
            }
            // What follows the last comma of a list.
            _ => return,
        }
        *at += 1;
        if words.get(*at) != Some(&"::") {
            found.push(path);
            return;
        }
        *at += 1;
    }
}

/// What each file names of its crate: the file in which each name is defined, re-exports looked through. The `mod.rs`
/// of its own folder does not count: it puts the files of the folder together.
fn imports(sources: &Sources) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let children = |module: &Vec<String>| -> Vec<&str> {
        let below =
            sources.keys().filter(|other| other.len() == module.len() + 1 && other.starts_with(module));
        below.filter_map(|other| other.last().map(String::as_str)).collect()
    };
    let named: BTreeMap<&Vec<String>, Vec<Vec<String>>> =
        sources.iter().map(|(module, code)| (module, paths(module, &children(module), code))).collect();
    let file_of = |path: &[String]| {
        let mut path = path.to_vec();
        for _ in 0..4 {
            let length =
                (0..=path.len()).rev().find(|length| sources.contains_key(&path[..*length])).unwrap_or(0);
            let (file, item) = path.split_at(length);
            let passed_on = item.first().and_then(|item| {
                let exports = named.get(&file.to_vec())?;
                exports
                    .iter()
                    .find(|export| export.last() == Some(item) && export.as_slice() != path.as_slice())
            });
            match passed_on {
                Some(export) => path = export.clone(),
                None => return file.to_vec(),
            }
        }
        path
    };
    named
        .iter()
        .map(|(module, paths)| {
            let files =
                paths.iter().map(|path| file_of(path)).filter(|file| !module.starts_with(file)).collect();
            ((*module).clone(), files)
        })
        .collect()
}

/// Returns the files that import one another in a circle with `start`; empty if there are none.
fn circle(start: &[String], imports: &BTreeMap<Vec<String>, BTreeSet<Vec<String>>>) -> Vec<Vec<String>> {
    let reach = |from: &[String]| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.to_vec()]);
        while let Some(next) = open.pop() {
            for file in imports.get(&next).into_iter().flatten() {
                if seen.insert(file.clone()) {
                    open.push(file.clone());
                }
            }
        }
        seen
    };
    reach(start).into_iter().filter(|file| reach(file).contains(start)).collect()
}

#[test]
fn no_crate_depends_on_one_that_it_must_not_know() {
    let (_, lines) = sections().into_iter().find(|(name, _)| name == "crates").unwrap();
    let mut wrong = Vec::new();
    let mut listed = BTreeSet::new();
    for line in &lines {
        let (name, allowed) = line.split_once(':').unwrap();
        listed.insert(name.to_owned());
        let allowed: Vec<&str> = allowed.split_whitespace().collect();
        let manifest = fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).unwrap();
        let product = manifest.split("\n[dependencies]").nth(1).unwrap_or_default();
        let product = product.split("\n[").next().unwrap_or_default();
        let depends = product.lines().filter_map(|line| line.trim().strip_prefix("clipfit-"));
        let depends = depends.filter_map(|line| line.split(['.', ' ', '=']).next());
        wrong.extend(
            depends.filter(|one| !allowed.contains(one)).map(|one| format!("{name} depends on {one}")),
        );
        if name == "page" && product.contains("\"planner\"") {
            wrong.push("page links core's planner".to_owned());
        }
    }
    let crates: BTreeSet<String> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(listed, crates, "layers.txt lists every crate");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_file_names_a_room_above_its_own_and_none_imports_itself() {
    let mut wrong = Vec::new();
    for (name, lines) in sections().into_iter().filter(|(name, _)| name != "crates") {
        let sources = sources(&root().join("crates").join(&name).join("src"));
        let (never, lines): (Vec<String>, Vec<String>) =
            lines.into_iter().partition(|line| line.starts_with('!'));
        let never: Vec<(&str, &str)> =
            never.iter().filter_map(|line| line.trim_start_matches(['!', ' ']).split_once(' ')).collect();
        let rooms: BTreeMap<&str, usize> = lines
            .iter()
            .enumerate()
            .flat_map(|(layer, line)| line.split_whitespace().map(move |room| (room, layer)))
            .collect();
        let imports = imports(&sources);
        for (file, named) in &imports {
            let Some(room) = file.first() else { continue };
            let Some(layer) = rooms.get(room.as_str()) else {
                wrong.push(format!("{name}: layers.txt does not list {room}"));
                continue;
            };
            let above = |other: &&Vec<String>| {
                let of = other.first().filter(|other| *other != room);
                of.is_some_and(|other| {
                    let above = rooms.get(other.as_str()).is_none_or(|found| found >= layer);
                    above || never.contains(&(room, other))
                })
            };
            wrong.extend(
                named
                    .iter()
                    .filter(above)
                    .map(|other| format!("{name}: {} names {}", file.join("::"), other.join("::"))),
            );
            let circle = circle(file, &imports);
            // Only the first of them reports the circle.
            if circle.first() == Some(file) {
                let files: Vec<String> = circle.iter().map(|file| file.join("::")).collect();
                wrong.push(format!("{name}: a circle of {}", files.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_check_finds_what_it_is_there_for() {
    let module = ["job".to_owned(), "tasks".to_owned()];
    let cases = [
        (
            "use crate::plan::{self, audio::{Mix, mixes}, Plan as P};",
            vec!["plan", "plan::audio::Mix", "plan::audio::mixes", "plan::Plan"],
        ),
        ("fn a() { super::tests::make(crate::units::Bytes(1)) }", vec!["job::tests::make", "units::Bytes"]),
        ("use x264::Pass; let other = codec::x264::Pass;", vec!["job::tasks::x264::Pass"]),
        ("use std::fs;", vec![]),
    ];
    for (code, expected) in cases {
        let found: Vec<String> = paths(&module, &["x264"], code).iter().map(|path| path.join("::")).collect();
        assert_eq!(found, expected, "{code}");
    }
    let text = "use crate::a; // crate::no\n#[cfg(test)]\nmod probes;\nlet x = \"crate::no\";\n#[cfg(test)]\nmod tests { use crate::no; fn f() {} }";
    let (bare, tests) = code(text);
    assert_eq!(paths(&[], &[], &bare), [["a".to_owned()]]);
    assert_eq!(tests, ["probes"]);
    let file = |name: &str| vec![name.to_owned()];
    let sources: Sources = [
        ("a", "use crate::b::X;"),
        ("b", "pub use crate::c::X;"),
        ("c", "use crate::a;"),
        ("d", "use crate::a;"),
    ]
    .into_iter()
    .map(|(name, code)| (file(name), code.to_owned()))
    .chain([(Vec::new(), String::new())])
    .collect();
    let imports = imports(&sources);
    assert_eq!(imports[&file("a")], BTreeSet::from([file("c")]), "re-exports are looked through");
    assert_eq!(circle(&file("a"), &imports), [file("a"), file("c")]);
    assert!(circle(&file("d"), &imports).is_empty());
}
