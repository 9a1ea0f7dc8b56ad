//! The errors around a job, each with its evidence. Errors inside a job are core's and are only wrapped here.

use clipfit_core::job::failure::Failure;
use clipfit_core::live::Protocol;
use clipfit_core::live::reconnect::GaveUp;
use clipfit_core::plan::refusal::Change;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use thiserror::Error;

/// Why there is no result.
#[derive(Debug, Error)]
pub enum Error {
    /// The command line asks for something impossible.
    #[error("{0}")]
    Usage(String),
    /// A program is not on PATH.
    #[error(
        "{0} was not found on PATH. Clipfit's command line needs FFmpeg 5.1 or later. Install it from your system's packages or from ffmpeg.org, and make sure that both ffmpeg and ffprobe are on PATH."
    )]
    Missing(&'static str),
    /// This ffmpeg does not understand the arguments.
    #[error("The ffmpeg on PATH is version {0}; Clipfit needs 5.1 or later.")]
    TooOld(String),
    /// This ffmpeg lacks an encoder that Clipfit always needs.
    #[error("The ffmpeg on PATH was built without {0}, which Clipfit needs.")]
    Lacks(&'static str),
    /// This ffmpeg cannot stream over this protocol.
    #[error("{}", cannot_push(*.0))]
    CannotPush(Protocol),
    /// A live stream ended too early.
    #[error("{why}")]
    NotPushed {
        /// The reason.
        why: GaveUp,
        /// The last lines of ffmpeg's log, without secrets.
        log: Vec<String>,
    },
    /// A program does not start or prints nothing.
    #[error("{program} could not be run: {source}")]
    NotRun {
        /// Which one.
        program: String,
        /// The system's error.
        source: io::Error,
    },
    /// A file cannot be opened.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file is a list of other files.
    #[error(
        "This is a playlist ({0}); it names other files, and Clipfit reads only the file that it is given. Choose the clips themselves."
    )]
    Playlist(&'static str),
    /// ffmpeg takes the file for a format that may name other files.
    #[error(
        "ffmpeg reads this file as {0}. Clipfit does not open that format, because it may name other files. Choose a clip such as MP4, MOV, MKV, WebM, AVI or TS."
    )]
    OtherFormat(String),
    /// The clip cannot be linked into the temporary folder.
    #[error("The temporary folder {} cannot hold a link to the clip: {source}. Set {} to a folder on the clip's disk. Clipfit does not copy clips.", folder.display(), if cfg!(unix) { "TMPDIR" } else { "TEMP" })]
    NotLinked {
        /// The temporary folder.
        folder: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A program hung and was ended.
    #[error("{program} gave no sign of life for {} and was ended. The disk with the clip may not answer, or this {program} cannot cope with the clip.", told(*limit))]
    Hung {
        /// Which one.
        program: &'static str,
        /// How long Clipfit waited.
        limit: Duration,
        /// The last lines of its log.
        log: Vec<String>,
    },
    /// The job has no result.
    #[error("{0}")]
    NoResult(Box<Failure>),
    /// The result's path is taken.
    #[error("{} already exists. Choose another name with -o, or replace it with --force.", .0.display())]
    Exists(PathBuf),
    /// The folder is not just a package and may hold anything.
    #[error("{} already exists and does not contain only a Clipfit package, so it is not replaced. Choose another folder with -o.", .0.display())]
    NoPackage(PathBuf),
    /// The result would replace its own source.
    #[error("{} is or contains the source, which is never overwritten.", .0.display())]
    IsSource(PathBuf),
    /// The result could not be written.
    #[error("{} could not be written: {source}", path.display())]
    NotWritten {
        /// Its path.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// No temporary folder is usable.
    #[error("The temporary folder could not be used: {0}")]
    Temporary(io::Error),
    /// The user or the system interrupted the run.
    #[error("Interrupted.")]
    Interrupted,
}

fn told(limit: Duration) -> String {
    match limit.as_secs() {
        seconds @ 120.. => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} seconds"),
    }
}

/// Says what streaming over this protocol needs, and what works instead.
fn cannot_push(protocol: Protocol) -> String {
    match protocol {
        Protocol::Whip => {
            "The ffmpeg on PATH cannot stream over WHIP, or lacks libopus. FFmpeg 8.0 and later can, if built with OpenSSL and libopus. Use rtmp:// or srt:// instead: most servers that accept WHIP accept them as well.".to_owned()
        }
        other => {
            let name = other.name();
            format!("The ffmpeg on PATH was built without {name}. Use another of rtmp://, rtmps:// and srt://, or install an ffmpeg that has it.")
        }
    }
}

impl Error {
    /// Returns the kind of error, for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Usage(_) => "usage",
            Error::Missing(_)
            | Error::TooOld(_)
            | Error::Lacks(_)
            | Error::CannotPush(_)
            | Error::NotRun { .. } => "ffmpeg",
            Error::NotPushed { .. } => "notPushed",
            Error::Unreadable { .. } => "unreadable",
            Error::Playlist(_) | Error::OtherFormat(_) => "notAClip",
            Error::Hung { .. } => "gaveUp",
            Error::NoResult(failure) => match failure.as_ref() {
                Failure::Probe(_) => "notAClip",
                Failure::TooSmall(_) | Failure::OverLimit { .. } => "tooSmall",
                Failure::AlreadySmall { .. } => "alreadySmall",
                _ => "gaveUp",
            },
            Error::Exists(_) | Error::NoPackage(_) => "exists",
            Error::IsSource(_) => "isSource",
            Error::NotWritten { .. } => "notWritten",
            Error::Temporary(_) | Error::NotLinked { .. } => "temporary",
            Error::Interrupted => "interrupted",
        }
    }

    /// Returns the last lines of a program's log, if they help.
    pub fn log(&self) -> &[String] {
        match self {
            Error::NoResult(failure) => failure.log(),
            Error::NotPushed { log, .. } | Error::Hung { log, .. } => log,
            _ => &[],
        }
    }

    /// Returns the offers that the command line has options for: what each one gives up, and the option.
    pub fn offers(&self) -> Vec<(String, String)> {
        let refusal = match self {
            Error::NoResult(failure) => failure.refusal(),
            _ => None,
        };
        let Some(refusal) = refusal else { return Vec::new() };
        let option = |change: &Change| match change {
            Change::Target(least) => Some(format!("--target {}B", least.0)),
            Change::NoAudio => Some("--audio none".to_owned()),
            Change::AutomaticAudio => Some("without --audio".to_owned()),
            Change::AutomaticFormat => Some("without --height and --fps".to_owned()),
            Change::KeepFirst(_) => None,
        };
        let offers = refusal.offers.iter();
        offers.filter_map(|offer| Some((offer.change.text(), option(&offer.change)?))).collect()
    }
}
