// Files that are broken or built to break something, under names that are traps: each comes to a true end, a result that
// plays or a sentence, and the page is as well afterwards as before.

import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { ALL, hostileInputs, TRAPPED } from "./support/hostile.mjs";
import { complaints, ffmpeg } from "./support/native.mjs";
import { Clipfit, ENDS } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";

const SEED = 20_15_10;
/** All three hundred take most of an hour; without this, a part of them. */
const IN_FULL = process.env.CLIPFIT_HOSTILE === "all";
const PART = { chromium: 60, firefox: 30 };
/** As many wait in a page's queue, and so many pages work at once. */
const [PER_PAGE, AT_ONCE] = [15, 2];
/** From the moment at which a job begins. */
const BOUND_MS = 90_000;
/** In turn: less than most are, and more than all are. */
const TARGETS = [25_000, 10_000_000];
/** What no sentence for people says. */
const INTERNALS =
  /undefined|\[object|panicked|RuntimeError|TypeError|NaN|Infinity|unwrap|wasm-function|\.rs:\d|\.js:\d|^\s+at /m;

inBrowsers("hostile inputs", BOTH, (site) => {
  test("each comes to a true end, and the page stays well", {
    timeout: IN_FULL ? 5_400_000 : 300_000,
    concurrency: AT_ONCE,
  }, async (t) => {
    const inputs = (await hostileInputs(SEED)).slice(0, IN_FULL ? ALL : PART[site.name]);
    const pages = [];
    for (let from = 0; from < inputs.length; from += PER_PAGE) {
      pages.push({ from, inputs: inputs.slice(from, from + PER_PAGE) });
    }
    await Promise.all(
      pages.map(({ from, inputs }, number) =>
        t.test(`from ${from}`, (t) => onePage(t, site, inputs, TARGETS[number % TARGETS.length])),
      ),
    );
  });
});

/** Drops all of them at once, and judges each at its end; then a healthy clip. */
async function onePage(t, site, inputs, target) {
  const clipfit = await Clipfit.open(site, { target: `${target}B`, effort: "fast" });
  await noteTimes(clipfit);
  await drop(clipfit, inputs);
  const wrong = [];
  for (const [index, input] of inputs.entries()) {
    const job = await end(clipfit, index);
    const flaw = job === undefined ? "no end in time" : await flawOf(clipfit, job, target);
    const took = await clipfit.page.evaluate((at) => window.took[at], index);
    t.diagnostic(`${input.what}: ${job?.state} after ${Math.round(took)} ms, ${job?.bytes ?? job?.error}`);
    if (flaw !== undefined) wrong.push(`${input.what} as ${JSON.stringify(input.name)}: ${flaw}`);
    if (job === undefined) break;
  }
  assert.deepEqual(wrong, []);
  const slowest = Math.max(...(await clipfit.page.evaluate(() => window.took)));
  t.diagnostic(`the slowest: ${Math.round(slowest)} ms`);
  assert.ok(slowest < BOUND_MS, `${slowest} ms`);

  const trapped = await clipfit.page.evaluate(
    (selector) => [...document.querySelectorAll(selector)].map((one) => one.outerHTML),
    TRAPPED,
  );
  assert.deepEqual(trapped, [], "no name is taken for HTML");
  assert.equal(await clipfit.page.evaluate(() => window.trapped), undefined);

  await clipfit.choose(await media("tinyMp4"));
  await clipfit.result({ index: inputs.length, timeout: BOUND_MS });
  assert.deepEqual(clipfit.errors, []);
  await clipfit.close();
}

/** Has the page take the time of each job in the order of the queue, from when it no longer waits. */
function noteTimes(clipfit) {
  return clipfit.page.evaluate((ends) => {
    const began = new Map();
    window.took = [];
    new MutationObserver(() => {
      for (const card of document.querySelectorAll('[data-testid="job"]')) {
        const { state } = card.dataset;
        if (state !== "queued" && !began.has(card.id)) began.set(card.id, performance.now());
        if (!ends.includes(state) || began.get(card.id) === "over") continue;
        window.took.push(performance.now() - began.get(card.id));
        began.set(card.id, "over");
      }
    }).observe(document, { subtree: true, childList: true, attributes: true });
  }, ENDS);
}

/** Drops files on the page: no chooser would give them such names. */
function drop(clipfit, inputs) {
  const files = inputs.map(({ name, bytes }) => ({ name, content: bytes.toString("base64") }));
  return clipfit.page.evaluate((files) => {
    const dropped = new DataTransfer();
    for (const { name, content } of files) {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      dropped.items.add(new File([bytes], name));
    }
    const options = { dataTransfer: dropped, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent("drop", options));
  }, files);
}

/** A job's end; nothing if there is none in time. The one before it has ended. */
async function end(clipfit, index) {
  return clipfit.reaches(ENDS, { index, timeout: BOUND_MS }).catch(() => undefined);
}

/** What is wrong with an end. */
async function flawOf(clipfit, job, target) {
  const shown = `${job.error}\n${job.plan}`;
  if (INTERNALS.test(shown)) return `says ${shown}`;
  if (job.state === "failed") return job.error.trim() === "" ? "says nothing" : undefined;
  if (job.state !== "done") return job.state;
  if (job.bytes > target) return `${job.bytes} bytes`;
  const path = await clipfit.save({ ...job, download: "result.mp4" });
  try {
    if ((await readFile(path)).length !== job.bytes) return "other bytes than it says";
    const complained = await complaints(path);
    if (complained !== "") return `does not decode: ${complained}`;
    const frames = await ffmpeg(["-i", path, "-map", "0:v:0", "-frames:v", "1", "-f", "rawvideo", "-"]);
    return frames.length > 0 ? undefined : "no frame decodes";
  } catch (error) {
    return `does not decode: ${error.message}`;
  } finally {
    await rm(path);
  }
}
