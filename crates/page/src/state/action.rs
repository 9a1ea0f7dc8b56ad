//! Everything that can happen on the page, and everything that may follow of it. Knows no state.

use crate::earlier::{Earlier, StoredJob};
use crate::job::{ClipFile, CopyRefused, FileId, JobId, Made, RunId};
use crate::settings::Edit;
use clipfit_core::units::Micros;
use clipfit_core::view::account::CodecAccount;
use clipfit_core::view::update::Update;
use clipfit_core::wishes::link::Link;
use clipfit_core::wishes::{Effort, Trim, Wishes};
use clipfit_site::PackageFile;
use std::rc::Rc;

/// A text that the user copied or tried to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The text.
    pub text: String,
    /// Whether it worked.
    pub how: Result<(), CopyRefused>,
}

/// Everything that can happen.
#[derive(Debug, Clone)]
pub enum Action {
    /// Files were dropped, chosen or pasted.
    AddFiles(Vec<ClipFile>),
    /// The address has a link with this many parameters.
    FollowLink(Box<Link>, usize),
    /// The list of link problems was closed.
    DismissProblems,
    /// Which codecs are available here, and why the others are not.
    Codecs(Vec<CodecAccount>),
    /// Whether this browser can write into a folder.
    FoldersCanBeWritten(bool),
    /// A setting was changed.
    Edit(Edit),
    /// The settings other than the target were opened or closed.
    ToggleMoreSettings,
    /// Files came over the window, or left it.
    Drag(bool),
    /// A running job reports something.
    Tell(RunId, News),
    /// The engine broke and answers no more.
    EngineBroke,
    /// Start this job, which waits with its plan.
    Begin(JobId),
    /// Keep this part of this job's clip, or all of it: it runs again, or waits with another plan.
    Trim(JobId, Option<Trim>),
    /// Start all that wait with their plan.
    BeginAll,
    /// Stop this job.
    Cancel(JobId),
    /// Remove this job from the page.
    Remove(JobId),
    /// Put the removed job back.
    Undo,
    /// The removal with this number cannot be undone any more.
    ForgetRemoved(u32),
    /// A job is stored with the result at this object URL, or cannot be.
    Stored(JobId, String, bool),
    /// The result of this job at this object URL is being downloaded.
    Downloaded(JobId, String),
    /// What earlier pages left.
    Earlier(Vec<Earlier>),
    /// Go on with an earlier job, by its key: this was chosen as its file.
    GoOn(String, ClipFile),
    /// Remove an earlier job.
    RemoveEarlier(String),
    /// Remove all earlier jobs.
    RemoveAllEarlier,
    /// Run this job again with the current settings.
    Again(JobId),
    /// Run this job again with the wishes of the offer with this number in its failure.
    TakeOffer(JobId, usize),
    /// Run this job from the start with another effort, even if it has not ended.
    Switch(JobId, Effort),
    /// Go to the settings to change them.
    ChangeSettings,
    /// Show or hide the log of this job.
    ToggleLog(JobId),
    /// The requested log.
    LogRead(RunId, String),
    /// Copy the log of this job.
    CopyLog(JobId),
    /// Whether copying the log worked.
    LogCopied(RunId, Result<(), CopyRefused>),
    /// Copy this text.
    Copy(String),
    /// Whether copying the text worked.
    Copied(Copied),
    /// Save the package of this job to a folder.
    SaveIntoFolder(JobId),
    /// Whether saving worked; `None` if the user chose no folder.
    SavedIntoFolder(RunId, Option<Result<(), String>>),
}

/// What a running job reports, and what comes with it.
#[derive(Debug, Clone)]
pub struct News {
    /// In the engine's words.
    pub update: Update,
    /// The files of a checked result; their addresses must be given back.
    pub made: Option<Made>,
    /// When it was heard, on the page's clock.
    pub now: Micros,
}

/// What `effects` must do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start a run.
    Start {
        /// The job.
        job: JobId,
        /// Identifies the run.
        run: RunId,
        /// The file to work on.
        file: FileId,
        /// The wishes for the result.
        wishes: Wishes,
    },
    /// End a run at once if it is still working, and keep only its log.
    End(RunId),
    /// Give up the engine, so that the next run opens a new one.
    DiscardEngine,
    /// Forget the log of a run.
    ForgetLog(RunId),
    /// Forget a file.
    ForgetFile(FileId),
    /// Release an object URL.
    Release(String),
    /// Download a result under a name.
    Download {
        /// Object URL of the result.
        url: String,
        /// The name.
        name: String,
    },
    /// Read the log of a run and dispatch `Action::LogRead`.
    ReadLog(RunId),
    /// Copy a text and dispatch `Action::Copied`.
    Copy(String),
    /// Copy the log of a run and dispatch `Action::LogCopied`.
    CopyLog(RunId),
    /// Ask for a folder, write these files into it, and dispatch `Action::SavedIntoFolder`.
    SaveIntoFolder {
        /// The run that made the package.
        run: RunId,
        /// Name of the new folder inside the chosen one.
        name: String,
        /// The files.
        files: Rc<[PackageFile]>,
        /// Whether to add a page that plays them.
        with_page: bool,
    },
    /// Store the settings for the next visit.
    KeepSettings,
    /// Store a job for the next visit, with the result at this object URL, and dispatch `Action::Stored`.
    Store {
        /// The job's card.
        job: JobId,
        /// What is stored.
        stored: StoredJob,
        /// What was asked for.
        wishes: Wishes,
        /// Object URL of the result, if there is one.
        url: Option<String>,
    },
    /// Forget what is stored of a job.
    Unstore(JobId),
    /// Give what an earlier page did, by its key in the store, to a job.
    Adopt(JobId, String),
    /// Forget what an earlier page left under this key.
    RemoveEarlier(String),
    /// Dispatch `Action::ForgetRemoved` with this number some seconds later.
    ForgetLater(u32),
    /// Scroll a card into view.
    Reveal(JobId),
    /// Move the keyboard focus, because the element that has it disappears.
    Focus(Place),
}

/// Targets for the keyboard focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A card.
    Job(JobId),
    /// The button that chooses files.
    Chooser,
    /// The first setting.
    Settings,
}
