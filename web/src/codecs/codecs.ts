// The browser's own codecs as plain calls: examine, decode, make audio, encode, assemble, package. Refuses to know
// messages, plans, ffmpeg and x264.

import { initSync } from "../generated/media.js";
import { assemble } from "./assemble.ts";
import { makeAudio, type SoundStep } from "./audio.ts";
import { type DecodeStep, decodeChunk, type TakeFrame } from "./decode.ts";
import { type BrowserEncodeStep, type ChunkEncoder, Encoding } from "./encode.ts";
import { examinePackets, examineResult, examineStreams } from "./examine.ts";
import { cannotDecode } from "./failures.ts";
import { type PackageStep, packageSegments } from "./package.ts";
import { type Scaler, scaler } from "./scale.ts";

export type { SoundStep } from "./audio.ts";
export type { DecodeStep, TakeFrame } from "./decode.ts";
export type { BrowserEncodeStep, ChunkEncoder } from "./encode.ts";
export { CannotDecode, CannotEncode } from "./failures.ts";

/** The browser's own codecs in one worker. Calls fail with `CannotDecode` unless stated otherwise. */
export interface Codecs {
  readonly memoryBytes: number;
  /**
   * Lists what `ffprobe -v error -print_format flat -show_format -show_streams` would, with a trial decode of the
   * video.
   */
  examineStreams(clip: Blob): Promise<string>;
  /**
   * Lists what `ffprobe -print_format csv=p=0 -select_streams N -show_entries
   * packet=pts_time,dts_time,duration_time,size,flags` would.
   */
  examinePackets(clip: Blob, stream: number): Promise<string>;
  /** Lists the same as `examineStreams`, without the trial decode and with `nb_read_packets`. */
  examineResult(result: Blob): Promise<string>;
  /** Decodes exactly `step.frames` frames, in order. What `take` throws may become `CannotDecode`. */
  decodeChunk(step: DecodeStep, clip: Blob, take: TakeFrame): Promise<void>;
  /** Makes the audio, as an MP4 file with one track; fails with `CannotEncode` when the encoder fails. */
  makeAudio(step: SoundStep, clip: Blob, progress: (seconds: number) => void): Promise<Blob>;
  /** Opens an encoder. Fails with `CannotEncode`, as do the encoder's calls. */
  openEncoder(step: BrowserEncodeStep): Promise<ChunkEncoder>;
  /** Assembles the finished file from slices of the chunks and the audio. */
  assemble(
    chunks: readonly Blob[],
    audio: Blob | undefined,
    rateNumerator: number,
    rateDenominator: number,
  ): Promise<Blob>;
  /** Creates a scaler for planar 4:2:0 frames; sizes are in pixels. */
  scaler(width: number, height: number, outWidth: number, outHeight: number): Scaler;
  /** Returns the initialization file, then the segments. */
  packageSegments(step: PackageStep, file: Blob): Promise<Blob[]>;
}

/** Starts the codecs, once per worker. */
export function start(module: WebAssembly.Module): Codecs {
  const { memory } = initSync({ module });
  return {
    get memoryBytes() {
      return memory.buffer.byteLength;
    },
    examineStreams: told(examineStreams),
    examinePackets: told(examinePackets),
    examineResult: told(examineResult),
    decodeChunk: told((step, clip, take) => decodeChunk(memory, step, clip, take)),
    makeAudio,
    openEncoder: async (step) => new Encoding(step),
    assemble: told(assemble),
    packageSegments: told(packageSegments),
    scaler: (...sizes) => scaler(memory, ...sizes),
  };
}

/** Turns every failure except a lack of memory into `CannotDecode`. */
function told<A extends unknown[], R>(act: (...given: A) => Promise<R>): (...given: A) => Promise<R> {
  return async (...given) => {
    try {
      return await act(...given);
    } catch (error) {
      // Too little memory is not the fault of the browser's codecs: fewer workers at once may be enough.
      const full = error instanceof RangeError || error instanceof WebAssembly.RuntimeError;
      throw full ? error : cannotDecode(error);
    }
  };
}
