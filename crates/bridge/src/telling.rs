//! What the engine tells the page of a job: accounts that can be shown as they are, as they pass from one module to the other.
//! Files ride beside them, since they are the browser's. Decides nothing.

use crate::job::{JobFailure, JobUpdate};
use crate::player::PackageFile;
use crate::protocol::LoadFailure;
use crate::speeds;
use clipfit_core::progress::Progress;
use clipfit_core::view::account::{
    self, ClipAccount, CodecAccount, EffortsAccount, OfferAccount, PlanAccount, ResultAccount,
};
use js_sys::Array;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// As `JobUpdate`, in figures and sentences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Update {
    /// A part of the encoder is being fetched.
    Loading {
        /// Bytes so far.
        received: f64,
        /// Bytes in all.
        total: f64,
    },
    /// The file is being examined.
    Probing,
    /// What the file is.
    Probed(ClipAccount),
    /// What each effort would come to, and which codecs can be had, now that the machine has been measured.
    Predicted(EffortsAccount, Vec<CodecAccount>),
    /// What will be made of it; told again when the plan had to change.
    Planned(PlanAccount),
    /// How far it is.
    Progress(Progress),
    /// A checked result, whose files ride beside.
    Finished(ResultAccount),
    /// No result.
    Failed(Failure),
}

/// Why there is no result, in sentences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What is wrong and what to do.
    pub text: String,
    /// What would work instead, best first.
    pub offers: Vec<OfferAccount>,
    /// The last of the log as evidence; empty where there is nothing to add to the job's own log.
    pub evidence: Vec<String>,
}

impl Failure {
    /// A failure with nothing but its sentences.
    pub fn plain(text: String) -> Failure {
        Failure { text, offers: Vec::new(), evidence: Vec::new() }
    }
}

impl From<LoadFailure> for Failure {
    fn from(reason: LoadFailure) -> Failure {
        Failure::plain(reason.text().into())
    }
}

impl From<&JobFailure> for Failure {
    fn from(failure: &JobFailure) -> Failure {
        let evidence = match failure {
            JobFailure::GaveUp(reason) => reason.log(),
            _ => &[],
        };
        Failure {
            text: failure.text(),
            offers: failure.refusal().map_or_else(Vec::new, account::offers),
            evidence: evidence.to_vec(),
        }
    }
}

impl From<&JobUpdate> for Update {
    fn from(update: &JobUpdate) -> Update {
        match update {
            JobUpdate::Loading { received, total } => Update::Loading { received: *received, total: *total },
            JobUpdate::Probing => Update::Probing,
            JobUpdate::Probed(facts) => Update::Probed(facts.as_ref().into()),
            JobUpdate::Predicted(predictions) => {
                Update::Predicted(predictions.as_slice().into(), speeds::codecs())
            }
            JobUpdate::Planned(plan) => Update::Planned(plan.as_ref().into()),
            JobUpdate::Progress(progress) => Update::Progress(*progress),
            JobUpdate::Finished { report, .. } => Update::Finished(report.as_ref().into()),
            JobUpdate::Failed(failure) => Update::Failed(failure.into()),
        }
    }
}

/// The files that ride beside an update: the result, and those of a package as pairs of path and content.
pub fn files(update: &JobUpdate) -> (Option<Blob>, Array) {
    match update {
        JobUpdate::Finished { result, files, .. } => (Some(result.clone()), pairs(files)),
        _ => (None, Array::new()),
    }
}

/// Files as JavaScript takes them: pairs of path and content.
pub(crate) fn pairs(files: &[PackageFile]) -> Array {
    files.iter().map(|(path, blob)| Array::of2(&JsValue::from_str(path), blob)).collect()
}

/// The same backwards; what is no such pair is left out.
pub(crate) fn from_pairs(files: &Array) -> Vec<PackageFile> {
    let read = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).dyn_into().ok()?))
    };
    files.iter().filter_map(read).collect()
}
