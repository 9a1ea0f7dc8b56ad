// Runs x264 on the frames of one chunk, streamed or kept from an earlier pass. Refuses to know where they come from and what a task
// is for.

import { FILES, type Passes, type X264Step } from "../generated/protocol.ts";
import type * as Glue from "../generated/x264.d.ts";
import type { FrameKeeper, FrameSource, KeptFrames } from "./kept-frames.ts";

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
  #kept: KeptFrames | undefined;

  constructor(script: EncoderScript, module: WebAssembly.Module) {
    this.#script = script;
    this.#memory = script.initSync({ module }).memory;
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Encodes kept frames, and scales them first where their size differs. */
  encodeFrames(
    step: X264Step,
    frames: FrameSource,
    inputs: readonly NamedBlob[],
    progress: (frames: number) => void,
    other?: OtherSize,
  ): NamedBlob[] {
    const encode = this.open(step, inputs, undefined, progress);
    try {
      const whole = new Uint8Array(other === undefined ? 0 : frameBytes(other.size));
      const piece = other === undefined ? encode.frameBytes : whole.length;
      for (let at = 0; at + piece <= frames.bytes; at += piece) {
        if (other === undefined) {
          encode.fill((target) => frames.read(target, at));
        } else {
          frames.read(whole, at);
          encode.take(other.scale(whole));
        }
      }
      return encode.finish();
    } finally {
      encode.close();
    }
  }

  /** Takes the frames that the last encode kept; a second call returns nothing. */
  takeKept(): KeptFrames | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    return kept;
  }

  /** Begins an encode of frames that arrive piece by piece, and keeps them if there is a keeper. */
  open(
    step: X264Step,
    inputs: readonly NamedBlob[],
    keeper: FrameKeeper | undefined,
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
    const kept = (frames: KeptFrames) => {
      this.#kept = frames;
    };
    return new Encode(x264, this.#memory, guard, step, keeper && { keeper, kept }, progress);
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

/** Keeps the frames of an encode, and hands them over at its end. */
interface Keeping {
  keeper: FrameKeeper;
  kept(frames: KeptFrames): void;
}

/** One encode in progress. */
export class Encode {
  readonly #x264: Glue.X264;
  readonly #memory: WebAssembly.Memory;
  readonly #guard: Guard;
  readonly #step: X264Step;
  /** Bytes of a frame. */
  readonly frameBytes: number;
  #keeping: Keeping | undefined;
  readonly #progress: (frames: number) => void;
  /** Bytes of the next frame that have arrived. */
  #filled = 0;
  #frames = 0;

  constructor(
    x264: Glue.X264,
    memory: WebAssembly.Memory,
    guard: Guard,
    step: X264Step,
    keeping: Keeping | undefined,
    progress: (frames: number) => void,
  ) {
    this.#x264 = x264;
    this.#memory = memory;
    this.#guard = guard;
    this.#step = step;
    this.frameBytes = x264.frameBytes;
    this.#keeping = keeping;
    this.#progress = progress;
  }

  /** Takes the next bytes of the frames, split anywhere; encodes each frame as soon as it is complete. */
  take(bytes: Uint8Array): void {
    if (this.#keeping?.keeper.add(bytes) === false) {
      this.#stopKeeping();
    }
    let taken = 0;
    while (taken < bytes.length) {
      const piece = bytes.subarray(taken, taken + this.frameBytes - this.#filled);
      this.#frame().set(piece, this.#filled);
      taken += piece.length;
      this.#filled += piece.length;
      if (this.#filled === this.frameBytes) {
        this.#filled = 0;
        this.#push();
      }
    }
  }

  /** Encodes a whole frame that `write` puts where it is wanted. */
  fill(write: (target: Uint8Array) => void): void {
    write(this.#frame());
    this.#push();
  }

  /** Returns where the next frame goes: a new view each time, since the module's memory may have grown. */
  #frame(): Uint8Array {
    return new Uint8Array(this.#memory.buffer, this.#x264.frameAddress, this.frameBytes);
  }

  #push(): void {
    this.#guard(() => this.#x264.push());
    this.#frames += 1;
    this.#progress(this.#frames);
  }

  #stopKeeping(): void {
    this.#keeping?.keeper.close();
    this.#keeping = undefined;
  }

  /** Flushes the encoder and returns the files of the pass: none, unless exactly the expected frames have arrived. */
  finish(): NamedBlob[] {
    if (this.#frames !== this.#step.frames || this.#filled !== 0) {
      return [];
    }
    const { pass } = this.#step;
    if (this.#keeping !== undefined) {
      this.#keeping.kept(this.#keeping.keeper.finish());
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
    this.#stopKeeping();
    try {
      this.#x264.free();
    } catch {
      // After a trap the module cannot free anything; the trap has been reported, and the worker ends.
    }
  }
}

function named(blobs: readonly NamedBlob[], name: string): Blob | undefined {
  return blobs.find((candidate) => candidate.name === name)?.blob;
}

function read(blob: Blob): Uint8Array {
  return new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob));
}
