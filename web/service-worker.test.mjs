// Tests the service worker's four rules on a tiny site with three releases, in both browsers.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import puppeteer from "puppeteer-core";
import { startServer } from "./serve.mjs";

const BROWSERS = {
  chromium: {
    executablePath: process.env.CLIPFIT_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
  },
  firefox: { browser: "firefox", executablePath: process.env.CLIPFIT_FIREFOX ?? "/usr/bin/firefox-esr" },
};

const sha256 = (content) => createHash("sha256").update(content).digest("hex");

/** Writes one release of the site: a document that names its build and one hashed script. */
async function release(root, script, name) {
  const engine = `core/engine-${name}`;
  const together = ["core/1.0/one.js", "core/1.0/two.js", `${engine}/engine.js`];
  const contents = new Map([
    [`app-${name}.js`, name],
    ["core/1.0/core.gz", "core"],
    ...together.map((file) => [file, "part"]),
  ]);
  const described = JSON.stringify({
    build: name,
    coreFolders: ["1.0", `engine-${name}`],
    together,
    // What it unpacks to is as good.
    hashes: [...contents]
      .map(([file, content]) => [
        file,
        sha256(content),
        ...(file.endsWith(".gz") ? [sha256("unpacked")] : []),
      ])
      .map((parts) => parts.join(":"))
      .join(" "),
    files: ["./", `app-${name}.js`],
  });
  await mkdir(join(root, "core/1.0"), { recursive: true });
  await rm(join(root, "core/engine-one"), { recursive: true, force: true });
  await mkdir(join(root, engine), { recursive: true });
  await rm(join(root, "app-one.js"), { force: true });
  for (const [file, content] of contents) await writeFile(join(root, file), content);
  const mark = `<meta name="clipfit-build" content="${name}">`;
  await writeFile(join(root, "index.html"), `<!doctype html>${mark}<title>${name}</title>`);
  await writeFile(join(root, "service-worker.js"), `self.CLIPFIT_RELEASE=${described};\n${script}`);
}

/** A server on a known port that treats every request alike. */
async function stubbornServer(port, answer) {
  const server = createServer((_, response) => answer(response));
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

/** What a cache holds of an address: the text, or nothing. */
function kept(page, address) {
  return page.evaluate(async (url) => (await caches.match(url))?.text(), address);
}

/** Waits until a cache holds this. */
async function isKept(page, address, content) {
  const holds = async (url, text) => (await (await caches.match(url))?.text()) === text;
  await page.waitForFunction(holds, { timeout: 5000, polling: 50 }, address, content);
}

/** Puts something else in the place of an entry, wherever it is. */
async function spoil(page, address, content) {
  await page.evaluate(
    async (url, text) => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        if (await cache.match(url)) await cache.put(url, new Response(text));
      }
    },
    address,
    content,
  );
}

/** What a page gets for an address: the text, or the word "unreachable". */
function get(page, address) {
  return page.evaluate(
    (url) =>
      fetch(url).then(
        (response) => response.text(),
        () => "unreachable",
      ),
    address,
  );
}

/** Waits until the page is served by the worker of this build. */
async function activated(page, name) {
  await page.waitForFunction(
    async (ending) => {
      const registration = await navigator.serviceWorker.getRegistration();
      const names = await caches.keys();
      const settled =
        registration?.active?.state === "activated" && !registration.installing && !registration.waiting;
      return settled && navigator.serviceWorker.controller && names.some((key) => key.endsWith(ending));
    },
    { timeout: 10_000, polling: 100 },
    `-${name}`,
  );
}

