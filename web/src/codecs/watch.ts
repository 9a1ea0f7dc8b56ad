// Decodes a file, or a chunk beside its encode, into samples of frames and the loudness of audio. Refuses to know what
// they are compared with.

import type { DecodeStep, ListenStep, SampleStep, WatchStep } from "../generated/protocol.ts";
import { type Track, withClip } from "./clip.ts";
import { decodeChunk, decodeTrack, type TakeDecoded, type TakeFrame, type Wish } from "./decode.ts";
import { CannotDecode } from "./failures.ts";
import { hear } from "./hear.ts";
import { eachInTime } from "./in-time.ts";
import { planesOf } from "./layout.ts";
import { interleaved, Meter } from "./meter.ts";

/** What was seen and heard of a file. */
export interface Seen {
  /** Luma of the sampled frames, one after the other; undefined if none were wanted. */
  frames: Blob | undefined;
  /** Level of each window in dBFS; null where nothing was decoded. */
  windows: (number | null)[];
  /** Whether frames came as RGB, whatever is coded. */
  rgb: boolean;
  /** Times of all decoded frames in microseconds, where errors were passed over. */
  decoded: number[] | null;
}

/** Watches a file. Calls `progress` with the number of samples so far. */
export function watchFile(
  memory: WebAssembly.Memory,
  step: WatchStep,
  file: Blob,
  progress: (samples: number) => void,
): Promise<Seen> {
  return withClip(file, async (clip) => {
    const { video } = step;
    const frames = video ? watchFrames(memory, video, clip.track(video.decode.stream), progress) : undefined;
    const windows = step.audio === null ? [] : listen(step.audio, clip.track(step.audio.stream), progress);
    // The clip stays open until both have ended.
    await Promise.allSettled([frames, windows]);
    const { blob = undefined, rgb = false, decoded = null } = (await frames) ?? {};
    return { frames: blob, windows: await windows, rgb, decoded };
  });
}

async function watchFrames(
  memory: WebAssembly.Memory,
  step: SampleStep,
  track: Track,
  progress: (samples: number) => void,
): Promise<{ blob: Blob; rgb: boolean; decoded: number[] | null }> {
  const samples = new Samples(step, progress);
  const decoded: number[] = [];
  await decodeTrack(memory, track, [samples.wish], (time) => decoded.push(time));
  return { blob: samples.blob(), rgb: samples.rgb, decoded: step.decode.lenient ? decoded : null };
}

/** Decodes a chunk into `take`, and samples it beside if that is wanted: returns the samples. */
export async function decodeAndSample(
  memory: WebAssembly.Memory,
  step: DecodeStep,
  beside: SampleStep | null,
  file: Blob,
  take: TakeFrame,
  takeDecoded: TakeDecoded | undefined,
): Promise<Blob | undefined> {
  const samples = beside === null ? undefined : new Samples(beside, () => {});
  await decodeChunk(memory, step, file, take, takeDecoded, samples?.wish);
  return samples?.blob();
}

/** Collects the samples of a decode. */
class Samples {
  readonly wish: Wish;
  /** Whether frames came as RGB. */
  rgb = false;
  readonly #luma: Uint8Array<ArrayBuffer>[] = [];

  constructor({ decode, every, finer, lumaOfChroma }: SampleStep, progress: (samples: number) => void) {
    const pixels = decode.width * decode.height;
    const take = (frame: Uint8Array, _: number, format: VideoPixelFormat | null) => {
      const isRgb = planesOf(format).length === 1;
      this.rgb ||= isRgb;
      const gray = luma(frame, pixels, decode.width, isRgb ? lumaOfChroma : [0, 0]);
      this.#luma.push(shrunk(gray, decode.width, finer));
      progress(this.#luma.length);
    };
    this.wish = { step: decode, every, take };
  }

  /** Returns their luma, one after the other. */
  blob(): Blob {
    return new Blob(this.#luma);
  }
}

/** Returns the luma of a planar 4:2:0 frame, after adding so much of its chroma. */
function luma(
  frame: Uint8Array,
  pixels: number,
  width: number,
  [blue, red]: readonly [number, number],
): Uint8Array<ArrayBuffer> {
  const sample = frame.slice(0, pixels);
  if (blue === 0 && red === 0) {
    return sample;
  }
  const across = Math.ceil(width / 2);
  const plane = across * Math.ceil(pixels / width / 2);
  return sample.map((value, index) => {
    const row = Math.floor(index / width);
    const at = pixels + (row >> 1) * across + ((index % width) >> 1);
    const chroma = (offset: number) => (frame[offset] ?? 128) - 128;
    return Math.min(Math.max(value + blue * chroma(at) + red * chroma(at + plane), 0), 255);
  });
}

/** Returns the sample whose pixel is the mean of `finer` times as many across and down. */
function shrunk(sample: Uint8Array<ArrayBuffer>, width: number, finer: number): Uint8Array<ArrayBuffer> {
  if (finer === 1) {
    return sample;
  }
  const across = width / finer;
  const sums = new Float64Array(sample.length / finer ** 2);
  for (const [at, value] of sample.entries()) {
    const place = Math.floor(Math.floor(at / width) / finer) * across + Math.floor((at % width) / finer);
    sums[place] = (sums[place] ?? 0) + value;
  }
  return Uint8Array.from(sums, (sum) => Math.round(sum / finer ** 2));
}

/** Measures the root mean square of all channels, window by window. */
async function listen(
  step: ListenStep,
  track: Track,
  progress: (samples: number) => void,
): Promise<(number | null)[]> {
  const { demuxed, stream } = track;
  if (!demuxed.isAudioTrack()) {
    throw new CannotDecode(`stream ${step.stream} is not audio`);
  }
  const meter = new Meter(step);
  for await (const sample of eachInTime(hear(track, undefined, step.lenient))) {
    try {
      meter.add(
        interleaved(sample),
        sample.sampleRate,
        sample.numberOfChannels,
        sample.timestamp - stream.delay,
      );
      progress(0);
    } finally {
      sample.close();
    }
  }
  return meter.levels();
}
