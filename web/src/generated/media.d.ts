/* tslint:disable */
/* eslint-disable */

/**
 * What chunks and sound become: a head, and where the packets behind it come from.
 */
export class Assembly {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Everything before the packets: file type, index, and the head of the media data.
     */
    readonly head: Uint8Array;
    /**
     * The packets in order, as triples: which file (the chunks from 0, then the sound), first byte, bytes.
     */
    readonly pieces: Float64Array;
}

/**
 * What an H.264 stream says about its pictures.
 */
export class H264Facts {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Whether pictures may be coded as fields.
     */
    readonly interlaced: boolean;
    /**
     * ffmpeg's name of the pixel format.
     */
    readonly pixelFormat: string;
    /**
     * Width and height of a sample; none where the stream does not say.
     */
    readonly sampleAspect: Uint16Array | undefined;
}

/**
 * Cuts a finished file into the segments of a stream, one after the other.
 */
export class Packager {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The initialization file, of which transport streams have no need.
     */
    init(): Uint8Array;
    /**
     * `index` is the file's `moov` box, header and all; `fragments` asks for MP4 rather than for transport streams; `firsts`
     * are the frames with which segments begin.
     */
    constructor(index: Uint8Array, fragments: boolean, rateNumerator: number, rateDenominator: number, firsts: Uint32Array);
    /**
     * What of the file the next segment needs, as pairs: first byte, bytes. None after the last segment.
     */
    wanted(): Float64Array | undefined;
    /**
     * The next segment, out of the bytes that `wanted` names, one piece behind the other.
     */
    write(media: Uint8Array): Uint8Array;
}

/**
 * Turns decoded pictures of one layout into planar 4:2:0, 8 bits, limited range, upright, at the output size.
 */
export class Picture {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Converts the picture that lies at `inputAddress`.
     */
    convert(): void;
    /**
     * `format` is a `VideoPixelFormat`, width and height are of its visible pixels; `fullRange` is about YUV, whose matrix
     * stays, RGB becomes BT.709; `turn` is clockwise in degrees and makes the picture upright; `out` is width and height
     * of the frame to make, then left, top, width and height of the picture in it.
     */
    constructor(format: string, width: number, height: number, fullRange: boolean, turn: number, out: Uint32Array);
    /**
     * Where in the module's memory the next picture belongs: its planes in the order of `VideoFrame`, without padding,
     * chroma sizes rounded up. The memory may grow in every call, the place stays.
     */
    readonly inputAddress: number;
    /**
     * Bytes of a picture that goes in.
     */
    readonly inputBytes: number;
    /**
     * Where the converted picture is.
     */
    readonly outputAddress: number;
    /**
     * Bytes of a converted picture.
     */
    readonly outputBytes: number;
}

/**
 * Changes the sample rate of interleaved sound.
 */
export class Resampler {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Answers the rest: in total as many frames as were given times `toRate / fromRate`, rounded, without delay.
     */
    finish(): Float32Array;
    /**
     * Rates in hertz.
     */
    constructor(fromRate: number, toRate: number, channels: number);
    /**
     * Takes interleaved samples and answers what is ready, interleaved.
     */
    push(samples: Float32Array): Float32Array;
}

/**
 * Packets as an MP4 file of one track, media data first.
 */
export class TrackFile {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The next packet, in the order of decoding. `ticks` is, of sound, for how many samples it lasts, and of pictures by how
     * many frames it is presented after its turn in that order.
     */
    add(data: Uint8Array, ticks: number, key: boolean): void;
    /**
     * The whole file, once. `startMicros` is when the first sample of sound is due: what is due before zero is cut by an
     * edit, what begins later is waited for. Pictures begin at zero.
     */
    finish(startMicros: number): Uint8Array;
    /**
     * A file of pictures at an even rate. `codec` and `description` are those of a `VideoDecoderConfig`, `colour` are the
     * code points of H.273 for primaries, transfer and matrix.
     */
    static picture(codec: string, description: Uint8Array | null | undefined, width: number, height: number, colour: Uint16Array, rateNumerator: number, rateDenominator: number): TrackFile;
    /**
     * A file of AAC. `description` is its AudioSpecificConfig.
     */
    static sound(description: Uint8Array, sampleRate: number, channels: number): TrackFile;
}

/**
 * Puts chunks of pictures and a file of sound together. Takes the `moov` box of each, header and all, and when the
 * pictures were captured, in seconds since the beginning of 1970.
 */
export function assemble(chunks: Uint8Array[], sound: Uint8Array | null | undefined, rateNumerator: number, rateDenominator: number, captured?: number | null): Assembly;

/**
 * Reads an H.264 decoder configuration record (`avcC`).
 */
export function h264Facts(avcc: Uint8Array): H264Facts;

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
