//! The messages between the page and a media worker, as plain data: the envelope of core's steps and of their answers,
//! which `clipfit_core::step` defines. `web/src/generated/protocol.ts` is generated from both; a test fails when it
//! differs. Knows nothing of what a task is for.
//!
//! Some values cannot travel through serde and ride beside the message as fields of the same object: `modules` (an
//! array of compiled `WebAssembly.Module`s or null, in the order of `parts`), `blobs` (an array of `Blob`, in the order
//! of `inputs`), `frames` (kept frames, for an encode of such: an array of `ArrayBuffer`s, at its end perhaps one
//! `FileSystemFileHandle`), `folder` (the `FileSystemDirectoryHandle` for frames that are to be kept, if there is one)
//! and, in answers, `modules` (likewise, those that were fetched), `blobs` (in the order of `outputs`) and `frames`
//! (those that were to be kept, or those that were given).

use clipfit_core::step::load::{LoadFailure, Part};
use clipfit_core::step::{Answer, Death, Encode, Program};
use serde::{Deserialize, Serialize};
#[cfg(all(test, not(target_arch = "wasm32")))]
use ts_rs::TS;

/// Page to worker.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ToWorker {
    /// Make these parts ready: those whose compiled modules ride along as they are, the others fetched and compiled
    /// first; answered by `LoadProgress`..., then `Loaded`.
    Load {
        /// The parts.
        parts: Vec<PartAddress>,
        /// How they are fetched.
        downloads: Downloads,
    },
    /// Run one command to its end; answered by `Log` and `Progress`..., then `Finished` or `Crashed`.
    Run {
        /// Echoed in every answer.
        task: u32,
        /// What runs.
        program: Box<Program>,
        /// Names under which the riding `blobs` appear, read-only, in the working folder.
        inputs: Vec<String>,
        /// Files of the working folder to hand back; one that was not written is left out of the answer. Where an
        /// encode's frames are among them they ride along instead.
        outputs: Vec<String>,
        /// An encode of the frames that the program makes, or of those that ride along.
        encode: Option<Box<Encode>>,
        /// Of the frames that are to be kept, so many bytes stay in memory; the rest goes to the folder, if there is one.
        frames_in_memory: f64,
    },
}

/// Where a part's files are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub struct PartAddress {
    /// Which.
    pub part: Part,
    /// Absolute address of its script.
    pub script_url: String,
    /// Absolute address of its packed module.
    pub wasm_url: String,
    /// Size in bytes of the packed module, for a progress bar where the server names no length.
    pub packed_bytes: f64,
}

/// What the loader of files goes by, as the build wrote it into the document: web/src/media/load.ts reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Downloads {
    /// The document's address, to which paths are relative.
    pub base: String,
    /// Paths with their hashes: `path:hash path:hash:hash`, in hexadecimal digits of SHA-256. The second is that of what
    /// a packed file unpacks to.
    pub files: String,
    /// For so many milliseconds nothing may arrive before a download counts as broken.
    pub patience: f64,
}

/// A part that could not be made ready.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub struct MissingPart {
    /// Which.
    pub part: Part,
    /// What kind of failure, for the policy question.
    pub reason: LoadFailure,
    /// The engine's own words, for the log.
    pub detail: String,
}

/// Worker to page. Towards serde the tag stands outside, where `pool::read` moves it: reading a tag among the fields
/// takes 4 kB of code more.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts", tag = "type"))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FromWorker {
    /// Bytes of the packed parts that have arrived.
    LoadProgress {
        /// Bytes so far.
        received: f64,
        /// Bytes in all.
        total: f64,
    },
    /// The parts are ready to run, but for these.
    Loaded {
        /// Those that are not.
        missing: Vec<MissingPart>,
    },
    /// Lines that the running program printed, in order.
    Log {
        /// The running task.
        task: u32,
        /// Lines without their ends.
        lines: Vec<LogLine>,
    },
    /// The running program goes on.
    Progress {
        /// The running task.
        task: u32,
        /// Frames that it has encoded; null: nothing but a sign of life.
        frames: Option<u64>,
    },
    /// The program ended by itself. The files ride along as `blobs`.
    Finished {
        /// The task that ended.
        task: u32,
        /// The program's own exit code; 0 is success, and of what is no program.
        exit_code: i32,
        /// What it found out, where it was asked to.
        answer: Option<Box<Answer>>,
        /// Names of the files that ride along, a subset of the wanted ones in the same order.
        outputs: Vec<String>,
        /// Size in bytes of the worker's memories at the end, which never shrink.
        memory_bytes: f64,
    },
    /// The program ended without an exit code (out of memory, a trap, a failed codec). Only after
    /// `Browser` and `InputUnreadable` can the worker run again.
    Crashed {
        /// The task that ended.
        task: u32,
        /// What follows from it.
        death: Death,
        /// The engine's own words, for the log.
        detail: String,
    },
}

/// One printed line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// Standard output (where `-progress pipe:1` writes) rather than standard error.
    pub stdout: bool,
    /// The text.
    pub text: String,
}
