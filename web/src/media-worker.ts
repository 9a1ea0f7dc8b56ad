// The media worker: answers the page's messages with the core. Refuses to know what a task is for.

import type { FromWorker, ToWorker } from "./generated/protocol.ts";
import { type CreateCore, Instance, isCreateCore } from "./media/instance.ts";
import { Lines } from "./media/lines.ts";
import { fetchCore, importScript, LoadError } from "./media/load.ts";
import { type Outcome, run } from "./media/run.ts";

/** What rides beside a message. */
type Riding = { module?: WebAssembly.Module; blobs?: Blob[] };
type Request<T extends ToWorker["type"]> = Extract<ToWorker, { type: T }> & Riding;

/** Memory never shrinks: an instance that one large task blew up is not kept for the small ones after it. */
const MEMORY_KEPT_BYTES = 600e6;

let core: { createCore: CreateCore; module: WebAssembly.Module } | undefined;
let instance: Instance | undefined;

async function load(message: Request<"load">): Promise<void> {
  const { scriptUrl, wasmUrl, packedBytes } = message;
  await start(scriptUrl, async () => {
    const module = await fetchCore(wasmUrl, packedBytes, (received, total) => {
      post({ type: "loadProgress", received, total });
    });
    return { module, riding: { module } };
  });
}

async function adopt(message: Request<"adopt">): Promise<void> {
  await start(message.scriptUrl, async () => {
    if (!(message.module instanceof WebAssembly.Module)) {
      throw new LoadError("corrupt", "no compiled core rides along");
    }
    return { module: message.module, riding: {} };
  });
}

async function start(
  scriptUrl: string,
  getModule: () => Promise<{ module: WebAssembly.Module; riding: Riding }>,
): Promise<void> {
  try {
    const [script, { module, riding }] = await Promise.all([importScript(scriptUrl), getModule()]);
    if (!isCreateCore(script)) {
      throw new LoadError("corrupt", "the script makes no core");
    }
    core = { createCore: script, module };
    // Made now although it may idle for a while: only then does "loaded" mean that a task can run.
    instance = await Instance.create(script, module);
    post({ type: "loaded" }, riding);
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
        memoryBytes: instance?.memoryBytes ?? 0,
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
  try {
    if (core === undefined) {
      throw new Error("nothing is loaded");
    }
    instance ??= await Instance.create(core.createCore, core.module);
  } catch (error) {
    const reason = error instanceof RangeError ? "outOfMemory" : "trap";
    return { ended: false, reason, detail: String(error) };
  }
  const inputs = message.inputs.flatMap((name, index) => {
    const blob = message.blobs?.[index];
    return blob === undefined ? [] : [{ name, blob }];
  });
  return run(instance, { ...message, inputs }, (stdout, text) => lines.add(stdout, text));
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
