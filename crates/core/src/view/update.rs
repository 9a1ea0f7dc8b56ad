//! What the engine tells the page of a job: accounts that can be shown as they are, as they pass from one module to the other.
//! Files ride beside them, since they are the browser's. Plain data.

use super::account::{ClipAccount, CodecAccount, EffortsAccount, OfferAccount, PlanAccount, ResultAccount};
use crate::progress::Progress;
use crate::step::load::LoadFailure;
use serde::{Deserialize, Serialize};

/// What a job tells while it runs, in this order; the last is `Finished` or `Failed`.
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
    /// How far it is; a few times a second at most.
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
        Failure::plain(reason.to_string())
    }
}
