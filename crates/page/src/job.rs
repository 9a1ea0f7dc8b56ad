//! One clip on the page: its source, its wishes and its progress. Plain data: files, blobs and running work are
//! numbers here, which `effects` resolves.

use crate::shared::Shared;
use clipfit_core::progress::{Estimate, Stage};
use clipfit_core::units::{Bytes, Micros};
use clipfit_core::view::account::{ClipAccount, EffortsAccount, PlanAccount, ResultAccount};
use clipfit_core::view::update::FailureAccount;
use clipfit_core::wishes::names;
use clipfit_core::wishes::{Trim, Wishes};
use clipfit_site::PackageFile;
use std::rc::Rc;

/// Identifies a file that `effects` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// Identifies one attempt at a job, so that late messages of an earlier attempt are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId(pub u32);

/// Identifies a card on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobId(pub u32);

impl JobId {
    /// Returns the element id of the job's card.
    pub fn element(self) -> String {
        format!("job-{}", self.0)
    }
}

/// A file that the user added.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipFile {
    /// The file itself.
    pub file: FileId,
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: Bytes,
}

/// One clip and its state.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its card.
    pub id: JobId,
    /// Its file.
    pub source: ClipFile,
    /// The wishes for this attempt, fixed when it was queued.
    pub wishes: Wishes,
    /// The attempt.
    pub run: RunId,
    /// The attempt's progress.
    pub phase: Phase,
    /// What the file holds, once known.
    pub clip: Option<Shared<ClipAccount>>,
    /// The prediction for each effort, once known.
    pub efforts: Option<Shared<EffortsAccount>>,
    /// The plan, once known.
    pub plan: Option<Shared<PlanAccount>>,
    /// When the plan was first known, on the page's clock.
    pub planned_at: Option<Micros>,
    /// Whole percent of the work done, as last reported.
    pub percent: u8,
    /// The raw log, while it is open.
    pub log: Option<Log>,
    /// The result of the attempt before, until this one has its own.
    pub previous: Option<Previous>,
    /// The part of this clip that a person chose on its card, instead of the settings'.
    pub part: Option<Trim>,
    /// A person started it: it does not wait with its plan.
    pub started: bool,
}

/// The result of an earlier attempt.
#[derive(Debug, Clone)]
pub struct Previous {
    /// The result.
    pub finished: Finished,
    /// Name of its download.
    pub name: String,
}

/// The raw log as shown.
#[derive(Debug, Clone)]
pub struct Log {
    /// Its text when last read.
    pub text: Shared<String>,
    /// The outcome of the last attempt to copy it.
    pub copied: Option<Result<(), CopyRefused>>,
}

/// The browser did not let the page write to the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyRefused;

/// The phase of a job.
#[derive(Debug, Clone)]
pub enum Phase {
    /// Waits for the jobs before it.
    Queued,
    /// Before the first encoding.
    Planning(Preparing),
    /// Has its plan and waits for a person to start it.
    Waiting,
    /// Runs.
    Encoding(Running),
    /// Has a checked result.
    Done(Finished),
    /// Has no result.
    Failed(FailureAccount),
    /// Cancelled by the user.
    Cancelled,
}

/// What happens before the first encoding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Preparing {
    /// Nothing reported yet.
    Starting,
    /// An engine, encoder or decoder module is downloading.
    Loading {
        /// So far.
        received: Bytes,
        /// In all.
        total: Bytes,
    },
    /// The file is being examined.
    Probing,
    /// The plan is known.
    Planned,
}

impl Preparing {
    /// Returns the text shown on the page.
    pub fn text(self) -> String {
        match self {
            Preparing::Starting => "Getting ready".into(),
            Preparing::Loading { received, total } => {
                format!("Downloading the encoder, only once: {received} of {total}")
            }
            Preparing::Probing => "Examining the file".into(),
            Preparing::Planned => "Plan ready, starting".into(),
        }
    }

    /// Returns the whole percent of the download, if there is one.
    pub fn percent(self) -> Option<u8> {
        match self {
            Preparing::Loading { received, total } if total.0 > 0 => {
                Some((received.0.min(total.0) * 100 / total.0) as u8)
            }
            _ => None,
        }
    }
}

/// The progress of an encode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Running {
    /// The current stage.
    pub stage: Stage,
    /// Time left and speed.
    pub estimate: Estimate,
}

/// A result.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Its figures.
    pub report: Shared<ResultAccount>,
    /// Its files.
    pub made: Made,
    /// The state of saving them to a folder, once the user asked for it.
    pub saving: Option<Saving>,
    /// It would be there for the next visit, or the user has downloaded it: nothing is lost with the page.
    pub safe: bool,
}

/// The files of a result, at object URLs that stay valid until the reducer releases them.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The download: an MP4 file, or the archive of a package.
    pub url: String,
    /// The files of a package; empty for a single result.
    pub files: Rc<[PackageFile]>,
    /// URLs of those files, if each can be used by itself.
    pub urls: Vec<String>,
}

impl Made {
    /// Returns all URLs, to release them.
    pub fn into_urls(self) -> impl Iterator<Item = String> {
        std::iter::once(self.url).chain(self.urls)
    }
}

/// The state of saving to a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saving {
    /// The files are being written.
    Busy,
    /// The files are saved.
    Done,
    /// The files are not saved, and a sentence that says why.
    Failed(String),
}

impl Job {
    /// Creates a job in the queue.
    pub fn new(id: JobId, run: RunId, source: ClipFile, wishes: Wishes) -> Self {
        Job {
            id,
            source,
            wishes,
            run,
            phase: Phase::Queued,
            clip: None,
            efforts: None,
            plan: None,
            planned_at: None,
            percent: 0,
            log: None,
            previous: None,
            part: None,
            started: false,
        }
    }

    /// Returns whether workers are busy with it.
    pub fn is_active(&self) -> bool {
        matches!(self.phase, Phase::Planning(_) | Phase::Encoding(_))
    }

    /// Returns whether it has ended, with or without a result.
    pub fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Done(_) | Phase::Failed(_) | Phase::Cancelled)
    }

    /// Returns the result that it has: its own, or that of an attempt before.
    pub fn finished(&self) -> Option<&Finished> {
        match &self.phase {
            Phase::Done(finished) => Some(finished),
            _ => self.previous.as_ref().map(|previous| &previous.finished),
        }
    }

    /// Returns the length of what is encoded, if known.
    pub fn length(&self) -> Option<Micros> {
        let encoded = self.plan.as_ref().and_then(|plan| plan.length);
        encoded.or_else(|| self.clip.as_ref().map(|clip| clip.length))
    }

    /// Returns the file name of the result.
    pub fn result_name(&self) -> String {
        names::download_name(&self.source.name, &self.wishes)
    }
}

impl Phase {
    /// Returns the value of the test handle `data-state`.
    pub fn handle(&self) -> &'static str {
        match self {
            Phase::Queued => "queued",
            Phase::Planning(_) | Phase::Waiting => "planning",
            Phase::Encoding(_) => "encoding",
            Phase::Done(_) => "done",
            Phase::Failed(_) => "failed",
            Phase::Cancelled => "cancelled",
        }
    }

    /// Returns the text of the badge on the card.
    pub fn label(&self) -> &'static str {
        match self {
            Phase::Queued => "Waiting",
            Phase::Planning(_) => "Planning",
            Phase::Waiting => "Ready to start",
            Phase::Encoding(_) => "Working",
            Phase::Done(_) => "Done",
            Phase::Failed(_) => "No result",
            Phase::Cancelled => "Cancelled",
        }
    }
}
