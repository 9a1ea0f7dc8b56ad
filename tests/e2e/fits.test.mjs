// A source that is small enough already is not blown up.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { complaints, probe } from "./support/native.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

/** How the answer comes about. */
const CASES = [
  { of: "mp4", becomes: "the same bytes", everywhere: true, plan: /stays exactly as it is/ },
  { of: "silent", becomes: "the same bytes" },
  { of: "rotated", becomes: "encoded anew", size: [180, 320] },
  { of: "mkv", becomes: "the same packets", everywhere: true, plan: /only the container changes/ },
  { of: "ts", becomes: "the same packets" },
  { of: "webm", becomes: "encoded anew" },
  { of: "avi", becomes: "encoded anew" },
];

inBrowsers("a source that fits already", BOTH, (site) => {
  for (const { of, becomes, everywhere, size, plan } of CASES) {
    if (!everywhere && site.name !== "chromium") continue;
    test(`${of}: ${becomes}`, { timeout: 60_000 }, async (t) => {
      const source = await media(of);
      const { size: bytes } = await stat(source);
      const clipfit = await Clipfit.open(site, { target: "10MB" });
      await clipfit.choose(source);
      const job = await clipfit.result();
      if (plan) assert.match(job.plan, plan);
      const result = await clipfit.save(job);
      await clipfit.close();
      t.diagnostic(`${bytes} -> ${job.bytes} bytes`);
      if (becomes === "the same bytes") {
        assert.ok((await readFile(result)).equals(await readFile(source)));
      } else if (becomes === "the same packets") {
        assert.ok(job.bytes < bytes * 1.05);
        const [before, after] = [await probe(source), await probe(result)];
        assert.equal(after.video.nb_read_frames, before.video.nb_read_frames);
        assert.deepEqual([after.video.codec_name, after.video.codec_tag_string], ["h264", "avc1"]);
        assert.equal(await complaints(result), "");
      } else {
        // VP9 gets some room, since H.264 needs more bytes for the same picture.
        const target = Math.floor(bytes * (of === "webm" ? 1.6 : 1));
        await verify(result, source, { target, floor: 0, size: size ?? [320, 180], ssim: 0.95 });
      }
    });
  }
});
