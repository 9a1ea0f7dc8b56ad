/* tslint:disable */
/* eslint-disable */

/**
 * One encode of one chunk.
 */
export class X264 {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns the packets as an MP4 file.
     */
    chunk(): Uint8Array | undefined;
    /**
     * Encodes the delayed frames and ends the encode.
     */
    finish(): void;
    /**
     * Opens an encoder. `options` are x264's own, each as `name=value`; `profile` is obeyed as a limit. `pass` is 0
     * for the only pass, 1 for the first and 2 for the second, which needs the first one's statistics.
     */
    constructor(width: number, height: number, rate_numerator: number, rate_denominator: number, preset: string, options: string[], pass: number, statistics: Uint8Array | null | undefined, tree: Uint8Array | null | undefined, kernels: boolean);
    /**
     * Encodes the frame at `frameAddress`.
     */
    push(): void;
    /**
     * Returns a first pass's statistics for every frame, once finished.
     */
    statistics(): Uint8Array | undefined;
    /**
     * Returns a first pass's macroblock tree, once finished, if the settings make one.
     */
    tree(): Uint8Array | undefined;
    /**
     * Returns the address of the next frame in the module's memory: planar 4:2:0 without padding. The memory may grow
     * in every call; the address stays.
     */
    readonly frameAddress: number;
    /**
     * Returns the size of a frame in bytes.
     */
    readonly frameBytes: number;
}

/**
 * Returns whether an allocation ever failed. Can be called after a trap, too.
 */
export function memoryRefused(): boolean;

/**
 * Runs once, when the module starts. Without this call, the linker would treat every export as a whole program, and
 * the C library would shut its streams down at the end of each.
 */
export function start(): void;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
