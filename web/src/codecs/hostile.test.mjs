// Feeds the readers of MP4, Matroska and codecs' records with what is there to exhaust or to mislead them: made files, and
// what fast-check makes up and makes of real ones. Needs no browser.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { openAsBlob } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import fc from "fast-check";
import { media } from "../../../tests/media/make.mjs";
import { HOSTILE, movie, segment } from "./hostile-files.mjs";

const PARTS = ["av1", "avcc", "clip", "failures", "guard", "keyframe", "matroska", "movie", "structure"];
/** The most memory that a process takes to read any of them, with Node's own 50 MB. */
const MOST_BYTES = 300e6;
/** The same for tables that may be those of a long clip. */
const MOST_TABLES_BYTES = 450e6;
/** A file that takes longer is as good as one that hangs; the slowest takes a few seconds on a busy machine. */
const LONGEST_MS = 60_000;

let folder;
let bundle;
let codecs;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "clipfit-hostile-"));
  bundle = join(folder, "codecs.mjs");
  await build({
    stdin: {
      contents: PARTS.map((part) => `export * from "./${part}.ts";`).join("\n"),
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true,
    format: "esm",
    outfile: bundle,
  });
  codecs = await import(pathToFileURL(bundle).href);
});
after(() => rm(folder, { recursive: true, force: true }));

/** Reads files in another process and returns what it says of each. */
async function readElsewhere(files) {
  const reader = fileURLToPath(new URL("hostile-reader.mjs", import.meta.url));
  const running = spawn(process.execPath, ["--expose-gc", reader, bundle, ...files], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  running.stdout.on("data", (part) => {
    said += part;
  });
  const limit = setTimeout(() => running.kill(), LONGEST_MS);
  const code = await new Promise((resolve) => running.on("close", resolve));
  clearTimeout(limit);
  const lines = said.split("\n").filter((line) => line.startsWith("{"));
  return { code, read: lines.map((line) => JSON.parse(line)) };
}

/** Files are read a few in a process: its memory counts for all of them. */
const AT_ONCE = 12;

describe("made to exhaust whoever reads it, a file is refused or listed within little memory", () => {
  const names = Object.keys(HOSTILE);
  for (let first = 0; first < names.length; first += AT_ONCE) {
    const group = names.slice(first, first + AT_ONCE);
    test(`${group[0]}, and ${group.length - 1} more`, async () => {
      const files = group.map((_, index) => join(folder, `${first + index}`));
      for (const [index, name] of group.entries()) await writeFile(files[index], HOSTILE[name]());
      const { code, read } = await readElsewhere(files);
      assert.equal(code, 0, `it ended at: ${group[read.length]}`);
      for (const [index, { outcome, peak }] of read.entries()) {
        const name = group[index];
        assert.match(outcome, /^(CannotDecode: |\d+ streams, \d+ packets$)/, name);
        const most = group.some((name) => / a million rows$|as are believed$/.test(name))
          ? MOST_TABLES_BYTES
          : MOST_BYTES;
        assert.ok(peak < most, `${name}: ${peak} bytes of memory`);
      }
      for (const file of files) await rm(file);
    });
  }
});

test("what promises too much is refused before the demuxer believes it", async () => {
  const refused = [
    "stts with 2^32 - 1 rows",
    "samples without end, reordered",
    "samples without end",
    "samples of no bits",
    "a chunk of 2^32 - 1 samples",
    "half a million samples in a chunk",
    "raw audio in chunks without end",
    "edits without end",
    "blocks of nothing",
    "blocks of 256 frames of nothing",
    "elements in elements in 1f43b675",
    "what is cut off each packet, of 40 MB",
    "an index of 100 MB",
  ];
  for (const name of refused) {
    const open = async () => {
      const clip = await codecs.Clip.open(new Blob([HOSTILE[name]()]));
      await clip.track(0).last();
    };
    await assert.rejects(open, { name: "CannotDecode" }, name);
  }
});

test("what they are made from is read", async () => {
  for (const [bytes, count] of [
    [movie(), 2],
    [segment(), 1],
  ]) {
    const clip = await codecs.Clip.open(new Blob([bytes]));
    let packets = 0;
    for await (const _ of clip.track(0).listed()) packets += 1;
    assert.equal(packets, count);
    clip.close();
  }
});

test("the demuxer reads through its guard", async () => {
  const source = new codecs.GuardedSource(new Blob([new Uint8Array(100)]));
  assert.throws(() => source._read(0, 65 << 20, 0, 1 << 30), { name: "CannotDecode" });
  // No method of the demuxer's own goes around it.
  const original = codecs.GuardedSource.prototype._read;
  let reads = 0;
  codecs.GuardedSource.prototype._read = function (...given) {
    reads += 1;
    return original.apply(this, given);
  };
  try {
    (await codecs.Clip.open(new Blob([movie()]))).close();
  } finally {
    codecs.GuardedSource.prototype._read = original;
  }
  assert.ok(reads > 0);
});

/** Changes of a file: bytes, numbers at which formats break, what is cut off, left out, put in twice. */
const change = fc.oneof(
  fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ at: fc.nat(), word: fc.constantFrom(0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xffffffff) }),
  fc.record({ at: fc.nat(), cut: fc.constant(true) }),
  fc.record({ at: fc.nat(), without: fc.integer({ min: 1, max: 200 }) }),
  fc.record({
    at: fc.nat(),
    again: fc.integer({ min: 1, max: 400 }),
    times: fc.integer({ min: 1, max: 50 }),
  }),
);

