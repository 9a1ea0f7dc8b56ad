// The part of the frames that is kept and which way up, from the link and the settings, on all ways: the result's frames
// are the source's after ffmpeg's own filters.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

/** `filter` makes of the source, upright, what the link asks for. */
const CASES = [
  { query: { crop: "160x90+100+50" }, size: [160, 90], filter: "crop=160:90:100:50," },
  {
    query: { crop: "1:1", flip: "horizontal", effort: "fast" },
    size: [180, 180],
    filter: "crop=180:180,hflip,",
    ssim: 0.6,
  },
  // It stands on its side, as phones record.
  {
    of: "rotated",
    query: { crop: "100x160+40+60", turn: "90" },
    size: [160, 100],
    filter: "crop=100:160:40:60,transpose=clock,",
  },
  {
    of: "hevc",
    query: { crop: "4:5", turn: "270", flip: "vertical" },
    size: [180, 144],
    filter: "crop=144:180:88:0,transpose=cclock,vflip,",
  },
  {
    of: "hdr",
    query: { crop: "9:16", effort: "balanced" },
    size: [102, 180],
    filter: "crop=102:180:108:0,",
    frames: 50,
    seconds: 2,
    hdr: true,
    ssim: 0.7,
  },
  {
    of: "avi",
    query: { crop: "200x100", flip: "both" },
    size: [200, 100],
    filter: "crop=200:100,hflip,vflip,",
    frames: 76,
    seconds: 3.04,
    ssim: 0.85,
  },
  {
    query: { turn: "180", mode: "ladder", rung: "160x90@25:200" },
    size: [160, 90],
    filter: "hflip,vflip,",
    floor: 0,
  },
];

inBrowsers("the shape", BOTH, (site) => {
  for (const { of = "mp4", query, ...special } of CASES) {
    test([of, ...Object.values(query)].join(", "), { timeout: 120_000 }, async (t) => {
      const source = await media(of);
      const target = Math.floor((await stat(source)).size / 4);
      const clipfit = await Clipfit.open(site, { target: `${target}B`, ...query });
      await clipfit.choose(source);
      const job = await clipfit.result();
      assert.doesNotMatch(job.text, /differ/);
      const result = await clipfit.save(job);
      const usual = { target, floor: 0.9, frames: 75, seconds: 3, ssim: 0.9, placed: false };
      const found = await verify(result, source, { ...usual, ...special });
      t.diagnostic(`${found.bytes} bytes, ${(found.share * 100).toFixed(2)} %, SSIM ${found.ssim}`);
      assert.deepEqual(clipfit.errors, []);
      await clipfit.close();
    });
  }

  test("a part outside the frame is no part", { timeout: 60_000 }, async () => {
    const clipfit = await Clipfit.open(site, { crop: "100x100+320+0" });
    await clipfit.choose(await media("mp4"));
    const job = await clipfit.reaches(["failed"]);
    assert.match(job.error, /outside the frame, which has 320×180 pixels/);
    await clipfit.close();
  });

  test("chosen in the settings", { timeout: 60_000 }, async () => {
    const clipfit = await Clipfit.open(site, { target: "60KB", crop: "9:16" });
    const { page } = clipfit;
    await page.setViewport({ width: 1100, height: 900 });
    await page.evaluate(() => document.querySelector("details.advanced").setAttribute("open", ""));
    assert.equal(await page.$eval("#crop", ({ value }) => value), "9:16", "as the link has it");
    const ratio = (name) =>
      page.evaluateHandle(
        (name) => [...document.querySelectorAll(".shape__ratio")].find((one) => one.textContent === name),
        name,
      );
    await (await ratio("1:1")).click();
    await page.waitForFunction(() => document.querySelector("#crop").value === "1:1");
    await page.select("#turn", "90");
    await page.select("#flip", "vertical");
    await page.waitForFunction(() =>
      /crop 1:1 · turned 90° · flipped/.test(document.querySelector("details.advanced summary").textContent),
    );
    await clipfit.choose(await media("mp4"));
    const result = await clipfit.save(await clipfit.result());
    await verify(result, await media("mp4"), {
      target: 60_000,
      floor: 0.9,
      size: [180, 180],
      frames: 75,
      filter: "crop=180:180,transpose=clock,vflip,",
      ssim: 0.85,
      placed: false,
    });
    await clipfit.close();
  });
});
