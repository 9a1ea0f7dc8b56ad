// Finds flashes in pictures and beeps in sound.

import { ffmpeg, frameTimes, probe } from "./native.mjs";

/** A flash and its beep are no further apart than this, in seconds. */
export const TOGETHER = 0.04;

const RATE = 16000;
const PIXELS = 16 * 9;

/**
 * When the picture turns white, in seconds from the beginning of the file, be that sound or picture.
 *
 * @param {string} path
 */
export async function flashes(path) {
  const words = [
    "-i",
    path,
    "-map",
    "0:v:0",
    "-vf",
    "scale=16:9:flags=area,format=gray",
    "-fps_mode",
    "passthrough",
  ];
  const bytes = await ffmpeg([...words, "-f", "rawvideo", "-"]);
  const { video, format } = await probe(path);
  const late = Number(video.start_time) - Number(format.start_time);
  const times = await frameTimes(path);
  const white = times.map((_, frame) => {
    const pixels = bytes.subarray(frame * PIXELS, (frame + 1) * PIXELS);
    return pixels.reduce((sum, value) => sum + value, 0) / PIXELS > 180;
  });
  return times.filter((_, frame) => white[frame] && !white[frame - 1]).map((time) => late + time);
}

/**
 * When the beeps begin, in seconds from the beginning of the file. Gaps and a late start count as silence.
 *
 * @param {string} path
 */
export async function beeps(path) {
  const words = [
    "-i",
    path,
    "-map",
    "0:a:0",
    "-af",
    "aresample=async=1:first_pts=0",
    "-ac",
    "1",
    "-ar",
    String(RATE),
  ];
  const bytes = await ffmpeg([...words, "-f", "f32le", "-"]);
  const samples = new Float32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
  // Loudness in windows of 2 ms.
  const window = RATE / 500;
  const found = [];
  let silentFor = Number.POSITIVE_INFINITY;
  for (let at = 0; at + window <= samples.length; at += window) {
    const loud =
      Math.sqrt(samples.subarray(at, at + window).reduce((sum, x) => sum + x * x, 0) / window) > 0.15;
    if (loud && silentFor > 50) found.push(at / RATE);
    silentFor = loud ? 0 : silentFor + 1;
  }
  return found;
}

/**
 * The flashes and the beeps of a file, and the flashes that have their beep.
 *
 * @param {string} path
 */
export async function inStep(path) {
  const [seen, heard] = [await flashes(path), await beeps(path)];
  const near = seen.filter((flash) => heard.some((beep) => Math.abs(flash - beep) <= TOGETHER));
  return { seen, heard, near };
}
