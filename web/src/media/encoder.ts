// Runs x264 on the frames of one chunk, streamed or from buffers. Refuses to know where they come from and what a task
// is for.

import { FILES, type Passes, type X264Step } from "../generated/protocol.ts";
import type * as Glue from "../generated/x264.d.ts";

/** The exports of the encoder's script. */
export type EncoderScript = Pick<typeof Glue, "initSync" | "X264" | "memoryRefused">;

export function isEncoderScript(value: object): value is EncoderScript {
  return "initSync" in value && "X264" in value && "memoryRefused" in value;
}

/** The encoder refused its settings, failed or trapped; the state of its module is unknown. */
export class EncoderFailed extends Error {
  /** Whether the cause is a lack of memory. */
  readonly outOfMemory: boolean;

  constructor(outOfMemory: boolean, message: string) {
    super(message);
    this.outOfMemory = outOfMemory;
  }
}

export interface NamedBlob {
  name: string;
  blob: Blob;
}

/** x264's numbers of its passes. */
const PASS_NUMBERS: Readonly<Record<Passes, number>> = { only: 0, first: 1, second: 2 };

/** Size of the buffers for kept frames, approximately. */
const KEPT_PART_BYTES = 16 << 20;

/** Frames of a different size than the encode, and how to scale them. */
export interface OtherSize {
  /** Pixels. */
  size: { width: number; height: number };
  scale(frame: Uint8Array): Uint8Array;
}

/** Returns the bytes of a planar 4:2:0 frame; chroma sizes are rounded up. */
function frameBytes({ width, height }: OtherSize["size"]): number {
  return width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}

/** The encoder's module in this worker. */
export class Encoder {
  readonly #script: EncoderScript;
  readonly #memory: WebAssembly.Memory;
  #kept: ArrayBuffer[] | undefined;

  constructor(script: EncoderScript, module: WebAssembly.Module) {
    this.#script = script;
    this.#memory = script.initSync({ module }).memory;
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Encodes frames from buffers, and scales them first where their size differs. */
  encodeFrames(
    step: X264Step,
    frames: readonly ArrayBuffer[],
    inputs: readonly NamedBlob[],
    progress: (frames: number) => void,
    other?: OtherSize,
  ): NamedBlob[] {
    const encode = this.open(step, inputs, false, progress);
    try {
      for (const buffer of frames) {
        const piece = other === undefined ? buffer.byteLength : frameBytes(other.size);
        for (let start = 0; start < buffer.byteLength; start += piece) {
          const bytes = new Uint8Array(buffer, start, piece);
          encode.take(other === undefined ? bytes : other.scale(bytes));
        }
      }
      return encode.finish();
    } finally {
      encode.close();
    }
  }

  /** Takes the frames that the last encode kept; a second call returns nothing. */
  takeKept(): ArrayBuffer[] | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    return kept;
  }

  /** Begins an encode of frames that arrive piece by piece. */
  open(
    step: X264Step,
    inputs: readonly NamedBlob[],
    keepFrames: boolean,
    progress: (frames: number) => void,
  ): Encode {
    const bytes = (name: string) => {
      const blob = step.pass === "second" ? named(inputs, name) : undefined;
      return blob === undefined ? undefined : read(blob);
    };
    const statistics = bytes(FILES.statistics);
    const tree = bytes(FILES.macroblockTree);
    const { width, height, rate, preset, options, pass } = step;
    const guard: Guard = (act) => this.#guard(act);
    const x264 = guard(
      () =>
        new this.#script.X264(
          width,
          height,
          rate.numerator,
          rate.denominator,
          preset,
          options,
          PASS_NUMBERS[pass],
          statistics,
          tree,
          true,
        ),
    );
    const keep = (kept: ArrayBuffer[]) => {
      this.#kept = kept;
    };
    return new Encode(x264, this.#memory, guard, step, keepFrames ? keep : undefined, progress);
  }

  /** Converts errors of the module to `EncoderFailed`. */
  #guard<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new EncoderFailed(this.#script.memoryRefused(), detail);
    }
  }
}

type Guard = <T>(act: () => T) => T;

/** One encode in progress. */
export class Encode {
  readonly #x264: Glue.X264;
  readonly #memory: WebAssembly.Memory;
  readonly #guard: Guard;
  readonly #step: X264Step;
  readonly #frameBytes: number;
  #kept: Kept | undefined;
  readonly #keep: ((kept: ArrayBuffer[]) => void) | undefined;
  readonly #progress: (frames: number) => void;
  /** Bytes of the next frame that have arrived. */
  #filled = 0;
  #frames = 0;

