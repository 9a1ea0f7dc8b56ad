// High dynamic range: the browser decodes it where it hands out all its bits, or Clipfit's HEVC decoder, or ffmpeg. All map it
// to BT.709 in the same way.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { ffmpeg } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

const BT709 = { color_primaries: "bt709", color_transfer: "bt709", color_space: "bt709" };
const EIGHT_BITS = /high dynamic range with 8 bits only/;
/** Reference white, 203 nits, is so bright in a result, whoever decodes and maps. */
const REFERENCE_WHITE = 214;

/** `byFfmpeg`: the browsers that leave it to ffmpeg, which has no decoder for AV1. */
const CASES = [
  { what: "HDR10 in AV1", of: "hdrAv1", byFfmpeg: [] },
  { what: "HLG in VP9", of: "hlgVp9", byFfmpeg: ["firefox"] },
  { what: "HLG in HEVC", of: "hlgHevc", byFfmpeg: [] },
];

inBrowsers("high dynamic range", BOTH, (site) => {
  for (const { what, of, byFfmpeg } of CASES) {
    test(what, { timeout: 180_000 }, async (t) => {
      const source = await media(of);
      const target = Math.floor((await stat(source)).size / 2);
      const clipfit = await Clipfit.open(site, { target: `${target}B`, effort: "balanced" });
      await clipfit.choose(source);
      const job = await clipfit.result();
      const leaves = byFfmpeg.includes(site.name);
      assert.match(job.plan, /HDR is tone-mapped to SDR/);
      if (leaves) assert.match(job.plan, EIGHT_BITS);
      else assert.doesNotMatch(job.plan, /ffmpeg\.wasm reads this clip/);
      const result = await clipfit.save(job);
      const found = await verify(result, source, { frames: 50, colours: BT709, floor: 0.9, target });
      // A patch of reference white is in the first 64 pixels, and nothing else is there.
      const crop = ["-vf", "crop=32:32:16:16,format=yuv420p,extractplanes=y", "-frames:v", "1"];
      const [white] = await ffmpeg(["-i", result, ...crop, "-f", "rawvideo", "-"]);
      t.diagnostic(`${(found.share * 100).toFixed(2)} %, reference white is ${white}`);
      assert.ok(Math.abs(white - REFERENCE_WHITE) <= 3, `reference white is ${white}`);
      await clipfit.close();
    });
  }
});
