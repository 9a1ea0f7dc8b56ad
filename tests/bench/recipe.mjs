// The plain recipes, at the settings of a finished result: x264 in two passes, and one run for each rendition of a package. The
// same words serve the WebAssembly core and native ffmpeg.

import { join } from "node:path";
import { factsOf, shape, toPicture } from "./media.mjs";
import { run } from "./processes.mjs";

/** Copied packets may lose the few around an edit. */
const SAME_SHARE = 0.01;
/** Rounded times of frames must not push a keyframe to the next one. */
const EARLY_SECONDS = 0.001;

/**
 * @typedef {import("./media.mjs").Facts} Facts
 * @typedef {{ text: string, commands: string[][] }} Recipe ffmpeg's arguments, one run after the other, and the settings in
 *   words.
 * @typedef {{ preset: string, profile: string, options: string[] }} X264 `options` are x264's own, each as `name=value`.
 */

/**
 * @param {Facts} source
 * @param {Facts} result
 * @param {{ input: string, output: string, log: string }} names as the encoder sees them
 * @param {string} preset
 * @returns {Recipe}
 */
export function recipe(source, result, names, preset) {
  const rate = Math.round((result.videoBytes * 8) / result.seconds);
  const video = [
    ...encode(source, result, names.input, preset),
    ...["-b:v", String(rate), "-passlogfile", names.log],
  ];
  const sound = soundOf(source, result);
  return {
    text: `${shape(result)}, x264 ${preset}, video ${(rate / 1000).toFixed(0)} kb/s, sound ${sound.text}`,
    commands: [
      [...video, "-pass", "1", "-an", "-f", "null", "-"],
      [...video, "-pass", "2", ...sound.words, "-tag:v", "avc1", "-f", "mp4", names.output],
    ],
  };
}

/**
 * One rendition of a package, by ffmpeg's own muxer.
 *
 * @param {Facts} source
 * @param {Facts} result
 * @param {{ input: string, folder: string }} names as the encoder sees them; the folder is there
 * @param {X264} x264
 * @param {number} segment seconds
 * @returns {Recipe}
 */
export function renditionRecipe(source, result, names, { preset, profile, options }, segment) {
  const sound = soundOf(source, result);
  const words = [
    ...encode(source, result, names.input, preset),
    ...["-profile:v", profile, "-x264-params", options.join(":")],
    ...["-force_key_frames", `expr:gte(t,n_forced*${segment}-${EARLY_SECONDS})`, ...sound.words],
    ...["-f", "hls", "-hls_time", String(segment), "-hls_playlist_type", "vod"],
    ...["-hls_flags", "independent_segments", "-hls_segment_filename", `${names.folder}/segment%03d.ts`],
    `${names.folder}/index.m3u8`,
  ];
  const text = `${shape(result)}, x264 ${preset} ${options.join(" ")}, sound ${sound.text}`;
  return { text, commands: [words] };
}

function encode(source, result, input, preset) {
  return [
    ...["-i", input, "-map", `0:${source.videoIndex}`, "-vf", toPicture(source, result)],
    ...["-fps_mode", "passthrough", "-c:v", "libx264", "-preset", preset],
  ];
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
 * The two passes with native ffmpeg and the threads it takes by itself.
 *
 * @param {Facts} source
 * @param {Facts} result
 * @param {{ preset: string, folder: string, timeout: number }} options `folder` is for its files, `timeout` in seconds
 */
export async function native(source, result, { preset, folder, timeout }) {
  const output = join(folder, "native.mp4");
  const names = { input: source.path, output, log: join(folder, "native") };
  let seconds = 0;
  for (const pass of recipe(source, result, names, preset).commands) {
    seconds += (await run("ffmpeg", ["-v", "error", "-nostdin", "-y", ...pass], { timeout })).seconds;
  }
  return { seconds, facts: await factsOf(output, timeout) };
}
