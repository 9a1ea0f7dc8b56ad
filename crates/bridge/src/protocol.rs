//! The messages between the page and a media worker, as plain data: the one place where they are defined.
//! `web/src/generated/protocol.ts` is generated from this file; a test fails when the two differ.
//! Knows nothing of what a task is for.
//!
//! Some values cannot travel through serde and ride beside the message as fields of the same object: `module` and
//! `encoderModule` (each a compiled `WebAssembly.Module`), `blobs` (an array of `Blob`, in the order of `inputs`) and, in
//! answers, `blobs` (an array of `Blob`, in the order of `outputs`).

use serde::{Deserialize, Serialize};
#[cfg(all(test, not(target_arch = "wasm32")))]
use ts_rs::TS;

/// Page to worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ToWorker {
    /// Fetch, unpack and compile the core; answered by `LoadProgress`..., then `Loaded` (with `module`) or `LoadFailed`.
    Load {
        /// Absolute address of `ffmpeg-core.js`.
        script_url: String,
        /// Absolute address of `ffmpeg-core.wasm.gz`.
        wasm_url: String,
        /// Size in bytes of the packed file, for a progress bar where the server names no length.
        packed_bytes: f64,
        /// Where the encoder is, where there is one.
        encoder: Option<EncoderAddress>,
    },
    /// Use the compiled core that rides along as `module`, and the encoder that does as `encoderModule`; answered by
    /// `Loaded` (without modules) or `LoadFailed`.
    Adopt {
        /// Absolute address of `ffmpeg-core.js`.
        script_url: String,
        /// Absolute address of `x264.js`, where its module rides along.
        encoder_script_url: Option<String>,
    },
    /// Run one command to its end; answered by `Log`..., then `Finished` or `Crashed`.
    Run {
        /// Echoed in every answer.
        task: u32,
        /// Which program.
        program: Program,
        /// Arguments without the program's name.
        arguments: Vec<String>,
        /// Names under which the riding `blobs` appear, read-only, in the working folder.
        inputs: Vec<String>,
        /// Files of the working folder to hand back; one that was not written is left out of the answer.
        outputs: Vec<String>,
        /// An encode by x264 of the frames that the program writes, or of those among the inputs.
        encode: Option<EncodeStep>,
    },
}

/// Where the encoder's files are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub struct EncoderAddress {
    /// Absolute address of `x264.js`.
    pub script_url: String,
    /// Absolute address of `x264.wasm.gz`.
    pub wasm_url: String,
    /// Size in bytes of the packed file.
    pub packed_bytes: f64,
}

/// One encode of one chunk by x264.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub struct EncodeStep {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames per second: numerator.
    pub rate_numerator: u32,
    /// Frames per second: denominator.
    pub rate_denominator: u32,
    /// x264's preset.
    pub preset: String,
    /// x264's options, each as `name=value`.
    pub options: Vec<String>,
    /// 0: the only pass, 1: the first, 2: the second.
    pub pass: u8,
    /// How many frames are due; with fewer or more nothing is handed out.
    pub count: u32,
    /// Name of the frames in the working folder: planar 4:2:0, one behind the other.
    pub frames: String,
    /// Name of x264's statistics: written by the first pass, read by the second.
    pub statistics: String,
    /// Name of its macroblock tree: written by the first pass, read by the second.
    pub tree: String,
    /// Name of the encoded chunk, an MP4 file.
    pub chunk: String,
}

/// What a task runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub enum Program {
    /// `ffmpeg`
    Ffmpeg,
    /// `ffprobe`
    Ffprobe,
    /// None but the encode itself, on frames among the inputs.
    Encoder,
}

/// Worker to page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FromWorker {
    /// Bytes of the packed core that have arrived.
    LoadProgress {
        /// Bytes so far.
        received: f64,
        /// Bytes in all.
        total: f64,
    },
    /// The core is ready to run.
    Loaded {
        /// Why the encoder is not, though there should be one, in the engine's own words.
        #[serde(default)]
        detail: Option<String>,
    },
    /// The core could not be made ready; the worker is of no further use.
    LoadFailed {
        /// What kind of failure, for the policy question.
        reason: LoadFailure,
        /// The engine's own words, for the log.
        detail: String,
    },
    /// Lines that the running program printed, in order.
    Log {
        /// The running task.
        task: u32,
        /// Lines without their ends.
        lines: Vec<LogLine>,
    },
    /// The program ended by itself. The files ride along as `blobs`.
    Finished {
        /// The task that ended.
        task: u32,
        /// The program's own exit code; ffprobe's is -1 on success in this core.
        exit_code: i32,
        /// Names of the files that ride along, a subset of the wanted ones in the same order.
        outputs: Vec<String>,
        /// Size in bytes of the worker's memories at the end, which never shrink.
        memory_bytes: f64,
    },
    /// The program trapped (out of memory, stack, a bug). The worker has thrown its instance away and can run again.
    Crashed {
        /// The task that ended.
        task: u32,
        /// What kind of trap.
        reason: CrashReason,
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

/// Why the core could not be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub enum LoadFailure {
    /// No answer, or a connection that broke: try again when the network is back.
    Network,
    /// The server answered with an error status (404 after a new release, for one): reload the page.
    Status,
    /// What arrived is not the core.
    Corrupt,
    /// The browser refused to compile or start it (no memory, WebAssembly switched off).
    Refused,
}

/// Why a running program ended without an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub enum CrashReason {
    /// The instance could not get more memory.
    OutOfMemory,
    /// An input file could not be read any more (moved, changed or removed while open).
    InputUnreadable,
    /// The encoder refused its settings or failed. The worker is of no further use.
    Encoder,
    /// Any other trap.
    Trap,
}
