// The HEVC decoder's module as the site has it: its kernels and FFmpeg's C together decode, to the bit, what native
// ffmpeg decodes. In Node, whose WebAssembly is Chromium's.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { BufferSource, EncodedPacketSink, Input, MP4 } from "mediabunny";
import { DIST } from "./support/site.mjs";

const execute = promisify(execFile);
/** Runs ffmpeg; a hanging encoder ends. */
const ffmpeg = (words) =>
  execute("ffmpeg", ["-v", "error", ...words.split(" ")], { timeout: 30_000, killSignal: "SIGKILL" });

/** Layouts, and what x265 uses of the format. Each case is encoded, decoded twice, and compared frame by frame. */
const CASES = [
  { pixels: "yuv420p", layout: "I420", x265: "bframes=4:b-pyramid=1:weightb=1:amp=1:rect=1" },
  {
    pixels: "yuv420p",
    layout: "I420",
    x265: "ctu=16:min-cu-size=8:tskip=1:strong-intra-smoothing=0",
  },
  { pixels: "yuv420p", layout: "I420", x265: "lossless=1" },
  {
    pixels: "yuv420p",
    layout: "I420",
    x265: "cu-lossless=1:constrained-intra=1:no-sao=1:scaling-list=default",
  },
  { pixels: "yuv420p10le", layout: "I420P10", x265: "bframes=4:open-gop=1:keyint=9:min-keyint=9:weightb=1" },
  {
    pixels: "yuv420p10le",
    layout: "I420P10",
    x265: "no-deblock=1:no-sao=1:tu-intra-depth=4:tu-inter-depth=4:qp=40",
  },
  { pixels: "yuv420p12le", layout: "I420P12", x265: "bframes=2" },
  { pixels: "yuv422p10le", layout: "I422P10", x265: "bframes=3:amp=1:rect=1" },
  { pixels: "yuv444p", layout: "I444", x265: "bframes=3:weightb=1" },
  { pixels: "yuv444p10le", layout: "I444P10", x265: "deblock=3,3:ctu=32" },
  // Layouts that WebCodecs has no name for go to the stock core.
  { pixels: "gbrp", layout: undefined, x265: "bframes=2" },
  { pixels: "gray", layout: undefined, x265: "bframes=2" },
];
/** Sides that are no multiples of a block. A fade makes weighted prediction worth while. */
const PICTURE =
  "testsrc2=size=178x98:rate=25:duration=1,noise=alls=7:allf=t,fade=in:0:12,rotate=a=0.05*n:fillcolor=gray";

const [folderName] = (await readdir(join(DIST, "core"))).filter((entry) => entry.startsWith("hevc-"));

describe("HEVC module", { skip: folderName === undefined && "the site was built without it" }, () => {
  let module;
  let folder;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "clipfit-hevc-"));
    const place = join(DIST, "core", folderName);
    const script = await import(pathToFileURL(join(place, "hevc.js")).href);
    const wasm = gunzipSync(await readFile(join(place, "hevc.wasm.gz")));
    const { memory } = script.initSync({ module: new WebAssembly.Module(wasm) });
    module = { Hevc: script.Hevc, memory };
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [number, { pixels, layout, x265 }] of CASES.entries()) {
    test(`${pixels} ${x265}`, { timeout: 60_000 }, async () => {
      const clip = join(folder, `${number}.mp4`);
      const options = `-c:v libx265 -preset fast -x265-params log-level=none:${x265} -tag:v hvc1`;
      await ffmpeg(`-y -f lavfi -i ${PICTURE} -pix_fmt ${pixels} ${options} ${clip}`);
      const found = await decoded(module, clip, layout);
      if (layout === undefined) return;
      const { stdout } = await ffmpeg(`-i ${clip} -fps_mode passthrough -f framemd5 -`);
      const frames = stdout.split("\n").filter((line) => /^\d/.test(line));
      const sums = frames.map((line) => line.split(",").at(-1)?.trim());
      assert.equal(sums.length, 25, "ffmpeg's frames");
      assert.deepEqual(found, sums);
    });
  }
});

/** Decodes a file; returns the MD5 of each frame's samples without padding. */
async function decoded({ Hevc, memory }, path, layout) {
  const input = new Input({ formats: [MP4], source: new BufferSource(await readFile(path)) });
  const track = await input.getPrimaryVideoTrack();
  const decoder = new Hevc(new Uint8Array((await track.getDecoderConfig()).description));
  const sums = [];
  const drain = () => {
    for (let frame = decoder.receive(); frame !== undefined; frame = decoder.receive()) {
      assert.equal(frame.layout, layout);
      if (layout !== undefined) sums.push(sumOf(frame, layout, memory));
      frame.free();
    }
  };
  for await (const packet of new EncodedPacketSink(track).packets()) {
    decoder.send(packet.data, Math.round(packet.timestamp * 1e6));
    drain();
  }
  decoder.finish();
  drain();
  decoder.free();
  return sums;
}

function sumOf(frame, layout, memory) {
  const bytes = layout.includes("P") ? 2 : 1;
  const [across, down] = { I420: [2, 2], I422: [2, 1], I444: [1, 1] }[layout.slice(0, 4)];
  const hash = createHash("md5");
  for (const plane of [0, 1, 2]) {
    const [address, stride] = frame.plane(plane);
    const [wide, high] = plane === 0 ? [1, 1] : [across, down];
    const row = bytes * Math.ceil(frame.width / wide);
    for (let y = 0; y < Math.ceil(frame.height / high); y += 1) {
      hash.update(new Uint8Array(memory.buffer, address + y * stride, row));
    }
  }
  return hash.digest("hex");
}
