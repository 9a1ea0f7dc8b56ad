// Places pieces of audio on a gapless timeline that begins at zero. Refuses to know where they come from.

/** Decoders' times jitter; a larger difference is a gap or an overlap, in seconds. */
const WOBBLE_SECONDS = 0.1;

/** Places samples of one rate and channel count. */
export class Timeline {
  readonly #rate: number;
  readonly #channels: number;
  readonly #length: number;
  /** Samples per channel placed so far. */
  #laid = 0;
  /** Of these, silence in place of missing audio. */
  #silent = 0;
  /** Whether any audio has been placed; the first piece keeps its start to the sample. */
  #begun = false;

  /** `length` in seconds, possibly infinite. */
  constructor(rate: number, channels: number, length: number) {
    this.#rate = rate;
    this.#channels = channels;
    this.#length = Number.isFinite(length) ? Math.round(length * rate) : length;
  }

  /** Samples per channel so far. */
  get laid(): number {
    return this.#laid;
  }

  /** Samples per channel of silence that fills gaps. */
  get silent(): number {
    return this.#silent;
  }

  get isFull(): boolean {
    return this.#laid >= this.#length;
  }

  /**
   * Returns the part of interleaved `samples`, due at `time` (seconds), that comes next on the timeline, after silence
   * for a gap.
   */
  lay(samples: Float32Array<ArrayBuffer>, time: number): Float32Array<ArrayBuffer> {
    const start = Math.round(time * this.#rate);
    const frames = samples.length / this.#channels;
    const off = start - this.#laid;
    const isOff = !this.#begun || Math.abs(off) > WOBBLE_SECONDS * this.#rate;
    const cut = isOff ? Math.min(Math.max(-off, 0), frames) : 0;
    if (cut === frames) {
      return new Float32Array(0);
    }
    this.#begun = true;
    const room = this.#length - this.#laid;
    const silence = isOff ? Math.min(Math.max(off, 0), room) : 0;
    const kept = Math.min(frames - cut, room - silence);
    this.#laid += silence + kept;
    this.#silent += silence;
    const piece = samples.subarray(cut * this.#channels, (cut + kept) * this.#channels);
    if (silence === 0) {
      return piece;
    }
    const line = new Float32Array((silence + kept) * this.#channels);
    line.set(piece, silence * this.#channels);
    return line;
  }
}
