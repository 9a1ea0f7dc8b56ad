// The browser's own codecs as plain calls: examine, decode, make sound, encode, put together, package. Refuses to know messages, plans,
// ffmpeg and x264.

import { initSync } from "../generated/media.js";
import { assemble } from "./assemble.ts";
import { type DecodeStep, decodeChunk, type TakeFrame } from "./decode.ts";
import { type BrowserEncodeStep, type ChunkEncoder, Encoding } from "./encode.ts";
import { examinePackets, examineResult, examineStreams } from "./examine.ts";
import { cannotDecode } from "./failures.ts";
import { type PackageStep, packageSegments } from "./package.ts";
import { type Scaler, scaler } from "./scale.ts";
import { makeSound, type SoundStep } from "./sound.ts";

export type { DecodeStep, TakeFrame } from "./decode.ts";
export type { BrowserEncodeStep, ChunkEncoder } from "./encode.ts";
export { CannotDecode, CannotEncode } from "./failures.ts";
export type { SoundStep } from "./sound.ts";

/** What is needed around the browser's own codecs, in one worker. Calls fail with `CannotDecode`, where nothing else is said. */
export interface Codecs {
  readonly memoryBytes: number;
  /** As `ffprobe -v error -print_format flat -show_format -show_streams`, with a trial decode of the picture. */
  examineStreams(clip: Blob): Promise<string>;
  /** As `ffprobe -v error -print_format csv=p=0 -select_streams N -show_entries packet=pts_time,dts_time,duration_time,size,flags`. */
  examinePackets(clip: Blob, stream: number): Promise<string>;
  /** As `examineStreams` without the trial, and with `nb_read_packets`. */
  examineResult(result: Blob): Promise<string>;
  /** Exactly `step.frames` pictures, in order. What `take` throws may come out as `CannotDecode`. */
  decodeChunk(step: DecodeStep, clip: Blob, take: TakeFrame): Promise<void>;
  /** The sound as an MP4 file of one track; `CannotEncode` when the encoder fails. */
  makeSound(step: SoundStep, clip: Blob, progress: (seconds: number) => void): Promise<Blob>;
  /** Fails with `CannotEncode`, as do its calls. */
  openEncoder(step: BrowserEncodeStep): Promise<ChunkEncoder>;
  /** The finished file, made of slices of the chunks and the sound. */
  assemble(
    chunks: readonly Blob[],
    sound: Blob | undefined,
    rateNumerator: number,
    rateDenominator: number,
  ): Promise<Blob>;
  /** For planar 4:2:0 pictures; sizes in pixels. */
  scaler(width: number, height: number, outWidth: number, outHeight: number): Scaler;
  /** The initialization file, then the segments. */
  packageSegments(step: PackageStep, file: Blob): Promise<Blob[]>;
}

/** Once per worker. */
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
    makeSound,
    openEncoder: async (step) => new Encoding(step),
    assemble: told(assemble),
    packageSegments: told(packageSegments),
    scaler: (...sizes) => scaler(memory, ...sizes),
  };
}

/** Whatever fails inside comes out as one kind of error, but for a lack of memory. */
function told<A extends unknown[], R>(act: (...given: A) => Promise<R>): (...given: A) => Promise<R> {
  return async (...given) => {
    try {
      return await act(...given);
    } catch (error) {
      // Too little memory is no fault of the browser's codecs: fewer workers at once may do.
      const full = error instanceof RangeError || error instanceof WebAssembly.RuntimeError;
      throw full ? error : cannotDecode(error);
    }
  };
}
