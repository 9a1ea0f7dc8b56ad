// After its first use the page works with the server gone.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

inBrowsers("offline", BOTH, (site) => {
  test("a clip is compressed without a server", { timeout: 120_000 }, async () => {
    const source = await media("mp4");
    const target = Math.floor((await stat(source)).size / 3);
    const clipfit = await Clipfit.open(site, { target: `${target}B` });
    await clipfit.choose(source);
    await clipfit.result();
    await clipfit.page.waitForFunction(
      async () => (await navigator.serviceWorker.getRegistration())?.active?.state === "activated",
      { timeout: 20_000, polling: 100 },
    );
    // The core and the encoder are kept at their first use after the worker took over, which may be the second clip.
    await clipfit.page.waitForFunction(
      async () => (await caches.keys()).filter((name) => name.startsWith("clipfit-core-")).length === 2,
      { timeout: 20_000, polling: 100 },
    );
    await site.server.close();
    await clipfit.page.goto(`${site.server.url}?target=${target}B&effort=balanced`);
    await clipfit.ready();
    clipfit.errors.length = 0;
    await clipfit.choose(source);
    const job = await clipfit.result();
    assert.match(job.plan, /veryfast, SIMD/);
    await verify(await clipfit.save(job), source, { target, frames: 75 });
    assert.deepEqual(clipfit.errors, []);
    await clipfit.close();
  });
});