  constructor(
    x264: Glue.X264,
    memory: WebAssembly.Memory,
    guard: Guard,
    step: X264Step,
    keep: ((kept: ArrayBuffer[]) => void) | undefined,
    progress: (frames: number) => void,
  ) {
    this.#x264 = x264;
    this.#memory = memory;
    this.#guard = guard;
    this.#step = step;
    this.#frameBytes = x264.frameBytes;
    this.#kept = keep === undefined ? undefined : new Kept(this.#frameBytes);
    this.#keep = keep;
    this.#progress = progress;
  }

  /** Takes the next bytes of the frames, split anywhere; encodes each frame as soon as it is complete. */
  take(bytes: Uint8Array): void {
    if (this.#kept?.add(bytes) === false) {
      this.#kept = undefined;
    }
    let taken = 0;
    while (taken < bytes.length) {
      const piece = bytes.subarray(taken, taken + this.#frameBytes - this.#filled);
      // A new view each time: the module's memory may have grown.
      new Uint8Array(this.#memory.buffer, this.#x264.frameAddress + this.#filled, piece.length).set(piece);
      taken += piece.length;
      this.#filled += piece.length;
      if (this.#filled === this.#frameBytes) {
        this.#filled = 0;
        this.#guard(() => this.#x264.push());
        this.#frames += 1;
        this.#progress(this.#frames);
      }
    }
  }

  /** Flushes the encoder and returns the files of the pass: none, unless exactly the expected frames have arrived. */
  finish(): NamedBlob[] {
    if (this.#frames !== this.#step.frames || this.#filled !== 0) {
      return [];
    }
    const { pass } = this.#step;
    if (this.#kept !== undefined) {
      this.#keep?.(this.#kept.buffers());
    }
    return this.#guard(() => {
      this.#x264.finish();
      const files: [string, Uint8Array | undefined][] =
        pass === "first"
          ? [
              [FILES.statistics, this.#x264.statistics()],
              [FILES.macroblockTree, this.#x264.tree()],
            ]
          : [[FILES.chunk, this.#x264.chunk()]];
      return files.flatMap(([name, bytes]) =>
        bytes === undefined ? [] : [{ name, blob: new Blob([bytes as Uint8Array<ArrayBuffer>]) }],
      );
    });
  }

  /** Frees the encode's resources, whatever its outcome. Must be called once, at its end. */
  close(): void {
    try {
      this.#x264.free();
    } catch {
      // After a trap the module cannot free anything; the trap has been reported, and the worker ends.
    }
  }
}

/** Keeps frames for a later pass, in buffers of whole frames. */
class Kept {
  readonly #parts: ArrayBuffer[] = [];
  readonly #partBytes: number;
  #part = new Uint8Array(0);
  #used = 0;

  constructor(frameBytes: number) {
    this.#partBytes = Math.max(1, Math.floor(KEPT_PART_BYTES / frameBytes)) * frameBytes;
  }

  /** Returns false when memory runs out: keeping frames only saves time, so the encode must not fail for it. */
  add(bytes: Uint8Array): boolean {
    let taken = 0;
    while (taken < bytes.length) {
      if (this.#used === this.#part.length && !this.#next()) {
        return false;
      }
      const piece = bytes.subarray(taken, taken + this.#part.length - this.#used);
      this.#part.set(piece, this.#used);
      this.#used += piece.length;
      taken += piece.length;
    }
    return true;
  }

  buffers(): ArrayBuffer[] {
    return [...this.#parts, this.#part.slice(0, this.#used).buffer];
  }

  #next(): boolean {
    try {
      const part = new Uint8Array(this.#partBytes);
      if (this.#used > 0) {
        this.#parts.push(this.#part.buffer);
      }
      this.#part = part;
      this.#used = 0;
      return true;
    } catch (error) {
      if (error instanceof RangeError) {
        return false;
      }
      throw error;
    }
  }
}

function named(blobs: readonly NamedBlob[], name: string): Blob | undefined {
  return blobs.find((candidate) => candidate.name === name)?.blob;
}

function read(blob: Blob): Uint8Array {
  return new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob));
}
