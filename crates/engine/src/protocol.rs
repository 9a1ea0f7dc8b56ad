//! The messages between the page and a media worker, as plain data: the one place where they are defined.
//! `web/src/generated/protocol.ts` is generated from this file; a test fails when the two differ.
//! Knows nothing of what a task is for.
//!
//! Some values cannot travel through serde and ride beside the message as fields of the same object: `modules` (an array of
//! compiled `WebAssembly.Module`s or null, in the order of `parts`), `blobs` (an array of `Blob`, in the order of `inputs`),
//! `frames` (an array of `ArrayBuffer`, each of whole frames, for an encode of such) and, in answers, `modules` (likewise, those
//! that were fetched), `blobs` (in the order of `outputs`) and `frames` (those that were to be kept, or those that were given).

use clipfit_core::step::load::{LoadFailure, Part};
use serde::{Deserialize, Serialize};
#[cfg(all(test, not(target_arch = "wasm32")))]
use ts_rs::TS;

/// Page to worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ToWorker {
    /// Make these parts ready: those whose compiled modules ride along as they are, the others fetched and compiled first;
    /// answered by `LoadProgress`..., then `Loaded`.
    Load {
        /// The parts.
        parts: Vec<PartAddress>,
    },
    /// Run one command to its end; answered by `Log`..., then `Finished` or `Crashed`.
    Run {
        /// Echoed in every answer.
        task: u32,
        /// What runs.
        program: Box<Program>,
        /// Names under which the riding `blobs` appear, read-only, in the working folder.
        inputs: Vec<String>,
        /// Files of the working folder to hand back; one that was not written is left out of the answer. Where an encode's frames are
        /// among them they ride along instead.
        outputs: Vec<String>,
        /// An encode of the frames that the program makes, or of those that ride along.
        encode: Option<Box<Encode>>,
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

/// An encode of frames, with whatever does it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Encode {
    /// x264.
    X264(EncodeStep),
    /// The browser's own encoder.
    Browser(BrowserEncodeStep),
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

/// One encode of one chunk by the browser's own encoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub struct BrowserEncodeStep {
    /// The codec in WebCodecs' own words.
    pub codec: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames per second: numerator.
    pub rate_numerator: u32,
    /// Frames per second: denominator.
    pub rate_denominator: u32,
    /// Code points of H.273 for primaries, transfer and matrix; 2 where nobody knows.
    pub colour: [u8; 3],
    /// Bits per second to ask for.
    pub bitrate: f64,
    /// How many frames are due; with fewer or more nothing is handed out.
    pub count: u32,
    /// Name of the encoded chunk, an MP4 file.
    pub chunk: String,
}

/// Decoding of one chunk by the browser; times are microseconds in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub struct DecodeStep {
    /// Position of the track in the file.
    pub stream: u32,
    /// Decode from the keyframe at or before this time; null: from the start.
    pub from: Option<f64>,
    /// Time of the grid's first slot.
    pub origin: f64,
    /// Slots per second: numerator.
    pub rate_numerator: u32,
    /// Slots per second: denominator.
    pub rate_denominator: u32,
    /// First slot wanted.
    pub first: u32,
    /// How many slots.
    pub frames: u32,
    /// Width to make, in pixels.
    pub width: u32,
    /// Height to make, in pixels.
    pub height: u32,
    /// Where the picture is in it: left, top, width, height. What is around it is black.
    pub inside: [u32; 4],
    /// Clockwise degrees that make the picture upright.
    pub turn: u32,
    /// The source uses the full range of values.
    pub full_range: bool,
}

/// Making the sound by the browser; times are microseconds in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(rename_all = "camelCase")]
pub struct SoundStep {
    /// Position of the track in the file.
    pub stream: u32,
    /// Packets as they are, rather than AAC anew.
    pub copy: bool,
    /// Bits per second of the encode.
    pub bitrate: f64,
    /// Channels of the result.
    pub channels: u32,
    /// Samples per second of the result.
    pub sample_rate: u32,
    /// Time at which the result begins.
    pub origin: f64,
    /// How much to keep from there; null: to the end.
    pub length: Option<f64>,
}

/// What a task runs. Those that make one file write it under the first name of `outputs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(TS), ts(export_to = "protocol.ts"))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Program {
    /// `ffmpeg`
    Ffmpeg {
        /// Arguments without the program's name.
        arguments: Vec<String>,
    },
    /// `ffprobe`
    Ffprobe {
        /// Arguments without the program's name.
        arguments: Vec<String>,
    },
    /// None but the encode itself, on the riding `frames`. Those of another size than the encode's are scaled.
    Frames {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// Measures how fast this machine is, on synthetic frames.
    Measure,
    /// Tells of the streams of the first input, as ffprobe does, with a frame decoded on trial.
    ExamineStreams,
    /// Tells of the packets of one stream of the first input, as ffprobe does.
    ExaminePackets {
        /// Position of the track in the file.
        stream: u32,
    },
    /// Tells of the streams of a finished result, as ffprobe does, with their packets counted.
    ExamineResult,
    /// Decodes a chunk of the first input for the encode.
    Decode {
        /// How.
        step: DecodeStep,
    },
    /// Makes the sound from the first input.
    Sound {
        /// How.
        step: SoundStep,
    },
    /// Puts the inputs together.
    Assemble {
        /// Frames per second: numerator.
        rate_numerator: u32,
        /// Frames per second: denominator.
        rate_denominator: u32,
        /// Name of the sound among the inputs, where there is one; all others are chunks, in order.
        sound: String,
    },
    /// Cuts the first input, a finished file, into the segments of a stream. `outputs` names the initialization file, then the
    /// segments in order.
    Package {
        /// Fragments of MP4 rather than transport streams.
        fragments: bool,
        /// Frames per second: numerator.
        rate_numerator: u32,
        /// Frames per second: denominator.
        rate_denominator: u32,
        /// The frames with which segments begin.
        firsts: Vec<u32>,
    },
}

/// Worker to page. Towards serde its variants are told from outside, by `pool::read`: reading a tag among the fields takes
/// 4 kB of code more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// The program ended by itself. The files ride along as `blobs`.
    Finished {
        /// The task that ended.
        task: u32,
        /// The program's own exit code (ffprobe's is -1 on success in this core); 0 for what is no program.
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
    /// The browser's own codecs could not do it, or did it wrongly.
    Browser,
    /// Any other trap.
    Trap,
}
