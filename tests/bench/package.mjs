// A package for streaming, measured twice: by Clipfit's page, and by ffmpeg's own muxer in one stock core, a run for each
// rendition.

import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { unzip } from "../e2e/support/hls.mjs";
import { throughPage } from "./clipfit.mjs";
import { factsOf, perSecond } from "./media.mjs";
import { inStockCore, mounted } from "./plain.mjs";
import { run } from "./processes.mjs";
import { renditionRecipe } from "./recipe.mjs";

const PLAYLIST = "index.m3u8";
/** Where the stock core writes. */
const PLACE = "package";
/** What no other encoder is told: the first has its own place, the second is for chunks, the third follows from the filters. */
const NOT_OPTIONS = ["preset", "profile", "stitchable", "sar"];

/**
 * @typedef {import("./media.mjs").Facts} Facts
 * @typedef {{ name: string, segments: number, bytes: number, facts: Facts }} Rendition `facts` are those of all its segments
 *   as one file, `bytes` those of the segments and the playlist.
 */

/**
 * @param {import("./clipfit.mjs").Wanted & { effort: string, segment: number, folder: string }} wanted `segment` in seconds.
 */
export async function packaged(wanted) {
  const { effort, segment, folder, warmUp, timeout } = wanted;
  const archive = join(folder, "clipfit.zip");
  const wishes = { mode: "hls", effort, segment: String(segment) };
  const { log, ...measured } = await throughPage(wanted, wishes, archive, (page) => readLog(page, warmUp));
  const place = join(folder, "clipfit");
  for (const [path, bytes] of unzip(await readFile(archive))) {
    await mkdir(dirname(join(place, path)), { recursive: true });
    await writeFile(join(place, path), bytes);
  }
  const renditions = await renditionsIn(place, timeout);
  const settings = settingsIn(log);
  if (settings.length !== renditions.length) {
    throw new Error(`${renditions.length} renditions, but x264 had settings for ${settings.length}`);
  }
  return { ...measured, ...account(renditions), settings };
}

/**
 * @param {import("./plain.mjs").Wanted & { result: Awaited<ReturnType<typeof packaged>>, segment: number, folder: string }}
 *   wanted the settings are those of `result`.
 */
export async function plainPackage(wanted) {
  const { source, result, segment, folder, timeout } = wanted;
  const recipes = packageRecipes(source, result, segment);
  const names = result.renditions.map(({ name }) => `${PLACE}/${name}`);
  for (const name of names) await mkdir(join(folder, name), { recursive: true });
  const order = {
    commands: recipes.flatMap(({ commands }) => commands),
    folders: [PLACE, ...names],
    output: PLACE,
  };
  // The other page has made a package of the tiny clip.
  const seconds = await inStockCore(wanted, [], order, (path) => join(folder, path));
  return { seconds, ...account(await renditionsIn(join(folder, PLACE), timeout)) };
}

/**
 * @param {Facts} source
 * @param {Awaited<ReturnType<typeof packaged>>} result
 * @param {number} segment seconds
 */
export function packageRecipes(source, { renditions, settings }, segment) {
  return renditions.map(({ name, facts }, index) => {
    const names = { input: mounted(source.path), folder: `${PLACE}/${name}` };
    return renditionRecipe(source, facts, names, settings[index], segment);
  });
}

/** A row's part: the picture is that of the largest rendition, the bytes are those of all. @param {Rendition[]} renditions */
function account(renditions) {
  const bytes = renditions.reduce((sum, one) => sum + one.bytes, 0);
  return { renditions, facts: { ...renditions[0].facts, bytes } };
}

/**
 * What is wrong with a package: a rendition or a segment that another one has, or a frame that the source has.
 *
 * @param {Facts} source
 * @param {Rendition[]} renditions
 * @param {Rendition[]} wanted
 * @returns {string | undefined}
 */
export function flaw(source, renditions, wanted) {
  const names = (all) => all.map(({ name, facts }) => `${name} ${facts.width}x${facts.height}`).join(", ");
  if (names(renditions) !== names(wanted)) return `${names(renditions)} instead of ${names(wanted)}`;
  for (const [index, { name, segments, facts }] of renditions.entries()) {
    const share = perSecond(facts.rate) / perSecond(source.rate);
    const frames = Math.round(source.videoPackets * share);
    // Where the rate is another, its last frame may be either.
    if (Math.abs(facts.videoPackets - frames) > (source.constantRate && share === 1 ? 0 : 1)) {
      return `${name} has ${facts.videoPackets} frames instead of ${frames}`;
    }
    const others = wanted[index].segments;
    if (segments !== others) return `${name} has ${segments} segments instead of ${others}`;
  }
  return undefined;
}

/** The renditions below `folder`, the largest first, each read through its playlist. @returns {Promise<Rendition[]>} */
async function renditionsIn(folder, timeout) {
  const playlists = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(PLAYLIST));
  if (playlists.length === 0) throw new Error("the package has no rendition");
  const renditions = [];
  for (const playlist of playlists) {
    const place = dirname(join(folder, playlist));
    const files = await readdir(place);
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(place, name))).size));
    const whole = `${place}.mp4`;
    const words = ["-v", "error", "-nostdin", "-y", "-i", join(folder, playlist), "-map", "0", "-c", "copy"];
    await run("ffmpeg", [...words, whole], { timeout });
    renditions.push({
      name: basename(place),
      segments: files.filter((name) => name.startsWith("segment")).length,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      facts: await factsOf(whole, timeout),
    });
  }
  return renditions.sort((a, b) => b.facts.width * b.facts.height - a.facts.width * a.facts.height);
}

/** The log of the job that is not the warm-up's. */
async function readLog(page, warmUp) {
  const read = async (other) => {
    const job = [...document.querySelectorAll('[data-testid="job"]')].find(
      (candidate) => !candidate.textContent.includes(other),
    );
    const log = () => job.querySelector('[data-testid="job-log"]')?.textContent ?? "";
    job.querySelector('[data-testid="job-log-toggle"]').click();
    while (!log().includes("\n")) await new Promise((resolve) => setTimeout(resolve, 50));
    return log();
  };
  return { log: await page.evaluate(read, basename(warmUp)) };
}

/**
 * What x264 was told, for the rendition of the largest peak first, which is the largest.
 *
 * @param {string} log
 * @returns {import("./recipe.mjs").X264[]}
 */
function settingsIn(log) {
  const all = new Map();
  for (const [, text] of log.matchAll(/ x264 (--.*)$/gm)) {
    const options = new Map([...text.matchAll(/--(\S+) (\S+)/g)].map(([, name, value]) => [name, value]));
    all.set(Number(options.get("vbv-maxrate")), options);
  }
  if (all.size === 0) throw new Error("the log has no settings of x264: another encoder was at work");
  return [...all.entries()]
    .sort(([a], [b]) => b - a)
    .map(([, options]) => ({
      preset: options.get("preset"),
      profile: options.get("profile"),
      options: [...options]
        .filter(([name]) => !NOT_OPTIONS.includes(name))
        .map(([name, value]) => `${name}=${value}`),
    }));
}
