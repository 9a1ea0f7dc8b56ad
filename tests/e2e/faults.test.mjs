// Files of the site that do not arrive, or not as they were built: every clip comes to a true end, and as soon as the
// server is well again the same page finishes the next one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { FAULTS, Faults } from "./support/faults.mjs";
import { Clipfit, ENDS } from "./support/page.mjs";
import { asIfMeasured } from "./support/sabotage.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";

const NETWORK = /could not be downloaded. Check the connection/;
const STATUS = /The server no longer has the encoder/;
const CORRUPT = /arrived damaged/;
/** What the page says of each fault where nothing can stand in for the file. */
const SAYS = { stalls: NETWORK, cuts: NETWORK, is404: STATUS, isPage: STATUS, isGarbage: CORRUPT };
const NO_PLAYER = /The player could not be loaded/;

const ALL = Object.keys(FAULTS);
/** Every fault of every file takes some minutes; without this, each kind of file meets a few, and the worker all. */
const IN_FULL = process.env.CLIPFIT_FAULTS === "all";

/**
 * Kinds of file. `ends`: how a clip ends without them; where ffmpeg stands in, it is done. `asks`: what the link says,
 * for what else is needed.
 */
const KINDS = [
  { kind: "loader", file: /^workers\/loader-/, faults: ["stalls", "isGarbage"], ends: SAYS },
  { kind: "engine", file: /^core\/engine-.*\.js$/, faults: ["is404", "isPage"], ends: SAYS },
  {
    kind: "engine-module",
    file: /^core\/engine-.*\.wasm\.gz$/,
    faults: ["stalls", "isGarbage"],
    ends: SAYS,
  },
  { kind: "worker", file: /^workers\/media-/, faults: ALL, ends: SAYS },
  { kind: "codecs", file: /^core\/codecs-.*\/codecs\.js$/, faults: ["stalls"] },
  { kind: "audio-encoder", file: /^core\/codecs-.*\/aac-/, faults: ["cuts"] },
  { kind: "codecs-module", file: /^core\/codecs-.*\.wasm\.gz$/, faults: [] },
  { kind: "x264", file: /^core\/x264-.*\.js$/, faults: ["isPage"] },
  { kind: "x264-module", file: /^core\/x264-.*\.wasm\.gz$/, faults: ["isGarbage"] },
  { kind: "core", of: "avi", file: /^core\/\d.*\.js$/, faults: [], ends: SAYS },
  {
    kind: "core-module",
    of: "avi",
    file: /^core\/\d.*\.wasm\.gz$/,
    faults: ["stalls", "isGarbage"],
    ends: SAYS,
  },
  // No fault: a server that has the browser unpack.
  { kind: "modules", file: /\.wasm\.gz$/, faults: ["unpacks"] },
  { kind: "hevc", of: "hevc", file: /^core\/hevc-/, faults: ["stalls"], mayBeUnused: true },
  {
    kind: "player",
    asks: { renditions: "120:100" },
    file: /^core\/player-.*\/player\.js$/,
    faults: ["stalls"],
    ends: NO_PLAYER,
  },
  {
    kind: "player-library",
    asks: { mode: "hls" },
    file: /^core\/player-.*\/hls/,
    faults: ["cuts"],
    ends: NO_PLAYER,
  },
];
/** What Firefox says of files that do not arrive; nothing threw. */
const COMPLAINTS = /integrity attribute|Loading module from|data from the ReadableStream/;
/** Most of a case is waiting. */
const AT_ONCE = 6;
/** Three tries of each of a clip's ways, and what ffmpeg takes. */
const BOUND_MS = 30_000;

const faults = new Faults();

inBrowsers(
  "files that do not arrive",
  BOTH,
  (site) => {
    const cases = KINDS.flatMap(({ faults, ...kind }) =>
      (IN_FULL && kind.kind !== "modules" ? ALL : faults).map((fault) => ({ ...kind, fault })),
    );

    test("every clip comes to a true end", {
      timeout: IN_FULL ? 600_000 : 120_000,
      concurrency: AT_ONCE,
    }, async (t) => {
      await Promise.all(
        cases.map(({ kind, fault, of = "mp4", file, ends, asks, mayBeUnused }) =>
          t.test(`${kind} ${fault}`, async (t) => {
            const began = performance.now();
            const name = `${fault}-of-${kind}`;
            const path = faults.add(name, file, fault);
            const page = await site.browser.newPage();
            // What it keeps would hide the fault; web/service-worker.test.mjs tests what it does about such.
            await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, "serviceWorker", {}));
            await asIfMeasured(page);
            const clipfit = new Clipfit(site, page);
            const query = new URLSearchParams({ target: "50MB", ...asks });
            // A browser's own sign of loading goes on as long as something is on its way; the page is there before.
            await page.goto(`${site.server.url}${path}?${query}`, { waitUntil: "domcontentloaded" });
            await clipfit.ready();
            await clipfit.choose(await media(of));
            const { state, error } = await clipfit.reaches(ENDS, { timeout: BOUND_MS });
            const ended = performance.now();
            const met = faults.mend(name);
            assert.ok(met > 0 || mayBeUnused, "the fault was met");
            assert.equal(state, ends === undefined ? "done" : "failed", error);
            if (ends !== undefined) assert.match(error, ends[fault] ?? ends);

            await clipfit.choose(await media(of));
            await clipfit.result({ index: 1, timeout: BOUND_MS });
            t.diagnostic(`${Math.round(ended - began)} ms, then ${Math.round(performance.now() - ended)} ms`);
            const uncaught = clipfit.errors.filter((error) => error.startsWith("uncaught"));
            assert.deepEqual(
              uncaught.filter((error) => !COMPLAINTS.test(error)),
              [],
            );
            await clipfit.close();
          }),
        ),
      );
    });
  },
  undefined,
  false,
  faults.instead,
);
