// A source of some gigabytes, made without encoding them all: one clip many times over. Knows no page.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../bench/processes.mjs";

/** As cameras write: H.264 of 1080p with grain, about 200 Mb/s, a keyframe every half second. */
const SECONDS = 4;
const CLIP = [
  ..."-f lavfi -i testsrc2=size=1920x1080:rate=25,noise=alls=24:allf=t -f lavfi -i anoisesrc=color=pink:amplitude=0.2".split(
    " ",
  ),
  ..."-c:v libx264 -preset ultrafast -b:v 200M -maxrate 200M -bufsize 200M -g 12 -pix_fmt yuv420p".split(" "),
  ..."-c:a aac -b:a 128k -ac 2".split(" "),
];

/**
 * @param {string} folder where it goes
 * @param {number} bytes at least
 * @param {number} timeout seconds
 * @returns {Promise<string>} its path
 */
export async function makeLarge(folder, bytes, timeout) {
  const words = ["-v", "error", "-nostdin", "-y"];
  const clip = join(folder, "clip.mp4");
  await run("ffmpeg", [...words, ...CLIP, "-t", String(SECONDS), clip], { timeout });
  const more = Math.ceil(bytes / (await stat(clip)).size) - 1;
  const path = join(folder, "large.mp4");
  const copy = ["-stream_loop", String(more), "-i", clip, "-map", "0", "-c", "copy", path];
  await run("ffmpeg", [...words, ...copy], { timeout });
  return path;
}
