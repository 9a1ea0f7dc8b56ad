/* tslint:disable */
/* eslint-disable */

/**
 * An assembled file: its head, and where the packets after it come from.
 */
export class Assembly {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns everything before the packets: file type, index, and the head of the media data.
     */
    readonly head: Uint8Array;
    /**
     * Returns the packets in order, as triples: index of the file (the chunks, then the audio), offset, bytes.
     */
    readonly pieces: Float64Array;
}

/**
 * Converts decoded frames of one layout to planar 4:2:0 with 8 bits and limited range, upright, at the output size.
 */
export class FrameConverter {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Converts the frame at `inputAddress`.
     */
    convert(): void;
    /**
     * Creates a converter. `format` is a `VideoPixelFormat`; `size` is width and height of the part to convert.
     * `fullRange` is about YUV, which keeps its matrix; RGB becomes BT.709. `turn` is the clockwise rotation that
     * makes the frame upright, in degrees; `mirrored` swaps left and right after it. `out` is the width and height of the output frame, then left, top, width
     * and height of the video in it. `hdr` is empty, or what HDR is made of, which becomes BT.709: the code points of
     * H.273 for transfer, primaries and matrix, and the brightest light in nits, 0 if unknown.
     */
    constructor(format: string, size: Uint32Array, fullRange: boolean, turn: number, mirrored: boolean, out: Uint32Array, hdr: Uint32Array);
    /**
     * Returns the address of the next input frame in the module's memory: its planes in the order of `VideoFrame`,
     * without padding, chroma sizes rounded up. The memory may grow in every call; the address stays.
     */
    readonly inputAddress: number;
    /**
     * Returns the size of an input frame in bytes.
     */
    readonly inputBytes: number;
    /**
     * Returns the address of the converted frame.
     */
    readonly outputAddress: number;
    /**
     * Returns the size of a converted frame in bytes.
     */
    readonly outputBytes: number;
}

/**
 * What an H.264 stream specifies about its frames.
 */
export class H264Facts {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns whether frames may be coded as fields.
     */
    readonly interlaced: boolean;
    /**
     * Returns ffmpeg's name for the pixel format.
     */
    readonly pixelFormat: string;
    /**
     * Returns width and height of a sample; none if the stream does not specify them.
     */
    readonly sampleAspect: Uint16Array | undefined;
    /**
     * Returns width and height of the visible part in pixels; none if they make no sense.
     */
    readonly size: Uint32Array | undefined;
}

/**
 * Cuts a finished file into the segments of a stream, one by one.
 */
export class Packager {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns the initialization file, which transport streams do not need.
     */
    init(): Uint8Array;
    /**
     * Creates a packager. `index` is the file's `moov` box, box header included; `fragments` selects MP4 instead of
     * transport streams; `firsts` are the frames that segments begin with.
     */
    constructor(index: Uint8Array, fragments: boolean, rateNumerator: number, rateDenominator: number, firsts: Uint32Array);
    /**
     * Returns the parts of the file that the next segment needs, as pairs: offset, bytes. None after the last segment.
     */
    wanted(): Float64Array | undefined;
    /**
     * Writes the next segment. `media` are the parts that `wanted` returns, concatenated.
     */
    write(media: Uint8Array): Uint8Array;
}

/**
 * Changes the sample rate of interleaved audio.
 */
export class Resampler {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns the rest. In total there are `toRate / fromRate` times as many frames as in the input, rounded, without
     * delay.
     */
    finish(): Float32Array;
    /**
     * Creates a resampler; rates are in hertz.
     */
    constructor(fromRate: number, toRate: number, channels: number);
    /**
     * Takes interleaved samples and returns what is ready, interleaved.
     */
    push(samples: Float32Array): Float32Array;
}

/**
 * Writes packets as an MP4 file with one track, media data first.
 */
export class TrackFile {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Adds the next packet in decoding order. For audio, `ticks` is how many samples it lasts; for video, how many
     * frames after its place in that order it is presented.
     */
    add(data: Uint8Array, ticks: number, key: boolean): void;
    /**
     * Creates a file of AAC. `description` is its AudioSpecificConfig.
     */
    static audio(description: Uint8Array, sampleRate: number, channels: number): TrackFile;
    /**
     * Returns the whole file, once. `startMicros` is when the first audio sample is due: an edit hides what is due
     * before zero, or delays audio that begins later. Video begins at zero.
     */
    finish(startMicros: number): Uint8Array;
    /**
     * Creates a file of video with an even frame rate. `codec` and `description` are those of a `VideoDecoderConfig`;
     * `colour` is the code points of H.273 for primaries, transfer and matrix.
     */
    static video(codec: string, description: Uint8Array | null | undefined, width: number, height: number, colour: Uint16Array, rateNumerator: number, rateDenominator: number): TrackFile;
}

/**
 * Assembles chunks of video and a file of audio. Takes the `moov` box of each, box header included, and when the clip
 * was captured, in seconds since the beginning of 1970.
 */
export function assemble(chunks: Uint8Array[], audio: Uint8Array | null | undefined, rateNumerator: number, rateDenominator: number, captured?: number | null): Assembly;

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
