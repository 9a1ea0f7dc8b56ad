//! What the engine sends the page about a job: accounts that are ready to show, as plain data. Files travel separately,
//! because they belong to the browser.

use super::account::{ClipAccount, CodecAccount, EffortsAccount, OfferAccount, PlanAccount, ResultAccount};
use crate::progress::Progress;
use crate::step::load::LoadFailure;
use serde::{Deserialize, Serialize};

/// What a job sends while it runs, in this order; the last is `Finished`, `Failed` or `Resting`.
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
    /// The prediction for each effort, and the available codecs, now that the machine has been measured.
    Predicted(EffortsAccount, Vec<CodecAccount>),
    /// The plan; sent again when it had to change.
    Planned(PlanAccount),
    /// How far it is; a few times a second at most.
    Progress(Progress),
    /// A checked result; its files travel separately.
    Finished(ResultAccount),
    /// No result.
    Failed(FailureAccount),
    /// Nothing but the plan was asked for.
    Resting,
}

/// Why there is no result, in sentences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailureAccount {
    /// What is wrong and what to do.
    pub text: String,
    /// What would work instead, best first.
    pub offers: Vec<OfferAccount>,
    /// The last of the log as evidence; empty where there is nothing to add to the job's own log.
    pub evidence: Vec<String>,
}

impl FailureAccount {
    /// Returns a failure with nothing but its sentences.
    pub fn plain(text: String) -> FailureAccount {
        FailureAccount { text, offers: Vec::new(), evidence: Vec::new() }
    }

    /// Returns the failure of a job whose engine trapped.
    pub fn engine_broke() -> FailureAccount {
        let text = "Clipfit's engine broke off, by a fault of its own or for lack of memory. Try again: it starts anew.";
        FailureAccount::plain(text.into())
    }
}

impl From<LoadFailure> for FailureAccount {
    fn from(reason: LoadFailure) -> FailureAccount {
        FailureAccount::plain(reason.to_string())
    }
}
