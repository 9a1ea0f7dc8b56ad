//! Jobs that outlive the page that made them: what is stored of one, and what an earlier page left. Plain data; knows no
//! store.

use crate::job::Job;
use clipfit_core::units::Bytes;
use clipfit_core::wishes::Wishes;
use serde::{Deserialize, Serialize};

/// What is stored of a job, beside its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredJob {
    /// Name of the source.
    pub source: String,
    /// Size of the source in bytes.
    pub source_bytes: Bytes,
    /// Name of the result's download.
    pub result: String,
    /// Size of the result in bytes; `None` while there is none.
    pub result_bytes: Option<Bytes>,
}

impl StoredJob {
    /// Returns what is to be stored of a job as it is.
    pub fn of(job: &Job) -> StoredJob {
        StoredJob {
            source: job.source.name.clone(),
            source_bytes: job.source.bytes,
            result: job.result_name(),
            result_bytes: job.finished().map(|finished| finished.report.bytes),
        }
    }
}

/// A job that an earlier page left.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    /// Its key in the store.
    pub key: String,
    /// What was stored.
    pub job: StoredJob,
    /// What was asked for; `None` if this version of the page cannot read it.
    pub wishes: Option<Wishes>,
    /// Object URL of the result; `None` if the page ended before there was one.
    pub url: Option<String>,
    /// Name of a file that was chosen to go on with, but is another one.
    pub other_file: Option<String>,
}

impl Earlier {
    /// Returns the bytes that it takes in the browser's storage.
    pub fn bytes(&self) -> Bytes {
        self.job.result_bytes.filter(|_| self.url.is_some()).unwrap_or_default()
    }
}
