// The page keeps to its own place: nothing leaves the origin, no special headers are needed, nothing blocks. Results
// tell nothing of whoever made the clip.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { probe } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers, PREFIX } from "./support/site.mjs";

inBrowsers("a whole job", BOTH, (site) => {
  test("stays within its own folder of its own origin", { timeout: 60_000 }, async (t) => {
    const asked = [];
    const clipfit = await Clipfit.open(site, { target: "100KB" }, async (page) => {
      page.on("request", (request) => asked.push(`${request.method()} ${request.url()}`));
      await page.evaluateOnNewDocument(() => {
        window.longest = 0;
        if (!PerformanceObserver.supportedEntryTypes.includes("longtask")) return;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
        }).observe({ entryTypes: ["longtask"] });
      });
    });
    assert.equal(await clipfit.page.evaluate(() => window.crossOriginIsolated), false);
    assert.equal(await clipfit.page.evaluate(() => typeof SharedArrayBuffer), "undefined");

    const source = await media("mp4");
    const coreBefore = site.server.requests.filter(({ path }) => path.includes("/core/"));
    assert.deepEqual(coreBefore, [], "the core is fetched only when it is needed");
    await clipfit.choose(source);
    const job = await clipfit.result();
    assert.ok(job.bytes <= 100_000 && job.bytes < (await stat(source)).size);

    const outside = asked.filter(
      (line) => !line.includes(` ${site.server.url}`) && !/ (blob|data):/.test(line),
    );
    assert.deepEqual(outside, []);
    assert.ok(asked.some((line) => line.endsWith(".wasm.gz")) || site.name === "firefox");
    assert.ok(asked.every((line) => line.startsWith("GET ")));
    const served = site.server.requests;
    assert.ok(served.some(({ path }) => path.endsWith(".wasm.gz")));
    assert.deepEqual(
      served.filter(({ method, path, status }) => {
        const here = path.startsWith(`${PREFIX}/`);
        return method !== "GET" || !here || ![200, 206, 304].includes(status);
      }),
      [],
    );
    assert.deepEqual(clipfit.errors, []);
    const longest = await clipfit.page.evaluate(() => window.longest);
    if (site.name === "chromium") t.diagnostic(`longest task of the page: ${longest.toFixed(0)} ms`);
    await clipfit.close();
  });

  test("is forbidden to reach another origin, in the page and in each worker", {
    timeout: 60_000,
  }, async () => {
    // Another port of the same machine is another origin.
    const heard = [];
    const elsewhere = createServer((request, response) => {
      heard.push(request.url);
      response.writeHead(200, { "access-control-allow-origin": "*" }).end();
    });
    await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${elsewhere.address().port}/`;
    const clipfit = await Clipfit.open(site, { target: "100KB", effort: "best" }, async (page) => {
      // Every worker tries, as if its script did, and says what came of it.
      await page.evaluateOnNewDocument((target) => {
        window.tried = [];
        const tell = new BroadcastChannel("tried");
        tell.onmessage = ({ data }) => window.tried.push(data);
        const real = URL.createObjectURL;
        URL.createObjectURL = (blob) => {
          if (blob.type !== "text/javascript") return real.call(URL, blob);
          const attempt = `fetch(${JSON.stringify(target)}).then(() => "reached", (error) => error.name)
            .then((said) => new BroadcastChannel("tried").postMessage(said));\n`;
          return real.call(URL, new Blob([attempt, blob], { type: blob.type }));
        };
      }, address);
    });
    const fromPage = await clipfit.page.evaluate(
      (target) =>
        fetch(target).then(
          () => "reached",
          (error) => error.name,
        ),
      address,
    );
    assert.equal(fromPage, "TypeError");
    await clipfit.choose(await media("mp4"));
    await clipfit.result();
    const tried = await clipfit.page.evaluate(() => window.tried);
    assert.ok(tried.length > 0, "no worker tried");
    assert.deepEqual([...new Set(tried)], ["TypeError"]);
    assert.deepEqual(heard, []);
    await clipfit.close();
    await new Promise((resolve) => elsewhere.close(resolve));
  });

  test("ends in a preview that plays", { timeout: 60_000 }, async () => {
    const clipfit = await Clipfit.open(site, { target: "100KB" });
    await clipfit.choose(await media("mp4"));
    await clipfit.result();
    const preview = await clipfit.page.evaluate(async () => {
      const video = document.querySelector('[data-testid="job"] video');
      video.muted = true;
      await video.play();
      await new Promise((resolve) => video.addEventListener("timeupdate", resolve, { once: true }));
      return { width: video.videoWidth, height: video.videoHeight, duration: video.duration };
    });
    assert.deepEqual([preview.width, preview.height], [320, 180]);
    assert.ok(Math.abs(preview.duration - 3) < 0.1);
    await clipfit.close();
  });
});

/** How a clip's result comes about. */
const WAYS = [
  { what: "copied, though it would fit as it is", of: "phone", target: "10MB", everywhere: true },
  { what: "copied into MP4", of: "phoneMov", target: "10MB" },
  { what: "encoded", of: "phone", target: "100KB", everywhere: true },
  { what: "encoded out of Matroska", of: "phoneMkv", target: "100KB" },
];

inBrowsers("what a clip tells of whoever made it", BOTH, (site) => {
  for (const { what, of, target, everywhere } of WAYS) {
    if (!everywhere && site.name !== "chromium") continue;
    test(what, { timeout: 120_000 }, async () => {
      const clipfit = await Clipfit.open(site, { target });
      await clipfit.choose(await media(of));
      const job = await clipfit.result();
      assert.match(
        job.plan,
        /Location, device and names are removed from the file; the date of capture stays/,
      );
      const result = await clipfit.save(job);
      await clipfit.close();
      const bytes = await readFile(result);
      for (const word of ["48.2", "Telephones", "Jane"]) assert.ok(!bytes.includes(word), word);
      const { format } = await probe(result);
      assert.match(format.tags.creation_time, /^2024-05-01T12:34:56/);
      assert.deepEqual(clipfit.errors, []);
    });
  }
});
