// Files that are larger than one array: written anywhere, read back, and made a Blob.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

async function load() {
  const entryPoints = [fileURLToPath(new URL("src/media/pages.ts", import.meta.url))];
  const { outputFiles } = await build({ entryPoints, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

test("pages hold what was written wherever it begins and ends", async () => {
  const { Pages } = await load();
  const pages = new Pages(8);
  const expected = new Uint8Array(50);
  for (const [position, length] of [
    [0, 3],
    [3, 20],
    [20, 30],
    [6, 4],
    [8, 8],
  ]) {
    const bytes = Uint8Array.from({ length }, (_, index) => position * 7 + index + 1);
    pages.write(position, bytes);
    expected.set(bytes, position);
  }
  assert.equal(pages.size, 50);
  assert.deepEqual(new Uint8Array(await pages.blob("video/mp4").arrayBuffer()), expected);
  for (const [position, length, read] of [
    [0, 50, 50],
    [5, 11, 11],
    [45, 20, 5],
    [50, 4, 0],
  ]) {
    const target = new Uint8Array(length);
    assert.equal(pages.read(position, target), read);
    assert.deepEqual(target.subarray(0, read), expected.subarray(position, position + read));
  }
});
