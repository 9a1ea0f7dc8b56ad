// The most memory that a program and all it started used at once, as Linux counts it. Knows nothing of browsers.

import { readdir, readFile } from "node:fs/promises";

const INTERVAL_MS = 500;
const KIB = 1024;

/**
 * Watches until stopped. Shared pages count once (proportional set size).
 *
 * @param {number} root process id
 * @returns {() => Promise<number | undefined>} stops, and tells the peak in bytes; nothing where the system does not say
 */
export function watchMemory(root) {
  let peak;
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const bytes = await usedBy(root).catch(() => undefined);
      if (bytes !== undefined) peak = Math.max(peak ?? 0, bytes);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  })();
  return async () => {
    stopped = true;
    await watching;
    return peak;
  };
}

async function usedBy(root) {
  const parents = new Map();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => undefined);
    // The program's name, in brackets, may contain anything.
    const parent = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const belongs = (id) => id === root || (parents.has(id) && belongs(parents.get(id)));
  let bytes = 0;
  for (const id of [...parents.keys()].filter(belongs)) {
    const text = await readFile(`/proc/${id}/smaps_rollup`, "utf8").catch(() => "");
    bytes += Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * KIB;
  }
  return bytes;
}
