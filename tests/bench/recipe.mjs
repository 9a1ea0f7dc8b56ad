// The plain recipe: x264 medium, two passes, at the settings of a finished result. The same words serve the
// WebAssembly core and native ffmpeg.

import { join } from "node:path";
import { factsOf, toPicture } from "./media.mjs";
import { run } from "./processes.mjs";

/** Copied packets may lose the few around an edit. */
const SAME_SHARE = 0.01;

/**
 * @typedef {import("./media.mjs").Facts} Facts
 * @typedef {{ videoRate: number, sound: string, first: string[], second: string[] }} Recipe `videoRate` in bits a
 *   second; `first` and `second` are ffmpeg's arguments, `sound` is what they make of it in words.
 */

/**
 * @param {Facts} source
 * @param {Facts} result
 * @param {{ input: string, output: string, log: string }} names as the encoder sees them
 * @returns {Recipe}
 */
export function recipe(source, result, names) {
  const videoRate = Math.round((result.videoBytes * 8) / result.seconds);
  const video = [
    ...["-i", names.input, "-map", `0:${source.videoIndex}`, "-vf", toPicture(source, result)],
    ...["-fps_mode", "passthrough", "-c:v", "libx264", "-preset", "medium", "-b:v", String(videoRate)],
    ...["-passlogfile", names.log],
  ];
  const sound = soundOf(source, result);
  return {
    videoRate,
    sound: sound.text,
    first: [...video, "-pass", "1", "-an", "-f", "null", "-"],
    second: [...video, "-pass", "2", ...sound.words, "-tag:v", "avc1", "-f", "mp4", names.output],
  };
}

/** The result's sound, made again the same way. */
function soundOf(source, result) {
  const [from, to] = [source.sound, result.sound];
  if (from === undefined || to === undefined) return { text: "none", words: ["-an"] };
  const map = ["-map", `0:${from.index}`];
  const near = (a, b) => Math.abs(a - b) <= SAME_SHARE * b + 2;
  if (
    from.codec === to.codec &&
    near(to.packets, from.packets) &&
    Math.abs(to.bytes / from.bytes - 1) < SAME_SHARE
  ) {
    return { text: `${to.codec}, copied`, words: [...map, "-c:a", "copy"] };
  }
  const kbps = Math.round((to.bytes * 8) / result.seconds / 1000);
  const words = [
    ...map,
    "-c:a",
    "aac",
    "-b:a",
    `${kbps}k`,
    "-ac",
    String(to.channels),
    "-ar",
    String(to.sampleRate),
  ];
  return { text: `aac, ${kbps} kb/s, ${to.channels} channel${to.channels === 1 ? "" : "s"}`, words };
}

/**
 * The recipe with native ffmpeg and the threads it takes by itself.
 *
 * @param {Facts} source
 * @param {Facts} result
 * @param {string} folder for its files
 * @param {number} timeout seconds
 */
export async function native(source, result, folder, timeout) {
  const output = join(folder, "native.mp4");
  const words = recipe(source, result, { input: source.path, output, log: join(folder, "native") });
  let seconds = 0;
  for (const pass of [words.first, words.second]) {
    seconds += (await run("ffmpeg", ["-v", "error", "-nostdin", "-y", ...pass], { timeout })).seconds;
  }
  return { seconds, facts: await factsOf(output, timeout) };
}
