/* tslint:disable */
/* eslint-disable */

/**
 * One decode of a track.
 */
export class Hevc {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Ends the stream: the frames in work come out.
     */
    finish(): void;
    /**
     * Opens a decoder with an `HEVCDecoderConfigurationRecord`.
     */
    constructor(record: Uint8Array);
    /**
     * Returns the next frame in presentation order, if one is ready.
     */
    receive(): HevcFrame | undefined;
    /**
     * Sends a packet with its time in microseconds.
     */
    send(packet: Uint8Array, time: number): void;
}

/**
 * A decoded frame in the module's memory, until it is freed. The decoder may end before.
 */
export class HevcFrame {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns the address of a plane in the module's memory, and the bytes from row to row.
     */
    plane(plane: number): Uint32Array | undefined;
    /**
     * In pixels.
     */
    readonly height: number;
    /**
     * In WebCodecs' words, if it has any.
     */
    readonly layout: string | undefined;
    /**
     * The time of its packet in microseconds.
     */
    readonly time: number;
    /**
     * In pixels.
     */
    readonly width: number;
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
