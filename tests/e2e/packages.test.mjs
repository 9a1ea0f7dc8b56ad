// Packages for streaming made on the page: played there, delivered as an archive, read back by ffprobe and ffmpeg.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { unpack } from "./support/hls.mjs";
import { complaints, probe } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";

/** What the link asks for, of which clip, and what the package then holds. */
const CASES = [
  {
    what: "transport streams in two sizes",
    of: "streaming",
    asks: { segment: "2" },
    renditions: ["360p", "240p"],
    sizes: ["640x360", "426x240"],
    frames: 120,
    segments: 2,
    first: "segment000.ts",
  },
  {
    what: "fragments within a limit for all of it",
    of: "streaming",
    asks: { segment: "3", format: "fmp4", target: "900KB" },
    renditions: ["360p", "240p"],
    sizes: ["640x360", "426x240"],
    frames: 120,
    segments: 2,
    first: "init.mp4",
    limit: 900_000,
    floor: 0.8,
  },
  {
    what: "a clip that ffmpeg.wasm decodes",
    of: "streamingFields",
    asks: { segment: "1" },
    renditions: ["360p", "240p"],
    sizes: ["640x360", "426x240"],
    segments: 3,
    first: "segment000.ts",
  },
];

/** Plays each rendition on the page to its end, chosen as a person does. */
async function playAll(page) {
  await page.waitForSelector('[data-testid="hls-player"][data-state="ready"]', { timeout: 30_000 });
  const names = await page.$$eval('[data-testid="hls-rendition"] option', (options) =>
    options.filter(({ value }) => value !== "").map(({ label, value }) => ({ label, value })),
  );
  const played = [];
  for (const { label, value } of names) {
    await page.evaluate(async () => {
      const video = document.querySelector('[data-testid="hls-player"]');
      const back = new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
      video.currentTime = 0;
      await back;
    });
    await page.select('[data-testid="hls-rendition"]', value);
    // At once, and before anybody plays it.
    const shown = (lines) =>
      document.querySelector('[data-testid="hls-player"]').videoHeight === Number.parseInt(lines, 10);
    await page.waitForFunction(shown, { timeout: 10_000, polling: 50 }, label);
    await page.evaluate(async () => {
      const video = document.querySelector('[data-testid="hls-player"]');
      video.muted = true;
      await video.play();
    });
    const ended = (level) => {
      const video = document.querySelector('[data-testid="hls-player"]');
      return video.ended && video.dataset.state === "ended" && video.dataset.level === level;
    };
    await page.waitForFunction(ended, { timeout: 40_000, polling: 100 }, value);
    const height = await page.$eval('[data-testid="hls-player"]', (video) => video.videoHeight);
    played.push({ label, height });
  }
  return played;
}

inBrowsers("packages from the page", BOTH, (site) => {
  for (const { what, of, asks, renditions, sizes, frames, segments, first, limit, floor } of CASES) {
    test(what, { timeout: 180_000 }, async () => {
      const clipfit = await Clipfit.open(site, { mode: "hls", effort: "balanced", ...asks });
      await clipfit.choose(await media(of));
      const job = await clipfit.result();
      for (const size of sizes) assert.ok(job.plan.includes(size.replace("x", "×")), job.plan);
      assert.match(job.download, /-hls\.zip$/);

      const played = await playAll(clipfit.page);
      assert.deepEqual(
        played.map(({ label, height }) => [label, height]).sort(),
        renditions.map((name, index) => [name, Number(sizes[index].split("x")[1])]).sort(),
      );

      const archive = await clipfit.save(job);
      await clipfit.close();
      assert.deepEqual(clipfit.errors, []);
      const { size } = await stat(archive);
      assert.equal(size, job.bytes);
      if (limit) assert.ok(size <= limit && size >= floor * limit, `${size} bytes of ${limit}`);

      const [place, names] = await unpack(archive);
      const [root] = names[0].split("/");
      assert.ok(names.includes(`${root}/index.html`) && names.includes(`${root}/master.m3u8`));
      for (const [index, name] of renditions.entries()) {
        const inside = names.filter((path) => path.startsWith(`${root}/${name}/segment`));
        assert.equal(inside.length, segments, inside.join(" "));
        assert.ok(names.includes(`${root}/${name}/${first}`), first);
        const playlist = join(place, root, name, "index.m3u8");
        const { video, audio } = await probe(playlist);
        assert.deepEqual([`${video.width}x${video.height}`, audio.codec_name], [sizes[index], "aac"]);
        if (frames) assert.equal(Number(video.nb_read_frames), frames);
        assert.equal(await complaints(playlist), "");
      }
    });
  }

  test("several files at once", { timeout: 120_000 }, async () => {
    const clipfit = await Clipfit.open(site, { renditions: "1080:6000,360:700,240:300", effort: "fast" });
    await clipfit.choose(await media("streaming"));
    const job = await clipfit.result();
    assert.match(job.plan, /above the size of the source are left out/);
    assert.match(job.download, /-renditions\.zip$/);
    const links = await clipfit.page.$$eval('[data-testid="job-file"]', (all) =>
      all.map(({ href, download }) => ({ href, download })),
    );
    assert.deepEqual(
      links.map(({ download }) => download),
      ["streaming-360p.mp4", "streaming-240p.mp4"],
    );
    const single = await clipfit.save(links[1]);
    const archive = await clipfit.save(job);
    await clipfit.close();
    assert.deepEqual(clipfit.errors, []);
    assert.equal((await stat(archive)).size, job.bytes);
    const [place, names] = await unpack(archive);
    assert.deepEqual(names, ["streaming/360p.mp4", "streaming/240p.mp4"]);
    for (const [index, [height, rate]] of [
      [360, 700],
      [240, 300],
    ].entries()) {
      const path = join(place, names[index]);
      const { format, video, audio } = await probe(path);
      assert.deepEqual([video.height, video.nb_read_frames, audio.codec_name], [height, "120", "aac"]);
      assert.equal(await complaints(path), "");
      const kilobits = (format.size * 8) / 1000;
      assert.ok(kilobits <= (rate + 128) * 4 * 1.1, `${kilobits} kb of ${rate} kb/s`);
    }
    assert.deepEqual(await readFile(single), await readFile(join(place, names[1])));
  });
});
