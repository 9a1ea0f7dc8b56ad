// The one function that judges a result of the main job.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { boxes } from "./mp4.mjs";
import { complaints, probe, ratio } from "./native.mjs";
import { misplaced, similarity } from "./picture.mjs";

/**
 * @typedef {object} Expected what a case says of its result; what it leaves out is not asked
 * @property {number} target bytes that are not exceeded
 * @property {number} [floor] share of the target that is used at least; 0.97 unless said
 * @property {[string, string]} [coded] ffprobe's codec and tag of the picture; H.264 unless said
 * @property {[number, number]} [size]
 * @property {string} [fps] as a fraction
 * @property {number} [frames]
 * @property {number} [seconds]
 * @property {"aac" | "none"} [audio]
 * @property {number} [channels]
 * @property {number} [ssim] least similarity to the source
 * @property {Record<string, string>} [colours] tags
 * @property {boolean} [hdr] the source is to be tone-mapped before it is compared
 * @property {string} [filter] done to the source's picture before it is compared
 * @property {boolean} [placed] false where frames cannot be compared with the source's one by one
 */

/**
 * Checks a saved result.
 *
 * @param {string} result
 * @param {string} source
 * @param {Expected} expected
 * @returns {Promise<{ bytes: number, share: number, ssim: number | undefined }>}
 */
export async function verify(result, source, expected) {
  const bytes = (await stat(result)).size;
  const share = bytes / expected.target;
  assert.ok(bytes <= expected.target, `${bytes} bytes are more than ${expected.target}`);
  const floor = expected.floor ?? 0.97;
  assert.ok(share >= floor, `${bytes} bytes are ${(share * 100).toFixed(2)} % of ${expected.target}`);

  const order = await boxes(result);
  assert.equal(order[0], "ftyp");
  assert.ok(order.indexOf("moov") > 0 && order.indexOf("moov") < order.indexOf("mdat"), `boxes: ${order}`);

  const { format, streams, video, audio } = await probe(result);
  assert.match(format.format_name, /mp4/);
  assert.equal(streams.length, audio ? 2 : 1);
  const coded = expected.coded ?? ["h264", "avc1"];
  assert.deepEqual([video.codec_name, video.codec_tag_string, video.pix_fmt], [...coded, "yuv420p"]);
  if (coded[0] === "h264") assert.match(video.profile, /^(High|Main|Constrained Baseline)$/);
  assert.notEqual(video.color_range, "pc");
  assert.deepEqual([video.width % 2, video.height % 2], [0, 0]);
  assert.ok([undefined, "1:1", "0:1"].includes(video.sample_aspect_ratio), video.sample_aspect_ratio);
  assert.ok(!video.side_data_list?.some((data) => data.rotation), "upright without metadata");
  if (expected.size) assert.deepEqual([video.width, video.height], expected.size);
  if (expected.fps) assert.equal(video.r_frame_rate, expected.fps);

  const frames = Number(video.nb_read_frames);
  const rate = ratio(video.r_frame_rate);
  if (expected.frames) assert.equal(frames, expected.frames);
  assert.equal(Number(video.nb_frames), frames, "every frame of the file is shown");
  assert.ok(
    Math.abs(Number(video.duration) - frames / rate) < 0.002,
    `${frames} frames in ${video.duration} s`,
  );
  if (expected.seconds !== undefined) {
    const off = Math.abs(Number(video.duration) - expected.seconds);
    assert.ok(off <= 1 / rate + 0.002, `${video.duration} s instead of ${expected.seconds}`);
  }

  if (expected.audio) assert.equal(audio?.codec_name ?? "none", expected.audio);
  if (expected.channels) assert.equal(audio.channels, expected.channels);
  for (const [name, value] of Object.entries(expected.colours ?? {})) assert.equal(video[name], value, name);

  assert.equal(await complaints(result), "");
  if (expected.placed !== false) assert.deepEqual((await misplaced(result, source, video)).slice(0, 5), []);
  const ssim = expected.ssim === undefined ? undefined : await similarity(result, source, video, expected);
  if (ssim !== undefined) assert.ok(ssim >= expected.ssim, `SSIM ${ssim}`);
  return { bytes, share, ssim };
}
