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
    // The first visit, and the clip is chosen before the service worker has taken over.
    const clipfit = await Clipfit.open(site, { target: `${target}B` });
    await clipfit.choose(source);
    await clipfit.result();
    await clipfit.page.waitForFunction(
      async () => {
        const names = (await caches.keys()).filter((name) => name.startsWith("clipfit-core-"));
        const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
        // Each a script and a module, and of the codecs also what this clip did not need.
        const wanted = ["x264.js", "x264.wasm.gz", "codecs.js", "media.wasm.gz", "aac-"];
        return wanted.every((part) => kept.flat().some(({ url }) => url.includes(part)));
      },
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
