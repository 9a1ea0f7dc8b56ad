// The main job on every kind of clip: dropped, it comes back as an MP4 of about a third that holds to its size and
// shows the same.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

/** What most of the clips are. */
const USUAL = { size: [320, 180], fps: "25/1", frames: 75, seconds: 3, audio: "aac", ssim: 0.94 };
const BT709 = { color_primaries: "bt709", color_transfer: "bt709", color_space: "bt709" };

/**
 * `everywhere` marks those that run in Firefox, too: what is left to Chromium alone differs only in what the core
 * does, which is the same module in both. `plan` must be found in the plan's text.
 */
const CASES = [
  { of: "mp4", everywhere: true },
  { of: "rotated", everywhere: true, size: [180, 320], plan: /rotation/ },
  { of: "upsideDown", plan: /rotation/ },
  { of: "timecode", plan: /data track/ },
  { of: "chapters" },
  { of: "mkv", everywhere: true, plan: /audio track[\s\S]*subtitle/i },
  { of: "webm", everywhere: true, share: 0.5, plan: /codec does not play everywhere/ },
  { of: "av1", everywhere: true },
  // Its muxer leaves one slot empty.
  { of: "avi", frames: 76, seconds: 3.04 },
  { of: "ts", everywhere: true },
  { of: "silent", everywhere: true, audio: "none" },
  { of: "mono", channels: 1 },
  { of: "surround", plan: /instead of 5\.1/ },
  { of: "uneven", everywhere: true, fps: "50/1", frames: 150, plan: /[Uu]neven/ },
  { of: "fps60", share: 0.5, fps: "60/1", frames: 120, seconds: 2 },
  { of: "fps120", fps: "60/1", frames: 120, seconds: 2, audio: "none", plan: /120/ },
  { of: "ntsc", everywhere: true, fps: "30000/1001", frames: 90, seconds: 3.003 },
  { of: "halfSecond", everywhere: true, frames: 12, seconds: 0.48 },
  {
    of: "oneFrame",
    everywhere: true,
    size: undefined,
    frames: 1,
    seconds: 0.04,
    audio: "none",
    floor: 0.5,
    ssim: 0.7,
  },
  { of: "edited", everywhere: true, frames: 88, seconds: 3.52 },
  { of: "joined", frames: 125, seconds: 5 },
  { of: "joinedUgly", frames: 100, seconds: 4 },
  { of: "odd", audio: "none" },
  { of: "stretched", everywhere: true, plan: /square/ },
  {
    of: "hdr",
    everywhere: true,
    frames: 50,
    seconds: 2,
    hdr: true,
    // Compared with ffmpeg's curve, which is darker than ours; it differs from processor to processor.
    ssim: 0.78,
    colours: BT709,
    plan: /tone-mapped/,
  },
  { of: "high10" },
  { of: "fullRange", everywhere: true },
  { of: "interlaced", filter: "yadif=deint=interlaced,", placed: false, plan: /[Ii]nterlaced/ },
  {
    of: "hour",
    size: [64, 36],
    fps: "1/1",
    frames: 3600,
    seconds: 3600,
    ssim: 0.7,
    placed: false,
    timeout: 300_000,
  },
];

inBrowsers("the main job", BOTH, (site) => {
  for (const { of, everywhere = false, share = 1 / 3, plan, timeout, ...special } of CASES) {
    if (!everywhere && site.name !== "chromium") continue;
    test(of, { timeout: timeout ?? 120_000 }, async (t) => {
      const source = await media(of);
      const target = Math.floor((await stat(source)).size * share);
      const clipfit = await Clipfit.open(site, { target: `${target}B` });
      await clipfit.choose(source);
      const job = await clipfit.result({ timeout });
      assert.match(job.download, /\.mp4$/);
      assert.equal(job.progress, 100);
      if (plan) assert.match(job.plan, plan);
      const result = await clipfit.save(job);
      assert.equal((await stat(result)).size, job.bytes);
      await clipfit.close();
      const found = await verify(result, source, { ...USUAL, ...special, target });
      t.diagnostic(`${found.bytes} bytes, ${(found.share * 100).toFixed(2)} %, SSIM ${found.ssim}`);
      assert.deepEqual(clipfit.errors, []);
    });
  }
});
