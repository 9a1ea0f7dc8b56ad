// The browser's own codecs as plain calls: examine, decode, make audio, encode, assemble, package. Refuses to know
// messages, plans, ffmpeg and x264.

import { initSync } from "../generated/media.js";
import type {
  AudioStep,
  DecodeStep,
  Downloads,
  FrameRate,
  Listing,
  PackageStep,
  PacketTable,
  SampleStep,
  WatchStep,
  WebCodecsStep,
} from "../generated/protocol.ts";
import { settle } from "../media/load.ts";
import { assemble } from "./assemble.ts";
import { type MadeAudio, makeAudio } from "./audio.ts";
import type { TakeDecoded, TakeFrame } from "./decode.ts";
import { type ChunkEncoder, hasHardware, openEncoding } from "./encode.ts";
import { type Asked, examinePackets, examineStreams } from "./examine.ts";
import { orCannotDecode } from "./failures.ts";
import { hevcBytes } from "./hevc.ts";
import { packageSegments } from "./package.ts";
import { type Scaler, scaler } from "./scale.ts";
import { decodeAndSample, type Seen, watchFile } from "./watch.ts";

/** The browser's own codecs in one worker. Calls fail with `CannotDecode` unless stated otherwise. */
export interface Codecs {
  readonly memoryBytes: number;
  /** Lists the streams of a file. */
  examineStreams(file: Blob): Promise<Listing>;
  /** Lists the packets of a video stream and decodes its first keyframe on trial; calls `log` with why that failed. */
  examinePackets(clip: Blob, asked: Asked, log: (line: string) => void): Promise<PacketTable>;
  /**
   * Decodes exactly `step.frames` frames, in order, and returns samples, if wanted. `takeDecoded`, if given, takes those
   * that need no conversion. What the takers throw is thrown on.
   */
  decodeChunk(
    step: DecodeStep,
    samples: SampleStep | null,
    clip: Blob,
    take: TakeFrame,
    takeDecoded?: TakeDecoded,
  ): Promise<Blob | undefined>;
  /** Makes the audio; fails with `CannotEncode` when the encoder fails. */
  makeAudio(step: AudioStep, clip: Blob, alive: () => void): Promise<MadeAudio>;
  /** Opens an encoder. Fails with `CannotEncode`, as do the encoder's calls. */
  openEncoder(step: WebCodecsStep): Promise<ChunkEncoder>;
  /** Returns whether there is hardware that takes such frames. */
  hasHardware(step: WebCodecsStep): Promise<boolean>;
  /** Assembles the finished file from slices of the chunks and the audio. */
  assemble(
    chunks: readonly Blob[],
    audio: Blob | undefined,
    rate: FrameRate,
    captured: number | null,
  ): Promise<Blob>;
  /** Creates a scaler for planar 4:2:0 frames; sizes are in pixels. */
  scaler(width: number, height: number, outWidth: number, outHeight: number): Scaler;
  /** Decodes a file into samples. */
  watch(step: WatchStep, file: Blob, progress: (samples: number) => void): Promise<Seen>;
  /** Returns the initialization file, then the segments. */
  packageSegments(step: PackageStep, file: Blob, alive: () => void): Promise<Blob[]>;
}

/** Starts the codecs, once per worker. What they fetch later is fetched by `downloads`. */
export function start(module: WebAssembly.Module, downloads: Downloads): Codecs {
  settle(downloads);
  const { memory } = initSync({ module });
  return {
    get memoryBytes() {
      return memory.buffer.byteLength + hevcBytes();
    },
    examineStreams: orCannotDecode(examineStreams),
    examinePackets: orCannotDecode(examinePackets),
    decodeChunk: (...given) => decodeInto(memory, ...given),
    makeAudio,
    openEncoder: openEncoding,
    hasHardware,
    assemble: orCannotDecode(assemble),
    packageSegments: orCannotDecode(packageSegments),
    watch: orCannotDecode((step, file, progress) => watchFile(memory, step, file, progress)),
    scaler: (...sizes) => scaler(memory, ...sizes),
  };
}

/** Decodes into `take`, whose errors pass through the decoder but are not the decoder's failures. */
async function decodeInto(
  memory: WebAssembly.Memory,
  step: DecodeStep,
  samples: SampleStep | null,
  clip: Blob,
  take: TakeFrame,
  takeDecoded?: TakeDecoded,
): Promise<Blob | undefined> {
  let takers: { error: unknown } | undefined;
  const watched =
    <A extends unknown[], R>(act: (...given: A) => R | Promise<R>) =>
    async (...given: A) => {
      try {
        return await act(...given);
      } catch (error) {
        takers ??= { error };
        throw error;
      }
    };
  const decoded = takeDecoded && watched(takeDecoded);
  try {
    return await orCannotDecode(() => decodeAndSample(memory, step, samples, clip, watched(take), decoded))();
  } catch (error) {
    throw takers === undefined ? error : takers.error;
  }
}
