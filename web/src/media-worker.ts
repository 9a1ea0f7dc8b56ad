// The media worker: runs tasks with the parts that it loads. Refuses to know what a task is for.

import { CannotDecode } from "./codecs/failures.ts";
import {
  type Answer,
  FILES,
  type FromWorker,
  type MissingPart,
  type PartAddress,
  type Program,
  type ToWorker,
} from "./generated/protocol.ts";
import { Browser, type DecodeProgram, isCodecsScript } from "./media/browser.ts";
import { Encoder, EncoderFailed, isEncoderScript, type NamedBlob } from "./media/encoder.ts";
import { type CreateCore, Instance, isCreateCore, type Runnable } from "./media/instance.ts";
import { FrameKeeper, FrameSource, type KeptFrames } from "./media/kept-frames.ts";
import { Reports } from "./media/lines.ts";
import { fetchModule, importScript, LoadError, settle } from "./media/load.ts";
import { measure } from "./media/measure.ts";
import { crashed, type Outcome, run } from "./media/run.ts";
import { createWithThreads, watchWrites } from "./media/threads.ts";

/** Values that are posted together with a message. */
type Attached = {
  modules?: (WebAssembly.Module | null)[];
  blobs?: Blob[];
  frames?: KeptFrames;
  folder?: FileSystemDirectoryHandle;
};
type Request<T extends ToWorker["type"]> = Extract<ToWorker, { type: T }> & Attached;

/** Memory never shrinks: an instance that has grown beyond this for a large task is not kept for small ones. */
const MEMORY_KEPT_BYTES = 600e6;

let core: { create: () => Promise<Runnable>; threads: boolean } | undefined;
let instance: Runnable | undefined;
let encoder: Encoder | undefined;
let browser: Browser | undefined;

async function load(message: Request<"load">): Promise<void> {
  settle(message.downloads);
  const arrived = new Map<PartAddress, { received: number; total: number }>();
  const tell = () => {
    const all = message.parts.map((part) => arrived.get(part) ?? { received: 0, total: part.packedBytes });
    const sum = (pick: (one: { received: number; total: number }) => number) =>
      all.reduce((before, one) => before + pick(one), 0);
    post({ type: "loadProgress", received: sum((one) => one.received), total: sum((one) => one.total) });
  };
  const report = (address: PartAddress, received: number, total: number) => {
    arrived.set(address, { received, total });
    tell();
  };
  // Before anything has arrived: the page hears at once that this script runs.
  tell();
  const missing: MissingPart[] = [];
  const fetched = message.parts.map(async (address, index) => {
    const given = message.modules?.[index] ?? undefined;
    try {
      const [script, module] = await Promise.all([
        importScript(address.scriptUrl, tell),
        given ?? fetchModule(address.wasmUrl, address.packedBytes, (...counts) => report(address, ...counts)),
      ]);
      await start(message, address.part, script, module);
      return given === undefined ? module : null;
    } catch (error) {
      const { reason, message: detail } =
        error instanceof LoadError ? error : new LoadError("refused", error);
      missing.push({ part: address.part, reason, detail });
      return null;
    }
  });
  const modules = await Promise.all(fetched);
  post({ type: "loaded", missing }, { modules });
}

/** Starts a part, even if it then idles for a while: "loaded" must mean that a task can run. */
async function start(
  { downloads }: Request<"load">,
  part: PartAddress["part"],
  script: object,
  module: WebAssembly.Module,
): Promise<void> {
  switch (part) {
    case "core": {
      const createCore = coreOf(script);
      core = { create: () => Instance.create(createCore, module), threads: false };
      instance = await core.create();
      return;
    }
    case "coreThreads": {
      const createCore = coreOf(script);
      core = { create: () => createWithThreads(createCore, module), threads: true };
      instance = await core.create();
      return;
    }
    case "encoder":
      if (!isEncoderScript(script)) {
        throw new LoadError("corrupt", "the script makes no encoder");
      }
      encoder = new Encoder(script, module);
      return;
    case "codecs":
      if (!isCodecsScript(script)) {
        throw new LoadError("corrupt", "the script brings no codecs");
      }
      browser = new Browser(script, module, downloads);
      return;
    default:
      part satisfies never;
  }
}

