// What native ffprobe and ffmpeg say about a clip: its facts, and its likeness to another. Knows nothing of recipes.

import { stat } from "node:fs/promises";
import { run } from "./processes.mjs";

/** Frame rates as a container rounds them. */
const SAME_RATE = 0.001;

/**
 * @typedef {{ index: number, codec: string, packets: number, bytes: number, channels: number, sampleRate: number }}
 *   Sound
 * @typedef {{ path: string, bytes: number, width: number, height: number, rate: { numerator: number,
 *   denominator: number }, constantRate: boolean, videoIndex: number, videoPackets: number, videoBytes: number,
 *   firstFrame: number, seconds: number, sound: Sound | undefined }} Facts `width` and `height` are upright;
 *   `firstFrame` is the first frame's time as ffmpeg's filters see it; `seconds` is the length of the picture.
 */

/**
 * @param {string} path
 * @param {number} timeout seconds
 * @returns {Promise<Facts>}
 */
export async function factsOf(path, timeout) {
  const ask = async (...words) => {
    const { stdout } = await run("ffprobe", ["-v", "error", "-of", "json", ...words, path], { timeout });
    return JSON.parse(stdout);
  };
  const { streams, format } = await ask("-count_packets", "-show_streams", "-show_format");
  const video = chosen(streams, "video");
  if (video === undefined) throw new Error(`${path} has no picture`);
  const audio = chosen(streams, "audio");
  const { packets } = await ask("-show_entries", "packet=stream_index,size");
  const bytesOf = (index) =>
    packets.filter((p) => p.stream_index === index).reduce((sum, p) => sum + Number(p.size), 0);
  const first = await ask(
    ...["-select_streams", String(video.index), "-read_intervals", "%+#1"],
    ...["-show_entries", "frame=best_effort_timestamp_time"],
  );
  const time = Number(first.frames?.[0]?.best_effort_timestamp_time ?? video.start_time ?? 0);
  const shown = rateOf(video.avg_frame_rate);
  const nominal = rateOf(video.r_frame_rate);
  const constantRate = Math.abs(perSecond(shown) / perSecond(nominal) - 1) < SAME_RATE;
  const rate = constantRate ? nominal : shown;
  const turned = (video.side_data_list ?? []).some((data) => Math.abs(data.rotation ?? 0) % 180 === 90);
  const videoPackets = Number(video.nb_read_packets);
  return {
    path,
    bytes: (await stat(path)).size,
    width: turned ? video.height : video.width,
    height: turned ? video.width : video.height,
    rate,
    constantRate,
    videoIndex: video.index,
    videoPackets,
    videoBytes: bytesOf(video.index),
    firstFrame: time - Number(format.start_time ?? 0),
    seconds: videoPackets / perSecond(rate),
    sound: audio && {
      index: audio.index,
      codec: audio.codec_name,
      packets: Number(audio.nb_read_packets),
      bytes: bytesOf(audio.index),
      channels: audio.channels,
      sampleRate: Number(audio.sample_rate),
    },
  };
}

/** The default stream of a kind, else the first: cover pictures are none. */
function chosen(streams, kind) {
  const candidates = streams.filter(
    (stream) => stream.codec_type === kind && stream.disposition?.attached_pic !== 1,
  );
  return candidates.find((stream) => stream.disposition?.default === 1) ?? candidates[0];
}

function rateOf(text) {
  const [numerator, denominator] = text.split("/").map(Number);
  return { numerator, denominator };
}

/** @param {{ numerator: number, denominator: number }} rate */
export function perSecond(rate) {
  return rate.numerator / rate.denominator;
}

/** The picture in words. @param {Facts} facts */
export function shape(facts) {
  return `${facts.width}x${facts.height} at ${Number(perSecond(facts.rate).toFixed(3))} fps`;
}

/**
 * The filters that turn `source` into frames of the size and rate of `picture`. The frames are the ones that Clipfit
 * keeps: where rates differ, its grid begins a quarter of a source frame early, so that no frame falls between two slots.
 *
 * @param {Facts} source
 * @param {Facts} picture
 */
export function toPicture(source, picture) {
  const { numerator, denominator } = picture.rate;
  const same =
    source.constantRate && Math.abs(perSecond(source.rate) / perSecond(picture.rate) - 1) < SAME_RATE;
  const start = source.firstFrame - (same ? 0 : 0.25 / perSecond(source.rate));
  return [
    `fps=fps=${numerator}/${denominator}:start_time=${start.toFixed(6)}:round=near`,
    `scale=${picture.width}:${picture.height}:flags=bicubic`,
    "format=yuv420p,setsar=1",
  ].join(",");
}

/**
 * SSIM of a result against its source scaled to the result's size, frame by frame.
 *
 * @param {Facts} source
 * @param {Facts} result
 * @param {number} timeout seconds
 * @returns {Promise<{ ssim: number, frames: number }>} `frames` is how many were compared.
 */
export async function likeness(source, result, timeout) {
  const { numerator, denominator } = result.rate;
  // Frame n is compared with frame n whatever the containers' time bases made of their times.
  const numbered = `settb=AVTB,setpts=N*${denominator}/(${numerator}*TB)`;
  const graph = [
    `[0:${result.videoIndex}]format=yuv420p,setsar=1,${numbered}[result]`,
    `[1:${source.videoIndex}]${toPicture(source, result)},${numbered}[source]`,
    "[result][source]ssim=shortest=1",
  ];
  const { stdout, stderr } = await run(
    "ffmpeg",
    [
      ...["-hide_banner", "-nostdin", "-nostats", "-progress", "pipe:1"],
      ...["-i", result.path, "-i", source.path, "-filter_complex", graph.join(";")],
      ...["-an", "-fps_mode", "passthrough", "-f", "null", "-"],
    ],
    { timeout },
  );
  const ssim = Number(/SSIM .*All:([\d.]+)/.exec(stderr)?.[1]);
  const frames = Number([...stdout.matchAll(/^frame=\s*(\d+)/gm)].at(-1)?.[1]);
  if (!(ssim >= 0 && frames > 0)) throw new Error("ffmpeg gave no SSIM");
  return { ssim, frames };
}

/**
 * A clip so small that it only makes a page load what it needs.
 *
 * @param {string} path
 * @param {number} timeout seconds
 */
export async function makeWarmUp(path, timeout) {
  const source = "testsrc2=size=64x64:rate=24:duration=0.5";
  const words = ["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", source, "-c:v", "libx264"];
  await run("ffmpeg", [...words, "-pix_fmt", "yuv420p", "-movflags", "+faststart", path], { timeout });
}
