// Decodes a whole file from its start into samples of its frames and the loudness of its audio. Refuses to know what
// they are compared with.

import { type AudioSample, AudioSampleSink } from "mediabunny";
import type { ListenStep, WatchStep } from "../generated/protocol.ts";
import { type Track, withClip } from "./clip.ts";
import { decodeTrack } from "./decode.ts";
import { CannotDecode } from "./failures.ts";
import { eachInTime } from "./in-time.ts";

/** What was seen and heard of a file. */
export interface Seen {
  /** Luma of the sampled frames, one after the other. */
  frames: Blob;
  /** Level of each window in dBFS; null where nothing was decoded. */
  windows: (number | null)[];
}

/** Watches a file. Calls `progress` with the number of samples so far. */
export function watchFile(
  memory: WebAssembly.Memory,
  step: WatchStep,
  file: Blob,
  progress: (samples: number) => void,
): Promise<Seen> {
  return withClip(file, async (clip) => {
    const frames = watchFrames(memory, step, clip.track(step.video.stream), progress);
    const windows = step.audio === null ? [] : listen(step.audio, clip.track(step.audio.stream), progress);
    // The clip stays open until both have ended.
    await Promise.allSettled([frames, windows]);
    return { frames: await frames, windows: await windows };
  });
}

async function watchFrames(
  memory: WebAssembly.Memory,
  { video, every, finer, crop, lumaOfChroma }: WatchStep,
  track: Track,
  progress: (samples: number) => void,
): Promise<Blob> {
  const pixels = video.width * video.height;
  const samples: Uint8Array<ArrayBuffer>[] = [];
  const take = (frame: Uint8Array) => {
    samples.push(shrunk(luma(frame, pixels, video.width, lumaOfChroma), video.width, finer));
    progress(samples.length);
  };
  await decodeTrack(memory, video, track, take, every, crop);
  return new Blob(samples);
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
  const meter = new Meter(step.window / 1e6);
  for await (const sample of eachInTime(new AudioSampleSink(demuxed).samples())) {
    try {
      meter.add(sample, sample.timestamp - stream.delay - step.origin / 1e6);
      progress(0);
    } finally {
      sample.close();
    }
  }
  return meter.levels();
}

class Meter {
  readonly #window: number;
  readonly #sums: number[] = [];
  readonly #counts: number[] = [];

  constructor(window: number) {
    this.#window = window;
  }

  /** Adds a piece of audio that begins at `time`, in seconds from the first window. */
  add(sample: AudioSample, time: number): void {
    const { sampleRate: rate, numberOfChannels: channels, numberOfFrames } = sample;
    const data = new Float32Array(numberOfFrames * channels);
    sample.copyTo(data, { planeIndex: 0, format: "f32" });
    let frame = Math.max(Math.ceil(-time * rate), 0);
    while (frame < numberOfFrames) {
      const window = Math.max(Math.floor((time + (frame + 0.5) / rate) / this.#window), 0);
      const end = Math.min(Math.ceil(((window + 1) * this.#window - time) * rate), numberOfFrames);
      const next = Math.max(end, frame + 1);
      this.#book(window, data.subarray(frame * channels, next * channels));
      frame = next;
    }
  }

  /** Returns the level of each window; digital silence is negative infinity. */
  levels(): (number | null)[] {
    return Array.from(this.#sums, (sum, index) => {
      const count = this.#counts[index] ?? 0;
      return count === 0 ? null : 10 * Math.log10((sum ?? 0) / count);
    });
  }

  #book(window: number, data: Float32Array): void {
    let sum = 0;
    for (const value of data) {
      sum += value * value;
    }
    this.#sums[window] = (this.#sums[window] ?? 0) + sum;
    this.#counts[window] = (this.#counts[window] ?? 0) + data.length;
  }
}