function changed(bytes, changes) {
  let now = Buffer.from(bytes);
  for (const { at, byte, word, cut, without, again, times } of changes) {
    const place = at % (now.length + 1);
    if (byte !== undefined && place < now.length) now[place] = byte;
    if (word !== undefined && place + 4 <= now.length) now.writeUInt32BE(word, place);
    if (cut) now = now.subarray(0, place);
    if (without) now = Buffer.concat([now.subarray(0, place), now.subarray(place + without)]);
    if (again) {
      const part = now.subarray(place, place + again);
      now = Buffer.concat([now.subarray(0, place), ...Array(times).fill(part), now.subarray(place)]);
    }
  }
  return now;
}

/** The same in every run. */
const RUNS = { seed: 20_261_128, numRuns: 400, endOnFailure: false };

/** Opens a clip and goes through its packets; fails with anything but `CannotDecode`. */
async function survey(bytes) {
  const went = codecs.orCannotDecode(async () => {
    const clip = await codecs.Clip.open(new Blob([bytes]));
    try {
      for (const [index, { kind, still, odd }] of clip.structure.streams.entries()) {
        if (kind !== "video" || still || odd !== undefined || clip.structure.fragmented) continue;
        const track = clip.track(index);
        if (await track.isEmpty()) continue;
        await track.last();
        let packets = 0;
        for await (const packet of track.listed()) packets += packet.byteLength >= 0 ? 1 : 0;
        assert.ok(packets <= 10_000_000);
      }
    } finally {
      clip.close();
    }
  });
  await went().catch((error) => assert.equal(error.name, "CannotDecode", String(error.stack)));
}

describe("whatever is changed in a file, it is refused or listed", () => {
  const sources = {
    "a made movie": async () => movie(),
    "a made segment": async () => segment(),
    "a phone's movie": async () => (await readFile(await media("phone"))).subarray(-20_000),
    "a WebM": async () => (await readFile(await media("webm"))).subarray(0, 20_000),
  };
  for (const [name, source] of Object.entries(sources)) {
    test(name, async () => {
      const bytes = await source();
      const changes = fc.array(change, { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(changes, (changes) => survey(changed(bytes, changes))),
        RUNS,
      );
    });
  }
  test("no file at all", async () => {
    const head = fc.constantFrom(movie().subarray(0, 20), segment().subarray(0, 24));
    const any = fc.uint8Array({ maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(head, any, (head, any) => survey(Buffer.concat([head, any]))),
      RUNS,
    );
  });
});

test("whatever a packet or a record holds, what is read of it lies within", () => {
  const any = fc.uint8Array({ maxLength: 300 });
  const check = (packet, record) => {
    const header = codecs.sequenceHeader(packet);
    assert.ok(header === undefined || header.length <= packet.length + 8);
    codecs.lightOf(packet);
    assert.equal(codecs.withSequenceHeader(packet, record).length, packet.length + record.length);
    for (const codec of ["vp8", "vp9"]) {
      const size = codecs.keyframeSize(codec, packet);
      assert.ok(size === undefined || size.every((side) => side > 0 && side <= 65_536));
    }
    const configuration = codecs.h264Configuration(record, packet);
    assert.ok(configuration === undefined || configuration.length <= packet.length + 9);
    codecs.dolbyVision(record);
    // A set of sets that says it is Firefox's.
    const doubled = Uint8Array.of(1, 66, 0, 10, 255, 225, 0, 9, 0x67, 0x67, ...record);
    assert.ok(codecs.mendedAvcc(doubled).length <= 3 * doubled.length + 1000);
  };
  fc.assert(fc.property(any, any, check), { ...RUNS, numRuns: 2000 });
});

test("files that a guard must let pass", async () => {
  for (const clip of ["mp4", "mkv", "webm", "surround"]) {
    const file = await openAsBlob(await media(clip));
    const opened = await codecs.Clip.open(file);
    assert.ok((await opened.track(0).last()).byteLength > 0, clip);
    opened.close();
  }
});
