// Files without their end or their beginning, joined ones and empty tracks: as much as there is comes out, flash and
// beep together, and the plan says what is missing.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { probe } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { inStep } from "./support/sync.mjs";

/** `frames` are the least and the most; `together` counts the flashes that have their beep. */
const CASES = [
  { of: "cutMedia", frames: [70, 110], together: 3, says: /of 5 s are in this file/ },
  { of: "cutFragments", frames: [70, 100], together: 3, says: /of [45] s are in this file/ },
  { of: "cutMkv", frames: [60, 90], together: 2, says: /of 5 s are in this file/ },
  { of: "cutLive", frames: [100, 124], together: 4, says: / s are in this file/ },
  { of: "holeWebm", frames: [20, 60], together: 1, says: / s of 4\.5 s are in this file/ },
  { of: "cutAv1", frames: [50, 100], together: 2, says: / s of 5 s are in this file/ },
  { of: "midway", frames: [75, 125], together: 3, says: /begins between two keyframes/ },
  { of: "restarting", frames: [175, 175], together: 4, says: /timestamps in this file start again/ },
  // It fits as it is, and would not play.
  { of: "cutTable", share: 2, frames: [75, 75], together: 0, says: /audio track without content/ },
  { of: "emptyAudio", frames: [75, 75], together: 0, says: /audio track without content/ },
];

inBrowsers("incomplete files", BOTH, (site) => {
  for (const { of, share = 0.6, frames, together, says } of CASES) {
    test(of, { timeout: 180_000 }, async (t) => {
      const source = await media(of);
      const target = Math.floor((await stat(source)).size * share);
      const clipfit = await Clipfit.open(site, { target: `${target}B` });
      await clipfit.choose(source);
      const job = await clipfit.result();
      t.diagnostic(job.plan);
      assert.match(job.plan, says);
      assert.ok(job.bytes <= target);
      const result = await clipfit.save(job);
      assert.deepEqual(clipfit.errors, []);
      await clipfit.close();

      const { video, audio } = await probe(result);
      const found = Number(video.nb_read_frames);
      assert.ok(found >= frames[0] && found <= frames[1], `${found} frames`);
      if (together === 0) {
        assert.equal(audio, undefined);
        return;
      }
      const { seen, heard, near } = await inStep(result);
      t.diagnostic(`flashes ${seen}, beeps ${heard}`);
      assert.equal(near.length, seen.length, "every flash has its beep");
      assert.ok(near.length >= together, `${near.length} flashes`);
    });
  }
});
