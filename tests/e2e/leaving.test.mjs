// What stays when an attempt, a job or the page goes: results, clips that were not finished, and a question before leaving.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

const third = async (path) => `${Math.floor((await stat(path)).size / 3)}B`;

/** What earlier pages left, as the page lists it. */
const earlier = (clipfit) =>
  clipfit.page.$$eval('[data-testid="earlier-item"]', (items) => items.map((item) => item.innerText));

/** Waits until the list has so many entries. */
async function earlierReaches(clipfit, count) {
  for (let tries = 0; tries < 100; tries++) {
    const items = await earlier(clipfit);
    if (items.length === count) return items;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return earlier(clipfit);
}

/** Chooses a file for a clip that was not finished. */
async function goOnWith(clipfit, path) {
  const input = await clipfit.page.$('[data-testid="earlier-input"]');
  await input.uploadFile(path);
  await input.dispose();
}

/** Bytes and name of what a link downloads. */
const downloaded = (clipfit, handle) =>
  clipfit.page.$eval(`[data-testid="${handle}"]`, async (link) => {
    const blob = await (await fetch(link.href)).blob();
    return { bytes: blob.size, name: link.download };
  });

/** Counts the finished tasks in the store. */
function tasksStored(clipfit) {
  return clipfit.page.evaluate(async () => {
    const all = await indexedDB.databases();
    const name = all.find((database) => database.name.endsWith(" tasks"))?.name;
    if (name === undefined) return 0;
    const settled = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await settled(indexedDB.open(name));
    const count = await settled(database.transaction("tasks").objectStore("tasks").count());
    database.close();
    return count;
  });
}

/** Removes what earlier tests left. */
async function forgetAll(clipfit) {
  await new Promise((resolve) => setTimeout(resolve, 300));
  if ((await earlier(clipfit)).length > 0) await clipfit.page.click('[data-testid="earlier-clear"]');
  assert.deepEqual(await earlierReaches(clipfit, 0), []);
}

inBrowsers("leaving", BOTH, (site) => {
  test("a result stays until there is another, and a removed job can be put back", {
    timeout: 60_000,
  }, async () => {
    const source = await media("sync");
    const clipfit = await Clipfit.open(site, { target: await third(source), effort: "fast" });
    await clipfit.choose(source);
    const first = await clipfit.result();
    await clipfit.click("job-effort", { number: 2 });
    await clipfit.reaches(["planning", "encoding"]);
    assert.equal((await downloaded(clipfit, "job-previous")).bytes, first.bytes, "while another is made");
    await clipfit.click("job-cancel");
    await clipfit.reaches(["cancelled"]);
    assert.equal((await downloaded(clipfit, "job-previous")).bytes, first.bytes, "after it was cancelled");
    await clipfit.page.evaluate(() => document.querySelector(".job__again button").click());
    const second = await clipfit.result();
    assert.equal(await clipfit.page.$('[data-testid="job-previous"]'), null);

    await clipfit.page.click('button[title="Remove"]');
    assert.deepEqual(await clipfit.jobs(), []);
    await clipfit.page.click('[data-testid="undo-button"]');
    const [back] = await clipfit.jobs();
    assert.deepEqual([back.state, back.bytes, back.href], ["done", second.bytes, second.href]);
    assert.equal((await downloaded(clipfit, "job-download")).bytes, second.bytes);
    assert.deepEqual(clipfit.errors, []);
    await clipfit.close();
  });

  test("a reload loses no result, and what was not finished goes on", { timeout: 60_000 }, async () => {
    const [source, other] = await Promise.all(["sync", "mp4"].map(media));
    const clipfit = await Clipfit.open(site, { target: await third(source), effort: "fast" });
    clipfit.page.on("dialog", (dialog) => dialog.accept());
    await forgetAll(clipfit);
    await clipfit.choose(source);
    const done = await clipfit.result();
    await clipfit.choose(other);
    await clipfit.reaches(["planning", "encoding"], { index: 1 });
    await clipfit.page.reload();
    await clipfit.ready();
    const items = await earlierReaches(clipfit, 2);
    assert.match(items[0], /not finished/);
    assert.deepEqual(await clipfit.jobs(), [], "they are no jobs of this page");
    assert.deepEqual(await downloaded(clipfit, "earlier-download"), {
      bytes: done.bytes,
      name: done.download,
    });

    await goOnWith(clipfit, source);
    await clipfit.page.waitForFunction(() => /is another file/.test(document.body.innerText));
    assert.deepEqual(await clipfit.jobs(), []);
    await goOnWith(clipfit, other);
    const went = await clipfit.result();
    assert.ok(went.bytes > 0);
    assert.equal((await earlierReaches(clipfit, 1)).length, 1);

    const visitor = await Clipfit.open(site);
    assert.equal((await earlierReaches(visitor, 1)).length, 1, "not what a page has that is still open");
    await visitor.close();
    await forgetAll(clipfit);
    await clipfit.page.reload();
    await clipfit.ready();
    assert.equal((await earlierReaches(clipfit, 1)).length, 1, "the result of the page before");
    await forgetAll(clipfit);
    assert.deepEqual(clipfit.errors, []);
    await clipfit.close();
  });

  test("a job that was not finished goes on from its finished chunks, twice", {
    timeout: 120_000,
  }, async () => {
    const source = await media("chunks");
    const target = Math.floor((await stat(source)).size / 3);
    const clipfit = await Clipfit.open(site, { target: `${target}B`, effort: "best" });
    clipfit.page.on("dialog", (dialog) => dialog.accept());
    await forgetAll(clipfit);
    await clipfit.choose(source);
    const reused = async () => (await clipfit.log()).match(/was done by an earlier page/g)?.length ?? 0;
    const before = [];
    for (const least of [2, 4]) {
      while ((await tasksStored(clipfit)) < least) await new Promise((resolve) => setTimeout(resolve, 20));
      await clipfit.page.reload();
      await clipfit.ready();
      await earlierReaches(clipfit, 1);
      await goOnWith(clipfit, source);
      await clipfit.reaches(["encoding"]);
      before.push(await reused());
    }
    const job = await clipfit.result();
    assert.ok(before[0] >= 2 && before[1] >= 4, `tasks that earlier pages did: ${before}`);
    await verify(await clipfit.save(job), source, { target });
    // The result is stored a moment later.
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(await tasksStored(clipfit), 0, "nothing stays of a finished job");
    assert.deepEqual(clipfit.errors, []);
    await clipfit.close();
  });

  test("the page asks before it is left only while something would be lost", {
    timeout: 60_000,
  }, async () => {
    const source = await media("sync");
    const clipfit = await Clipfit.open(site, { target: await third(source), effort: "best" });
    const asked = [];
    clipfit.page.on("dialog", async (dialog) => {
      asked.push(dialog.type());
      await dialog.accept();
    });
    // Browsers ask only on pages that someone has touched.
    const touch = () => clipfit.page.click("h1, h2");
    await touch();
    await clipfit.page.reload();
    assert.deepEqual(asked, [], "nothing to lose");
    await clipfit.ready();
    await touch();
    await clipfit.choose(source);
    await clipfit.reaches(["planning", "encoding"]);
    await clipfit.page.reload();
    assert.deepEqual(asked, ["beforeunload"], "a job runs");
    await clipfit.ready();
    await touch();
    await clipfit.choose(source);
    await clipfit.result();
    // The result is stored a moment later.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await clipfit.page.reload();
    assert.deepEqual(asked, ["beforeunload"], "the result is stored");
    await clipfit.close();
  });
});
