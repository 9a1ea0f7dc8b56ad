// Packages made by the media worker and played to their end by the player's script, and by the page inside them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { startServer } from "../../web/serve.mjs";
import * as hls from "./support/hls.mjs";
import { BOTH, DIST, inBrowsers } from "./support/site.mjs";

const run = promisify(execFile);
const PAGE = '<!doctype html><title>fixture</title><video muted playsinline width="320"></video>';

/** Lays out what the site has of it, around an empty page. */
async function layOut(folder) {
  const root = join(folder, "root");
  await mkdir(root);
  await cp(join(DIST, "workers"), join(root, "workers"), { recursive: true });
  for (const part of ["codecs", "player"]) {
    const [name] = (await readdir(join(DIST, "core"))).filter((entry) => entry.startsWith(`${part}-`));
    await cp(join(DIST, "core", name), join(root, part), { recursive: true });
  }
  await writeFile(join(root, "index.html"), PAGE);
  await hls.makeClips(root);
  return root;
}

/** Runs in the page: the media worker cuts both clips; the package is kept as `window.files`. */
async function packageInWorker({ worker, fragments, firsts, rate, outputs, renditions, playlists }) {
  const media = new Worker(new URL(`workers/${worker}`, document.baseURI), { type: "module" });
  const answer = (types) =>
    new Promise((resolve, reject) => {
      media.onerror = (event) => reject(new Error(event.message));
      media.onmessage = ({ data }) => {
        if (types.includes(data.type)) resolve(data);
      };
    });
  const at = (name) => new URL(`codecs/${name}`, document.baseURI).href;
  const part = {
    part: "codecs",
    scriptUrl: at("codecs.js"),
    wasmUrl: at("media.wasm.gz"),
    packedBytes: 0,
  };
  const downloads = { base: document.baseURI, files: "", patience: 0 };
  media.postMessage({ type: "load", parts: [part], downloads, modules: [null] });
  const { missing } = await answer(["loaded"]);
  if (missing.length > 0) throw new Error(JSON.stringify(missing));
  const files = [];
  for (const folder of renditions) {
    const clip = await (await fetch(`${folder}.mp4`)).blob();
    const program = { type: "package", fragments, rateNumerator: rate, rateDenominator: 1, firsts };
    media.postMessage({
      type: "run",
      task: 1,
      program,
      inputs: ["result.mp4"],
      outputs,
      encode: null,
      blobs: [clip],
    });
    const done = await answer(["finished", "crashed"]);
    if (done.type === "crashed") throw new Error(done.detail);
    done.outputs.forEach((name, index) => {
      if (fragments || name !== "init.mp4") files.push([`${folder}/${name}`, done.blobs[index]]);
    });
    files.push([`${folder}/index.m3u8`, new Blob([playlists.media])]);
  }
  files.push(["master.m3u8", new Blob([playlists.master])]);
  media.terminate();
  window.files = files;
  return files.map(([path]) => path);
}

