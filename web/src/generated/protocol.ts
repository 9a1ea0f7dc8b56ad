// Generated from crates/bridge/src/protocol.rs by `cargo xtask generate`. Do not edit: a test compares the two.

/**
 * Page to worker.
 */
export type ToWorker = { "type": "load",
/**
 * Absolute address of `ffmpeg-core.js`.
 */
scriptUrl: string,
/**
 * Absolute address of `ffmpeg-core.wasm.gz`.
 */
wasmUrl: string,
/**
 * Size in bytes of the packed file, for a progress bar where the server names no length.
 */
packedBytes: number,
/**
 * Where the encoder is, where there is one.
 */
encoder: EncoderAddress | null, } | { "type": "adopt",
/**
 * Absolute address of `ffmpeg-core.js`.
 */
scriptUrl: string,
/**
 * Absolute address of `x264.js`, where its module rides along.
 */
encoderScriptUrl: string | null, } | { "type": "run",
/**
 * Echoed in every answer.
 */
task: number,
/**
 * Which program.
 */
program: Program,
/**
 * Arguments without the program's name.
 */
arguments: Array<string>,
/**
 * Names under which the riding `blobs` appear, read-only, in the working folder.
 */
inputs: Array<string>,
/**
 * Files of the working folder to hand back; one that was not written is left out of the answer.
 */
outputs: Array<string>,
/**
 * An encode by x264 of the frames that the program writes, or of those among the inputs.
 */
encode: EncodeStep | null, };

/**
 * Worker to page.
 */
export type FromWorker = { "type": "loadProgress",
/**
 * Bytes so far.
 */
received: number,
/**
 * Bytes in all.
 */
total: number, } | { "type": "loaded",
/**
 * Why the encoder is not, though there should be one, in the engine's own words.
 */
detail: string | null, } | { "type": "loadFailed",
/**
 * What kind of failure, for the policy question.
 */
reason: LoadFailure,
/**
 * The engine's own words, for the log.
 */
detail: string, } | { "type": "log",
/**
 * The running task.
 */
task: number,
/**
 * Lines without their ends.
 */
lines: Array<LogLine>, } | { "type": "finished",
/**
 * The task that ended.
 */
task: number,
/**
 * The program's own exit code; ffprobe's is -1 on success in this core.
 */
exitCode: number,
/**
 * Names of the files that ride along, a subset of the wanted ones in the same order.
 */
outputs: Array<string>,
/**
 * Size in bytes of the worker's memories at the end, which never shrink.
 */
memoryBytes: number, } | { "type": "crashed",
/**
 * The task that ended.
 */
task: number,
/**
 * What kind of trap.
 */
reason: CrashReason,
/**
 * The engine's own words, for the log.
 */
detail: string, };

/**
 * What a task runs.
 */
export type Program = "ffmpeg" | "ffprobe" | "encoder";

/**
 * Where the encoder's files are.
 */
export type EncoderAddress = {
/**
 * Absolute address of `x264.js`.
 */
scriptUrl: string,
/**
 * Absolute address of `x264.wasm.gz`.
 */
wasmUrl: string,
/**
 * Size in bytes of the packed file.
 */
packedBytes: number, };

/**
 * One encode of one chunk by x264.
 */
export type EncodeStep = {
/**
 * Width in pixels.
 */
width: number,
/**
 * Height in pixels.
 */
height: number,
/**
 * Frames per second: numerator.
 */
rateNumerator: number,
/**
 * Frames per second: denominator.
 */
rateDenominator: number,
/**
 * x264's preset.
 */
preset: string,
/**
 * x264's options, each as `name=value`.
 */
options: Array<string>,
/**
 * 0: the only pass, 1: the first, 2: the second.
 */
pass: number,
/**
 * How many frames are due; with fewer or more nothing is handed out.
 */
count: number,
/**
 * Name of the frames in the working folder: planar 4:2:0, one behind the other.
 */
frames: string,
/**
 * Name of x264's statistics: written by the first pass, read by the second.
 */
statistics: string,
/**
 * Name of its macroblock tree: written by the first pass, read by the second.
 */
tree: string,
/**
 * Name of the encoded chunk, an MP4 file.
 */
chunk: string, };

/**
 * One printed line.
 */
export type LogLine = {
/**
 * Standard output (where `-progress pipe:1` writes) rather than standard error.
 */
stdout: boolean,
/**
 * The text.
 */
text: string, };

/**
 * Why the core could not be loaded.
 */
export type LoadFailure = "network" | "status" | "corrupt" | "refused";

/**
 * Why a running program ended without an exit code.
 */
export type CrashReason = "outOfMemory" | "inputUnreadable" | "encoder" | "trap";
