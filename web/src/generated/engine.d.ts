/* tslint:disable */
/* eslint-disable */
export interface Given { fetch: Function; frames: object; journal: object | undefined }


/**
 * A running job. Dropping it stops its work at once and frees the memory; no update follows.
 */
export class Run {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Stops its work at once and frees its memory; no update follows.
     */
    end(): void;
    /**
     * Returns the raw log so far (the last some thousand lines).
     */
    log(): string;
}

/**
 * Starts a job under `wishes`. Calls `tell` with an update, the result's file if there is one, and the pairs of path
 * and content of a package; `pack` with the name of a folder, such pairs and whether a page that plays them goes with
 * them. `pack` returns the promise of one archive; `prepare`, called before the work begins, that of all that `pack`
 * needs for it.
 *
 * # Errors
 * When the wishes are not those of this build.
 */
export function start(file: File, wishes: any, tell: Function, prepare: Function, pack: Function, given: Given): Run;

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
