// Tests the static server that the other tests and `cargo xtask serve` use.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startServer } from "./serve.mjs";

let folder;
let server;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "clipfit-serve-"));
  const root = join(folder, "root");
  await mkdir(join(root, "sub"), { recursive: true });
  await writeFile(join(folder, "secret.txt"), "secret");
  await writeFile(join(root, "index.html"), "<p>start</p>");
  await writeFile(join(root, "sub/index.html"), "<p>sub</p>");
  await writeFile(join(root, "core.wasm.gz"), "0123456789");
  await writeFile(join(root, "app.wasm"), "");
  await symlink(join(folder, "secret.txt"), join(root, "link.txt"));
  server = await startServer({ root, prefix: "/some/where" });
});

after(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** A request whose path reaches the server as written, which fetch would tidy up. */
function raw(path, headers = {}) {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port: server.port, path, headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    })
      .on("error", reject)
      .end();
  });
}

test("the folder appears under its prefix only", async () => {
  assert.equal((await raw("/some/where/")).body, "<p>start</p>");
  assert.equal((await raw("/some/where/?target=10MB")).status, 200);
  assert.equal((await raw("/some/where?a=b")).headers.location, "/some/where/?a=b");
  assert.equal((await raw("/some/where/sub")).headers.location, "/some/where/sub/");
  assert.equal((await raw("/some/where/sub/")).body, "<p>sub</p>");
  assert.equal((await raw("/")).status, 404);
  assert.equal((await raw("/some/wherever")).status, 404);
  assert.equal((await raw("/some/where/missing.js")).status, 404);
});

test("types are right and packed files stay packed", async () => {
  assert.match((await raw("/some/where/")).headers["content-type"], /^text\/html/);
  const packed = await raw("/some/where/core.wasm.gz");
  assert.equal(packed.headers["content-type"], "application/gzip");
  assert.equal(packed.headers["content-encoding"], undefined);
  assert.equal(packed.headers["cache-control"], "no-cache");
  const empty = await raw("/some/where/app.wasm");
  assert.deepEqual([empty.status, empty.headers["content-type"], empty.body], [200, "application/wasm", ""]);
});

test("ranges and revisits are answered", async () => {
  const file = "/some/where/core.wasm.gz";
  const middle = await raw(file, { range: "bytes=2-4" });
  assert.deepEqual(
    [middle.status, middle.body, middle.headers["content-range"]],
    [206, "234", "bytes 2-4/10"],
  );
  assert.equal((await raw(file, { range: "bytes=7-" })).body, "789");
  assert.equal((await raw(file, { range: "bytes=-2" })).body, "89");
  assert.equal((await raw(file, { range: "bytes=10-" })).status, 416);
  const { etag } = (await raw(file)).headers;
  assert.equal((await raw(file, { "if-none-match": etag })).status, 304);
});

test("nothing outside the folder is served", async () => {
  for (const path of [
    "../secret.txt",
    "..%2fsecret.txt",
    "sub/../../secret.txt",
    "..\\secret.txt",
    "link.txt",
  ]) {
    assert.equal((await raw(`/some/where/${path}`)).status, 404, path);
  }
  assert.equal((await raw("/some/where/%")).status, 404);
  assert.equal((await raw("/some/where/%00")).status, 404);
});

test("answers are recorded", async () => {
  const before = server.requests.length;
  await raw("/some/where/nothing?x");
  assert.deepEqual(server.requests.slice(before), [
    { method: "GET", path: "/some/where/nothing?x", status: 404 },
  ]);
});
