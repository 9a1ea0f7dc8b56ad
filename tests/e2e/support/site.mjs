// Serves the built site under a sub-path and starts the browsers.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { startServer } from "../../../web/serve.mjs";
import * as webkit from "./webkit.mjs";

/** The built site; `CLIPFIT_DIST` names another copy of it. */
export const DIST = process.env.CLIPFIT_DIST ?? fileURLToPath(new URL("../../../dist", import.meta.url));
export const PREFIX = "/some/sub";

/** @type {Record<string, import("puppeteer-core").LaunchOptions>} */
const LAUNCH = {
  chromium: {
    executablePath: process.env.CLIPFIT_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
    protocolTimeout: 600_000,
  },
  firefox: {
    browser: "firefox",
    executablePath: process.env.CLIPFIT_FIREFOX ?? "/usr/bin/firefox-esr",
    protocolTimeout: 600_000,
  },
};

/** @param {"chromium" | "firefox" | "webkit"} name */
const launch = (name) => (name === "webkit" ? webkit.launch() : puppeteer.launch(LAUNCH[name]));

/**
 * @typedef {object} Surroundings
 * @property {"chromium" | "firefox" | "webkit"} name
 * @property {import("puppeteer-core").Browser} browser
 * @property {Awaited<ReturnType<typeof startServer>>} server
 * @property {string} folder for results, removed in the end
 */

/**
 * Describes tests in each of the browsers, with one browser, one server and one folder for all of them.
 *
 * @param {string} what
 * @param {("chromium" | "firefox" | "webkit")[]} names
 * @param {(site: Surroundings) => void} define
 * @param {(folder: string) => Promise<string>} [root] what to serve instead of the built site; may be made in `folder`
 * @param {boolean} [isolate] whether with the headers for which browsers give a page shared memory
 * @param {import("../../../web/serve.mjs").Instead} [instead] answers in the server's place
 */
export function inBrowsers(
  what,
  names,
  define,
  root = async () => DIST,
  isolate = false,
  instead = undefined,
) {
  const only = process.env.CLIPFIT_BROWSER;
  for (const name of names.filter((name) => !only || name === only)) {
    const missing = name === "webkit" && webkit.whatIsMissing();
    describe(`${what}, ${name}`, { skip: missing }, () => {
      /** @type {Surroundings} */
      const site = { name };
      before(async () => {
        site.folder = await mkdtemp(join(tmpdir(), "clipfit-e2e-"));
        site.server = await startServer({ root: await root(site.folder), prefix: PREFIX, isolate, instead });
        site.browser = await launch(name);
      });
      after(async () => {
        await site.browser?.close();
        await site.server?.close();
        if (site.folder) await rm(site.folder, { recursive: true });
      });
      define(site);
    });
  }
}

export const BOTH = /** @type {const} */ (["chromium", "firefox"]);
