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
 * @param {{ browser: string, site: string, core: string, warmUp: string, source: import("./media.mjs").Facts,
 *   result: import("./media.mjs").Facts, preset: string, folder: string, timeout: number }} wanted `site` is the plain page's
 *   address, `core` is the core's version; the settings are those of `result`.
 */
export async function plain(wanted) {
  const { browser, site, core, warmUp, source, result, preset, folder, timeout } = wanted;
  const output = join(folder, "plain.mp4");
  const names = { input: `${NAMES.folder}/${basename(source.path)}`, output: NAMES.output, log: NAMES.log };
  const { commands } = recipe(source, result, names, preset);
  const seconds = await withPage(browser, site, timeout, async (page) => {
    const input = await page.waitForSelector("input");
    const run = async (path, words) => {
      await input.uploadFile(path);
      const order = { core: `core/${core}`, folder: NAMES.folder, commands: words, output: NAMES.output };
      return page.evaluate((message) => globalThis.runPlain(message), order);
    };
    // As much as the other page does before its time is taken: load the core and read the clip, encode nothing.
    const read = ["-i", `${NAMES.folder}/${basename(warmUp)}`, "-c", "copy", "-f", "mp4", NAMES.output];
    await run(warmUp, [read]);
    const done = await run(source.path, commands);
    await saveLink(page, done.files[0].href, output);
    return done.seconds;
  });
  return { seconds, facts: await factsOf(output, timeout) };
}
