// Starts a browser for one run, closes it whatever happens, and takes bytes out of its pages.

import { open } from "node:fs/promises";
import puppeteer from "puppeteer-core";
import * as webkit from "../e2e/support/webkit.mjs";

const LAUNCH = {
  chromium: {
    executablePath: process.env.CLIPFIT_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
  },
  firefox: { browser: "firefox", executablePath: process.env.CLIPFIT_FIREFOX ?? "/usr/bin/firefox-esr" },
};
const launch = (name, options) =>
  name === "webkit" ? webkit.launch() : puppeteer.launch({ ...LAUNCH[name], ...options });
/** As text between browser and script: small enough for one message, large enough for few. */
const SLICE_BYTES = 4 << 20;

/**
 * Opens `address` in a browser of its own, so that no run inherits memory, caches or compiled code from another.
 *
 * @template Value
 * @param {string} name
 * @param {string} address
 * @param {number} timeout seconds for all of it
 * @param {(page: import("puppeteer-core").Page) => Promise<Value>} act
 * @returns {Promise<Value>}
 */
export async function withPage(name, address, timeout, act) {
  const browser = await launch(name, { protocolTimeout: 0 });
  let timer;
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(timeout * 1000);
    const broken = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`given up after ${timeout} s`)), timeout * 1000);
      page.once("error", (error) => reject(new Error(`the page crashed: ${error.message}`)));
      browser.once("disconnected", () => reject(new Error("the browser ended by itself")));
    });
    const acted = page.goto(address).then(() => act(page));
    // Whichever loses the race may still fail later, when the browser is closed: nobody waits for it then.
    acted.catch(() => {});
    broken.catch(() => {});
    return await Promise.race([acted, broken]);
  } finally {
    clearTimeout(timer);
    await browser.close().catch(() => {});
  }
}

/**
 * @param {string} name
 * @returns {Promise<string>} such as "Chrome/131.0"
 */
export async function versionOf(name) {
  const browser = await launch(name);
  try {
    return await browser.version();
  } finally {
    await browser.close();
  }
}

/**
 * Writes what a link of the page leads to into a file.
 *
 * @param {import("puppeteer-core").Page} page
 * @param {string} href
 * @param {string} path
 */
export async function saveLink(page, href, path) {
  const size = await page.evaluate(async (url) => {
    globalThis.benchResult = await (await fetch(url)).blob();
    return globalThis.benchResult.size;
  }, href);
  const file = await open(path, "w");
  try {
    for (let start = 0; start < size; start += SLICE_BYTES) {
      const text = await page.evaluate(
        (from, to) =>
          new Promise((resolve, reject) => {
            const reader = new FileReader();
            reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
            reader.onerror = () => reject(reader.error);
            reader.readAsDataURL(globalThis.benchResult.slice(from, to));
          }),
        start,
        start + SLICE_BYTES,
      );
      await file.write(Buffer.from(text, "base64"));
    }
  } finally {
    await file.close();
  }
}