for (const [name, options] of Object.entries(BROWSERS)) {
  describe(`service worker in ${name}`, () => {
    let root;
    let script;
    let server;
    let browser;
    let page;

    before(async () => {
      const entry = fileURLToPath(new URL("src/service-worker.ts", import.meta.url));
      const bundle = await build({ entryPoints: [entry], bundle: true, write: false, format: "iife" });
      script = bundle.outputFiles[0].text;
      root = await mkdtemp(join(tmpdir(), "clipfit-sw-"));
      await release(root, script, "one");
      server = await startServer({ root, prefix: "/some/sub" });
      browser = await puppeteer.launch(options);
      page = await browser.newPage();
      await page.goto(server.url);
      await page.evaluate(() => {
        navigator.serviceWorker.register("service-worker.js");
      });
      await activated(page, "one");
    });

    after(async () => {
      await browser?.close();
      await server?.close();
      await rm(root, { recursive: true });
    });

    test("keeps the app, and the core only once it was used", async () => {
      assert.equal(await page.evaluate(() => caches.has("clipfit-core-1.0")), false);
      assert.equal(await get(page, "core/1.0/core.gz"), "core");
      await page.waitForFunction(async () => Boolean(await caches.match("core/1.0/core.gz")), {
        timeout: 5000,
      });
      assert.equal(await get(page, "core/1.0/one.js"), "part");
      await page.waitForFunction(async () => Boolean(await caches.match("core/1.0/two.js")), {
        timeout: 5000,
      });
      assert.equal(await page.evaluate(() => caches.has("clipfit-core-engine-one")), false);
      assert.equal(await get(page, "core/engine-one/engine.js"), "part");
      await page.waitForFunction(async () => Boolean(await caches.match("core/engine-one/engine.js")), {
        timeout: 5000,
      });
      const port = server.port;
      await server.close();
      await page.goto(`${server.url}?target=10MB`);
      assert.equal(await page.title(), "one");
      assert.equal(await get(page, "app-one.js"), "one");
      assert.equal(await get(page, "core/1.0/core.gz"), "core");
      assert.equal(await get(page, "core/1.0/two.js"), "part", "kept with the one that was used");
      assert.equal(await get(page, "something-else"), "unreachable");
      server = await startServer({ root, prefix: "/some/sub", port });
    });

    test("shows a new release at once and keeps open pages whole", async () => {
      await release(root, script, "two");
      await page.evaluate(async () => {
        await (await navigator.serviceWorker.getRegistration()).update();
      });
      await activated(page, "two");
      assert.equal(await page.title(), "one");
      assert.equal(await get(page, "app-one.js"), "one", "the open page's own file, gone from the server");
      assert.equal(await get(page, "core/engine-one/engine.js"), "part", "its engine likewise");
      // Who has used an engine has the new one with the new page.
      assert.equal(
        await page.evaluate(async () => Boolean(await caches.match("core/engine-two/engine.js"))),
        true,
      );
      await page.reload();
      assert.equal(await page.title(), "two");
      assert.equal(
        await page.evaluate(() => caches.has("clipfit-core-1.0")),
        true,
        "the core outlives releases",
      );
    });

    test("forgets the release before the previous one", async () => {
      await release(root, script, "three");
      await page.evaluate(async () => {
        await (await navigator.serviceWorker.getRegistration()).update();
      });
      await activated(page, "three");
      const kept = await page.evaluate(() => caches.keys());
      const builds = kept.filter((key) => key.startsWith("clipfit-app-")).map((key) => key.split("-").at(-1));
      assert.deepEqual(builds, ["two", "three"]);
    });

    test("caches nothing but what was built", async () => {
      const wrong = { "core/1.0/core.gz": "wrong bytes", "core/1.0/one.js": "<title>start page</title>" };
      const { port } = server;
      await server.close();
      let faulty = Number.POSITIVE_INFINITY;
      const asked = [];
      server = await startServer({
        root,
        prefix: "/some/sub",
        port,
        instead: (request, response) => {
          const file = request.url.slice("/some/sub/".length);
          asked.push(file);
          if (wrong[file] === undefined || faulty === 0) return false;
          faulty -= 1;
          const type = file.endsWith(".js") ? "text/html" : "application/gzip";
          response.writeHead(200, { "Content-Type": type, "Cache-Control": "no-cache" }).end(wrong[file]);
          return true;
        },
      });
      await page.evaluate(() => caches.delete("clipfit-core-1.0"));
      for (const [file, content] of Object.entries(wrong)) {
        assert.equal(await get(page, file), content, "what the server has");
        assert.equal(await kept(page, file), undefined);
      }
      assert.equal(asked.filter((file) => file === "core/1.0/one.js").length >= 2, true, "asked once more");
      // Wrong only the first time.
      faulty = 1;
      assert.equal(await get(page, "core/1.0/one.js"), "part");
      faulty = 0;
      assert.equal(await get(page, "core/1.0/core.gz"), "core");
      await isKept(page, "core/1.0/core.gz", "core");
      // A server that unpacks.
      await page.evaluate(() => caches.delete("clipfit-core-1.0"));
      [faulty, wrong["core/1.0/core.gz"]] = [1, "unpacked"];
      assert.equal(await get(page, "core/1.0/core.gz"), "unpacked");
      await isKept(page, "core/1.0/core.gz", "unpacked");
    });

    test("fetches damaged entries anew, and keeps an open page's parts for as long", async () => {
      // As a page of the build does; each worker looks at its entries once after it has started.
      const open = await browser.newPage();
      await open.goto(server.url);
      await open.evaluate(() => {
        navigator.locks.request(
          "clipfit-build-/some/sub/-three",
          { mode: "shared" },
          () => new Promise(() => {}),
        );
      });
      assert.equal(await get(open, "core/engine-three/engine.js"), "part");
      for (const name of ["four", "five", "six"]) {
        await release(root, script, name);
        await rm(join(root, "core/engine-three"), { recursive: true, force: true });
        await rm(join(root, "app-three.js"), { force: true });
        if (name === "six") {
          for (const file of ["core/1.0/two.js", "core/1.0/core.gz", "app-three.js"])
            await spoil(page, file, "bad");
        }
        await page.evaluate(async () => {
          await (await navigator.serviceWorker.getRegistration()).update();
        });
        await activated(page, name);
        if (name !== "six") assert.equal(await get(open, "app-three.js"), "three", "two releases later");
        assert.equal(await get(open, "core/engine-three/engine.js"), "part");
      }
      assert.equal(await get(page, "core/1.0/core.gz"), "core");
      assert.equal(await get(page, "core/1.0/two.js"), "part");
      await isKept(page, "core/1.0/core.gz", "core");
      assert.notEqual(await get(open, "app-three.js"), "bad", "an old build's entries have its hashes");
      await spoil(page, "app-six.js", "<title>start page</title>");
      await spoil(page, "./", "<title>start page</title>");
      assert.equal(await get(page, "app-six.js"), "six");
      await page.reload();
      const mended = async () => {
        const name = (await caches.keys()).find((one) => one.endsWith("-six"));
        const kept = await caches.match("./", { cacheName: name });
        return (await kept?.text())?.includes("six");
      };
      await page.waitForFunction(mended, { timeout: 5000, polling: 50 });
      await open.close();
      await release(root, script, "seven");
      await page.evaluate(async () => {
        await (await navigator.serviceWorker.getRegistration()).update();
      });
      await activated(page, "seven");
      const names = await page.evaluate(() => caches.keys());
      assert.deepEqual(
        names.filter((name) => name.includes("three")),
        [],
        "nobody has it open",
      );
    });

    test("prefers the kept app to an error page and to endless waiting", async () => {
      const { port } = server;
      await server.close();
      const answers = [(response) => response.writeHead(503).end("<title>broken</title>"), () => {}];
      for (const answer of answers) {
        const close = await stubbornServer(port, answer);
        await page.goto(server.url, { timeout: 8000 });
        assert.equal(await page.title(), "seven");
        await close();
      }
      server = await startServer({ root, prefix: "/some/sub", port });
    });
  });
}
