// The low-bandwidth ladder: the exact format, and in no second more than its bandwidth.

import assert from "node:assert/strict";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { busiestSecond, ratio } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

/** Far above all of these results: what counts is each second. */
const NO_LIMIT = { target: 10_000_000, floor: 0 };

/** The rung in the link, its kilobits a second, and what becomes of the clip. */
const CASES = [
  {
    what: "a rung below the clip",
    of: "mp4",
    rung: "256x144@4",
    rate: 20,
    expected: { size: [256, 144], fps: "4/1", seconds: 3, audio: "aac", placed: false },
    says: /20 kb\/s/,
  },
  {
    what: "a rung of another shape, larger than the clip",
    of: "mp4",
    rung: "512x228@25",
    rate: 250,
    expected: { size: [512, 228], fps: "25/1", frames: 75, audio: "aac", placed: false },
    says: /scaled up.*\n?.*black bars/,
  },
  {
    what: "a format of one's own",
    of: "mp4",
    rung: "320x180@25:300",
    rate: 300,
    expected: { size: [320, 180], fps: "25/1", frames: 75, audio: "aac", ssim: 0.85 },
    says: /capped, buffer 12 kb/,
  },
  {
    what: "an interlaced clip, which ffmpeg.wasm decodes",
    of: "interlaced",
    rung: "256x144@1",
    rate: 6,
    expected: { fps: "1/1", placed: false },
    says: /black bars|Interlaced/,
  },
];

inBrowsers("the ladder", BOTH, (site) => {
  for (const { what, of, rung, rate, expected, says } of CASES) {
    test(what, { timeout: 120_000 }, async (t) => {
      const source = await media(of);
      const clipfit = await Clipfit.open(site, { mode: "ladder", rung });
      await clipfit.choose(source);
      const job = await clipfit.result();
      assert.match(job.plan, says);
      const result = await clipfit.save(job);
      await verify(result, source, { ...NO_LIMIT, ...expected });

      const frames = Math.round(ratio(expected.fps));
      const buffer = Math.ceil(rate / ratio(expected.fps));
      const peak = await busiestSecond(result, frames);
      t.diagnostic(`at most ${peak.toFixed(1)} kb in a second, of ${rate}`);
      assert.ok(peak <= rate + buffer, `${peak} kb in a second`);
      await clipfit.close();
    });
  }
});
