// Runs programs with the browser's own codecs. Refuses to know messages and what a task is for.

import type * as CodecsScript from "../codecs/codecs.ts";
import type { ChunkEncoder } from "../codecs/encode.ts";
import {
  type Answer,
  type AudioStep,
  type DecodeStep,
  type Downloads,
  FILES,
  type Program,
  type WatchStep,
  type WebCodecsStep,
  type X264Step,
} from "../generated/protocol.ts";
import type { Encoder, NamedBlob } from "./encoder.ts";
import type { FrameKeeper, FrameSource } from "./kept-frames.ts";

export type CodecsModule = Pick<typeof CodecsScript, "start">;

export function isCodecsScript(value: object): value is CodecsModule {
  return "start" in value;
}

/** Programs that list what is in a file. */
export type ExamineProgram = Extract<Program, { type: "examineStreams" | "examinePackets" }>;

/** The decode of a chunk. */
export type DecodeProgram = Extract<Program, { type: "decode" }>;

/** Programs that run with the browser's own codecs and produce files. */
export type MakeProgram = Extract<Program, { type: "assemble" | "package" }>;

/** The browser's own codecs in this worker. */
export class Browser {
  readonly #codecs: CodecsScript.Codecs;

  constructor(script: CodecsModule, module: WebAssembly.Module, downloads: Downloads) {
    this.#codecs = script.start(module, downloads);
  }

  get memoryBytes(): number {
    return this.#codecs.memoryBytes;
  }

  /** Examines the first input. */
  async examine(
    program: ExamineProgram,
    inputs: readonly NamedBlob[],
    log: (line: string) => void,
  ): Promise<Answer> {
    const file = firstOf(inputs);
    switch (program.type) {
      case "examineStreams":
        return { type: "streams", ...(await this.#codecs.examineStreams(file)) };
      case "examinePackets":
        return { type: "packets", ...(await this.#codecs.examinePackets(file, program, log)) };
    }
  }

  /** Runs a program and returns the files that it makes, in the order of its outputs. */
  async make(program: MakeProgram, inputs: readonly NamedBlob[], alive: () => void): Promise<Blob[]> {
    switch (program.type) {
      case "assemble": {
        const audio = inputs.find(({ name }) => name === FILES.audio)?.blob;
        const chunks = inputs.filter(({ name }) => name !== FILES.audio).map(({ blob }) => blob);
        return [await this.#codecs.assemble(chunks, audio, program.rate, program.captured)];
      }
      case "package":
        return this.#codecs.packageSegments(program, firstOf(inputs), alive);
    }
  }

  /** Makes the audio of the first input. */
  async makeAudio(
    step: AudioStep,
    inputs: readonly NamedBlob[],
    alive: () => void,
  ): Promise<{ answer: Answer | null; outputs: NamedBlob[] }> {
    const { file, windows } = await this.#codecs.makeAudio(step, firstOf(inputs), alive);
    const answer: Answer | null =
      windows === undefined ? null : { type: "heard", windows, rgb: false, decoded: null };
    return { answer, outputs: [{ name: FILES.audio, blob: file }] };
  }

  /** Watches the first input. */
  async watch(
    step: WatchStep,
    inputs: readonly NamedBlob[],
    progress: (samples: number) => void,
  ): Promise<{ answer: Answer; outputs: NamedBlob[] }> {
    const { frames, ...found } = await this.#codecs.watch(step, firstOf(inputs), progress);
    return { answer: { type: "heard", ...found }, outputs: samplesFile(frames) };
  }

  /** Decodes a chunk and encodes it with x264; returns the files of the pass. */
  async decodeIntoX264(
    { step, samples }: DecodeProgram,
    clip: Blob,
    encoder: Encoder,
    encodeStep: X264Step,
    inputs: readonly NamedBlob[],
    keeper: FrameKeeper | undefined,
    progress: (frames: number) => void,
  ): Promise<NamedBlob[]> {
    const encode = encoder.open(encodeStep, inputs, keeper, progress);
    try {
      const seen = await this.#codecs.decodeChunk(step, samples, clip, (frame) => encode.take(frame));
      return [...encode.finish(), ...samplesFile(seen)];
    } finally {
      encode.close();
    }
  }

  /** Scales frames of this size to the encode's and encodes them with x264. */
  scaleIntoX264(
    size: { width: number; height: number },
    encoder: Encoder,
    encodeStep: X264Step,
    frames: FrameSource,
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
  async decodeIntoBrowser(
    { step, samples }: DecodeProgram,
    clip: Blob,
    encodeStep: WebCodecsStep,
    progress: (frames: number) => void,
  ): Promise<NamedBlob[]> {
    let frames = 0;
    let seen: Blob | undefined;
    const encoded = await this.encode(encodeStep, async (encode) => {
      const counted = () => {
        frames += 1;
        progress(frames);
      };
      const take = async (frame: Uint8Array) => {
        await encode.take(frame);
        counted();
      };
      const takeDecoded = async (frame: VideoFrame) => {
        const taken = await encode.takeDecoded(frame);
        if (taken) {
          counted();
        }
        return taken;
      };
      seen = await this.#codecs.decodeChunk(step, samples, clip, take, takeDecoded);
    });
    return [...encoded, ...samplesFile(seen)];
  }

  /** Returns whether there is hardware that takes such frames. */
  hasHardware(step: WebCodecsStep): Promise<boolean> {
    return this.#codecs.hasHardware(step);
  }

  /** Encodes the frames that `feed` gives with the browser's own encoder. */
  async encode(
    encodeStep: WebCodecsStep,
    feed: (encode: ChunkEncoder) => Promise<void>,
  ): Promise<NamedBlob[]> {
    const encode = await this.#codecs.openEncoder(encodeStep);
    try {
      await feed(encode);
      return [{ name: FILES.chunk, blob: await encode.finish() }];
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
    await this.#codecs.decodeChunk(step, null, clip, take);
  }
}

function samplesFile(samples: Blob | undefined): NamedBlob[] {
  return samples === undefined ? [] : [{ name: FILES.watched, blob: samples }];
}

function firstOf(inputs: readonly NamedBlob[]): Blob {
  const [first] = inputs;
  if (first === undefined) {
    throw new Error("nothing to read");
  }
  return first.blob;
}
