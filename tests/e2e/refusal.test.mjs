// When nothing watchable fits, no file is offered, but the least size that would do and ways to get there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit, ENDS } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

const LEAST = /nothing watchable fits\. The least that would do is [\d.]+ (bytes|kB)/;

/** Bytes behind "Allow 48.0 kB", which names no more than there are. */
function bytesIn(offer) {
  const [, number, unit] = /Allow ([\d.]+) (bytes|kB|MB)/.exec(offer);
  return Number(number) * { bytes: 1, kB: 1e3, MB: 1e6 }[unit];
}

const CASES = [
  { what: "far too little", link: { target: "2KB" }, offer: /^Allow / },
  {
    what: "too little for a wished height",
    link: { target: "24KB", height: "180", fps: "25" },
    offer: /automatically/,
  },
  { what: "too little for wished sound", link: { target: "30KB", audio: "96" }, offer: /sound/i },
  { what: "too little for all of it", of: "joined", link: { target: "20KB" }, offer: /^Keep the first/ },
];

inBrowsers("an impossible target", BOTH, (site) => {
  for (const { what, of = "mp4", link, offer } of site.name === "chromium" ? CASES : CASES.slice(0, 1)) {
    test(what, { timeout: 120_000 }, async (t) => {
      const source = await media(of);
      const clipfit = await Clipfit.open(site, link);
      await clipfit.choose(source);
      const refused = await clipfit.reaches(["failed", "done"]);
      t.diagnostic(`${refused.error} ${refused.offers.join(" | ")}`);
      assert.equal(refused.state, "failed");
      assert.match(refused.error, LEAST);
      assert.equal(refused.href, undefined);
      const number = refused.offers.findIndex((text) => offer.test(text));
      assert.ok(number >= 0, `no ${offer} among ${refused.offers}`);

      await clipfit.click("job-offer", { number });
      const accepted = await clipfit.result({ index: (await clipfit.jobs()).length - 1 });
      const wished = Number.parseFloat(link.target) * 1000;
      const target = offer.source.includes("Allow")
        ? Math.ceil(bytesIn(refused.offers[number]) * 1.01)
        : wished;
      const whole = !offer.source.includes("Keep");
      await verify(await clipfit.save(accepted), source, {
        target,
        floor: 0.9,
        seconds: whole ? 3 : undefined,
        placed: whole,
      });
      assert.deepEqual(clipfit.errors, []);
      await clipfit.close();
    });
  }

  if (site.name !== "chromium") return;
  test("what fits in fewer bytes fits in more, too", { timeout: 120_000 }, async (t) => {
    const source = await media("mp4");
    const ends = [];
    for (const target of [8, 12, 16, 20, 24]) {
      const clipfit = await Clipfit.open(site, { target: `${target}KB` });
      await clipfit.choose(source);
      const { state, error, bytes } = await clipfit.reaches(ENDS);
      t.diagnostic(`${target} kB: ${bytes ?? error}`);
      ends.push({ target, state, least: Number(/least that would do is ([\d.]+) kB/.exec(error)?.[1]) });
      await clipfit.close();
    }
    const first = ends.findIndex(({ state }) => state === "done");
    assert.ok(first > 0, "the least is refused, the most is not");
    assert.ok(ends.slice(first).every(({ state }) => state === "done"));
    // The measurement that names the least size has an error; but nothing far below it works.
    for (const { least } of ends.slice(0, first)) assert.ok(least <= ends[first].target * 1.5, `${least} kB`);
  });
});
