// The encoder's module in both browsers: with its kernels it makes, to the byte, what x264's own C makes.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { BOTH, DIST, inBrowsers } from "./support/site.mjs";

const CASES = [
  { preset: "superfast", options: ["crf=24"] },
  { preset: "veryfast", options: ["bitrate=200"] },
  { preset: "medium", options: ["crf=22"] },
  { preset: "slow", options: ["crf=30", "weightp=2"] },
];

/** Runs in the page: encodes moving waves with and without kernels. */
async function encodeTwice(folder, { preset, options }) {
  const script = await import(new URL(`${folder}/x264.js`, document.baseURI).href);
  const packed = await fetch(new URL(`${folder}/x264.wasm.gz`, document.baseURI));
  const wasm = new Response(packed.body.pipeThrough(new DecompressionStream("gzip")));
  const { memory } = script.initSync({ module: await WebAssembly.compile(await wasm.arrayBuffer()) });
  const [width, height, frames] = [178, 98, 12];
  const encode = (kernels) => {
    const x264 = new script.X264(width, height, 25, 1, preset, options, 0, undefined, undefined, kernels);
    for (let number = 0; number < frames; number += 1) {
      const frame = new Uint8Array(memory.buffer, x264.frameAddress, x264.frameBytes);
      for (let index = 0; index < frame.length; index += 1) {
        const [x, y] = [index % width, Math.floor(index / width)];
        const wave = 60 * Math.sin((x + 3 * number) / 9) + 50 * Math.sin((y - 2 * number) / 7);
        frame[index] = (128 + wave) * (1 - number / 20) + ((x * 7 + y * 13 + number * 29) % 11);
      }
      x264.push();
    }
    x264.finish();
    const chunk = x264.chunk();
    x264.free();
    return chunk;
  };
  const [fast, plain] = [encode(true), encode(false)];
  return {
    bytes: fast.length,
    same: fast.length === plain.length && fast.every((byte, at) => byte === plain[at]),
  };
}

inBrowsers("kernels", BOTH, (site) => {
  for (const encode of CASES) {
    test(`${encode.preset} ${encode.options.join(" ")}`, { timeout: 60_000 }, async () => {
      const [name] = (await readdir(join(DIST, "core"))).filter((entry) => entry.startsWith("x264-"));
      const page = await site.browser.newPage();
      await page.goto(site.server.url);
      const { bytes, same } = await page.evaluate(encodeTwice, `core/${name}`, encode);
      assert.ok(bytes > 3000, `${bytes} bytes`);
      assert.ok(same, "the same bytes with kernels and without");
      await page.close();
    });
  }
});
