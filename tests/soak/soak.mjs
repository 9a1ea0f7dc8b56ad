// Whether a tab stays small: many jobs one after the other in one page, and one source of some gigabytes. What is measured
// and what came of it is in docs/reliability.md.

import { mkdtempSync, rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../web/serve.mjs";
import { versionOf, withPage } from "../bench/browser.mjs";
import { memoryOf, watchMemory } from "../bench/memory.mjs";
import { media } from "../media/make.mjs";
import { makeLarge } from "./large.mjs";
import { readOptions, USAGE, UsageError } from "./options.mjs";

/** The app is served below the root, as on many hosts. */
const PREFIX = "/some/sub";
/** Growth is measured from the job of this number on: what is loaded once has been loaded then. */
const SETTLED_AFTER = 10;
/** As many as that number, so that the job after which is measured first and the last of a round number are of one kind. */
const KINDS = [
  { of: "sync", effort: "balanced", target: 0.33, ends: "done" },
  { of: "mp4", effort: "fast", target: 0.33, ends: "done" },
  { of: "hevc", effort: "fast", target: 0.33, ends: "done" },
  // Only ffmpeg.wasm decodes it.
  { of: "avi", effort: "fast", target: 0.33, ends: "done" },
  // A refusal: no watchable result is so small.
  { of: "sync", effort: "balanced", target: 0.001, ends: "failed" },
  { of: "cutIndex", effort: "fast", target: 0.33, ends: "failed" },
  { of: "webm", effort: "fast", target: 0.5, ends: "done" },
  // Only the container changes.
  { of: "mkv", effort: "fast", target: 20, ends: "done" },
  { of: "hole", effort: "fast", target: 0.33, ends: "done" },
  { of: "mp4", effort: "balanced", target: 0.33, ends: "done" },
];
/** What the tab may have gained since, and what it may take at most for a large source. */
const MOST_GROWTH = 0.15;
const MOST_BYTES = 1.2e9;
/** Memory is read so often after a job, and the least counts: workers end and garbage goes a moment later. */
const [READINGS, PAUSE_MS] = [4, 250];
/** The same after the two jobs that are compared. */
const LONG_READINGS = 40;

const JOB = '[data-testid="job"]';
const ENDED = ["done", "failed", "cancelled"];

/** @param {import("./options.mjs").Options} options */
async function soak(options) {
  const folder = mkdtempSync(join(tmpdir(), "clipfit-soak-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  // An orderly exit, which also ends browsers and encoders.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
  const server = await startServer({ root: options.dist, prefix: PREFIX });
  try {
    print(await versionOf(options.browser));
    const verdicts = [];
    if (options.jobs > 0) verdicts.push(...(await manyJobs(options, server.url)));
    if (options.gigabytes > 0) verdicts.push(...(await largeSource(options, server.url, folder)));
    for (const { passed, text } of verdicts) print(`${passed ? "passed" : "FAILED"}: ${text}`);
    const failed = verdicts.filter(({ passed }) => !passed).length;
    print(`${verdicts.length - failed} passed, ${failed} failed`);
    return failed > 0;
  } finally {
    await server.close();
  }
}

/** Jobs of all kinds, one after the other in one tab that keeps their cards and results. */
async function manyJobs({ browser, jobs, timeout }, site) {
  return withPage(browser, site, timeout, async (page) => {
    const root = page.browser().process().pid;
    const wrong = [];
    let first;
    let last;
    for (let number = 1; number <= jobs; number++) {
      const kind = KINDS[(number - 1) % KINDS.length];
      const { state, seconds, error } = await job(page, await media(kind.of), kind);
      if (state !== kind.ends) wrong.push(`job ${number}, ${kind.of}: ${state} ${error}`);
      const isCompared = number === SETTLED_AFTER || number === jobs;
      last = await settled(root, page, isCompared ? LONG_READINGS : READINGS);
      if (number === SETTLED_AFTER) first = last;
      note(
        [
          `${number} ${kind.of}: ${state} in ${seconds.toFixed(1)} s`,
          `page ${megabytes(last.page)}, browser ${megabytes(last.whole)}`,
        ].join(", "),
      );
    }
    const verdicts = [
      {
        passed: wrong.length === 0,
        text: `${jobs} jobs in one tab, ${wrong.length} with a wrong end${wrong.map((one) => `; ${one}`).join("")}`,
      },
    ];
    if (first === undefined) return verdicts;
    const compared = (name) => ({
      text: `${name === "page" ? "the tab's process" : "the whole browser"}: ${megabytes(first[name])} after job ${
        SETTLED_AFTER
      }, ${megabytes(last[name])} after job ${jobs} (${percent(last[name] / first[name] - 1)})`,
      passed: last[name] <= first[name] * (1 + MOST_GROWTH),
    });
    return [...verdicts, compared("page"), compared("whole")];
  });
}

/** One source that no tab could hold. */
async function largeSource({ browser, gigabytes, timeout }, site, folder) {
  note(`making a source of ${gigabytes} GB ...`);
  const source = await makeLarge(folder, gigabytes * 1e9, timeout);
  const { size } = await stat(source);
  return withPage(browser, site, timeout, async (page) => {
    const peak = watchMemory(page.browser().process().pid);
    const { state, seconds, error } = await job(page, source, { effort: "fast", bytes: 25_000_000 });
    const { page: most, whole } = await peak();
    const what = `a source of ${(size / 1e9).toFixed(2)} GB`;
    return [
      { passed: state === "done", text: `${what}: ${state} after ${seconds.toFixed(0)} s ${error}`.trim() },
      {
        passed: most < MOST_BYTES,
        text: `${what}: at most ${megabytes(most)} in the tab's process, ${megabytes(whole)} in the whole browser`,
      },
    ];
  });
}

/** Runs a job with these settings to its end. */
async function job(page, path, { effort, target = 1, bytes }) {
  const wanted = bytes ?? Math.floor((await stat(path)).size * target);
  const number = (await page.$$(JOB)).length;
  // The page follows a link that changes under it.
  await page.evaluate((link) => {
    location.hash = link;
  }, `target=${wanted}B&effort=${effort}&n=${number}`);
  const began = performance.now();
  const input = await page.waitForSelector('[data-testid="file-input"]');
  await input.uploadFile(path);
  await input.dispose();
  const hasEnded = (selector, at, ends) =>
    ends.includes(document.querySelectorAll(selector)[at]?.dataset.state);
  await page.waitForFunction(hasEnded, { polling: 100 }, JOB, number, ENDED);
  const seconds = (performance.now() - began) / 1000;
  const end = await page.evaluate(
    (selector, at) => {
      const card = document.querySelectorAll(selector)[at];
      const error = card.querySelector('[data-testid="job-error"]')?.textContent.trim() ?? "";
      return { state: card.dataset.state, error };
    },
    JOB,
    number,
  );
  return { ...end, seconds };
}

/** Memory when what has ended is gone. */
async function settled(root, page, readings) {
  const least = { page: Number.POSITIVE_INFINITY, whole: Number.POSITIVE_INFINITY };
  for (let reading = 0; reading < readings; reading++) {
    if (reading % 10 === 0) await collectGarbage(page);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const now = await memoryOf(root);
    for (const name of ["page", "whole"]) least[name] = Math.min(least[name], now[name]);
  }
  return least;
}

/** Only Chromium can be asked to; Firefox collects when it is idle. */
async function collectGarbage(page) {
  if (!(await page.browser().version()).includes("Chrom")) return;
  const session = await page.createCDPSession();
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
const percent = (share) => `${share < 0 ? "" : "+"}${(share * 100).toFixed(1)} %`;

function print(text) {
  process.stdout.write(`${text}\n`);
}

function note(text) {
  process.stderr.write(`${text}\n`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === "help") print(USAGE);
  else if (await soak(options)) process.exitCode = 1;
} catch (error) {
  note(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.message);
  process.exitCode = 2;
}
