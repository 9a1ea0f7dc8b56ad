// One running instance of the multi-thread core, for one command: then its worker ends. Refuses to know tasks, messages
// and inputs.

import type { CreateCore, FileSystem, Runnable } from "./instance.ts";

/** Creates an instance. The core starts its threads from the script next to its own. */
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
  // Its memory never grows: the program itself reports a lack of memory.
  return { core, memoryRefused: false, memoryBytes: core.HEAPU8.buffer.byteLength, rewind: () => {} };
}

/** Calls `alive` whenever the running program writes. */
export function watchWrites(fs: FileSystem, alive: () => void): void {
  const { write } = fs;
  fs.write = (...what) => {
    alive();
    return write(...what);
  };
}
