// The media worker: answers the page's messages with the core and the encoder. Refuses to know what a task is for.

import type { FromWorker, ToWorker } from "./generated/protocol.ts";
import { Encoder, EncoderFailed, isEncoderScript, type NamedBlob } from "./media/encoder.ts";
import { type CreateCore, Instance, isCreateCore } from "./media/instance.ts";
import { Lines } from "./media/lines.ts";
import { fetchModule, importScript, LoadError } from "./media/load.ts";
import { crashed, type Outcome, run } from "./media/run.ts";

/** What rides beside a message. */
type Riding = { module?: WebAssembly.Module; encoderModule?: WebAssembly.Module; blobs?: Blob[] };
type Request<T extends ToWorker["type"]> = Extract<ToWorker, { type: T }> & Riding;

/** Memory never shrinks: an instance that one large task blew up is not kept for the small ones after it. */
const MEMORY_KEPT_BYTES = 600e6;

let core: { createCore: CreateCore; module: WebAssembly.Module } | undefined;
let instance: Instance | undefined;
let encoder: Encoder | undefined;

async function load(message: Request<"load">): Promise<void> {
  const { scriptUrl, wasmUrl, packedBytes, encoder: address } = message;
  const loadingEncoder =
    address === null
      ? {}
      : startEncoder(address.scriptUrl, () => fetchModule(address.wasmUrl, address.packedBytes, () => {}));
  await start(scriptUrl, loadingEncoder, () =>
    fetchModule(wasmUrl, packedBytes, (received, total) => {
      post({ type: "loadProgress", received, total });
    }),
  );
}

async function adopt(message: Request<"adopt">): Promise<void> {
  const { scriptUrl, encoderScriptUrl, module, encoderModule } = message;
  const loadingEncoder =
    encoderScriptUrl === null || encoderModule === undefined
      ? {}
      : startEncoder(encoderScriptUrl, async () => encoderModule);
  await start(scriptUrl, loadingEncoder, async () => {
    if (!(module instanceof WebAssembly.Module)) {
      throw new LoadError("corrupt", "no compiled core rides along");
    }
    return module;
  });
}

/** How the encoder's start went; without it the core's own encoder does the work. */
interface EncoderStart {
  encoderModule?: WebAssembly.Module;
  detail?: string;
}

async function startEncoder(
  scriptUrl: string,
  getModule: () => Promise<WebAssembly.Module>,
): Promise<EncoderStart> {
  try {
    const [script, encoderModule] = await Promise.all([importScript(scriptUrl), getModule()]);
    if (!isEncoderScript(script)) {
      throw new LoadError("corrupt", "the script makes no encoder");
    }
    encoder = new Encoder(script, encoderModule);
    return { encoderModule };
  } catch (error) {
    return { detail: String(error) };
  }
}

async function start(
  scriptUrl: string,
  startingEncoder: EncoderStart | Promise<EncoderStart>,
  getModule: () => Promise<WebAssembly.Module>,
): Promise<void> {
  try {
    const [script, module] = await Promise.all([importScript(scriptUrl), getModule()]);
    const createCore = "default" in script ? script.default : undefined;
    if (!isCreateCore(createCore)) {
      throw new LoadError("corrupt", "the script makes no core");
    }
    core = { createCore, module };
    // Made now although it may idle for a while: only then does "loaded" mean that a task can run.
    instance = await Instance.create(createCore, module);
    const { encoderModule, detail } = await startingEncoder;
    post(
      { type: "loaded", detail: detail ?? null },
      encoderModule === undefined ? { module } : { module, encoderModule },
    );
  } catch (error) {
    const failure = error instanceof LoadError ? error : new LoadError("refused", error);
    post({ type: "loadFailed", reason: failure.reason, detail: failure.message });
  }
}

async function runTask(message: Request<"run">): Promise<void> {
  const { task } = message;
  const lines = new Lines((printed) => post({ type: "log", task, lines: printed }));
  const outcome = await outcomeOf(message, lines);
  lines.flush();
  if (outcome.ended) {
    const { exitCode, outputs } = outcome;
    post(
      {
        type: "finished",
        task,
        exitCode,
        outputs: outputs.map(({ name }) => name),
        memoryBytes: (instance?.memoryBytes ?? 0) + (encoder?.memoryBytes ?? 0),
      },
      { blobs: outputs.map(({ blob }) => blob) },
    );
  } else {
    post({ type: "crashed", task, reason: outcome.reason, detail: outcome.detail });
  }
  if (!outcome.ended || (instance?.memoryBytes ?? 0) > MEMORY_KEPT_BYTES) {
    instance = undefined;
  }
}

async function outcomeOf(message: Request<"run">, lines: Lines): Promise<Outcome> {
  const inputs = message.inputs.flatMap((name, index) => {
    const blob = message.blobs?.[index];
    return blob === undefined ? [] : [{ name, blob }];
  });
  try {
    return message.program === "encoder"
      ? encodeAlone(message, inputs, lines)
      : await runProgram(message, inputs, lines);
  } catch (error) {
    return crashed(error, false);
  }
}

function encodeAlone(message: Request<"run">, inputs: NamedBlob[], lines: Lines): Outcome {
  if (encoder === undefined || message.encode === null) {
    throw new EncoderFailed(false, "no encoder, or nothing to encode");
  }
  const outputs = encoder.encodeBlob(message.encode, inputs, progressTo(lines));
  return { ended: true, exitCode: 0, outputs };
}

async function runProgram(message: Request<"run">, inputs: NamedBlob[], lines: Lines): Promise<Outcome> {
  if (core === undefined) {
    throw new Error("nothing is loaded");
  }
  instance ??= await Instance.create(core.createCore, core.module);
  const log = (stdout: boolean, text: string) => lines.add(stdout, text);
  const { program, encode: step, outputs } = message;
  if (program === "encoder") {
    throw new Error("the encoder alone is no program");
  }
  const command = { program, arguments: message.arguments, inputs, outputs };
  if (step === null) {
    return run(instance, command, log);
  }
  if (encoder === undefined) {
    throw new EncoderFailed(false, "no encoder is loaded");
  }
  const encode = encoder.open(step, inputs, outputs.includes(step.frames), progressTo(lines));
  try {
    return run(instance, { ...command, sink: { name: step.frames, encode } }, log);
  } finally {
    encode.close();
  }
}

/** Tells of encoded frames as the core's programs do. */
function progressTo(lines: Lines): (frames: number) => void {
  return (frames) => lines.add(true, `frame=${frames}`);
}

async function answer(message: ToWorker & Riding): Promise<void> {
  switch (message.type) {
    case "load":
      return load(message);
    case "adopt":
      return adopt(message);
    case "run":
      return runTask(message);
    default:
      message satisfies never;
  }
}

function post(message: FromWorker, riding: Riding = {}): void {
  self.postMessage({ ...message, ...riding });
}

/** One after the other: making an instance awaits, and a second task must not start in between. */
let queue: Promise<void> = Promise.resolve();
self.onmessage = (event: MessageEvent<ToWorker & Riding>) => {
  queue = queue.then(() => answer(event.data));
};
