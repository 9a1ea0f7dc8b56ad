// Opens the engine, which plans and encodes. Its module is next to this script. Refuses to know what a job is.

import init, { type Run, start } from "../generated/engine.js";
import { fetchModule, LoadError } from "../media/load.ts";
import { FrameStore } from "./frame-store.ts";

export interface Engine {
  readonly start: (file: File, wishes: unknown, tell: Tell, pack: Pack) => Run;
}

type Tell = Parameters<typeof start>[2];
type Pack = Parameters<typeof start>[3];

let opened: Promise<Engine> | undefined;

/** Opens the engine, and fetches it the first time. Fails with a `LoadFailure`; the next call tries again. */
export function open(): Promise<Engine> {
  opened ??= fetchEngine().catch((error: unknown) => {
    opened = undefined;
    throw error instanceof LoadError ? error.reason : "refused";
  });
  return opened;
}

async function fetchEngine(): Promise<Engine> {
  const address = new URL("engine.wasm.gz", import.meta.url).href;
  await init({ module_or_path: await fetchModule(address, 0, () => undefined) });
  return { start: (file, wishes, tell, pack) => start(file, wishes, tell, pack, new FrameStore()) };
}
