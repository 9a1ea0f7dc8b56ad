// Lays pieces of sound onto one gapless line that begins at zero. Refuses to know where they come from.

/** Decoders' times wobble; what is farther off than this is a gap or an overlap, in seconds. */
const WOBBLE_SECONDS = 0.1;

/** Where the samples of one rate and number of channels belong. */
export class Timeline {
  readonly #rate: number;
  readonly #channels: number;
  readonly #length: number;
  /** Samples of each channel that have been laid. */
  #laid = 0;
  /** Those of them that are silence in place of what did not come. */
  #silent = 0;
  /** Whether any sound was laid; the first begins where it begins, to the sample. */
  #begun = false;

  /** `length` in seconds, possibly infinite. */
  constructor(rate: number, channels: number, length: number) {
    this.#rate = rate;
    this.#channels = channels;
    this.#length = Number.isFinite(length) ? Math.round(length * rate) : length;
  }

  /** Samples of each channel so far. */
  get laid(): number {
    return this.#laid;
  }

  /** Samples of each channel that were put in where there was no sound. */
  get silent(): number {
    return this.#silent;
  }

  get isFull(): boolean {
    return this.#laid >= this.#length;
  }

  /** The part of interleaved `samples` due at `time` (seconds) that belongs next on the line, after silence where there is a gap. */
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
    const heard = Math.min(frames - cut, room - silence);
    this.#laid += silence + heard;
    this.#silent += silence;
    const piece = samples.subarray(cut * this.#channels, (cut + heard) * this.#channels);
    if (silence === 0) {
      return piece;
    }
    const line = new Float32Array((silence + heard) * this.#channels);
    line.set(piece, silence * this.#channels);
    return line;
  }
}
