// Audio: it gets what the video cannot use, and several tracks become one where that is wished.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { ffmpeg, probe } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

const RATE = 8000;

/** The first audio track as mono samples from -1 to 1. @param {string} path */
async function samplesOf(path) {
  const words = ["-i", path, "-map", "0:a:0", "-ac", "1", "-ar", `${RATE}`, "-f", "s16le", "-"];
  const bytes = await ffmpeg(words);
  return Float64Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readInt16LE(index * 2) / 32768);
}

/** The level of each 50 ms. @param {string} path */
async function loudness(path) {
  const [samples, step] = [await samplesOf(path), RATE / 20];
  return Array.from({ length: Math.floor(samples.length / step) }, (_, index) =>
    Math.hypot(...samples.subarray(index * step, (index + 1) * step)),
  );
}

/** How alike two curves are, up to 1. */
function correlation(first, second) {
  const count = Math.min(first.length, second.length);
  const centred = (values) => {
    const part = values.slice(0, count);
    const mean = part.reduce((sum, value) => sum + value, 0) / count;
    return part.map((value) => value - mean);
  };
  const product = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
  const [a, b] = [centred(first), centred(second)];
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

/** The amplitude of a tone. */
function tone(samples, frequency) {
  let [sine, cosine] = [0, 0];
  for (const [index, sample] of samples.entries()) {
    const angle = (2 * Math.PI * frequency * index) / RATE;
    sine += sample * Math.sin(angle);
    cosine += sample * Math.cos(angle);
  }
  return (2 * Math.hypot(sine, cosine)) / samples.length;
}

const VOICES = [
  { target: 60_000, least: 10_000 },
  { target: 100_000, least: 20_000, everywhere: false },
];

inBrowsers("audio", BOTH, (site) => {
  for (const { target, least, everywhere = true } of VOICES) {
    if (!everywhere && site.name !== "chromium") continue;
    test(`a voice in ${target} bytes`, { timeout: 120_000 }, async (t) => {
      const source = await media("voice");
      const clipfit = await Clipfit.open(site, { target: `${target}B` });
      await clipfit.choose(source);
      const result = await clipfit.save(await clipfit.result());
      await clipfit.close();
      const fits = { size: [64, 36], seconds: 20, audio: "aac", placed: false, floor: 0.9, target };
      const found = await verify(result, source, fits);
      const { audio } = await probe(result);
      const alike = correlation(await loudness(source), await loudness(result));
      t.diagnostic(
        `${found.bytes} bytes, audio ${audio.bit_rate} b/s, loudness alike by ${alike.toFixed(3)}`,
      );
      assert.ok(Number(audio.bit_rate) >= least, `${audio.bit_rate} b/s of audio`);
      assert.ok(alike >= 0.8, `loudness over time is alike by ${alike}`);
      assert.deepEqual(clipfit.errors, []);
    });
  }

  for (const [tracks, second, plan] of [
    ["first", false, /the default one \(eng\) is kept/],
    ["mix", true, /tracks 1 \(eng\) and 2 are mixed/],
  ]) {
    if (!second && site.name !== "chromium") continue;
    test(`audio-tracks=${tracks}`, { timeout: 120_000 }, async (t) => {
      const source = await media("tones");
      const target = Math.floor((await stat(source)).size / 3);
      const clipfit = await Clipfit.open(site, { target: `${target}B`, "audio-tracks": tracks });
      await clipfit.choose(source);
      const job = await clipfit.result();
      assert.match(job.plan, plan);
      const result = await clipfit.save(job);
      await clipfit.close();
      await verify(result, source, { seconds: 3, audio: "aac", target });
      const middle = (await samplesOf(result)).subarray(RATE, 2 * RATE);
      const levels = [tone(middle, 440), tone(middle, 1500)];
      t.diagnostic(`${levels}`);
      for (const [index, heard] of [true, second].entries()) {
        const level = levels[index];
        assert.ok(heard ? level > 0.11 && level < 0.14 : level < 0.01, `${levels}`);
      }
      assert.deepEqual(clipfit.errors, []);
    });
  }
});
