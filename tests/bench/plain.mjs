// The plain recipe in a browser: one stock single-thread core in one worker, as a simple app has it.

import { cp } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { saveLink, withPage } from "./browser.mjs";
import { factsOf } from "./media.mjs";
import { recipe } from "./recipe.mjs";

/** Where the worker mounts the clip, and what it writes. */
const NAMES = { folder: "/input", output: "output.mp4", log: "plain" };

/**
 * Puts the page of the plain recipe and the core of the built site into a folder that can be served.
 *
 * @param {string} dist
 * @param {string} folder
 */
export async function makePlainSite(dist, folder) {
  await cp(fileURLToPath(new URL("plain", import.meta.url)), folder, { recursive: true });
  await cp(join(dist, "core"), join(folder, "core"), { recursive: true });
}

/**
 * @typedef {{ browser: string, site: string, core: string, warmUp: string, source: import("./media.mjs").Facts,
 *   timeout: number }} Wanted `site` is the plain page's address, `core` is the core's version, `timeout` in seconds.
 */

/**
 * @param {Wanted & { result: import("./media.mjs").Facts, preset: string, folder: string }} wanted the settings are those of
 *   `result`.
 */
export async function plain(wanted) {
  const { source, result, preset, folder, timeout } = wanted;
  const output = join(folder, "plain.mp4");
  const names = { input: mounted(source.path), output: NAMES.output, log: NAMES.log };
  const { commands } = recipe(source, result, names, preset);
  const seconds = await inStockCore(wanted, ["-c", "copy"], { commands, output: NAMES.output }, () => output);
  return { seconds, facts: await factsOf(output, timeout) };
}

/** The clip as the worker's commands see it. @param {string} path */
export function mounted(path) {
  return `${NAMES.folder}/${basename(path)}`;
}

/**
 * Runs commands in a page of their own, and saves what they wrote.
 *
 * @param {Wanted} wanted
 * @param {string[]} warmUpWords what is done to the tiny clip before: as much as Clipfit's page does, so that both have loaded
 *   the same
 * @param {{ commands: string[][], folders?: string[], output: string }} order
 * @param {(path: string) => string} place where a file goes
 * @returns {Promise<number>} seconds of the commands alone
 */
export async function inStockCore(wanted, warmUpWords, order, place) {
  const { browser, site, core, warmUp, source, timeout } = wanted;
  return withPage(browser, site, timeout, async (page) => {
    const input = await page.waitForSelector("input");
    const run = async (path, message) => {
      await input.uploadFile(path);
      return page.evaluate((whole) => globalThis.runPlain(whole), {
        core: `core/${core}`,
        folder: NAMES.folder,
        ...message,
      });
    };
    const first = ["-i", mounted(warmUp), ...warmUpWords, "-f", "mp4", NAMES.output];
    await run(warmUp, { commands: [first], output: NAMES.output });
    const { seconds, files } = await run(source.path, order);
    for (const { path, href } of files) await saveLink(page, href, place(path));
    return seconds;
  });
}
