// Generated from crates/engine/src/protocol.rs by `cargo xtask generate`. Do not edit: a test compares the two.

/**
 * Page to worker.
 */
export type ToWorker = { "type": "load",
/**
 * The parts.
 */
parts: Array<PartAddress>, } | { "type": "run",
/**
 * Echoed in every answer.
 */
task: number,
/**
 * What runs.
 */
program: Program,
/**
 * Names under which the riding `blobs` appear, read-only, in the working folder.
 */
inputs: Array<string>,
/**
 * Files of the working folder to hand back; one that was not written is left out of the answer. Where an encode's frames are
 * among them they ride along instead.
 */
outputs: Array<string>,
/**
 * An encode of the frames that the program makes, or of those that ride along.
 */
encode: Encode | null, };

/**
 * Worker to page. Towards serde its variants are told from outside, by `pool::read`: reading a tag among the fields takes
 * 4 kB of code more.
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
 * Those that are not.
 */
missing: Array<MissingPart>, } | { "type": "log",
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
 * The program's own exit code (ffprobe's is -1 on success in this core); 0 for what is no program.
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
 * What a task runs. Those that make one file write it under the first name of `outputs`.
 */
export type Program = { "type": "ffmpeg",
/**
 * Arguments without the program's name.
 */
arguments: Array<string>, } | { "type": "ffprobe",
/**
 * Arguments without the program's name.
 */
arguments: Array<string>, } | { "type": "frames",
/**
 * Pixels.
 */
width: number,
/**
 * Pixels.
 */
height: number, } | { "type": "measure" } | { "type": "examineStreams" } | { "type": "examinePackets",
/**
 * Position of the track in the file.
 */
stream: number, } | { "type": "examineResult" } | { "type": "decode",
/**
 * How.
 */
step: DecodeStep, } | { "type": "sound",
/**
 * How.
 */
step: SoundStep, } | { "type": "assemble",
/**
 * Frames per second: numerator.
 */
rateNumerator: number,
/**
 * Frames per second: denominator.
 */
rateDenominator: number,
/**
 * Name of the sound among the inputs, where there is one; all others are chunks, in order.
 */
sound: string, } | { "type": "package",
/**
 * Fragments of MP4 rather than transport streams.
 */
fragments: boolean,
/**
 * Frames per second: numerator.
 */
rateNumerator: number,
/**
 * Frames per second: denominator.
 */
rateDenominator: number,
/**
 * The frames with which segments begin.
 */
firsts: Array<number>, };

/**
 * An encode of frames, with whatever does it.
 */
export type Encode = { "type": "x264" } & EncodeStep | { "type": "browser" } & BrowserEncodeStep;

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
 * One encode of one chunk by the browser's own encoder.
 */
export type BrowserEncodeStep = {
/**
 * The codec in WebCodecs' own words.
 */
codec: string,
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
 * Code points of H.273 for primaries, transfer and matrix; 2 where nobody knows.
 */
colour: [number, number, number],
/**
 * Bits per second to ask for.
 */
bitrate: number,
/**
 * How many frames are due; with fewer or more nothing is handed out.
 */
count: number,
/**
 * Name of the encoded chunk, an MP4 file.
 */
chunk: string, };

/**
 * Decoding of one chunk by the browser; times are microseconds in the file.
 */
export type DecodeStep = {
/**
 * Position of the track in the file.
 */
stream: number,
/**
 * Decode from the keyframe at or before this time; null: from the start.
 */
from: number | null,
/**
 * Time of the grid's first slot.
 */
origin: number,
/**
 * Slots per second: numerator.
 */
rateNumerator: number,
/**
 * Slots per second: denominator.
 */
rateDenominator: number,
/**
 * First slot wanted.
 */
first: number,
/**
 * How many slots.
 */
frames: number,
/**
 * Width to make, in pixels.
 */
width: number,
/**
 * Height to make, in pixels.
 */
height: number,
/**
 * Where the picture is in it: left, top, width, height. What is around it is black.
 */
inside: [number, number, number, number],
/**
 * Clockwise degrees that make the picture upright.
 */
turn: number,
/**
 * The source uses the full range of values.
 */
fullRange: boolean, };

/**
 * Making the sound by the browser; times are microseconds in the file.
 */
export type SoundStep = {
/**
 * Position of the track in the file.
 */
stream: number,
/**
 * Packets as they are, rather than AAC anew.
 */
copy: boolean,
/**
 * Bits per second of the encode.
 */
bitrate: number,
/**
 * Channels of the result.
 */
channels: number,
/**
 * Samples per second of the result.
 */
sampleRate: number,
/**
 * Time at which the result begins.
 */
origin: number,
/**
 * How much to keep from there; null: to the end.
 */
length: number | null, };

/**
 * What a worker can do is brought by these, each a script and a WebAssembly module.
 */
export type Part = "core" | "coreThreads" | "encoder" | "codecs";

/**
 * Where a part's files are.
 */
export type PartAddress = {
/**
 * Which.
 */
part: Part,
/**
 * Absolute address of its script.
 */
scriptUrl: string,
/**
 * Absolute address of its packed module.
 */
wasmUrl: string,
/**
 * Size in bytes of the packed module, for a progress bar where the server names no length.
 */
packedBytes: number, };

/**
 * A part that could not be made ready.
 */
export type MissingPart = {
/**
 * Which.
 */
part: Part,
/**
 * What kind of failure, for the policy question.
 */
reason: LoadFailure,
/**
 * The engine's own words, for the log.
 */
detail: string, };

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
 * Why a part could not be loaded.
 */
export type LoadFailure = "network" | "status" | "corrupt" | "refused";

/**
 * Why a running program ended without an exit code.
 */
export type CrashReason = "outOfMemory" | "inputUnreadable" | "encoder" | "browser" | "trap";