function coreOf(script: object): CreateCore {
  const createCore = "default" in script ? script.default : undefined;
  if (!isCreateCore(createCore)) {
    throw new LoadError("corrupt", "the script makes no core");
  }
  return createCore;
}

async function runTask(message: Request<"run">): Promise<void> {
  const { task } = message;
  encoder?.takeKept();
  const reports = new Reports({
    log: (lines) => post({ type: "log", task, lines }),
    progress: (frames) => post({ type: "progress", task, frames }),
  });
  const outcome = await outcomeOf(message, reports);
  reports.flush();
  if (outcome.ended) {
    const { exitCode, answer, outputs } = outcome;
    const frames = encoder?.takeKept() ?? message.frames;
    post(
      {
        type: "finished",
        task,
        exitCode,
        answer,
        outputs: outputs.map(({ name }) => name),
        memoryBytes: (instance?.memoryBytes ?? 0) + (encoder?.memoryBytes ?? 0) + (browser?.memoryBytes ?? 0),
      },
      { blobs: outputs.map(({ blob }) => blob), ...(frames && { frames }) },
    );
  } else {
    post({ type: "crashed", task, death: outcome.death, detail: outcome.detail });
  }
  if (!outcome.ended || (instance?.memoryBytes ?? 0) > MEMORY_KEPT_BYTES) {
    instance = undefined;
  }
}

async function outcomeOf(message: Request<"run">, reports: Reports): Promise<Outcome> {
  const inputs = message.inputs.flatMap((name, index) => {
    const blob = message.blobs?.[index];
    return blob === undefined ? [] : [{ name, blob }];
  });
  const { program } = message;
  try {
    switch (program.type) {
      case "ffmpeg":
      case "ffmpegThreads":
        return await runProgram(message, "ffmpeg", program.arguments, inputs, reports);
      case "ffprobe":
        return await runProgram(message, "ffprobe", program.arguments, inputs, reports);
      case "frames":
        return made(await encodeFrames(message, program, inputs, reports));
      case "measure":
        return answered({ type: "speeds", ...(await measure(withEncoder(), withBrowser())) });
      case "examineStreams":
      case "examinePackets":
        return answered(await withBrowser().examine(program, inputs, (line) => reports.line(false, line)));
      case "decode":
        return made(await decode(message, program, inputs, reports));
      case "watch": {
        const seen = await withBrowser().watch(program, inputs, progressTo(reports));
        return { ended: true, exitCode: 0, ...seen };
      }
      case "audio": {
        const audio = await withBrowser().makeAudio(program, inputs, () => reports.alive());
        return { ended: true, exitCode: 0, ...audio };
      }
      case "assemble":
      case "package": {
        const blobs = await withBrowser().make(program, inputs, () => reports.alive());
        return made(blobs.map((blob, index) => ({ name: message.outputs[index] ?? "", blob })));
      }
    }
  } catch (error) {
    return crashed(error, false);
  }
}

/** Returns the outcome of a step that made files. Only ffmpeg has exit codes; 0 stands for success. */
function made(outputs: NamedBlob[]): Outcome {
  return { ended: true, exitCode: 0, answer: null, outputs };
}

/** Returns the outcome of a step that only answers. */
function answered(answer: Answer): Outcome {
  return { ended: true, exitCode: 0, answer, outputs: [] };
}

function withBrowser(): Browser {
  if (browser === undefined) {
    throw new CannotDecode("no codecs are loaded");
  }
  return browser;
}

function withEncoder(): Encoder {
  if (encoder === undefined) {
    throw new EncoderFailed(false, "no encoder is loaded");
  }
  return encoder;
}

