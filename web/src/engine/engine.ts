// Opens the engine, which plans and encodes. Its module is next to this script. Refuses to know what a job is.

import init, { type Run, start } from "../generated/engine.js";
import { fetchModule, fetchWhole, LoadError } from "../media/load.ts";
import type { Journal } from "../page/journal.ts";
import { FrameStore } from "./frame-store.ts";

export interface Engine {
  readonly start: (
    file: File,
    wishes: unknown,
    tell: Tell,
    prepare: Prepare,
    pack: Pack,
    journal: Journal | undefined,
  ) => Run;
}

type Tell = Parameters<typeof start>[2];
type Prepare = Parameters<typeof start>[3];
type Pack = Parameters<typeof start>[4];

let opened: Promise<Engine> | undefined;

/** Opens the engine, and fetches it the first time. Fails with a `LoadFailure`; the next call tries again. */
export function open(): Promise<Engine> {
  opened ??= fetchEngine().catch((error: unknown) => {
    opened = undefined;
    throw reasonOf(error);
  });
  return opened;
}

async function fetchEngine(): Promise<Engine> {
  const address = new URL("engine.wasm.gz", import.meta.url).href;
  await init({ module_or_path: await fetchModule(address, 0, () => undefined) });
  return {
    start: (file, wishes, tell, prepare, pack, journal) =>
      start(file, wishes, tell, prepare, pack, { fetch: fetchScript, frames: new FrameStore(), journal }),
  };
}

/** Fetches a script that a worker is to start from. Fails with a `LoadFailure`. */
async function fetchScript(address: string, signal: AbortSignal): Promise<Blob> {
  try {
    const { content } = await fetchWhole(address, { signal });
    return new Blob([content], { type: "text/javascript" });
  } catch (error) {
    throw reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof LoadError ? error.reason : "refused";
}
