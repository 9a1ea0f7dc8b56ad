// Native ffmpeg and ffprobe as impartial judges of what the page made.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOM = 512 * 1024 * 1024;

/**
 * Runs ffmpeg and gives what it wrote to its standard output.
 *
 * @param {string[]} words
 * @returns {Promise<Buffer>}
 */
export async function ffmpeg(words) {
  const options = { maxBuffer: ROOM, encoding: "buffer" };
  const { stdout } = await run("ffmpeg", ["-nostdin", "-hide_banner", "-v", "error", ...words], options);
  return stdout;
}

/** Complaints of a full decode of a file; empty when it plays. @param {string} path */
export async function complaints(path) {
  const words = ["-nostdin", "-hide_banner", "-v", "error", "-i", path, "-map", "0", "-f", "null", "-"];
  const { stderr } = await run("ffmpeg", words, { maxBuffer: ROOM });
  return stderr.trim();
}

/**
 * Everything ffprobe says of a file, with the picture's frames counted by decoding them.
 *
 * @param {string} path
 * @returns {Promise<{ format: object, video: object, audio: object | undefined, streams: object[] }>}
 */
export async function probe(path) {
  const words = [
    "-v",
    "error",
    "-print_format",
    "json",
    "-count_frames",
    "-show_format",
    "-show_streams",
    path,
  ];
  const { stdout } = await run("ffprobe", words, { maxBuffer: ROOM });
  const { format, streams } = JSON.parse(stdout);
  const of = (kind) =>
    streams.find((stream) => stream.codec_type === kind && !stream.disposition?.attached_pic);
  return { format, streams, video: of("video"), audio: of("audio") };
}

/** The numbers that ffprobe tells of an entry of the picture. */
async function numbers(path, entries) {
  const words = ["-v", "error", "-select_streams", "v:0", "-show_entries", entries, "-of", "csv=p=0", path];
  const { stdout } = await run("ffprobe", words, { maxBuffer: ROOM });
  return stdout.split("\n").map(Number.parseFloat).filter(Number.isFinite);
}

/** Times of the shown frames in seconds, from the first one on. @param {string} path */
export async function frameTimes(path) {
  const times = await numbers(path, "frame=best_effort_timestamp_time");
  return times.map((time) => time - times[0]);
}

/** Bytes of the picture's packets, in their order. @param {string} path */
const packetSizes = (path) => numbers(path, "packet=size");

/** The kilobits of the picture in the second that takes the most, of so many frames. */
export async function busiestSecond(path, frames) {
  const sizes = await packetSizes(path);
  const seconds = sizes.map((_, first) => sizes.slice(first, first + frames).reduce((a, b) => a + b) / 125);
  return Math.max(...seconds);
}

/**
 * How many frames have which field first, or none, as ffmpeg's `idet` sees it.
 *
 * @param {string} path
 */
export async function fields(path) {
  const words = ["-nostdin", "-hide_banner", "-nostats", "-i", path, "-an", "-vf", "idet=intl_thres=1.2"];
  const { stderr } = await run("ffmpeg", [...words, "-f", "null", "-"], { maxBuffer: ROOM });
  const [, top, bottom, progressive] = stderr
    .match(/Multi frame detection: TFF: *(\d+) BFF: *(\d+) Progressive: *(\d+)/)
    .map(Number);
  return { top, bottom, progressive };
}

/** "30000/1001" as a number. @param {string} text */
export function ratio(text) {
  const [above, below = 1] = text.split("/").map(Number);
  return above / below;
}
