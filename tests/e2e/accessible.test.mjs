// What axe-core finds in the page's states, light and dark, on narrow and wide windows: nothing.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import axe from "axe-core";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";

const WIDTHS = [360, 768, 1440];

/** Opens everything that is closed. */
const openAll = ({ page }) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    document.querySelector(".settings__more[aria-expanded='false']")?.click();
  });

/** Waits until colours are no longer on their way from one to another. */
const settled = (page) =>
  page.evaluate(async () => {
    const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await drawn();
    const ends = document.getAnimations().filter(({ effect }) => effect.getTiming().iterations === 1);
    await Promise.allSettled(ends.map(({ finished }) => finished));
    await drawn();
  });

/** Each makes a page and brings it into a state. */
const STATES = {
  "an empty page": async (site) => Clipfit.open(site, {}),
  "all settings, and a link that is not understood": async (site) => {
    const clipfit = await Clipfit.open(site, { speed: "9", target: "lots", crop: "round" });
    await openAll(clipfit);
    return clipfit;
  },
  "the ladder": async (site) => Clipfit.open(site, { mode: "ladder", rung: "320x180@25:300" }),
  "a package's settings": async (site) => Clipfit.open(site, { mode: "hls" }),
  "clips that wait, and choosing a part of one": async (site) => {
    const clipfit = await Clipfit.open(site, { start: "wait", target: "60KB" });
    await clipfit.choose(await media("mp4"), await media("mkv"));
    await clipfit.page.waitForSelector('[data-testid="job-start"]', { timeout: 30_000 });
    await clipfit.page.click('[data-testid="job-trim"]');
    await clipfit.page.waitForSelector(".trim__video", { timeout: 10_000 });
    return clipfit;
  },
  "a result beside its source, its commands and its log, another clip, and what is no clip": async (site) => {
    const clipfit = await Clipfit.open(site, {
      target: `${Math.floor((await stat(await media("mp4"))).size / 3)}B`,
    });
    await clipfit.choose(await media("mp4"), await media("text"), await media("tinyMp4"));
    await clipfit.result();
    await clipfit.reaches(["failed"], { index: 1 });
    await clipfit.result({ index: 2 });
    await openAll(clipfit);
    await clipfit.page.evaluate(() => {
      [...document.querySelectorAll(".job button")]
        .find((button) => button.textContent.includes("Show log"))
        ?.click();
    });
    await clipfit.page.click('[data-testid="job-compare"]');
    await clipfit.page.waitForSelector('[data-testid="compare"]:not([data-state="loading"])', {
      timeout: 20_000,
    });
    return clipfit;
  },
  "a target that is too small, with its offers": async (site) => {
    const clipfit = await Clipfit.open(site, { target: "2KB" });
    await clipfit.choose(await media("mp4"));
    await clipfit.reaches(["failed"]);
    return clipfit;
  },
  "a cancelled clip, and a removed one": async (site) => {
    const clipfit = await Clipfit.open(site, { start: "wait" });
    await clipfit.choose(await media("mp4"), await media("mkv"));
    await clipfit.page.click('[data-testid="job-cancel"]');
    await clipfit.reaches(["cancelled"]);
    await clipfit.page.click('[aria-label^="Remove"]');
    await clipfit.page.waitForSelector(".undo", { timeout: 5_000 });
    return clipfit;
  },
};

inBrowsers("for everyone", BOTH, (site) => {
  for (const [state, reach] of Object.entries(STATES)) {
    test(state, { timeout: 120_000 }, async () => {
      const clipfit = await reach(site);
      const { page } = clipfit;
      await page.evaluate(axe.source);
      for (const width of WIDTHS) {
        await page.setViewport({ width, height: 900 });
        // Firefox has no way to emulate the colours of a system.
        for (const scheme of site.name === "chromium" ? ["light", "dark"] : ["light"]) {
          if (site.name === "chromium") {
            await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
          }
          await settled(page);
          const found = await page.evaluate(async () => {
            const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
            return violations.map(
              ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`,
            );
          });
          assert.deepEqual(found, [], `${width} pixels, ${scheme}`);
        }
      }
      await clipfit.close();
    });
  }
});
