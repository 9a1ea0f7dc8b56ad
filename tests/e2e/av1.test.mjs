// AV1 that only the browser decodes. What only ffmpeg can read it copies into a container that the browser reads.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { probe } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

/** `same`: what ffmpeg compares the result with, where it cannot read the source itself. */
const CASES = [
  { of: "av1HeaderOnce", what: "with one sequence header", same: "av1", audio: "aac" },
  { of: "av1Ivf", what: "in IVF", audio: "none" },
  { of: "av1Ac3", what: "beside AC-3", audio: "aac" },
  { of: "av1Edited", what: "with edits", audio: "aac" },
];

inBrowsers("AV1", BOTH, (site) => {
  for (const { of, what, audio, same = of } of CASES) {
    test(what, { timeout: 120_000 }, async (t) => {
      const source = await media(of);
      const target = Math.floor((await stat(source)).size / 3);
      const clipfit = await Clipfit.open(site, { target: `${target}B`, effort: "balanced" });
      await clipfit.choose(source);
      const job = await clipfit.result();
      const result = await clipfit.save(job);
      const { video } = await probe(result);
      t.diagnostic(`${job.bytes} of ${target} bytes, ${video.nb_read_frames} frames`);
      // Frames of edited files need not be placed as ffmpeg places them when it compares.
      const placed = of !== "av1Edited";
      await verify(result, await media(same), {
        target,
        audio,
        placed,
        ...(placed && { frames: 75, ssim: 0.9 }),
      });
      assert.match(job.text, /checked/);
      await clipfit.close();
    });
  }
});
