//! One clip on the page: where it comes from, what is wished, how far it is. Plain data; files, blobs and running
//! work are only numbers here, which `effects` resolves.

use crate::shared::Shared;
use clipfit_core::progress::{Estimate, Stage};
use clipfit_core::units::{Bytes, Micros};
use clipfit_core::view::account::{ClipAccount, EffortsAccount, PlanAccount, ResultAccount};
use clipfit_core::view::update::Failure;
use clipfit_core::wishes::Wishes;
use clipfit_core::wishes::names;
use std::rc::Rc;
use web_sys::Blob;

/// Stands for a file that `effects` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// Stands for one attempt at a job; what an earlier attempt still says is not taken for the present one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId(pub u32);

/// Stands for a card on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobId(pub u32);

impl JobId {
    /// Identifier of its card in the document.
    pub fn element(self) -> String {
        format!("job-{}", self.0)
    }
}

/// A file as the person brought it.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The file itself.
    pub file: FileId,
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: Bytes,
}

/// One clip and what becomes of it.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its card.
    pub id: JobId,
    /// Its file.
    pub source: Source,
    /// What is wished of this attempt, fixed when it was queued.
    pub wishes: Wishes,
    /// The attempt.
    pub run: RunId,
    /// How far the attempt is.
    pub phase: Phase,
    /// What the file is, once known.
    pub clip: Option<Shared<ClipAccount>>,
    /// What each effort would come to, once known.
    pub efforts: Option<Shared<EffortsAccount>>,
    /// What is made of it, once known.
    pub plan: Option<Shared<PlanAccount>>,
    /// When the plan was first known, on the page's clock.
    pub planned_at: Option<Micros>,
    /// Whole percent of the work that was done when last heard of.
    pub percent: u8,
    /// The raw log while it is shown.
    pub log: Option<Log>,
}

/// The raw log as shown.
#[derive(Debug, Clone)]
pub struct Log {
    /// Its text when last read.
    pub text: Shared<String>,
    /// How the last copying went.
    pub copied: Option<Result<(), CopyRefused>>,
}

/// The browser did not let the page write to the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyRefused;

/// How far a job is.
#[derive(Debug, Clone)]
pub enum Phase {
    /// Waits for the jobs before it.
    Queued,
    /// Before the first encoding.
    Planning(Preparing),
    /// Runs.
    Encoding(Running),
    /// Has a checked result.
    Done(Finished),
    /// Has none.
    Failed(Failure),
    /// The person stopped it.
    Cancelled,
}

/// What happens before the first encoding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Preparing {
    /// Nothing heard yet.
    Starting,
    /// The core is being fetched.
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
    /// For the page.
    pub fn text(self) -> String {
        match self {
            Preparing::Starting => "Getting ready".into(),
            Preparing::Loading { received, total } => {
                format!("Fetching the encoder, only this once: {received} of {total}")
            }
            Preparing::Probing => "Examining the file".into(),
            Preparing::Planned => "Planned, starting".into(),
        }
    }

    /// Whole percent of the fetching, where something is fetched.
    pub fn percent(self) -> Option<u8> {
        match self {
            Preparing::Loading { received, total } if total.0 > 0 => {
                Some((received.0.min(total.0) * 100 / total.0) as u8)
            }
            _ => None,
        }
    }
}

/// How far an encode is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Running {
    /// What it is doing.
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
    /// How saving them into a folder goes, once that was asked for.
    pub saving: Option<Saving>,
}

/// A file of a package: its path and its content.
pub type PackageFile = (String, Blob);

/// The files of a result, at addresses that are valid until the reducer gives them back.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// What is downloaded: an MP4 file, or the archive of a package.
    pub url: String,
    /// The files of a package; a single result has none.
    pub files: Rc<[PackageFile]>,
    /// Addresses of those files, where each can be used by itself.
    pub urls: Vec<String>,
}

impl Made {
    /// All addresses, to be given back.
    pub fn into_urls(self) -> impl Iterator<Item = String> {
        std::iter::once(self.url).chain(self.urls)
    }
}

/// How saving into a folder goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saving {
    /// The files are being written.
    Busy,
    /// They are there.
    Done,
    /// They are not, and why, as a sentence.
    Failed(String),
}

impl Job {
    /// A job at the end of the queue.
    pub fn new(id: JobId, run: RunId, source: Source, wishes: Wishes) -> Self {
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
        }
    }

    /// Whether workers are busy with it.
    pub fn is_active(&self) -> bool {
        matches!(self.phase, Phase::Planning(_) | Phase::Encoding(_))
    }

    /// Whether it came to an end, good or bad.
    pub fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Done(_) | Phase::Failed(_) | Phase::Cancelled)
    }

    /// Length of what is encoded, where it is known.
    pub fn length(&self) -> Option<Micros> {
        let encoded = self.plan.as_ref().and_then(|plan| plan.length);
        encoded.or_else(|| self.clip.as_ref().map(|clip| clip.length))
    }

    /// Name that the result is saved under.
    pub fn result_name(&self) -> String {
        names::download_name(&self.source.name, &self.wishes)
    }
}

impl Phase {
    /// As the test handle `data-state` has it.
    pub fn handle(&self) -> &'static str {
        match self {
            Phase::Queued => "queued",
            Phase::Planning(_) => "planning",
            Phase::Encoding(_) => "encoding",
            Phase::Done(_) => "done",
            Phase::Failed(_) => "failed",
            Phase::Cancelled => "cancelled",
        }
    }

    /// For the badge on the card.
    pub fn label(&self) -> &'static str {
        match self {
            Phase::Queued => "Waiting",
            Phase::Planning(_) => "Planning",
            Phase::Encoding(_) => "Working",
            Phase::Done(_) => "Done",
            Phase::Failed(_) => "No result",
            Phase::Cancelled => "Cancelled",
        }
    }
}
