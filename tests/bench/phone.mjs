// Clips as phones make them, out of any clip. Knows nothing of what is measured on them.

import { join, resolve } from "node:path";
import { run } from "./processes.mjs";

const SECONDS = 10;
/** The frames are those of the clip; only the tags say that they are HLG. */
const HLG = "-color_primaries bt2020 -color_trc arib-std-b67 -colorspace bt2020nc -color_range tv";
const size = (width, height, format) => `-vf scale=${width}:${height}:flags=bicubic,format=${format}`;

/** @typedef {{ name: string, file: string, target: string, video: string }} PhoneClip `video` are ffmpeg's arguments */

/** @type {PhoneClip[]} */
export const PHONE_CLIPS = [
  {
    name: "HEVC, HLG, 1080p",
    file: "phone-hevc.mov",
    target: "3MB",
    video: `${size(1920, 1080, "yuv420p10le")} -c:v libx265 -preset ultrafast -b:v 9400k -x265-params log-level=none ${HLG} -tag:v hvc1`,
  },
  {
    name: "AV1, HLG, 1080p",
    file: "phone-av1.mp4",
    target: "3MB",
    video: `${size(1920, 1080, "yuv420p10le")} -c:v libsvtav1 -preset 10 -b:v 9400k -g 30 ${HLG}`,
  },
  {
    name: "H.264, 4K",
    file: "phone-4k.mp4",
    target: "10MB",
    video: `${size(3840, 2160, "yuv420p")} -c:v libx264 -preset superfast -b:v 30M`,
  },
];

/**
 * Makes a clip, from the beginning again where its source is too short.
 *
 * @param {PhoneClip} clip
 * @param {string} source
 * @param {string} folder
 * @param {number} timeout seconds
 * @returns {Promise<string>} its path
 */
export async function makePhoneClip({ file, video }, source, folder, timeout) {
  const path = join(folder, file);
  const words = ["-v", "error", "-y", "-stream_loop", "-1", "-i", resolve(source), "-t", String(SECONDS)];
  await run("ffmpeg", [...words, ...video.split(" "), "-c:a", "aac", "-b:a", "128k", path], { timeout });
  return path;
}
