// The browser's own codecs as plain calls: examine, decode, make audio, encode, put together, package. Refuses to know messages, plans,
// ffmpeg and x264.

import { initSync } from "../generated/media.js";
import type {
  AudioStep,
  DecodeStep,
  FrameRate,
  Listing,
  PackageStep,
  PacketTable,
  WebCodecsStep,
} from "../generated/protocol.ts";
import { assemble } from "./assemble.ts";
import { decodeChunk, type TakeFrame } from "./decode.ts";
import { type ChunkEncoder, Encoding } from "./encode.ts";
import { examinePackets, examineResult, examineStreams } from "./examine.ts";
import { cannotDecode } from "./failures.ts";
import { packageSegments } from "./package.ts";
import { type Scaler, scaler } from "./scale.ts";
import { makeSound } from "./sound.ts";

/** What is needed around the browser's own codecs, in one worker. Calls fail with `CannotDecode`, where nothing else is said. */
export interface Codecs {
  readonly memoryBytes: number;
  examineStreams(clip: Blob): Promise<Listing>;
  /** With a trial decode of the first keyframe; `log` is told why it failed. */
  examinePackets(clip: Blob, stream: number, log: (line: string) => void): Promise<PacketTable>;
  /** As `examineStreams`, with every packet counted. */
  examineResult(result: Blob): Promise<Listing>;
  /** Exactly `step.frames` pictures, in order. What `take` throws comes out as it is. */
  decodeChunk(step: DecodeStep, clip: Blob, take: TakeFrame): Promise<void>;
  /** The sound as an MP4 file of one track; `CannotEncode` when the encoder fails. */
  makeSound(step: AudioStep, clip: Blob, alive: () => void): Promise<Blob>;
  /** Fails with `CannotEncode`, as do its calls. */
  openEncoder(step: WebCodecsStep): Promise<ChunkEncoder>;
  /** The finished file, made of slices of the chunks and the sound. */
  assemble(chunks: readonly Blob[], audio: Blob | undefined, rate: FrameRate): Promise<Blob>;
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
    decodeChunk: (step, clip, take) => decodeInto(memory, step, clip, take),
    makeSound,
    openEncoder: async (step) => new Encoding(step),
    assemble: told(assemble),
    packageSegments: told(packageSegments),
    scaler: (...sizes) => scaler(memory, ...sizes),
  };
}

/** What the taker throws is no failure of the decoder's, though it comes through it. */
async function decodeInto(
  memory: WebAssembly.Memory,
  step: DecodeStep,
  clip: Blob,
  take: TakeFrame,
): Promise<void> {
  let takers: { error: unknown } | undefined;
  const watched: TakeFrame = async (frame, slot) => {
    try {
      await take(frame, slot);
    } catch (error) {
      takers ??= { error };
      throw error;
    }
  };
  try {
    await told(() => decodeChunk(memory, step, clip, watched))();
  } catch (error) {
    throw takers === undefined ? error : takers.error;
  }
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
