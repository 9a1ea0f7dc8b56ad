// The memory that a program and all it started use, as Linux counts it. Knows browsers only by how they mark the processes
// of their pages.

import { readdir, readFile } from "node:fs/promises";

const INTERVAL_MS = 500;
const KIB = 1024;
/** The words by which Chromium and Firefox start a page's process. */
const OF_A_PAGE = ["--type=renderer", "-isForBrowser"];

/**
 * @typedef {{ whole: number, page: number }} Memory in bytes: of all processes, where shared pages count once (proportional
 *   set size), and of the largest process of a page (resident set size).
 */

/**
 * Watches until stopped.
 *
 * @param {number} root process id
 * @returns {() => Promise<Memory | undefined>} stops, and tells the peaks; nothing where the system does not say
 */
export function watchMemory(root) {
  let peak;
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const now = await memoryOf(root).catch(() => undefined);
      if (now !== undefined) {
        const { whole = 0, page = 0 } = peak ?? {};
        peak = { whole: Math.max(whole, now.whole), page: Math.max(page, now.page) };
      }
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  })();
  return async () => {
    stopped = true;
    await watching;
    return peak;
  };
}

/**
 * @param {number} root process id
 * @returns {Promise<Memory>} as it is now
 */
export async function memoryOf(root) {
  const parents = new Map();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => undefined);
    // The program's name, in brackets, may contain anything.
    const parent = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const belongs = (id) => id === root || (parents.has(id) && belongs(parents.get(id)));
  const memory = { whole: 0, page: 0 };
  for (const id of [...parents.keys()].filter(belongs)) {
    const text = await readFile(`/proc/${id}/smaps_rollup`, "utf8").catch(() => "");
    const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? 0) * KIB;
    memory.whole += bytes("Pss");
    const words = await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "");
    if (OF_A_PAGE.some((word) => words.includes(word))) memory.page = Math.max(memory.page, bytes("Rss"));
  }
  return memory;
}
