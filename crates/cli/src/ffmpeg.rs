//! The native programs: where they are, whether they are new enough, and which encoders they have. Runs no job.

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::process;
use crate::silence::LONGEST_ANSWER;
use clipfit_core::live::Protocol;
use clipfit_core::machine::{NativeEncoder, NativeEncoders};
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

/// The oldest version that understands core's arguments.
const OLDEST: (u32, u32) = (5, 1);

/// ffmpeg and ffprobe from PATH.
#[derive(Debug)]
pub struct Ffmpeg {
    pub(crate) ffmpeg: PathBuf,
    pub(crate) ffprobe: PathBuf,
    /// What ffmpeg says about itself; queried while the first clip is examined.
    asked: Mutex<Option<Receiver<Result<Known, Error>>>>,
    known: OnceLock<Known>,
}

/// What an ffmpeg says about itself.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    version: String,
    encoders: NativeEncoders,
}

impl Ffmpeg {
    /// Finds both programs on PATH and starts to query ffmpeg.
    pub fn find(interrupt: &Interrupt) -> Result<Ffmpeg, Error> {
        Ffmpeg::find_in(&env::var_os("PATH").unwrap_or_default(), interrupt)
    }

    /// Finds both programs in these folders, which are listed as in PATH.
    pub fn find_in(path: &OsStr, interrupt: &Interrupt) -> Result<Ffmpeg, Error> {
        let find = |name| find_program(path, name).ok_or(Error::Missing(name));
        let (ffmpeg, ffprobe) = (find("ffmpeg")?, find("ffprobe")?);
        let (tell, told) = mpsc::channel();
        let (program, interrupt) = (ffmpeg.clone(), interrupt.clone());
        // If the receiver is gone, it needs no answer.
        thread::spawn(move || drop(tell.send(ask(&program, &interrupt))));
        Ok(Ffmpeg { ffmpeg, ffprobe, asked: Mutex::new(Some(told)), known: OnceLock::new() })
    }

    /// Returns its encoders besides x264.
    pub fn encoders(&self) -> Result<NativeEncoders, Error> {
        Ok(self.known()?.encoders)
    }

    /// Returns whether this ffmpeg can stream over this protocol.
    pub(crate) fn can_push(&self, protocol: Protocol, interrupt: &Interrupt) -> Result<bool, Error> {
        let list = |of: &str| -> Result<Vec<String>, Error> {
            let arguments = ["-hide_banner".to_owned(), of.to_owned()];
            Ok(process::ask(&self.ffmpeg, &arguments, Path::new("."), LONGEST_ANSWER, interrupt)?.0)
        };
        Ok(match protocol {
            // `  E whip            WHIP(WebRTC-HTTP ingestion protocol) muxer`
            Protocol::Whip => {
                let has = |lines: Vec<String>, name: &str| {
                    lines.iter().any(|line| line.split_whitespace().nth(1) == Some(name))
                };
                has(list("-muxers")?, "whip") && has(list("-encoders")?, "libopus")
            }
            Protocol::Rtmp => sends(&list("-protocols")?, "rtmp"),
            Protocol::Rtmps => sends(&list("-protocols")?, "rtmps"),
            Protocol::Srt => sends(&list("-protocols")?, "srt"),
        })
    }

    /// Returns its version as it prints it.
    pub fn version(&self) -> Result<&str, Error> {
        Ok(&self.known()?.version)
    }

    fn known(&self) -> Result<&Known, Error> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(asked) = asked {
            let known = asked.recv().map_err(|_| Error::Interrupted)??;
            return Ok(self.known.get_or_init(|| known));
        }
        self.known.get().ok_or(Error::Interrupted)
    }
}

/// Returns whether a list of protocols has this one below `Output:`.
fn sends(listed: &[String], protocol: &str) -> bool {
    listed.iter().skip_while(|line| line.trim() != "Output:").any(|line| line.trim() == protocol)
}