async function encodeFrames(
  { encode, frames }: Request<"run">,
  { width, height }: Extract<Program, { type: "frames" }>,
  inputs: NamedBlob[],
  reports: Reports,
): Promise<NamedBlob[]> {
  if (encode?.type !== "x264") {
    throw new EncoderFailed(false, "nothing to encode with x264");
  }
  if (frames === undefined) {
    throw new EncoderFailed(false, "no frames to encode");
  }
  const progress = progressTo(reports);
  const kept = await FrameSource.open(frames);
  try {
    if (encode.width === width && encode.height === height) {
      return withEncoder().encodeFrames(encode, kept, inputs, progress);
    }
    return withBrowser().scaleIntoX264({ width, height }, withEncoder(), encode, kept, inputs, progress);
  } finally {
    kept.close();
  }
}

/** Opens a keeper for the frames that a task is to keep. */
async function keeperFor(message: Request<"run">): Promise<FrameKeeper | undefined> {
  const { task, outputs, folder, framesInMemory: inMemory } = message;
  return outputs.includes(FILES.frames)
    ? FrameKeeper.open({ inMemory, folder, name: String(task) })
    : undefined;
}

async function decode(
  message: Request<"run">,
  program: DecodeProgram,
  inputs: NamedBlob[],
  reports: Reports,
): Promise<NamedBlob[]> {
  const clip = inputs[0]?.blob;
  const { encode } = message;
  if (clip === undefined || encode === null) {
    throw new CannotDecode("no clip, or nothing to do with its frames");
  }
  const progress = progressTo(reports);
  if (encode.type === "webCodecs") {
    return withBrowser().decodeIntoBrowser(program, clip, encode, progress);
  }
  const frames = await keeperFor(message);
  return withBrowser().decodeIntoX264(program, clip, withEncoder(), encode, inputs, frames, progress);
}

async function runProgram(
  message: Request<"run">,
  program: "ffmpeg" | "ffprobe",
  words: readonly string[],
  inputs: NamedBlob[],
  reports: Reports,
): Promise<Outcome> {
  if (core === undefined) {
    throw new Error("nothing is loaded");
  }
  instance ??= await core.create();
  if (core.threads) {
    watchWrites(instance.core.FS, () => reports.alive());
  }
  const log = (stdout: boolean, text: string) => reports.line(stdout, text);
  const { encode: step, outputs } = message;
  const command = { program, arguments: words, inputs, outputs };
  if (step === null) {
    return run(instance, command, log);
  }
  if (step.type !== "x264") {
    throw new EncoderFailed(false, "ffmpeg's frames go to x264 only");
  }
  const encode = withEncoder().open(step, inputs, await keeperFor(message), progressTo(reports));
  try {
    return run(instance, { ...command, sink: { name: FILES.frames, encode } }, log);
  } finally {
    encode.close();
  }
}

function progressTo(reports: Reports): (frames: number) => void {
  return (frames) => reports.progress(frames);
}

async function answer(message: ToWorker & Attached): Promise<void> {
  switch (message.type) {
    case "load":
      return load(message);
    case "run":
      return runTask(message);
    default:
      message satisfies never;
  }
}

function post(message: FromWorker, attached: Attached = {}): void {
  const moved = attached.frames?.filter((one) => one instanceof ArrayBuffer) ?? [];
  self.postMessage({ ...message, ...attached }, moved);
}

/** Messages wait for one another: creating an instance awaits, and a second task must not start in between. */
let queue: Promise<void> = Promise.resolve();
self.onmessage = (event: MessageEvent<ToWorker & Attached>) => {
  queue = queue.then(() => answer(event.data)).catch(unanswered);
};
self.onmessageerror = () => unanswered("a message that cannot be read");

/** Makes the page see a failed worker: it could not send an answer, for example for lack of memory. */
function unanswered(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}
