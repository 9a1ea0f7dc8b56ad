// While jobs run: cancelling, queueing, progress.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";

const third = async (path) => `${Math.floor((await stat(path)).size / 3)}B`;

/** Milliseconds from a click on cancel to the cancelled state, as the page itself sees them. */
function cancelAndMeasure(clipfit, index) {
  return clipfit.page.evaluate(async (at) => {
    const card = document.querySelectorAll('[data-testid="job"]')[at];
    const start = performance.now();
    card.querySelector('[data-testid="job-cancel"]').click();
    while (card.dataset.state !== "cancelled" && performance.now() - start < 10_000) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return performance.now() - start;
  }, index);
}

/** Workers that this page still has; only Chromium tells. */
async function workersLeft(clipfit) {
  if (clipfit.site.name !== "chromium") return 0;
  for (let tries = 0; tries < 20 && clipfit.page.workers().length > 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return clipfit.page.workers().length;
}

/** Bytes of each file and folder (none) of decoded frames in the browser's private file system. */
function framesOnDisk(clipfit) {
  return clipfit.page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const sizes = {};
    const list = async (folder, path) => {
      for await (const [name, entry] of folder.entries()) {
        if (entry.kind === "directory") {
          sizes[`${path}${name}/`] = 0;
          await list(entry, `${path}${name}/`);
        } else {
          sizes[`${path}${name}`] = (await entry.getFile().catch(() => ({ size: 0 }))).size;
        }
      }
    };
    await list(await root.getDirectoryHandle("frames", { create: true }), "");
    return sizes;
  });
}

