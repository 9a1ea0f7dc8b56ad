/* tslint:disable */
/* eslint-disable */

/**
 * One encode of one chunk.
 */
export class X264 {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The packets as an MP4 file.
     */
    chunk(): Uint8Array | undefined;
    /**
     * Encodes what is held back and ends the encode.
     */
    finish(): void;
    /**
     * Opens an encoder. `options` are x264's own, each as `name=value`; `profile` among them is kept to. `pass` is 0
     * for the only one, 1 for the first and 2 for the second, which wants the statistics that the first left.
     */
    constructor(width: number, height: number, rate_numerator: number, rate_denominator: number, preset: string, options: string[], pass: number, statistics: Uint8Array | null | undefined, tree: Uint8Array | null | undefined, kernels: boolean);
    /**
     * Encodes the frame that lies at `frameAddress`.
     */
    push(): void;
    /**
     * A first pass's figures for every frame, once finished.
     */
    statistics(): Uint8Array | undefined;
    /**
     * A first pass's macroblock tree, once finished, where the settings make one.
     */
    tree(): Uint8Array | undefined;
    /**
     * Where in the module's memory the next frame belongs: planar 4:2:0 without padding. The memory may grow in every
     * call, the place stays.
     */
    readonly frameAddress: number;
    /**
     * Bytes of a frame.
     */
    readonly frameBytes: number;
}

/**
 * Whether the module ever wanted memory and did not get it. May be asked after a trap, too.
 */
export function memoryRefused(): boolean;

/**
 * Runs once, when the module starts. Were this call not there, the linker would take every export for a whole program
 * and have the C library shut its streams down at the end of each.
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
