// The part of a clip that is kept, from the link and the settings, on all ways: exact to the frame, with its audio. Each
// frame of the clips shows its number as eight bars.

import assert from "node:assert/strict";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { ffmpeg, probe } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";

/** What the link asks for, and the first and last frame of the result. */
const CASES = [
  { what: "both ends", query: { "start-at": "2", "end-at": "4" }, frames: [50, 99] },
  { what: "fast", query: { "start-at": "1", "end-at": "0:03", effort: "fast" }, frames: [25, 74] },
  { what: "between frames", query: { "start-at": "2.05", "end-at": "3.5" }, frames: [52, 87] },
  { what: "the quick recipe, to the end", query: { "start-at": "0:04", mode: "quick" }, frames: [100, 149] },
  { what: "by ffmpeg", of: "numberedMpeg4", query: { "start-at": "2", "end-at": "4" }, frames: [50, 99] },
  { what: "HEVC", of: "numberedHevc", query: { "end-at": "1.48" }, frames: [0, 36] },
  {
    what: "on the ladder",
    query: { mode: "ladder", rung: "320x180@25:300", "start-at": "3", "end-at": "5" },
    frames: [75, 124],
  },
];

/** The numbers of a file's frames. */
async function numbers(path) {
  const words = ["-i", path, "-vf", "scale=8:1:flags=area,format=gray", "-f", "rawvideo", "-"];
  const bars = await ffmpeg(words);
  const bit = (frame) => (sum, bar) => sum + (bars[frame * 8 + bar] > 120 ? 1 << bar : 0);
  return Array.from({ length: bars.length / 8 }, (_, frame) => [...Array(8).keys()].reduce(bit(frame), 0));
}

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

inBrowsers("the part to keep", BOTH, (site) => {
  for (const { what, of = "numbered", query, frames } of CASES) {
    test(what, { timeout: 120_000 }, async () => {
      const source = await media(of);
      const clipfit = await Clipfit.open(site, { target: "60KB", effort: "balanced", ...query });
      await clipfit.choose(source);
      const result = await clipfit.save(await clipfit.result());
      assert.deepEqual(await numbers(result), range(...frames));
      const { video, audio } = await probe(result);
      const apart = Math.abs(Number(audio.duration) - Number(video.duration));
      assert.ok(apart < 0.05, `video of ${video.duration} s, audio of ${audio.duration} s`);
      await clipfit.close();
    });
  }

  test("a part without a frame is no part", { timeout: 60_000 }, async () => {
    const clipfit = await Clipfit.open(site, { "start-at": "7" });
    await clipfit.choose(await media("numbered"));
    const job = await clipfit.reaches(["failed"]);
    assert.match(job.error, /no frame: the clip is 6 s long/);
    await clipfit.close();
  });

  test("chosen on the card, by keyboard, pointer and typing", { timeout: 90_000 }, async () => {
    const clipfit = await Clipfit.open(site, { target: "60KB", effort: "balanced", start: "wait" });
    const { page } = clipfit;
    await page.setViewport({ width: 1100, height: 1200 });
    await clipfit.choose(await media("numbered"));
    await page.waitForSelector('[data-testid="job-start"]', { timeout: 30_000 });
    await page.click('[data-testid="job-trim"]');
    await page.waitForSelector(".trim__video", { timeout: 10_000 });
    const at = (name) => page.$eval(`.trim__handle--${name}`, ({ value }) => Number(value));
    await page.focus(".trim__handle--begin");
    await page.keyboard.down("Shift");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.up("Shift");
    await page.keyboard.press("ArrowRight");
    assert.equal(await at("begin"), 51, "two seconds and a frame");
    assert.ok(Math.abs((await page.$eval(".trim__video", ({ currentTime }) => currentTime)) - 2.04) < 0.001);
    // The end's thumb, dragged to the middle, is where the pointer is.
    const bar = await page.$eval(".trim__frames", (one) => {
      const { left, top, width, height } = one.getBoundingClientRect();
      return { left, width, middle: top + height / 2 };
    });
    await page.mouse.move(bar.left + bar.width, bar.middle);
    await page.mouse.down();
    await page.mouse.move(bar.left + bar.width * 0.75, bar.middle, { steps: 5 });
    await page.mouse.up();
    assert.ok(Math.abs((await at("end")) - 150 * 0.75) < 3, `${await at("end")}`);
    const [, end] = await page.$$(".trim__time input");
    await end.evaluate((field) => field.select());
    await end.type("0:04");
    await page.keyboard.press("Tab");
    assert.equal(await at("end"), 100);
    await page.click('[data-testid="trim-use"]');
    await page.waitForFunction(() =>
      /0:02.04 to 0:04/.test(document.querySelector('[data-testid="job-trim"]').textContent),
    );
    await page.waitForSelector('[data-testid="job-start"]', { timeout: 30_000 });
    await page.click('[data-testid="job-start"]');
    const result = await clipfit.save(await clipfit.result());
    assert.deepEqual(await numbers(result), range(51, 99));
    await clipfit.close();
  });

  test("typed in the settings", { timeout: 60_000 }, async () => {
    const clipfit = await Clipfit.open(site, { target: "60KB", "start-at": "2" });
    const { page } = clipfit;
    await page.setViewport({ width: 1100, height: 900 });
    const typed = (id) => page.$eval(`#${id}`, ({ value }) => value);
    assert.equal(await typed("start-at"), "0:02", "as the link has it");
    await page.evaluate(() => document.querySelector("details.advanced").setAttribute("open", ""));
    const says = async (text, problem) => {
      await page.$eval("#end-at", (field) => field.select());
      await page.keyboard.type(text);
      const shown = (wanted) => (document.querySelector("#end-at-problem")?.textContent ?? "") === wanted;
      await page.waitForFunction(shown, { timeout: 5_000 }, problem);
    };
    await says("1", "It ends before it begins.");
    await says("1:", "Enter a time such as 12.5 or 1:05.");
    await says("0:03", "");
    await clipfit.choose(await media("numbered"));
    const result = await clipfit.save(await clipfit.result());
    assert.deepEqual(await numbers(result), range(50, 74));
    await page.reload();
    await clipfit.ready();
    assert.equal(await typed("end-at"), "", "another visit has other clips");
    await clipfit.close();
  });
});
