// The browser's own codecs: used where they can, never trusted further than what they really did, and replaced in the same
// job where they fail.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import {
  asIfMeasured,
  decoderFailsAtFrame40,
  decoderIsSilent,
  encoderFailsAtFrame40,
  encoderIgnoresItsRate,
  encoderIsHardware,
  encoderLies,
  encoderOvershoots,
  hevcDecoderFailsAtFrame30,
  inWorkers,
  soundDecoderSkips,
  workersStartNone,
} from "./support/sabotage.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

const BY_FFMPEG = /ffmpeg\.wasm reads this clip/;
const FAST_FAILED = /browser's own encoder did not do as asked/;

/** What a picture of this size is, where nobody says. */
const SD = { color_space: "smpte170m" };

/**
 * `core`: whether ffmpeg's core is fetched. `says`: what the plan says; `silent`: what it must not say.
 * The least similarity is low where the browser's own encoder works: it is about the size there.
 */
const CASES = [
  { what: "best", effort: "best", core: false, ssim: 0.94 },
  { what: "balanced", effort: "balanced", core: false, ssim: 0.93 },
  { what: "fast", effort: "fast", core: false, colours: SD, floor: 0.92, ssim: 0.6, silent: FAST_FAILED },
  { what: "AV1", of: "av1", effort: "best", core: false, ssim: 0.94 },
  {
    what: "to VP9",
    codec: "vp9",
    coded: ["vp9", "vp09"],
    core: false,
    floor: 0.92,
    ssim: 0.9,
    says: /VP9/,
  },
  {
    what: "to AV1",
    codec: "av1",
    coded: ["av1", "av01"],
    core: false,
    floor: 0.92,
    ssim: 0.9,
    says: /AV1/,
  },
  { what: "to H.265 without an encoder", codec: "h265", core: false, says: /x265 needs a page served/ },
  { what: "HDR in HEVC", of: "hdr", core: false, silent: BY_FFMPEG, frames: 50 },
  { what: "HEVC", of: "hevc", core: false, silent: BY_FFMPEG, ssim: 0.93 },
  {
    what: "a decoder that fails at frame 30 of HEVC",
    of: "hevc",
    patch: hevcDecoderFailsAtFrame30,
    core: false,
    silent: BY_FFMPEG,
    ssim: 0.93,
  },
  { what: "gray HEVC", of: "hevcGray", core: true, says: /cannot decode the video/, ssim: 0.93 },
  { what: "AVI", of: "avi", effort: "balanced", core: true, says: BY_FFMPEG, frames: 76 },
  { what: "a decoder that fails at frame 40", patch: decoderFailsAtFrame40, core: true, says: BY_FFMPEG },
  { what: "a decoder that is silent", patch: decoderIsSilent, core: true, says: BY_FFMPEG },
  {
    what: "a decoder of sound that skips",
    of: "webm",
    patch: soundDecoderSkips,
    core: true,
    says: BY_FFMPEG,
  },
  {
    what: "sound without a worker in the worker",
    of: "webm",
    patch: workersStartNone,
    core: false,
    ssim: 0.9,
  },
  {
    what: "an encoder that lies",
    effort: "fast",
    patch: encoderLies,
    core: false,
    ssim: 0.9,
    says: FAST_FAILED,
  },
  {
    what: "an encoder that lies from the first time on",
    effort: "fast",
    measured: false,
    patch: encoderLies,
    core: false,
    ssim: 0.9,
    says: /x264's quickest settings/,
  },
  {
    what: "an encoder that fails at frame 40",
    effort: "fast",
    patch: encoderFailsAtFrame40,
    core: false,
    ssim: 0.9,
    says: FAST_FAILED,
  },
  {
    what: "an encoder that is hardware",
    // Firefox's own is never quick enough here.
    only: "chromium",
    effort: "fast",
    measured: false,
    patch: encoderIsHardware,
    core: false,
    floor: 0.92,
    ssim: 0.6,
    logs: /hardware encoder: avc1/,
  },
  {
    what: "an encoder that overshoots fourfold",
    effort: "fast",
    patch: encoderOvershoots,
    core: false,
    floor: 0.92,
    ssim: 0.6,
    silent: FAST_FAILED,
  },
  {
    what: "an encoder that ignores its rate",
    effort: "fast",
    patch: encoderIgnoresItsRate,
    core: false,
    ssim: 0.9,
    says: FAST_FAILED,
  },
];

inBrowsers("the browser's own codecs", BOTH, (site) => {
  for (const {
    what,
    only = site.name,
    of = "mp4",
    effort = "balanced",
    codec = "h264",
    ...special
  } of CASES) {
    const { measured = true, patch, core, says, silent, logs, ...expected } = special;
    if (only !== site.name) continue;
    test(what, { timeout: 120_000 }, async (t) => {
      const source = await media(of);
      const target = Math.floor((await stat(source)).size / 3);
      site.server.requests.length = 0;
      const clipfit = await Clipfit.open(site, { target: `${target}B`, effort, codec }, async (page) => {
        // Nothing out of a cache: what is needed shows in what the server is asked for.
        await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, "serviceWorker", {}));
        if (measured) await asIfMeasured(page);
        else await page.evaluateOnNewDocument(() => localStorage.removeItem("clipfit-speeds"));
        if (patch) await inWorkers(page, patch);
      });
      await clipfit.page.setCacheEnabled(false);
      await clipfit.choose(source);
      const job = await clipfit.result();
      const fetched = site.server.requests.some(({ path }) => path.includes("ffmpeg-core"));
      assert.equal(fetched, core, "whether ffmpeg's core was fetched");
      if (says) assert.match(job.plan, says);
      if (logs) assert.match(await clipfit.log(), logs);
      if (silent) assert.doesNotMatch(job.plan, silent);
      const found = await verify(await clipfit.save(job), source, { frames: 75, ...expected, target });
      t.diagnostic(`${(found.share * 100).toFixed(2)} %, SSIM ${found.ssim}`);
      await clipfit.close();
    });
  }
});
