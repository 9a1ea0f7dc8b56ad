// Files with holes: what comes out decodes, and the page says where the source is damaged.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { complaints, probe } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { inStep } from "./support/sync.mjs";

inBrowsers("a damaged source", BOTH, (site) => {
  for (const {
    name,
    of = "hole",
    whole = "indexFirst",
    share,
    video = /no video decodes for \d/,
    together,
  } of [
    { name: "compressed", share: 0.5 },
    { name: "small enough as it is", share: 3 },
    {
      name: "a transport stream",
      of: "holeStream",
      whole: "stream",
      share: 0.5,
      video: /the video is damaged for \d/,
    },
    // Only the browser decodes AV1: its decoders pass over the hole.
    { name: "AV1", of: "av1Hole", whole: "av1Flashes", share: 0.5, together: 2 },
    { name: "AV1 in WebM", of: "av1HoleWebm", whole: "av1Whole", share: 0.5, together: 2 },
  ]) {
    test(`${name}: the result decodes, and the damage is said`, { timeout: 120_000 }, async (t) => {
      const source = await media(of);
      const target = Math.floor((await stat(source)).size * share);
      const clipfit = await Clipfit.open(site, { target: `${target}B` });
      await clipfit.choose(source);
      const job = await clipfit.result();
      const result = await clipfit.save(job);
      t.diagnostic(job.plan);
      assert.ok(job.bytes <= target);
      assert.match(job.text, /The source is damaged: .* \(0:0\d\.\d to 0:0\d\.\d/);
      assert.match(job.text, video);
      assert.match(job.text, /no audio decodes for/);
      assert.doesNotMatch(job.text, /plays everywhere, so it stays/);
      assert.equal(await complaints(result), "");
      const [before, after] = [await probe(await media(whole)), await probe(result)];
      assert.equal(after.video.nb_read_frames, before.video.nb_read_frames);
      if (together) {
        const { seen, heard, near } = await inStep(result);
        t.diagnostic(`flashes ${seen}, beeps ${heard}`);
        assert.ok(near.length >= together && near.length === Math.min(seen.length, heard.length));
      }
      await clipfit.close();
    });
  }
});
