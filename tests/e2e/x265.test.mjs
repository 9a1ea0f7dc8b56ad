// H.265 by x265 in ffmpeg's multi-thread core: where the page is cross-origin isolated, and H.264 with a clear word where it is not
// or where the core hangs.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { inWorkers, threadsHang } from "./support/sabotage.mjs";
import { BOTH, DIST, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

const H265 = { coded: ["hevc", "hvc1"], floor: 0.92, ssim: 0.93 };
const H264 = { ssim: 0.9 };

const ENCODED = [
  { what: "a clip", of: "mp4Other", seconds: 2, expected: H265, says: /x265 medium/ },
  { what: "a clip that stands on its side", of: "rotated", expected: H265, says: /x265 medium/ },
];
const FALLS_BACK = [
  {
    what: "a core that hangs",
    of: "mp4Other",
    seconds: 2,
    expected: H264,
    says: /(x265 stopped|no working H\.265 encoder).* becomes H\.264/,
    patch: threadsHang,
  },
  { what: "AV1", of: "av1", expected: H264, says: /This clip cannot become H\.265 here/ },
];
const PLAIN = [
  {
    what: "a page that is not isolated",
    of: "mp4Other",
    seconds: 2,
    expected: H264,
    says: /x265 needs a page served with isolation headers/,
  },
];

/** The watchdog's looks come this many times as often, so that a minute of silence is soon over. */
const HASTE = 10;

function define(cases) {
  return (site) => {
    for (const { what, of, seconds, expected, says, patch } of cases) {
      test(what, { timeout: 180_000 }, async (t) => {
        const source = await media(of);
        const target = Math.floor((await stat(source)).size / 3);
        const parameters = { target: `${target}B`, effort: "best", codec: "h265" };
        const clipfit = await Clipfit.open(site, parameters, async (page) => {
          if (!patch) return;
          await inWorkers(page, patch);
          await page.evaluateOnNewDocument((haste) => {
            const { setInterval } = window;
            window.setInterval = (act, milliseconds) => setInterval(act, milliseconds / haste);
          }, HASTE);
        });
        await clipfit.choose(source);
        const job = await clipfit.result();
        assert.match(job.plan, says);
        const found = await verify(await clipfit.save(job), source, { ...expected, seconds, target });
        t.diagnostic(`${(found.share * 100).toFixed(2)} %, SSIM ${found.ssim}`);
        await clipfit.close();
      });
    }
  };
}

// A Firefox that is driven from outside hangs in every second start of 32 workers by a worker; one that is not never did.
inBrowsers("x265 on an isolated page", ["chromium"], define(ENCODED), async () => DIST, true);
inBrowsers("x265 that cannot", BOTH, define(FALLS_BACK), async () => DIST, true);
inBrowsers("x265 without isolation", BOTH, define(PLAIN));