/** Waits until there are files, or nothing at all. */
async function untilOnDisk(clipfit, isWanted) {
  for (let tries = 0; ; tries++) {
    const sizes = await framesOnDisk(clipfit);
    if (isWanted(sizes) || tries === 300) return sizes;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

inBrowsers("running jobs", BOTH, (site) => {
  test("decoded frames that memory cannot hold lie on disk while a job runs, and go with it", {
    timeout: 120_000,
  }, async () => {
    const source = await media("sync");
    // Half of it is for the tab: room for one encoder, and for none of the frames.
    const withLittleMemory = (page) =>
      page.evaluateOnNewDocument(() => Object.defineProperty(navigator, "deviceMemory", { value: 0.1 }));
    const clipfit = await Clipfit.open(
      site,
      { target: await third(source), effort: "best" },
      withLittleMemory,
    );
    // The page asks before it is left while a job runs.
    clipfit.page.on("dialog", (dialog) => dialog.accept());
    const areFrames = (sizes) => Object.values(sizes).some((size) => size > 0);
    const areGone = (sizes) => Object.keys(sizes).length === 0;
    await clipfit.choose(source);
    assert.ok(areFrames(await untilOnDisk(clipfit, areFrames)), "while it runs");
    await clipfit.result();
    assert.deepEqual(await untilOnDisk(clipfit, areGone), {}, "after its end");
    await clipfit.choose(source);
    assert.ok(areFrames(await untilOnDisk(clipfit, areFrames)), "while the second runs");
    await cancelAndMeasure(clipfit, 1);
    assert.deepEqual(await untilOnDisk(clipfit, areGone), {}, "after it was cancelled");
    await clipfit.choose(source);
    await untilOnDisk(clipfit, areFrames);
    await clipfit.page.reload();
    await clipfit.choose(source);
    await clipfit.result();
    assert.deepEqual(await untilOnDisk(clipfit, areGone), {}, "what a page left that was reloaded");
    await clipfit.close();
  });

  test("an engine that traps ends its job with a sentence, and the next job has another engine", {
    timeout: 60_000,
  }, async () => {
    const source = await media("sync");
    const clipfit = await Clipfit.open(site, { target: await third(source), effort: "best" });
    await clipfit.choose(source);
    await clipfit.reaches(["encoding"]);
    await clipfit.page.evaluate(() => {
      // A module with one function, which does nothing but trap.
      const bytes = [
        0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0, 10, 5, 1, 3, 0, 0,
        11,
      ];
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)));
      queueMicrotask(() => exports.t());
    });
    const broken = await clipfit.reaches(["failed"]);
    assert.match(broken.error, /engine broke off/);
    assert.equal(await workersLeft(clipfit), 0, "its workers are gone");
    await clipfit.choose(source);
    await clipfit.result({ index: 1 });
    await clipfit.close();
  });

  test("cancel takes effect at once, wherever the job is", { timeout: 120_000 }, async (t) => {
    const source = await media("sync");
    const clipfit = await Clipfit.open(site, { target: await third(source), effort: "best" });
    const moments = ["planning", "encoding", "half"];
    for (const [index, moment] of moments.entries()) {
      await clipfit.choose(source);
      await clipfit.reaches(moment === "planning" ? ["planning", "encoding"] : ["encoding"], { index });
      if (moment === "half") {
        await clipfit.page.waitForFunction(
          (at) => Number(document.querySelectorAll('[data-testid="job"]')[at].dataset.progress) >= 50,
          { timeout: 60_000, polling: 20 },
          index,
        );
      }
      if (moment !== "planning") assert.ok(site.name !== "chromium" || clipfit.page.workers().length > 0);
      const took = await cancelAndMeasure(clipfit, index);
      t.diagnostic(`${moment}: cancelled after ${took.toFixed(0)} ms`);
      assert.ok(took < 2000, `${moment}: ${took} ms`);
      assert.equal((await clipfit.jobs())[index].state, "cancelled");
      assert.equal((await clipfit.jobs())[index].href, undefined);
      assert.equal(await workersLeft(clipfit), 0, "its workers are gone");
    }
    await clipfit.choose(source);
    await clipfit.result({ index: moments.length });
    assert.deepEqual(clipfit.errors, []);
    await clipfit.close();
  });

  test("several files run one after the other, in their order", { timeout: 120_000 }, async () => {
    const names = ["mp4", "text", "silent", "halfSecond"];
    const sources = await Promise.all(names.map(media));
    const clipfit = await Clipfit.open(site, { target: "50KB" });
    await clipfit.page.evaluate(() => {
      // Every change of any job's state, as the page shows it.
      window.seen = [];
      const note = () => {
        const cards = [...document.querySelectorAll('[data-testid="job"]')];
        const now = cards.map((card) => card.dataset.state).join(" ");
        if (now !== "" && window.seen.at(-1) !== now) window.seen.push(now);
      };
      new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true });
    });
    await clipfit.choose(...sources);
    for (const index of names.keys()) await clipfit.reaches(["done", "failed"], { index });
    const jobs = await clipfit.jobs();
    assert.deepEqual(
      jobs.map((job) => job.state),
      ["done", "failed", "done", "done"],
    );
    assert.ok(jobs.every((job) => job.state === "failed" || job.bytes <= 60_000));
    const order = (await clipfit.page.evaluate(() => window.seen)).map((line) => line.split(" "));
    for (const states of order) {
      const busy = states.filter((state) => state === "planning" || state === "encoding");
      assert.ok(busy.length <= 1, `at a time: ${states}`);
      assert.ok(
        states.indexOf("queued") < 0 || !states.slice(states.indexOf("queued")).some((s) => s !== "queued"),
      );
    }
    assert.ok(order.some((states) => states.includes("queued")));
    await clipfit.close();
  });

  test("a clip waits with its plan until it is started", { timeout: 60_000 }, async () => {
    const clipfit = await Clipfit.open(site, { target: "60KB", start: "wait" });
    const { page } = clipfit;
    await page.setViewport({ width: 1100, height: 900 });
    await clipfit.choose(await media("mp4"), await media("mkv"));
    const starts = '[data-testid="job-start"]';
    const shown = (selector, count) => document.querySelectorAll(selector).length === count;
    await page.waitForFunction(shown, { timeout: 30_000 }, starts, 2);
    assert.match((await clipfit.jobs())[0].plan, /60\.0 kB/);
    assert.equal((await clipfit.jobs())[0].state, "planning");
    // Another limit, another plan; the other clip waits on.
    await page.$eval("#target", (field) => field.select());
    await page.keyboard.type("80KB");
    const planned = (limit) =>
      [...document.querySelectorAll('[data-testid="job-plan"]')].every((plan) =>
        plan.textContent.includes(limit),
      );
    await page.waitForFunction(planned, { timeout: 30_000 }, "80.0 kB");
    await page.waitForFunction(shown, { timeout: 30_000 }, starts, 2);
    await page.click(starts);
    const job = await clipfit.result();
    assert.ok(job.bytes > 60_000 && job.bytes <= 80_000, `${job.bytes} bytes`);
    assert.equal((await clipfit.jobs())[1].state, "planning");
    await page.click(starts);
    await clipfit.result({ index: 1 });
    // A setting that was changed is there on the next visit, and with it those of the link.
    await page.evaluate(() => localStorage.clear());
    await clipfit.close();
  });

  test("a queued file can be cancelled without disturbing the others", { timeout: 60_000 }, async () => {
    const sources = await Promise.all(["mp4", "silent", "mono"].map(media));
    const clipfit = await Clipfit.open(site, { target: "100KB" });
    await clipfit.choose(...sources);
    await clipfit.reaches(["queued"], { index: 1 });
    await clipfit.click("job-cancel", { index: 1 });
    await clipfit.result({ index: 0 });
    await clipfit.result({ index: 2 });
    const states = (await clipfit.jobs()).map((job) => job.state);
    assert.deepEqual(states, ["done", "cancelled", "done"]);
    await clipfit.close();
  });

  test("progress only grows, from 0 to 100", { timeout: 60_000 }, async () => {
    const source = await media("sync");
    const clipfit = await Clipfit.open(site, { target: await third(source) });
    await clipfit.page.evaluate(() => {
      window.percents = [];
      new MutationObserver(() => {
        const card = document.querySelector('[data-testid="job"]');
        if (card) window.percents.push(Number(card.dataset.progress));
      }).observe(document, { subtree: true, childList: true, attributes: true });
    });
    await clipfit.choose(source);
    await clipfit.result();
    const percents = await clipfit.page.evaluate(() => window.percents);
    assert.deepEqual(
      percents,
      percents.toSorted((a, b) => a - b),
    );
    assert.equal(percents.at(-1), 100);
    assert.ok(new Set(percents).size > 5, `${[...new Set(percents)]}`);
    await clipfit.close();
  });
});
