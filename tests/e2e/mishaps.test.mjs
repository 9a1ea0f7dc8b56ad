// What befalls a tab while a clip is made: messages that cannot be read, workers that fail, no room on the disk, a frozen
// tab, a clock that is set, a server that goes, a reload at any moment. The clip comes to its end, and the next one, too.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { startServer } from "../../web/serve.mjs";
import { media } from "../media/make.mjs";
import { complaints } from "./support/native.mjs";
import { Clipfit, ENDS } from "./support/page.mjs";
import { BOTH, DIST, inBrowsers, PREFIX } from "./support/site.mjs";

const BOUND_MS = 90_000;
const third = async (path) => `${Math.floor((await stat(path)).size / 3)}B`;

/** What is done before the page loads, or while its first clip is encoded. */
const CASES = [
  {
    what: "a worker's answer that cannot be read",
    before: (page) => page.evaluateOnNewDocument(spoilAnswer, "messageerror"),
    isMet: true,
  },
  {
    what: "an error that a worker does not catch",
    before: (page) => page.evaluateOnNewDocument(spoilAnswer, "error"),
    isMet: true,
  },
  { what: "no room for anything that is stored", before: (page) => page.evaluateOnNewDocument(storeNothing) },
  { what: "no store at all", before: (page) => page.evaluateOnNewDocument(haveNoStore) },
  {
    what: "a clock that is set back by a day",
    during: ({ page }) =>
      page.evaluate(() => {
        const { now } = Date;
        Date.now = () => now() - 86_400_000;
      }),
  },
  {
    what: "no quota",
    only: "chromium",
    before: async (page, { url }) => {
      const session = await page.createCDPSession();
      await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(url).origin, quotaSize: 0 });
    },
    after: async (page, { url }) => {
      const session = await page.createCDPSession();
      await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(url).origin });
    },
  },
  {
    what: "a tab that is frozen for some seconds",
    only: "chromium",
    during: async ({ page }) => {
      const session = await page.createCDPSession();
      await session.send("Page.setWebLifecycleState", { state: "frozen" });
      await new Promise((resolve) => setTimeout(resolve, 5000));
      await session.send("Page.setWebLifecycleState", { state: "active" });
    },
  },
];

