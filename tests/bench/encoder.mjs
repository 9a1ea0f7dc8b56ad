// x264 alone on raw frames: our module and the stock core in the same browser, and native x264 on one thread.

import { mkdtempSync, rmSync } from "node:fs";
import { cp, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { saveLink, withPage } from "./browser.mjs";
import { factsOf } from "./media.mjs";
import { run } from "./processes.mjs";

/** How much of each clip is encoded. */
const SECONDS = 10;
const FRAMES = "frames.yuv";

/**
 * @typedef {{ preset: string, own?: Result, stock?: Result, native?: Result, error?: string }} EncoderRow
 * @typedef {{ seconds: number, bytes: number, memoryBytes?: number }} Result
 */

/** Adds the encoder's own page to a folder that can be served and has the built site's core. */
export async function makeEncoderSite(folder) {
  await cp(fileURLToPath(new URL("encoder", import.meta.url)), join(folder, "encoder"), { recursive: true });
}

/**
 * @param {{ browser: string, site: string, core: string, dist: string, presets: string[], folder: string,
 *   timeout: number }} world
 * @param {string} path the clip
 * @param {(text: string) => void} note
 */
export async function compareEncoders(world, path, note) {
  const folder = mkdtempSync(join(world.folder, "encoder-"));
  const source = await factsOf(path, world.timeout);
  const { width, height, rate } = source;
  const raw = join(folder, FRAMES);
  const cut = ["-v", "error", "-nostdin", "-y", "-i", path, "-t", String(SECONDS), "-an"];
  await run("ffmpeg", [...cut, "-pix_fmt", "yuv420p", "-f", "rawvideo", raw], world);
  const frames = (await stat(raw)).size / ((width * height * 3) / 2);
  const clip = { raw, width, height, rate, folder };
  /** @type {EncoderRow[]} */
  const rows = [];
  for (const preset of world.presets) {
    const row = { preset };
    rows.push(row);
    for (const [name, encode] of Object.entries({ own, stock, native })) {
      note(`${basename(path)}: x264 ${preset}, ${name} ...`);
      try {
        row[name] = await encode(world, clip, preset);
      } catch (error) {
        row.error = `${name}: ${error.message}`;
      }
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return { file: basename(path), width, height, frames, browser: world.browser, rows };
}

/** Raw frames as ffmpeg's input. */
function input({ width, height, rate }, name) {
  const { numerator, denominator } = rate;
  const size = `${width}x${height}`;
  return [
    ..."-f rawvideo -pix_fmt yuv420p".split(" "),
    "-s",
    size,
    "-r",
    `${numerator}/${denominator}`,
    "-i",
    name,
  ];
}

async function own({ browser, site, dist, timeout }, clip, preset) {
  const folders = await readdir(join(dist, "core"));
  const folder = folders.find((name) => name.startsWith("x264-"));
  if (folder === undefined) throw new Error("the site was built without the x264 module");
  return withPage(browser, `${site}encoder/`, timeout, async (page) => {
    await (await page.waitForSelector("input")).uploadFile(clip.raw);
    const order = {
      folder: `../core/${folder}`,
      width: clip.width,
      height: clip.height,
      rate: [clip.rate.numerator, clip.rate.denominator],
      preset,
      options: [],
    };
    const { seconds, memoryBytes, href } = await page.evaluate(
      (message) => globalThis.runEncoder(message),
      order,
    );
    return { seconds, memoryBytes, bytes: await saved(page, href, clip.folder) };
  });
}

async function stock({ browser, site, core, timeout }, clip, preset) {
  return withPage(browser, site, timeout, async (page) => {
    await (await page.waitForSelector("input")).uploadFile(clip.raw);
    const words = [...input(clip, `/input/${FRAMES}`), "-c:v", "libx264", "-preset", preset, "-threads", "1"];
    const order = {
      core: `core/${core}`,
      folder: "/input",
      commands: [[...words, "-f", "mp4", "output.mp4"]],
      output: "output.mp4",
    };
    const { seconds, files } = await page.evaluate((message) => globalThis.runPlain(message), order);
    return { seconds, bytes: await saved(page, files[0].href, clip.folder) };
  });
}

async function native({ timeout }, clip, preset) {
  const output = join(clip.folder, "native.mp4");
  const words = [...input(clip, clip.raw), "-c:v", "libx264", "-preset", preset, "-threads", "1", output];
  const started = performance.now();
  await run("ffmpeg", ["-v", "error", "-nostdin", "-y", ...words], { timeout });
  return { seconds: (performance.now() - started) / 1000, bytes: (await stat(output)).size };
}

async function saved(page, href, folder) {
  const path = join(folder, "result.mp4");
  await saveLink(page, href, path);
  return (await stat(path)).size;
}

/** @param {Awaited<ReturnType<typeof compareEncoders>>} comparison */
export function encoderLines(comparison) {
  return comparison.rows.map((row) =>
    JSON.stringify({ type: "encoder", ...comparison, rows: undefined, ...row }),
  );
}

/** @param {Awaited<ReturnType<typeof compareEncoders>>} comparison */
export function encoderTable({ file, width, height, frames, browser, rows }) {
  const head = [
    "preset",
    "module",
    "stock core",
    "native",
    "x stock",
    "x native",
    "module bytes",
    "stock bytes",
    "MB",
  ];
  const number = (value, digits) => (value === undefined ? "-" : value.toFixed(digits));
  const lines = rows.map(({ preset, own: module, stock: core, native: nativeResult, error }) => [
    preset,
    number(module?.seconds, 2),
    number(core?.seconds, 2),
    number(nativeResult?.seconds, 2),
    number(core && module && core.seconds / module.seconds, 2),
    number(nativeResult && module && nativeResult.seconds / module.seconds, 2),
    String(module?.bytes ?? "-"),
    String(core?.bytes ?? "-"),
    error ?? number(module && module.memoryBytes / 1e6, 0),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  const text = [head, ...lines].map((line) =>
    line.map((cell, column) => cell.padStart(widths[column])).join("  "),
  );
  return [`x264 alone, ${browser}: ${file}, ${frames} raw frames of ${width}x${height}`, ...text, ""].join(
    "\n",
  );
}
