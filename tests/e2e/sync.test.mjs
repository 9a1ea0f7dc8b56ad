// Flash and beep stay together over the whole clip, at the seams between chunks, too.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { beeps, flashes, TOGETHER } from "./support/sync.mjs";
import { verify } from "./support/verify.mjs";

const CASES = [
  { what: "an even rate, sound encoded again", of: "sync", seconds: 12.48, fps: "25/1", frames: 312 },
  {
    what: "sound copied",
    of: "sync",
    link: { audio: "copy" },
    share: 0.5,
    seconds: 12.48,
    fps: "25/1",
    frames: 312,
  },
  { what: "fewer frames", of: "sync", link: { fps: "10" }, seconds: 12.48, fps: "10/1", frames: 125 },
  { what: "uneven frames and Opus", of: "syncUneven", seconds: 12.48 },
  { what: "a late start in MPEG-TS", of: "syncLate", seconds: 12.48, fps: "25/1", frames: 312 },
  { what: "open groups of pictures in HEVC", of: "syncOpen", fps: "30/1" },
  { what: "AVI", of: "syncAvi" },
  { what: "WebM at 29.97 frames a second", of: "syncWebm", fps: "30000/1001" },
  { what: "an edit list", of: "syncEdited", seconds: 12.48, fps: "25/1", frames: 312 },
];

inBrowsers("sound and picture stay together", BOTH, (site) => {
  for (const { what, of, link = {}, share = 1 / 3, ...expected } of CASES) {
    if (site.name === "firefox" && of !== "sync") continue;
    test(what, { timeout: 120_000 }, async (t) => {
      const source = await media(of);
      const target = Math.floor((await stat(source)).size * share);
      const clipfit = await Clipfit.open(site, { target: `${target}B`, ...link });
      await clipfit.choose(source);
      const job = await clipfit.result();
      const chunks = (await clipfit.log()).match(/--pass 1 /g).length;
      assert.ok(chunks > 1, "the clip is cut");
      const result = await clipfit.save(job);
      await clipfit.close();

      const [seen, heard, original] = [await flashes(result), await beeps(result), await flashes(source)];
      assert.deepEqual([seen.length, heard.length, original.length], [12, 12, 12]);
      const apart = seen.map((flash, second) => flash - heard[second]);
      t.diagnostic(
        `${chunks} chunks, at most ${(Math.max(...apart.map(Math.abs)) * 1000).toFixed(0)} ms apart`,
      );
      for (const [second, off] of apart.entries()) {
        assert.ok(Math.abs(off) <= TOGETHER, `second ${second + 1}: ${(off * 1000).toFixed(0)} ms`);
      }
      const found = await verify(result, source, { ...expected, target, audio: "aac" });
      t.diagnostic(`${(found.share * 100).toFixed(2)} %`);
    });
  }
});
