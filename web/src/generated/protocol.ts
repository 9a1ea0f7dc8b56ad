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
packedBytes: number, } | { "type": "adopt",
/**
 * Absolute address of `ffmpeg-core.js`.
 */
scriptUrl: string, } | { "type": "run",
/**
 * Echoed in every answer.
 */
task: number,
/**
 * Which of the core's two programs.
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
outputs: Array<string>, };

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
total: number, } | { "type": "loaded" } | { "type": "loadFailed",
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
 * Size in bytes of the instance's memory at the end.
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
 * The two command lines inside the core.
 */
export type Program = "ffmpeg" | "ffprobe";

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
export type CrashReason = "outOfMemory" | "inputUnreadable" | "trap";
