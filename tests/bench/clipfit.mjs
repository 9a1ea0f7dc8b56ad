// One effort of Clipfit, measured through the page as a visitor uses it: the link's parameters, the file input, the
// state of the job, the download link.

import { basename, join } from "node:path";
import { saveLink, withPage } from "./browser.mjs";
import { factsOf } from "./media.mjs";
import { watchMemory } from "./memory.mjs";

/**
 * @typedef {{ browser: string, site: string, warmUp: string, source: string, timeout: number, memory: boolean }} Wanted `site`
 *   is the app's address, `timeout` in seconds.
 */

/**
 * @param {Wanted & { target: number, effort: string, height: string, folder: string }} wanted `target` is in bytes, `height`
 *   empty where it is left open.
 */
export async function clipfit(wanted) {
  const { target, effort, height, folder, timeout } = wanted;
  const output = join(folder, `clipfit-${effort}.mp4`);
  const wishes = { target: `${target}B`, effort, ...(height && { height }) };
  const measured = await throughPage(wanted, wishes, output);
  return { ...measured, facts: await factsOf(output, timeout) };
}

/**
 * @template Asked
 * @param {Wanted} wanted
 * @param {Record<string, string>} wishes the link's parameters
 * @param {string} output where the download goes
 * @param {(page: import("puppeteer-core").Page) => Promise<Asked>} ask what else is to be known, when the time is taken
 */
export async function throughPage(wanted, wishes, output, ask = async () => ({})) {
  const { browser, site, warmUp, source, timeout, memory } = wanted;
  const address = `${site}?${new URLSearchParams(wishes)}`;
  return withPage(browser, address, timeout, async (page) => {
    const input = await page.waitForSelector('[data-testid="file-input"]');
    const problems = await page.$$eval('[data-testid="link-problems"]', (notices) =>
      notices.map((notice) => notice.textContent.trim()).join(" "),
    );
    if (problems !== "") throw new Error(problems);
    // The warm-up fits any target, so nothing is encoded for it unless all that comes is; but what works has been fetched
    // and compiled then.
    await input.uploadFile(warmUp);
    await page.waitForSelector('[data-testid="job"]:is([data-state="done"], [data-state="failed"])');

    const peak = memory ? watchMemory(page.browser().process().pid) : async () => undefined;
    const ended = await watch(page, basename(warmUp));
    await (await page.waitForSelector('[data-testid="file-input"]')).uploadFile(source);
    const outcome = await ended();
    if (outcome.href === undefined) throw new Error(outcome.error);
    const memoryBytes = (await peak())?.whole;
    await saveLink(page, outcome.href, output);
    const { seconds, predicted } = outcome;
    return { seconds, predicted, memoryBytes, ...(await ask(page)) };
  });
}

/**
 * Takes the time inside the page, from the file input's change to the end of the job. The page is not asked anything
 * in between: asking would take processor time from the work.
 *
 * @param {import("puppeteer-core").Page} page
 * @param {string} other name of the file whose job is not meant
 * @returns {Promise<() => Promise<{ seconds: number, predicted?: number, href?: string, error?: string }>>} waits for the
 *   end; `predicted` are the seconds that the page said it would take
 */
async function watch(page, other) {
  await page.evaluate((otherName) => {
    globalThis.benchEnd = new Promise((resolve) => {
      let started = Number.NaN;
      window.addEventListener(
        "change",
        () => {
          started = performance.now();
        },
        { capture: true, once: true },
      );
      const observer = new MutationObserver(() => {
        const job = [...document.querySelectorAll('[data-testid="job"]')].find(
          (candidate) => !candidate.textContent.includes(otherName),
        );
        const state = job?.dataset.state;
        if (!["done", "failed", "cancelled"].includes(state)) return;
        observer.disconnect();
        const seconds = (performance.now() - started) / 1000;
        const link = job.querySelector('[data-testid="job-download"]');
        const text = job.querySelector('[data-testid="job-error"]')?.textContent.trim();
        const predicted = job.querySelector('[data-testid="job-effort"][aria-pressed="true"]')?.dataset
          .seconds;
        resolve(
          state === "done"
            ? { seconds, href: link.href, predicted: predicted && Number(predicted) }
            : { seconds, error: text || `the job is ${state}` },
        );
      });
      observer.observe(document.body, { attributeFilter: ["data-state"], childList: true, subtree: true });
    });
  }, other);
  return () => page.evaluate(() => globalThis.benchEnd);
}
