// Source and result in one viewer: both sides under the divider, the same frame in both, single pixels, and nothing left
// when it is closed. Each frame of the clips shows its number as eight bars.

import assert from "node:assert/strict";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";

const VIEWER = '[data-testid="compare"]';
const part = (name) => `[data-testid="compare-${name}"]`;

/** What the link asks for; how many frames the result has, and which frame of the source its frames are. */
const CASES = [
  { what: "the whole clip", query: {}, frames: 150, of: (frame) => frame },
  {
    what: "a part at a lower frame rate",
    query: { "start-at": "1", "end-at": "3", fps: "12.5" },
    frames: 25,
    of: (frame) => 2 * frame + 25,
  },
];

/** Opens the viewer of the first job, and keeps in the page which object URLs it made and gave back. */
async function opened(site, query) {
  const clipfit = await Clipfit.open(site, { target: "60KB", effort: "fast", ...query });
  await clipfit.page.setViewport({ width: 1100, height: 900 });
  await clipfit.choose(await media("numbered"));
  await clipfit.result();
  await clipfit.page.evaluate(() => {
    window.live = new Set();
    const { createObjectURL, revokeObjectURL } = URL;
    URL.createObjectURL = (blob) => {
      const url = createObjectURL.call(URL, blob);
      window.live.add(url);
      return url;
    };
    URL.revokeObjectURL = (url) => {
      window.live.delete(url);
      revokeObjectURL.call(URL, url);
    };
  });
  await clipfit.click("job-compare");
  await settled(clipfit.page);
  return clipfit;
}

/** Waits until both videos show the frame that is wanted, and this one if it is given. */
async function settled(page, frame) {
  const is = (viewer, wanted) => {
    const { state, frame } = document.querySelector(viewer)?.dataset ?? {};
    return state === "settled" && (wanted === null || Number(frame) === wanted);
  };
  await page.waitForFunction(is, { timeout: 15_000, polling: 20 }, VIEWER, frame ?? null);
}

/** The numbers that source and result show. */
function numbers(page) {
  return page.$$eval(`${VIEWER} video`, (videos) =>
    videos.map((video) => {
      const canvas = new OffscreenCanvas(320, 180);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(video, 0, 0, 320, 180);
      const bright = (bar) => context.getImageData(bar * 40 + 20, 90, 1, 1).data[1] > 120;
      return [...Array(8).keys()].reduce((sum, bar) => sum + (bright(bar) ? 1 << bar : 0), 0);
    }),
  );
}

/** Where the divider stands for a screen reader, and where the upper side is clipped. */
async function divided(page) {
  const now = await page.$eval(part("divider"), (divider) => Number(divider.getAttribute("aria-valuenow")));
  const clip = await page.$eval(
    `${VIEWER} .compare__side--result`,
    (side) => getComputedStyle(side).clipPath,
  );
  assert.match(clip, /^inset\(0px 0px 0px [\d.]+%\)$/);
  assert.ok(Math.abs(Number(clip.match(/[\d.]+(?=%)/)[0]) - now) <= 0.5, `${clip} for ${now}`);
  return now;
}