/** Runs in the page: plays every rendition to its end. */
async function playAll() {
  const { play } = await import(new URL("player/player.js", document.baseURI).href);
  const video = document.querySelector("video");
  let state;
  let most = 0;
  const playing = await play(video, window.files, (told) => {
    state = told;
    most = Math.max(most, told.buffered);
  });
  const until = async (what, met) => {
    for (const start = performance.now(); !met(); ) {
      if (state?.error) throw new Error(`${state.error}: ${state.detail}`);
      if (performance.now() - start > 40_000)
        throw new Error(`${what}: ${JSON.stringify(state)} ${video.currentTime}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await until("renditions", () => state?.levels.length > 0);
  const played = [];
  for (let rendition = 0; rendition < state.levels.length; rendition += 1) {
    playing.switchTo(rendition);
    video.currentTime = 0;
    await until("its beginning", () => video.currentTime < 0.5 && !video.ended);
    await video.play();
    await until("its end", () => video.ended && state.ended);
    const { duration, videoHeight } = video;
    played.push({ name: state.levels[rendition], shown: state.current, duration, videoHeight });
  }
  playing.switchTo(null);
  const chosen = state.chosen;
  playing.destroy();
  return { played, most, chosen };
}

/** Runs in the page: a file of the package, or the archive of all of it, as text that travels. */
async function content(path) {
  const { zip } = await import(new URL("player/player.js", document.baseURI).href);
  const blob = path === null ? await zip("clip", window.files, true) : new Map(window.files).get(path);
  const reader = new FileReader();
  return new Promise((resolve, reject) => {
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** Checksums of the pictures, decoded without a complaint. */
async function pictures(path) {
  const options = path.endsWith("m3u8") ? ["-allowed_extensions", "ALL"] : [];
  const words = [
    "-nostdin",
    "-v",
    "warning",
    "-xerror",
    ...options,
    "-i",
    path,
    "-map",
    "0:v",
    "-f",
    "framemd5",
    "-",
  ];
  const { stdout, stderr } = await run("ffmpeg", words);
  assert.equal(stderr, "");
  const lines = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => line.split(",").at(-1));
}

inBrowsers(
  "packages",
  BOTH,
  (site) => {
    for (const fragments of [false, true]) {
      test(fragments ? "fragments" : "transport streams", { timeout: 240_000 }, async () => {
        const page = await site.browser.newPage();
        await page.goto(site.server.url);
        const worker = (await readdir(join(DIST, "workers"))).find((file) => file.startsWith("media-"));
        const playlists = { media: hls.mediaPlaylist(fragments), master: hls.masterPlaylist(fragments) };
        const paths = await page.evaluate(packageInWorker, {
          worker,
          fragments,
          firsts: hls.FIRSTS,
          rate: hls.RATE,
          outputs: hls.outputs(fragments),
          renditions: hls.RENDITIONS.map(({ folder }) => folder),
          playlists,
        });
        assert.equal(paths.length, fragments ? 11 : 9);

        const { played, most, chosen } = await page.evaluate(playAll);
        assert.deepEqual(
          played.map(({ name, shown, videoHeight }) => ({ name, shown, videoHeight })),
          hls.RENDITIONS.map(({ folder, height }, shown) => ({ name: folder, shown, videoHeight: height })),
        );
        for (const { duration } of played) assert.ok(Math.abs(duration - 6) < 0.1, `${duration} s`);
        assert.ok(most > 1, `${most} s were ready`);
        assert.equal(chosen, null);

        // The archive holds the package, and a page that plays it from any server.
        const files = hls.unzip(Buffer.from(await page.evaluate(content, null), "base64"));
        await page.close();
        const place = join(site.folder, `package-${fragments}`);
        for (const [name, bytes] of files) {
          await mkdir(dirname(join(place, name)), { recursive: true });
          await writeFile(join(place, name), bytes);
        }
        for (const path of [...paths, "index.html", "hls.min.js", "hls.LICENSE.txt"]) {
          assert.ok(files.get(`clip/${path}`)?.length > 100, path);
        }
        for (const { folder } of hls.RENDITIONS) {
          const before = await pictures(join(site.folder, "root", `${folder}.mp4`));
          assert.equal(before.length, hls.FRAMES);
          assert.deepEqual(await pictures(join(place, "clip", folder, "index.m3u8")), before);
        }
        await playsByItself(site, join(place, "clip"));
      });
    }
  },
  layOut,
);

/** Opens the package's own page from a server and plays it. */
async function playsByItself(site, root) {
  const server = await startServer({ root });
  const page = await site.browser.newPage();
  try {
    await page.goto(server.url);
    await page.waitForFunction(() => document.querySelectorAll("#quality option").length === 3, {
      timeout: 20_000,
    });
    await page.evaluate(async () => {
      const video = document.querySelector("video");
      video.muted = true;
      await video.play();
    });
    await page.waitForFunction(() => document.querySelector("video").ended, {
      timeout: 40_000,
      polling: 100,
    });
    assert.equal(await page.evaluate(() => document.getElementById("problem").hidden), true);
  } finally {
    await page.close();
    await server.close();
  }
}
