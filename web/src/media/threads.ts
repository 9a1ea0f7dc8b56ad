// One running copy of the multi-thread core, for one command: afterwards its worker is ended. Refuses to know tasks, messages and
// inputs.

import type { CreateCore, FileSystem, Runnable } from "./instance.ts";

/** The core starts its threads from the script that lies beside its own. */
export async function createWithThreads(
  createCore: CreateCore,
  module: WebAssembly.Module,
): Promise<Runnable> {
  const core = await createCore({
    instantiateWasm: (imports, receive) => {
      receive(new WebAssembly.Instance(module, imports), module);
      return {};
    },
  });
  // Its memory never grows: what it lacks, the program says.
  return { core, memoryRefused: false, memoryBytes: core.HEAPU8.buffer.byteLength, rewind: () => {} };
}

/** Calls `alive` whenever the running program writes anything. */
export function watchWrites(fs: FileSystem, alive: () => void): void {
  const { write } = fs;
  fs.write = (...what) => {
    alive();
    return write(...what);
  };
}