/// Finds the first program of this name on PATH.
fn find_program(path: &OsStr, name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(path).map(|folder| folder.join(&file)).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    let Ok(about) = file.metadata() else { return false };
    #[cfg(unix)]
    let may_run = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let may_run = true;
    about.is_file() && may_run
}

/// Queries version and encoders in one run: ffmpeg prints the version to its log and then the list of encoders.
fn ask(program: &Path, interrupt: &Interrupt) -> Result<Known, Error> {
    let arguments = ["-encoders".to_owned()];
    let (printed, end) = process::ask(program, &arguments, Path::new("."), LONGEST_ANSWER, interrupt)?;
    read(&end.log, &printed)
}

fn read(said: &[String], printed: &[String]) -> Result<Known, Error> {
    let version = said.iter().find_map(|line| line.strip_prefix("ffmpeg version "));
    let version = version.and_then(|rest| rest.split_whitespace().next()).unwrap_or("unknown").to_owned();
    if number(&version).is_some_and(|number| number < OLDEST) {
        return Err(Error::TooOld(version));
    }
    // ` V....D libx264   libx264 H.264 / AVC ...`
    let has = |name: &str| printed.iter().any(|line| line.split_whitespace().nth(1) == Some(name));
    for needed in ["libx264", "aac"] {
        if !has(needed) {
            return Err(Error::Lacks(needed));
        }
    }
    Ok(Known { version, encoders: NativeEncoders::of(|encoder: NativeEncoder| has(encoder.name())) })
}

/// Parses a version such as `5.1.9-0+deb12u1` or `n7.1`. Development builds have no number and count as new.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim_start_matches(['n', 'v']).split(|letter: char| !letter.is_ascii_digit());
    let major = parts.next()?.parse().ok()?;
    Some((major, parts.next().and_then(|minor| minor.parse().ok()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clipfit_core::wishes::Codec;

    fn known(version: &str, encoders: &[&str]) -> Result<Known, Error> {
        let printed: Vec<String> = encoders.iter().map(|name| format!(" V....D {name}   text")).collect();
        read(&[format!("ffmpeg version {version} Copyright (c) 2000")], &printed)
    }

    #[test]
    fn only_what_is_too_old_is_refused() {
        for (version, old) in [
            ("5.1.9-0+deb12u1", false),
            ("4.4.2-0ubuntu0.22.04.1", true),
            ("5.0", true),
            ("n7.1", false),
            ("10.0", false),
            ("N-118000-gabcdef", false),
            ("2024-01-01-git-1", false),
        ] {
            let refused = matches!(known(version, &["libx264", "aac"]), Err(Error::TooOld(_)));
            assert_eq!(refused, old, "{version}");
        }
    }

    #[test]
    fn only_what_can_be_sent_counts() {
        let listed =
            ["Supported file protocols:", "Input:", "  srt", "  rtmp", "Output:", "  rtmp", "  srtp"];
        let listed = listed.map(str::to_owned);
        assert_eq!(["rtmp", "srt", "rtmps"].map(|name| sends(&listed, name)), [true, false, false]);
    }

    #[test]
    fn encoders_are_told_by_their_names() {
        assert!(matches!(known("5.1", &["libx264rgb", "aac"]), Err(Error::Lacks("libx264"))));
        let cases = [
            (vec!["libx265", "libaom-av1", "libsvtav1"], [true, false, true], Some(NativeEncoder::SvtAv1)),
            (vec!["libaom-av1", "hevc_vaapi"], [false, false, true], Some(NativeEncoder::Aom)),
            (vec!["libvpx-vp9"], [false, true, false], None),
        ];
        for (names, has, av1) in cases {
            let all: Vec<&str> = ["libx264", "aac"].into_iter().chain(names).collect();
            let Ok(known) = known("5.1", &all) else { panic!("{all:?}") };
            let there = [Codec::H265, Codec::Vp9, Codec::Av1].map(|codec| known.encoders.best(codec));
            assert_eq!(there.map(|encoder| encoder.is_some()), has, "{all:?}");
            assert_eq!(there[2], av1, "{all:?}");
        }
    }
}
