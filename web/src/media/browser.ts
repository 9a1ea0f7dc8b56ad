// Runs programs with the browser's own codecs and distinguishes their failures. Refuses to know messages and what a
// task is for.

import type * as CodecsScript from "../codecs/codecs.ts";
import type { BrowserEncodeStep, DecodeStep, EncodeStep, Program } from "../generated/protocol.ts";
import { type Encoder, EncoderFailed, type NamedBlob } from "./encoder.ts";

export type CodecsModule = Pick<typeof CodecsScript, "start" | "CannotDecode" | "CannotEncode">;

export function isCodecsScript(value: object): value is CodecsModule {
  return "start" in value && "CannotDecode" in value && "CannotEncode" in value;
}

/** The browser's own codecs fail, or produce a wrong result. */
export class BrowserFailed extends Error {}

/** Programs that run with the browser's own codecs and produce files. */
export type BrowserProgram = Exclude<
  Program,
  { type: "ffmpeg" | "ffprobe" | "frames" | "decode" | "measure" }
>;

/** The browser's own codecs in this worker. */
export class Browser {
  readonly #script: CodecsModule;
  readonly #codecs: CodecsScript.Codecs;

  constructor(script: CodecsModule, module: WebAssembly.Module) {
    this.#script = script;
    this.#codecs = script.start(module);
  }

  get memoryBytes(): number {
    return this.#codecs.memoryBytes;
  }

  /** Runs a program and returns the files that it makes, in the order of its outputs. */
  make(
    program: BrowserProgram,
    inputs: readonly NamedBlob[],
    progress: (seconds: number) => void,
  ): Promise<Blob[]> {
    const first = inputs[0]?.blob;
    if (first === undefined) {
      throw new Error("nothing to read");
    }
    const text = async (listing: Promise<string>) => [new Blob([await listing])];
    return this.#guard(async () => {
      switch (program.type) {
        case "examineStreams":
          return text(this.#codecs.examineStreams(first));
        case "examinePackets":
          return text(this.#codecs.examinePackets(first, program.stream));
        case "examineResult":
          return text(this.#codecs.examineResult(first));
        case "sound":
          return [await this.#codecs.makeAudio(program.step, first, progress)];
        case "assemble": {
          const audio = inputs.find(({ name }) => name === program.sound)?.blob;
          const chunks = inputs.filter(({ name }) => name !== program.sound).map(({ blob }) => blob);
          return [await this.#codecs.assemble(chunks, audio, program.rateNumerator, program.rateDenominator)];
        }
        case "package":
          return this.#codecs.packageSegments(program, first);
      }
    });
  }

  /** Decodes a chunk and encodes it with x264; returns the files of the pass. */
  async decodeIntoX264(
    step: DecodeStep,
    clip: Blob,
    encoder: Encoder,
    encodeStep: EncodeStep,
    inputs: readonly NamedBlob[],
    keepFrames: boolean,
    progress: (frames: number) => void,
  ): Promise<NamedBlob[]> {
    const encode = encoder.open(encodeStep, inputs, keepFrames, progress);
    try {
      await this.decode(step, clip, (frame) => encode.take(frame));
      return encode.finish();
    } finally {
      encode.close();
    }
  }

  /** Scales frames of this size to the encode's and encodes them with x264. */
  scaleIntoX264(
    size: { width: number; height: number },
    encoder: Encoder,
    encodeStep: EncodeStep,
    frames: readonly ArrayBuffer[],
    inputs: readonly NamedBlob[],
    progress: (frames: number) => void,
  ): NamedBlob[] {
    const scaler = this.#codecs.scaler(size.width, size.height, encodeStep.width, encodeStep.height);
    try {
      return encoder.encodeFrames(encodeStep, frames, inputs, progress, {
        size,
        scale: (frame) => scaler.scale(frame),
      });
    } finally {
      scaler.close();
    }
  }

  /** Decodes a chunk and encodes it with the browser's own encoder. */
  decodeIntoBrowser(
    step: DecodeStep,
    clip: Blob,
    encodeStep: BrowserEncodeStep,
    progress: (frames: number) => void,
  ): Promise<NamedBlob[]> {
    let frames = 0;
    return this.encode(encodeStep, (take) =>
      this.decode(step, clip, async (frame) => {
        await take(frame);
        frames += 1;
        progress(frames);
      }),
    );
  }

  /** Encodes the frames that `feed` gives with the browser's own encoder. */
  async encode(
    encodeStep: BrowserEncodeStep,
    feed: (take: (frame: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<NamedBlob[]> {
    const { chunk, count, ...settings } = encodeStep;
    const encode = await this.#guard(() => this.#codecs.openEncoder({ ...settings, frames: count }));
    try {
      await feed((frame) => this.#guard(() => encode.take(frame)));
      return [{ name: chunk, blob: await this.#guard(() => encode.finish()) }];
    } finally {
      encode.close();
    }
  }

  /** Decodes a chunk, frame by frame. */
  async decode(
    step: DecodeStep,
    clip: Blob,
    take: (frame: Uint8Array) => void | Promise<void>,
  ): Promise<void> {
    // An error of the encoder passes through the decoder but is not the decoder's failure.
    let encoders: { error: unknown } | undefined;
    const watched = async (frame: Uint8Array) => {
      try {
        await take(frame);
      } catch (error) {
        encoders ??= { error };
        throw error;
      }
    };
    try {
      await this.#guard(() => this.#codecs.decodeChunk(step, clip, watched));
    } catch (error) {
      throw encoders === undefined ? error : encoders.error;
    }
  }

  /** Converts errors of the codecs to the failures that the page knows. */
  async #guard<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof this.#script.CannotDecode) {
        throw new BrowserFailed(error.message);
      }
      if (error instanceof this.#script.CannotEncode) {
        throw new EncoderFailed(false, error.message);
      }
      throw error;
    }
  }
}
