// Measures how loud audio is, window by window. Refuses to know where it comes from.

import type { AudioSample } from "mediabunny";
import type { ListenStep } from "../generated/protocol.ts";

/** Returns all channels of a sample, interleaved. */
export function interleaved(sample: AudioSample): Float32Array<ArrayBuffer> {
  const data = new Float32Array(sample.numberOfFrames * sample.numberOfChannels);
  sample.copyTo(data, { planeIndex: 0, format: "f32" });
  return data;
}

/** Measures the root mean square of all channels. */
export class Meter {
  /** Seconds. */
  readonly #window: number;
  /** Where the first window begins in the file, in seconds. */
  readonly #origin: number;
  readonly #sums: number[] = [];
  readonly #counts: number[] = [];

  constructor({ window, origin }: ListenStep) {
    this.#window = window / 1e6;
    this.#origin = origin / 1e6;
  }

  /** Adds interleaved samples that begin at this time in the file, in seconds. */
  add(data: Float32Array, rate: number, channels: number, at: number): void {
    const numberOfFrames = data.length / channels;
    const time = at - this.#origin;
    let frame = Math.max(Math.ceil(-time * rate), 0);
    while (frame < numberOfFrames) {
      const window = Math.max(Math.floor((time + (frame + 0.5) / rate) / this.#window), 0);
      const end = Math.min(Math.ceil(((window + 1) * this.#window - time) * rate), numberOfFrames);
      const next = Math.max(end, frame + 1);
      this.#book(window, data, frame * channels, next * channels);
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

  #book(window: number, data: Float32Array, from: number, to: number): void {
    let sum = 0;
    // Five times as fast as an iterator, for millions of values.
    for (let index = from; index < to; index += 1) {
      const value = data[index] ?? 0;
      sum += value * value;
    }
    this.#sums[window] = (this.#sums[window] ?? 0) + sum;
    this.#counts[window] = (this.#counts[window] ?? 0) + to - from;
  }
}
