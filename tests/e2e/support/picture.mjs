// Compares pictures: how alike result and source are, and whether every frame stands where it belongs.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ffmpeg, frameTimes, ratio } from "./native.mjs";

const run = promisify(execFile);
const WIDTH = 48;
const HEIGHT = 48;

/** The same conversion as for a screen of standard range. */
const TONE_MAP =
  "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,";

/**
 * Structural similarity of the result to its source, which is converted to the result's size, rate and range.
 *
 * @param {string} result
 * @param {string} source
 * @param {{ width: number, height: number, r_frame_rate: string }} video the result's stream as `probe` tells it
 * @param {{ hdr?: boolean, filter?: string }} how
 * @returns {Promise<number>} 0 to 1, of all planes and frames
 */
export async function similarity(result, source, video, { hdr = false, filter = "" } = {}) {
  const rate = video.r_frame_rate;
  const numbered = `settb=1/1000000,setpts=N*1000000/(${rate})`;
  const alike = `fps=${rate}:round=near,scale=${video.width}:${video.height}:flags=bicubic:out_range=tv,${hdr ? TONE_MAP : ""}format=yuv420p`;
  const graph = `[0:v]${numbered}[a];[1:v]${filter}setpts=PTS-STARTPTS,${alike},setsar=1,${numbered}[b];[a][b]ssim`;
  const words = ["-nostdin", "-hide_banner", "-i", result, "-i", source, "-lavfi", graph, "-f", "null", "-"];
  const { stderr } = await run("ffmpeg", words, { maxBuffer: 64 * 1024 * 1024 });
  const found = /SSIM .*All:([\d.]+)/.exec(stderr);
  if (!found) throw new Error(`no SSIM in: ${stderr.slice(-500)}`);
  return Number(found[1]);
}

/** All frames as small grey pictures. */
async function thumbnails(path) {
  const scale = `scale=${WIDTH}:${HEIGHT}:flags=area:out_range=tv,format=gray`;
  const words = [
    "-i",
    path,
    "-map",
    "0:v:0",
    "-vf",
    scale,
    "-fps_mode",
    "passthrough",
    "-f",
    "rawvideo",
    "-",
  ];
  const bytes = await ffmpeg(words);
  const size = WIDTH * HEIGHT;
  return Array.from({ length: bytes.length / size }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
}

/** Mean absolute difference after both are brought to the same mean: brightness may differ by a conversion. */
function difference(a, b) {
  const mean = (bytes) => bytes.reduce((sum, value) => sum + value, 0) / bytes.length;
  const shift = mean(b) - mean(a);
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += Math.abs(a[at] + shift - b[at]);
  return sum / a.length;
}

/** Frames that differ by less than this, of 255, show the same. */
const ALIKE = 0.3;

/**
 * Frames of the result that do not show what the source shows at their time: the last frame that comes no later than
 * half a slot after it. Where rates differ, a tie may go either way. Of the source's frames around its time, the
 * right one must be the most alike.
 *
 * @param {string} result
 * @param {string} source
 * @param {{ r_frame_rate: string }} video the result's stream
 * @returns {Promise<string[]>} one line for each misplaced frame
 */
export async function misplaced(result, source, video) {
  const [made, given, times] = await Promise.all([
    thumbnails(result),
    thumbnails(source),
    frameTimes(source),
  ]);
  const slot = 1 / ratio(video.r_frame_rate);
  const gaps = times.slice(1).map((time, index) => time - times[index]);
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? slot;
  /** How far `time` is from the times at which source frame `index` is due. */
  const off = (index, time) => {
    const next = times[index + 1] ?? Number.POSITIVE_INFINITY;
    return Math.max(times[index] - (time + 0.55 * slot), time + 0.5 * slot - 0.3 * usual - next, 0);
  };
  const lines = [];
  for (const [number, frame] of made.entries()) {
    const time = number * slot;
    const near = [...times.keys()].filter((index) => off(index, time) < 4 * slot);
    const measured = near.map((index) => ({
      index,
      due: off(index, time) === 0,
      by: difference(frame, given[index]),
    }));
    const least = (some) => some.reduce((a, b) => (b.by < a.by ? b : a), { by: Number.POSITIVE_INFINITY });
    const best = least(measured);
    if (least(measured.filter(({ due }) => due)).by > best.by + ALIKE) {
      const place = `the source's frame ${best.index} of ${times[best.index]?.toFixed(3)} s`;
      lines.push(`frame ${number} of ${time.toFixed(3)} s shows ${place}`);
    }
  }
  return lines;
}
