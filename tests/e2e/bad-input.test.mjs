// What is no clip, or a broken one: a sentence that helps, and the page goes on.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";

/** `says` must be found in what the page says; every sentence must also say what to do. */
const CASES = [
  { of: "text", says: /not a video|no video/i },
  { of: "empty", says: /empty/ },
  { of: "image", says: /no video/ },
  { of: "cutIndex", says: /cut off/ },
  { of: "cutHeader", says: /cut off/ },
  { of: "m4a", says: /sound but no picture/ },
  { of: "mp3", says: /sound but no picture/ },
  { of: "noFrames", says: /without a single frame|length is zero/ },
];
const WHAT_TO_DO = /\b(choose|copy|download|export|save|record|try)\b/i;

inBrowsers("bad input", BOTH, (site) => {
  test("each is explained, and a good clip after them is fine", { timeout: 180_000 }, async (t) => {
    const good = await media("mp4");
    const target = Math.floor((await stat(good)).size / 3);
    const clipfit = await Clipfit.open(site, { target: `${target}B` });
    for (const [index, { of, says }] of CASES.entries()) {
      await t.test(of, async (t) => {
        await clipfit.choose(await media(of));
        const job = await clipfit.reaches(["failed", "done"], { index });
        t.diagnostic(job.error);
        assert.equal(job.state, "failed");
        assert.match(job.error, says);
        assert.match(job.error, WHAT_TO_DO);
        assert.equal(job.href, undefined);
      });
    }
    await t.test("a good clip", async () => {
      await clipfit.choose(good);
      const job = await clipfit.result({ index: CASES.length });
      assert.ok(job.bytes <= target);
    });
    assert.deepEqual(clipfit.errors, []);
    await clipfit.close();
  });

  test("the raw log is one click away, with a button that copies it", { timeout: 60_000 }, async () => {
    const clipfit = await Clipfit.open(site);
    await clipfit.page.evaluate(() => {
      window.copied = undefined;
      navigator.clipboard.writeText = async (text) => {
        window.copied = text;
      };
    });
    await clipfit.choose(await media("cutIndex"));
    await clipfit.reaches(["failed"]);
    const shown = await clipfit.log();
    assert.match(shown, /moov atom not found/);
    await clipfit.click("job-log-copy");
    await clipfit.page.waitForFunction(() => window.copied !== undefined, { timeout: 2000 });
    assert.equal((await clipfit.page.evaluate(() => window.copied)).trim(), shown.trim());
    await clipfit.close();
  });
});
