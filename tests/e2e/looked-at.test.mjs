// What a file does not say is found by looking at its frames: fields, and sizes that change midway.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { complaints, ffmpeg, fields, probe } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";

/** What becomes of `of`, and what its plan says or does not say. */
const CASES = [
  { of: "captured", size: [720, 576], plan: /does not say so, but its video is interlaced/ },
  { of: "capturedWhole", size: [720, 576], silent: /interlaced/ },
  { of: "growing", size: [320, 180], plan: /changes midway, from 160×90 to 320×180/ },
  { of: "growingH264", size: [320, 180], plan: /changes midway, from 160×90 to 320×180/ },
  { of: "longAudio", size: [320, 180], silent: /missing/ },
  { of: "shrinking", size: [320, 180], plan: /changes midway, from 320×180 to 160×90/ },
  {
    of: "reshaped",
    size: [320, 180],
    plan: /changes midway, from 200×200 to 320×180.*black bars/,
    // The square frames stand in the middle, 180 pixels wide.
    barred: true,
  },
];

inBrowsers("a clip that does not say it all", BOTH, (site) => {
  for (const { of, size, plan, silent, barred } of CASES) {
    test(of, { timeout: 120_000 }, async (t) => {
      const source = await media(of);
      const target = Math.floor((await stat(source)).size / 3);
      const clipfit = await Clipfit.open(site, { target: `${target}B` });
      await clipfit.choose(source);
      const job = await clipfit.result();
      if (plan) assert.match(job.plan, plan);
      if (silent) assert.doesNotMatch(job.plan, silent);
      const result = await clipfit.save(job);
      await clipfit.close();
      assert.ok(job.bytes <= target);
      const { video } = await probe(result);
      assert.deepEqual([video.width, video.height], size);
      assert.equal(await complaints(result), "");
      const { top, bottom, progressive } = await fields(result);
      t.diagnostic(`top ${top}, bottom ${bottom}, progressive ${progressive}`);
      assert.ok(top + bottom <= progressive / 4, "no combs");
      if (barred !== undefined) {
        assert.ok((await brightness(result, 1)) < 20, "a bar beside the square frames");
        assert.ok((await brightness(result, 3)) > 20, "none beside the others");
      }
      assert.deepEqual(clipfit.errors, []);
    });
  }
});

/** Brightness of the leftmost 40 columns of the frame at `time`, 16 for black. */
async function brightness(path, time) {
  const words = ["-ss", String(time), "-i", path, "-vf", "crop=40:ih:0:0,scale=1:1:flags=area,format=gray"];
  const [grey] = await ffmpeg([...words, "-frames:v", "1", "-f", "rawvideo", "-"]);
  return grey;
}