inBrowsers("compare", BOTH, (site) => {
  for (const { what, query, frames, of } of CASES) {
    test(`frames of ${what}`, { timeout: 60_000 }, async () => {
      const clipfit = await opened(site, query);
      const { page } = clipfit;
      const shows = async (frame) => {
        await settled(page, frame);
        const number = of(frame);
        assert.deepEqual(await numbers(page), [number, number], `frame ${frame}`);
      };
      await shows(0);
      for (const [key, frame] of [".", ".", ".", ","].map((key, index) => [key, [1, 2, 3, 2][index]])) {
        await page.keyboard.press(key);
        await shows(frame);
      }
      await clipfit.click("compare-forward");
      await shows(3);
      await clipfit.click("compare-back");
      await shows(2);
      await page.focus(part("seek"));
      await page.keyboard.press("End");
      await shows(frames - 1);
      await page.keyboard.press(".");
      await shows(frames - 1);
      // From the end it plays from the start.
      await clipfit.click("compare-play");
      const at = (viewer) => document.querySelector(`${viewer}[data-state="playing"]`)?.dataset.frame > 3;
      await page.waitForFunction(at, { timeout: 15_000, polling: 20 }, VIEWER);
      await clipfit.click("compare-play");
      await settled(page);
      const frame = await page.$eval(VIEWER, ({ dataset }) => Number(dataset.frame));
      await shows(frame);
      const muted = await page.$$eval(`${VIEWER} video`, (videos) => videos.map((video) => video.muted));
      assert.deepEqual(muted, [true, false], "only the result is heard");
      assert.deepEqual(clipfit.errors, []);
      await clipfit.close();
    });
  }

  test("divider, zoom, and the way back", { timeout: 60_000 }, async () => {
    const clipfit = await opened(site, { "start-at": "2", "end-at": "4" });
    const { page } = clipfit;
    const focus = () => page.evaluate(() => document.activeElement?.dataset.testid);
    assert.equal(await focus(), "compare-divider");
    assert.deepEqual(await numbers(page), [50, 50], "the first frame of the part");
    await clipfit.click("compare-forward");
    await settled(page, 1);
    assert.deepEqual(await numbers(page), [51, 51]);
    await page.focus(part("divider"));
    assert.equal(await divided(page), 50);
    for (const [key, at] of [
      ["ArrowLeft", 49],
      ["PageUp", 59],
      ["Home", 0],
      ["End", 100],
    ]) {
      await page.keyboard.press(key);
      assert.equal(await divided(page), at, key);
    }
    const box = await (await page.$(`${VIEWER} .compare__stage`)).boundingBox();
    const across = (share) => [box.x + box.width * share, box.y + box.height / 2];
    const drag = async (from, to) => {
      await page.mouse.move(...from);
      await page.mouse.down();
      await page.mouse.move(...to, { steps: 4 });
      await page.mouse.up();
    };
    await drag(across(0.995), across(0.25));
    assert.equal(await divided(page), 25, "dragged by its handle");
    await drag(across(0.6), across(0.7));
    assert.equal(await divided(page), 70, "dragged on the video");

    const place = () =>
      page.$$eval(`${VIEWER} video`, (videos) =>
        videos.map((video) => {
          const { left, top, width } = video.getBoundingClientRect();
          return { left, top, width, rendering: getComputedStyle(video).imageRendering };
        }),
      );
    await clipfit.click("compare-zoom-800");
    const [source, result] = await place();
    assert.deepEqual(source, result, "in one place");
    assert.ok(Math.abs(result.width - 320 * 8) < 0.1, `${result.width} wide`);
    assert.match(result.rendering, /pixelated|crisp-edges/);
    await drag(across(0.2), across(0.3));
    const [panned] = await place();
    assert.ok(Math.abs(panned.left - source.left - box.width * 0.1) < 2, "the view follows the mouse");
    assert.equal(await divided(page), 70, "and the divider stays");
    await page.focus(`${VIEWER} .compare__stage`);
    await page.keyboard.press("ArrowDown");
    assert.ok((await place())[0].top < panned.top, "the view follows the arrow keys");
    await page.keyboard.press("0");
    assert.ok(Math.abs((await place())[0].width - box.width) < 1, "all of it again");

    assert.equal(await page.evaluate(() => window.live.size), 1);
    await page.keyboard.press("Escape");
    await page.waitForFunction((viewer) => !document.querySelector(viewer), { timeout: 5_000 }, VIEWER);
    assert.equal(await focus(), "job-compare");
    assert.equal(await page.evaluate(() => window.live.size), 0, "no object URL is left");
    await page.keyboard.press("Enter");
    await settled(page);
    await clipfit.click("compare-close");
    await page.waitForFunction(() => window.live.size === 0, { timeout: 5_000 });
    assert.equal(await focus(), "job-compare");
    assert.deepEqual(clipfit.errors, []);
    await clipfit.close();
  });

  test("an original that the browser does not play", { timeout: 60_000 }, async () => {
    const clipfit = await Clipfit.open(site, { target: "60KB", effort: "fast", "end-at": "1" });
    const { page } = clipfit;
    await clipfit.choose(await media("numberedMpeg4"));
    await clipfit.result();
    await clipfit.click("job-compare");
    const problem = await page.waitForSelector('[data-testid="job-compare-problem"]', { timeout: 15_000 });
    assert.match(await problem.evaluate((element) => element.textContent), /cannot play the original file/);
    assert.equal(await page.$(VIEWER), null);
    await clipfit.close();
  });
});
