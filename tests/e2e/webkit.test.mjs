// What the page does in WebKit, which is as near to Safari as a Linux machine comes. What differs there is whose decoders
// and encoders the page meets: everything else is tested in Chromium and Firefox.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { unpack } from "./support/hls.mjs";
import { busiestSecond, complaints, probe } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

/** What most of the clips are. */
const USUAL = { size: [320, 180], fps: "25/1", frames: 75, seconds: 3, audio: "aac", ssim: 0.93 };
const BY_FFMPEG = /ffmpeg\.wasm reads this clip/;

/** `link` is what it asks for besides the size, `says` is in the plan, and the browser decodes unless ffmpeg does. */
const FILES = [
  { of: "mp4", link: { effort: "best" } },
  { of: "mp4", link: { effort: "fast" }, floor: 0.92, ssim: 0.6 },
  { of: "mp4", link: { codec: "av1" }, floor: 0.92, ssim: 0.6, says: /no working AV1 encoder/ },
  {
    of: "mp4",
    link: { crop: "160x90+100+50", turn: "90" },
    size: [90, 160],
    filter: "crop=160:90:100:50,transpose=clock,",
    floor: 0.9,
    ssim: 0.9,
    placed: false,
  },
  { of: "rotated", size: [180, 320], says: /rotation/ },
  // Its first packets have negative times.
  { of: "edited", frames: 88, seconds: 3.52 },
  { of: "uneven", fps: "50/1", frames: 150, says: /[Uu]neven/ },
  { of: "silent", audio: "none" },
  { of: "mono", channels: 1 },
  { of: "mkv", says: /audio track[\s\S]*subtitle/i },
  { of: "webm", share: 0.5, says: /codec does not play everywhere/ },
  { of: "av1" },
  { of: "hevc" },
  { of: "hdr", frames: 50, seconds: 2, hdr: true, ssim: 0.78, says: /tone-mapped/ },
  // Frames of 10 bits have no format that could be read; of HEVC our own decoder's have.
  { of: "high10", byFfmpeg: true },
  { of: "fullRange" },
  { of: "ts", byFfmpeg: true },
];

/** Sentences that say why there is nothing. */
const REFUSED = [
  { of: "text", says: /not a video|no video/i },
  { of: "m4a", says: /sound but no picture/ },
  { of: "cutIndex", says: /cut off/ },
];

/** Opens the page, and makes of a clip what the link asks for. */
async function made(site, of, link) {
  const clipfit = await Clipfit.open(site, link);
  await clipfit.choose(await media(of));
  const job = await clipfit.result({ timeout: 60_000 });
  assert.equal(job.progress, 100);
  const result = await clipfit.save(job);
  assert.equal((await stat(result)).size, job.bytes);
  await clipfit.close();
  assert.deepEqual(clipfit.errors, []);
  return { job, result };
}

inBrowsers("WebKit", ["webkit"], (site) => {
  for (const { of, link = {}, share = 1 / 3, says, byFfmpeg = false, ...special } of FILES) {
    test([of, ...Object.values(link)].join(", "), { timeout: 100_000 }, async (t) => {
      const source = await media(of);
      const target = Math.floor((await stat(source)).size * share);
      const { job, result } = await made(site, of, { target: `${target}B`, ...link });
      if (says) assert.match(job.plan, says);
      assert.equal(BY_FFMPEG.test(job.plan), byFfmpeg, job.plan);
      const found = await verify(result, source, { ...USUAL, ...special, target });
      t.diagnostic(`${found.bytes} bytes, ${(found.share * 100).toFixed(2)} %, SSIM ${found.ssim}`);
    });
  }

  test("a damaged source", { timeout: 100_000 }, async () => {
    const target = Math.floor((await stat(await media("hole"))).size / 2);
    const { job, result } = await made(site, "hole", { target: `${target}B` });
    assert.ok(job.bytes <= target);
    assert.match(job.text, /The source is damaged: /);
    assert.equal(await complaints(result), "");
    const [before, after] = [await probe(await media("indexFirst")), await probe(result)];
    assert.equal(after.video.nb_read_frames, before.video.nb_read_frames);
  });

  test("a rung of the ladder", { timeout: 100_000 }, async () => {
    const [rate, rung] = [20, "256x144@4"];
    const { result } = await made(site, "mp4", { mode: "ladder", rung });
    const format = { size: [256, 144], fps: "4/1", seconds: 3, audio: "aac", placed: false };
    await verify(result, await media("mp4"), { target: 10_000_000, floor: 0, ...format });
    const peak = await busiestSecond(result, 4);
    assert.ok(peak <= rate + rate / 4, `${peak} kb in a second`);
  });

  test("an HLS package", { timeout: 100_000 }, async () => {
    const limit = 900_000;
    const link = { mode: "hls", effort: "balanced", segment: "3", format: "fmp4", target: `${limit}B` };
    const { job, result } = await made(site, "streaming", link);
    assert.ok(job.bytes <= limit, `${job.bytes} bytes`);
    const [place, names] = await unpack(result);
    const [root] = names[0].split("/");
    for (const [name, height] of [
      ["360p", 360],
      ["240p", 240],
    ]) {
      assert.ok(names.includes(`${root}/${name}/init.mp4`), names.join(" "));
      const playlist = join(place, root, name, "index.m3u8");
      const { video, audio } = await probe(playlist);
      assert.deepEqual([video.height, video.nb_read_frames, audio.codec_name], [height, "120", "aac"]);
      assert.equal(await complaints(playlist), "");
    }
  });

  test("what is no clip is refused, and the next one is done", { timeout: 100_000 }, async (t) => {
    const clipfit = await Clipfit.open(site, { target: "100KB" });
    await clipfit.choose(...(await Promise.all(REFUSED.map(({ of }) => media(of)))), await media("mp4"));
    for (const [index, { of, says }] of REFUSED.entries()) {
      const job = await clipfit.reaches(["failed", "done"], { index });
      t.diagnostic(`${of}: ${job.error}`);
      assert.equal(job.state, "failed");
      assert.match(job.error, says);
      assert.equal(job.href, undefined);
    }
    assert.ok((await clipfit.result({ index: REFUSED.length })).bytes <= 100_000);
    await clipfit.close();
    assert.deepEqual(clipfit.errors, []);
  });
});