inBrowsers("mishaps", BOTH, (site) => {
  for (const { what, only = site.name, before, during, after, isMet } of CASES) {
    if (only !== site.name) continue;
    test(`${what}: a result all the same`, { timeout: 2 * BOUND_MS }, async () => {
      const source = await media("sync");
      const clipfit = await Clipfit.open(site, { target: await third(source), effort: "balanced" }, (page) =>
        before?.(page, site.server),
      );
      await clipfit.choose(source);
      if (during !== undefined) {
        await clipfit.reaches(["encoding", ...ENDS]);
        await during(clipfit);
      }
      const job = await clipfit.result({ timeout: BOUND_MS });
      assert.equal(await complaints(await clipfit.save(job)), "");
      if (isMet) assert.ok(await clipfit.page.evaluate(() => window.spoiled), "the fault was met");
      await clipfit.choose(await media("mp4"));
      await clipfit.result({ index: 1, timeout: BOUND_MS });
      await after?.(clipfit.page, site.server);
      assert.deepEqual(
        clipfit.errors.filter((error) => error.startsWith("uncaught")),
        [],
      );
      await clipfit.close();
    });
  }

  test("a server that goes while a first clip is made is not missed", {
    timeout: 2 * BOUND_MS,
  }, async (t) => {
    const source = await media("sync");
    for (const percent of [1, 30, 70]) {
      const server = await startServer({ root: DIST, prefix: PREFIX });
      const page = await site.browser.newPage();
      // What it keeps would stand in for the server.
      await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, "serviceWorker", {}));
      const clipfit = new Clipfit(site, page);
      const query = new URLSearchParams({ target: await third(source), effort: "balanced" });
      await page.goto(`${server.url}?${query}`);
      await clipfit.ready();
      await clipfit.choose(source);
      const isSoFar = (least) => Number(document.querySelector("[data-progress]")?.dataset.progress) >= least;
      await page.waitForFunction(isSoFar, { polling: 20, timeout: BOUND_MS }, percent);
      await server.close();
      const { bytes } = await clipfit.result({ timeout: BOUND_MS });
      t.diagnostic(`gone at ${percent} %: ${bytes} bytes`);
      await clipfit.close();
    }
  });

  test("a reload in any state leaves a page that works", { timeout: 4 * BOUND_MS }, async (t) => {
    const [source, broken] = await Promise.all(["sync", "cutIndex"].map(media));
    const clipfit = await Clipfit.open(site, { target: await third(source), effort: "balanced" });
    clipfit.page.on("dialog", (dialog) => dialog.accept());
    const states = ["queued", "planning", "encoding", "cancelled", "failed", "done"];
    for (const state of states) {
      await t.test(state, async () => {
        await clipfit.choose(...(state === "failed" ? [broken] : [source, source]));
        if (state === "cancelled") {
          await clipfit.reaches(["encoding"]);
          await clipfit.click("job-cancel", { index: 1 });
          await clipfit.click("job-cancel");
        }
        await clipfit.reaches([state, ...ENDS], { index: state === "queued" ? 1 : 0, timeout: BOUND_MS });
        await clipfit.page.reload();
        await clipfit.ready();
        assert.deepEqual(await clipfit.jobs(), []);
        await clipfit.choose(await media("mp4"));
        await clipfit.result({ timeout: BOUND_MS });
        await clipfit.page.reload();
        await clipfit.ready();
      });
    }
    const left = await clipfit.page.waitForSelector('[data-testid="earlier-clear"]');
    await left.click();
    // Firefox reports what a reload interrupts in the service worker as if the old page had failed.
    const isOfReload = (error) => /ServiceWorker intercepted the request/.test(error);
    const uncaught = clipfit.errors.filter((error) => error.startsWith("uncaught") && !isOfReload(error));
    assert.deepEqual(uncaught, []);
    await clipfit.close();
  });

  test("results of a clock that was ahead go after a week all the same", { timeout: BOUND_MS }, async () => {
    const day = 86_400_000;
    /** Opens the page so many days ahead, and counts what it lists. */
    const listed = async (days, act = async () => {}) => {
      const clipfit = await Clipfit.open(site, { target: "100KB", effort: "fast" }, (page) =>
        page.evaluateOnNewDocument((ahead) => {
          const { now } = Date;
          Date.now = () => now() + ahead;
        }, days * day),
      );
      clipfit.page.on("dialog", (dialog) => dialog.accept());
      await new Promise((resolve) => setTimeout(resolve, 700));
      const items = await clipfit.page.$$('[data-testid="earlier-item"]');
      await act(clipfit);
      await clipfit.close();
      return items.length;
    };
    await listed(400, async (clipfit) => {
      await clipfit.choose(await media("mp4"));
      await clipfit.result();
      await new Promise((resolve) => setTimeout(resolve, 700));
    });
    assert.equal(await listed(0), 1, "the clock is right again");
    assert.equal(await listed(6), 1, "six days later");
    assert.equal(await listed(8), 0, "a week later");
  });
});

/** Has the first answer to a task arrive as an event of another kind. Runs in the page. */
function spoilAnswer(kind) {
  const Real = window.Worker;
  window.Worker = class extends Real {
    constructor(...given) {
      super(...given);
      const spoil = (event) => {
        if (window.spoiled || event.data?.type !== "finished") return;
        window.spoiled = true;
        event.stopImmediatePropagation();
        const Kind = kind === "error" ? ErrorEvent : MessageEvent;
        this.dispatchEvent(new Kind(kind, { message: "made to fail", cancelable: true }));
      };
      this.addEventListener("message", spoil);
    }
  };
}

/** Refuses whatever is stored, as a full disk does. Runs in the page. */
function storeNothing() {
  const full = () => {
    throw new DOMException("made to fail", "QuotaExceededError");
  };
  IDBObjectStore.prototype.put = full;
  Storage.prototype.setItem = full;
  Cache.prototype.put = full;
  FileSystemFileHandle.prototype.createWritable = async () => full();
  FileSystemDirectoryHandle.prototype.getFileHandle = async () => full();
}

/** Has no database, no file system and no storage, as some private windows. Runs in the page. */
function haveNoStore() {
  for (const name of ["indexedDB", "localStorage", "caches"]) {
    Object.defineProperty(window, name, {
      get: () => {
        throw new DOMException("made to fail", "SecurityError");
      },
    });
  }
  Object.defineProperty(navigator, "storage", { value: undefined });
}
