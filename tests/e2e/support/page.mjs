// The page as a person uses it, through its test handles only.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const JOB = '[data-testid="job"]';

/** Ends of a job. */
export const ENDS = ["done", "failed", "cancelled"];

/**
 * @typedef {object} Job
 * @property {string} state
 * @property {number} progress
 * @property {number | undefined} bytes
 * @property {string} text all of the card's text
 * @property {string} plan text of the plan, empty before there is one
 * @property {string} error text of the failure, empty while there is none
 * @property {string[]} offers
 * @property {string | undefined} href
 * @property {string | undefined} download
 */

/** One open page. */
export class Clipfit {
  /** What went wrong in the page: errors, and complaints on its console. @type {string[]} */
  errors = [];

  /**
   * @param {import("./site.mjs").Surroundings} site
   * @param {import("puppeteer-core").Page} page
   */
  constructor(site, page) {
    this.site = site;
    this.page = page;
    page.on("pageerror", (error) => this.errors.push(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      if (["error", "warn", "warning"].includes(message.type())) this.errors.push(message.text());
    });
  }

  /**
   * Opens the page with these link parameters.
   *
   * @param {import("./site.mjs").Surroundings} site
   * @param {Record<string, string> | string} parameters
   * @param {(page: import("puppeteer-core").Page) => Promise<void>} prepare called before the page loads
   */
  static async open(site, parameters = {}, prepare = async () => {}) {
    const clipfit = new Clipfit(site, await site.browser.newPage());
    await prepare(clipfit.page);
    const query = typeof parameters === "string" ? parameters : `?${new URLSearchParams(parameters)}`;
    await clipfit.page.goto(`${site.server.url}${query}`);
    await clipfit.ready();
    return clipfit;
  }

  /** Waits until clips can be chosen. */
  async ready() {
    await this.page.waitForSelector('[data-testid="file-input"]', { timeout: 30_000 });
  }

  async close() {
    await this.page.close();
  }

  /** Chooses files, as the chooser's dialogue would. @param {...string} paths */
  async choose(...paths) {
    const input = await this.page.$('[data-testid="file-input"]');
    await input.uploadFile(...paths);
    await input.dispose();
  }

  /** All jobs in the order in which they stand. @returns {Promise<Job[]>} */
  jobs() {
    return this.page.$$eval(JOB, (cards) =>
      cards.map((card) => {
        const part = (name) => card.querySelector(`[data-testid="${name}"]`);
        const text = (element) => element?.innerText ?? "";
        const link = part("job-download");
        return {
          state: card.dataset.state,
          progress: Number(card.dataset.progress),
          bytes: card.dataset.bytes === undefined ? undefined : Number(card.dataset.bytes),
          text: text(card),
          plan: text(part("job-plan")),
          error: text(part("job-error")),
          offers: [...card.querySelectorAll('[data-testid="job-offer"]')].map(text),
          href: link?.href,
          download: link?.download,
        };
      }),
    );
  }

  /**
   * Waits until a job is in one of these states.
   *
   * @param {string[]} states
   * @param {{ index?: number, timeout?: number }} which
   * @returns {Promise<Job>}
   */
  async reaches(states, { index = 0, timeout = 120_000 } = {}) {
    const arrived = (selector, number, wanted) =>
      wanted.includes(document.querySelectorAll(selector)[number]?.dataset.state);
    try {
      await this.page.waitForFunction(arrived, { timeout, polling: 50 }, JOB, index, states);
    } catch (error) {
      const job = (await this.jobs())[index];
      throw new Error(`no ${states.join(" or ")} but ${JSON.stringify(job)}`, { cause: error });
    }
    return (await this.jobs())[index];
  }

  /** Waits for a job's end, which must be a result. @param {{ index?: number, timeout?: number }} which */
  async result(which = {}) {
    const job = await this.reaches(ENDS, which);
    if (job.state !== "done") {
      throw new Error(
        `${job.state}: ${job.error}\n${job.plan}\n${(await this.log(which.index)).slice(-600)}`,
      );
    }
    return job;
  }

  /** Clicks a part of a job's card. @param {string} name @param {{ index?: number, number?: number }} which */
  async click(name, { index = 0, number = 0 } = {}) {
    await this.page.evaluate(
      (selector, at, part, nth) =>
        document.querySelectorAll(selector)[at].querySelectorAll(`[data-testid="${part}"]`)[nth].click(),
      JOB,
      index,
      name,
      number,
    );
  }

  /** The raw log of a job; opens it if need be. @param {number} index */
  async log(index = 0) {
    const shown = () =>
      this.page.evaluate(
        (selector, at) =>
          document.querySelectorAll(selector)[at]?.querySelector('[data-testid="job-log"]')?.textContent,
        JOB,
        index,
      );
    if ((await shown()) === undefined) await this.click("job-log-toggle", { index });
    for (let tries = 0; tries < 20; tries++) {
      const text = await shown();
      if (text) return text;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return "";
  }

  /**
   * Saves what a job's download link points at.
   *
   * @param {Job} job
   * @returns {Promise<string>} where
   */
  async save(job) {
    const encoded = await this.page.evaluate(async (address) => {
      const blob = await (await fetch(address)).blob();
      const reader = new FileReader();
      return new Promise((resolve, reject) => {
        reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(blob);
      });
    }, job.href);
    const path = join(this.site.folder, `${Date.now()}-${job.download}`);
    await writeFile(path, Buffer.from(encoded, "base64"));
    return path;
  }
}
