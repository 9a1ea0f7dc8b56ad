//! What can go wrong around a job, each with its evidence. What goes wrong inside one is core's and only wrapped here.

use clipfit_core::clip::failure::ProbeFailure;
use clipfit_core::job::outcome::GiveUp;
use clipfit_core::live::Protocol;
use clipfit_core::live::reconnect::GaveUp;
use clipfit_core::plan::refusal::{Change, Refusal};
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why there is no result.
#[derive(Debug, Error)]
pub enum Error {
    /// The command line asks for what cannot be.
    #[error("{0}")]
    Usage(String),
    /// A program is not on PATH.
    #[error(
        "{0} was not found on PATH. Clipfit's command line works with FFmpeg 5.1 or later: install it from your system's packages or from ffmpeg.org, so that both ffmpeg and ffprobe are on PATH."
    )]
    Missing(&'static str),
    /// An ffmpeg that does not understand the arguments.
    #[error("The ffmpeg on PATH is version {0}; Clipfit needs 5.1 or later.")]
    TooOld(String),
    /// An ffmpeg without an encoder that everything needs.
    #[error("The ffmpeg on PATH was built without {0}, which Clipfit needs.")]
    Lacks(&'static str),
    /// An ffmpeg that cannot push this way.
    #[error("{}", cannot_push(*.0))]
    CannotPush(Protocol),
    /// A push ended before its time.
    #[error("{}", why.text())]
    NotPushed {
        /// Why.
        why: GaveUp,
        /// The last lines of ffmpeg's log, without secrets.
        log: Vec<String>,
    },
    /// A program that does not start or says nothing.
    #[error("{program} could not be run: {source}")]
    NotRun {
        /// Which.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be opened.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is no clip.
    #[error("{}", .0.text())]
    Probe(ProbeFailure),
    /// Nothing watchable fits.
    #[error("{}", .0.text())]
    Refused(Refusal),
    /// The session gave up.
    #[error("{}", .0.text())]
    GaveUp(Box<GiveUp>),
    /// Something stands where the result belongs.
    #[error("{} is there already. Name another with -o, or replace it with --force.", .0.display())]
    Exists(PathBuf),
    /// A folder that is no package may hold anything.
    #[error("{} is there already and holds more than a package of Clipfit's, so it is not replaced. Name another with -o.", .0.display())]
    NoPackage(PathBuf),
    /// The result would replace its own source.
    #[error("{} is the source itself, which is never overwritten.", .0.display())]
    IsSource(PathBuf),
    /// The result cannot be written.
    #[error("{} could not be written: {source}", path.display())]
    NotWritten {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No folder for what is needed meanwhile.
    #[error("No temporary folder could be used: {0}")]
    Temporary(io::Error),
    /// The person, or the system, ended it.
    #[error("Interrupted.")]
    Interrupted,
}

/// What a push by this protocol needs, and what else would do.
fn cannot_push(protocol: Protocol) -> String {
    match protocol {
        Protocol::Whip => {
            "The ffmpeg on PATH cannot push by WHIP, or lacks libopus: FFmpeg 8.0 and later can, built with OpenSSL and libopus. Push by rtmp:// or srt:// instead, which most servers that take WHIP take as well.".to_owned()
        }
        other => {
            let name = other.name();
            format!("The ffmpeg on PATH was built without {name}. Push by another of rtmp://, rtmps:// and srt://, or install one with it.")
        }
    }
}

impl Error {
    /// What kind of error it is, for programs.
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
            Error::Probe(_) => "notAClip",
            Error::Refused(_) => "tooSmall",
            Error::GaveUp(reason) => match reason.as_ref() {
                GiveUp::TooSmall(_) | GiveUp::OverLimit { .. } => "tooSmall",
                GiveUp::AlreadySmall { .. } => "alreadySmall",
                _ => "gaveUp",
            },
            Error::Exists(_) | Error::NoPackage(_) => "exists",
            Error::IsSource(_) => "isSource",
            Error::NotWritten { .. } => "notWritten",
            Error::Temporary(_) => "temporary",
            Error::Interrupted => "interrupted",
        }
    }

    /// Last lines of a program's log, where they tell more.
    pub fn log(&self) -> &[String] {
        match self {
            Error::GaveUp(reason) => reason.log(),
            Error::NotPushed { log, .. } => log,
            _ => &[],
        }
    }

    /// Ways out that the command line has options for: what each gives up, and the option.
    pub fn offers(&self) -> Vec<(String, String)> {
        let refusal = match self {
            Error::Refused(refusal) => refusal,
            Error::GaveUp(reason) => match reason.as_ref() {
                GiveUp::TooSmall(refusal) => refusal,
                _ => return Vec::new(),
            },
            _ => return Vec::new(),
        };
        let option = |change: &Change| match change {
            Change::Target(least) => Some(format!("--target {}B", least.0)),
            Change::NoAudio => Some("--audio none".to_owned()),
            Change::AutomaticAudio => Some("without --audio".to_owned()),
            Change::AutomaticPicture => Some("without --height and --fps".to_owned()),
            Change::KeepFirst(_) => None,
        };
        let offers = refusal.offers.iter();
        offers.filter_map(|offer| Some((offer.change.text(), option(&offer.change)?))).collect()
    }
}
