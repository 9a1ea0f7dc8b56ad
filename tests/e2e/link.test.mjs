// Link parameters: each is honoured, in the query and in the fragment; what cannot be is named on the page.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { probe } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

/** `{third}` stands for a third of the clip's bytes. */
const CASES = [
  { link: "?target={third}B&effort=best", plan: /medium/ },
  { link: "?target={third}B&effort=balanced", plan: /veryfast/, everywhere: true, ssim: 0.9 },
  { link: "?target={third}B&height=120", size: [214, 120] },
  { link: "#target={third}B&height=4000", size: [320, 180], plan: /above the source/ },
  { link: "?target={third}B#fps=12.5", fps: "25/2", frames: 38, everywhere: true },
  { link: "?target={third}B&audio=none", audio: "none", plan: /as chosen/ },
  { link: "?target={third}B&audio=64", audio: "aac", plan: /64 kb\/s/ },
  { link: "?target={third}B&audio=copy", audio: "aac", plan: /copied/, copied: true },
  { link: "?target={third}B&codec=h264&mode=size&start=auto" },
];

/** The sound's packets, which copying does not touch. */
async function soundOf(path) {
  const { audio } = await probe(path);
  return { codec: audio.codec_name, rate: audio.sample_rate, channels: audio.channels, bits: audio.bit_rate };
}

inBrowsers("links", BOTH, (site) => {
  for (const { link, plan, copied, everywhere, ...expected } of CASES) {
    if (!everywhere && site.name !== "chromium") continue;
    test(link, { timeout: 60_000 }, async () => {
      const source = await media("mp4");
      const target = Math.floor((await stat(source)).size / 3);
      const clipfit = await Clipfit.open(site, link.replace("{third}", target));
      await clipfit.choose(source);
      const job = await clipfit.result();
      if (plan) assert.match(job.plan, plan);
      const result = await clipfit.save(job);
      await clipfit.close();
      await verify(result, source, { seconds: 3, ...expected, target });
      if (copied) {
        const [before, after] = [await soundOf(source), await soundOf(result)];
        assert.ok(Math.abs(before.bits - after.bits) < before.bits * 0.02);
        assert.deepEqual({ ...after, bits: before.bits }, before);
      }
    });
  }

  test("?mode=quick", { timeout: 60_000 }, async (t) => {
    const source = await media("mp4");
    const clipfit = await Clipfit.open(site, { mode: "quick" });
    await clipfit.choose(source);
    const job = await clipfit.result();
    const log = await clipfit.log();
    assert.match(log, /--preset superfast --crf 30 /);
    const result = await clipfit.save(job);
    await clipfit.close();
    const target = (await stat(source)).size - 1;
    const found = await verify(result, source, { target, floor: 0, size: [320, 180], frames: 75, ssim: 0.8 });
    t.diagnostic(`${(found.share * 100).toFixed(0)} % of the source`);
  });

  test("unknown and bad parameters are named", async () => {
    const link =
      "?target=lots&colour=blue&effort=slow&mode=dash&height=1&fps=0&audio=loud#codec=h266&start=later";
    const clipfit = await Clipfit.open(site, link);
    const text = await clipfit.page.$eval('[data-testid="link-problems"]', (element) => element.innerText);
    for (const name of ["target", "colour", "effort", "mode", "height", "fps", "audio", "codec", "start"]) {
      assert.match(text, new RegExp(`\\b${name}\\b`));
    }
    for (const value of ["lots", "slow", "dash", "loud", "h266", "later"])
      assert.match(text, new RegExp(value));
    await clipfit.close();
  });

  test("a clip that is too long for its destination is offered its beginning", {
    timeout: 60_000,
  }, async () => {
    const clipfit = await Clipfit.open(site, { preset: "x", start: "wait" });
    const { page } = clipfit;
    await clipfit.choose(await media("long"));
    await page.waitForSelector('[data-testid="job-start"]', { timeout: 30_000 });
    assert.match((await clipfit.jobs())[0].plan, /takes clips of at most 2:20, and this one is 2:30 long/);
    await page.click('[data-testid="job-offer"]');
    const shortened = () =>
      document.querySelector('[data-testid="job-start"]') !== null &&
      /0:00 to 2:20/.test(document.querySelector('[data-testid="job-trim"]').textContent) &&
      !document.querySelector('[data-testid="job-plan"]').textContent.includes("at most 2:20");
    await page.waitForFunction(shortened, { timeout: 30_000 });
    await clipfit.close();
  });

  test("a destination sets its limit", { timeout: 60_000 }, async () => {
    const source = await media("mp4");
    const clipfit = await Clipfit.open(site, { preset: "discord" });
    await clipfit.choose(source);
    const job = await clipfit.result();
    assert.ok((await readFile(await clipfit.save(job))).equals(await readFile(source)), "it fits already");
    await clipfit.close();
  });
});
