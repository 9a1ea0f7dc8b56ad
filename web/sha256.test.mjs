// Compares the hash of arriving bytes with Node's own.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

let Sha256;

before(async () => {
  const entryPoints = [fileURLToPath(new URL("src/media/sha256.ts", import.meta.url))];
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false, format: "esm" });
  const script = Buffer.from(outputFiles[0].contents).toString("base64");
  ({ Sha256 } = await import(`data:text/javascript;base64,${script}`));
});

function hashed(...pieces) {
  const hash = new Sha256();
  for (const piece of pieces) hash.take(piece);
  return hash.finish();
}

test("the standard's examples", () => {
  const of = (text) => hashed(Buffer.from(text));
  assert.equal(of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("every length around a block, in pieces of every size", () => {
  for (let length = 0; length < 200; length += 1) {
    const bytes = randomBytes(length);
    const wanted = createHash("sha256").update(bytes).digest("hex");
    for (const piece of [1, 7, 63, 64, 65, 200]) {
      const pieces = [];
      for (let at = 0; at < length; at += piece) pieces.push(bytes.subarray(at, at + piece));
      assert.equal(hashed(...pieces), wanted, `${length} bytes in pieces of ${piece}`);
    }
  }
});

test("some megabytes", (t) => {
  const bytes = randomBytes(20e6);
  const began = performance.now();
  const found = hashed(bytes);
  t.diagnostic(`${Math.round(20e3 / (performance.now() - began))} MB/s`);
  assert.equal(found, createHash("sha256").update(bytes).digest("hex"));
});
