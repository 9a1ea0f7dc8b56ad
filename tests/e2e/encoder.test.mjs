// Which encoder does the work: our own where it is there and works, else the stock one, in the same job.

import assert from "node:assert/strict";
import { cp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, DIST, inBrowsers } from "./support/site.mjs";
import { verify } from "./support/verify.mjs";

/** Frames after which the sabotaged encoder fails: within a first pass. */
const FAILS_AT = 30;

const OWN = /x264 medium, SIMD/;
const STOCK = /fast encoder is not available here/;

const CASES = [
  { what: "our own encoder", says: OWN, sabotage: async () => {} },
  {
    what: "a server without the encoder",
    says: STOCK,
    sabotage: async (_root, encoder) => rm(encoder, { recursive: true }),
  },
  {
    what: "a site built without the encoder",
    says: STOCK,
    sabotage: async (root, encoder) => {
      await rm(encoder, { recursive: true });
      const path = join(root, "index.html");
      const html = await readFile(path, "utf8");
      await writeFile(path, html.replace(/(<meta name="clipfit-x264-\w+" content=")[^"]*/g, "$1"));
    },
  },
  {
    what: "an encoder that is damaged",
    says: STOCK,
    sabotage: async (_root, encoder) => writeFile(join(encoder, "x264.wasm.gz"), "not a module"),
  },
  {
    what: "an encoder that fails midway",
    says: STOCK,
    sabotage: async (_root, encoder) => {
      await rename(join(encoder, "x264.js"), join(encoder, "real.js"));
      const script = `export * from "./real.js";
        import { X264 as Real } from "./real.js";
        let frames = 0;
        export class X264 extends Real {
          push() {
            frames += 1;
            if (frames >= ${FAILS_AT}) throw new Error("made to fail");
            super.push();
          }
        }`;
      await writeFile(join(encoder, "x264.js"), script);
    },
  },
];

/** A copy of the site in `folder`, and the encoder's folder in it. */
async function copySite(folder) {
  const root = join(folder, "site");
  await cp(DIST, root, { recursive: true });
  const [name] = (await readdir(join(root, "core"))).filter((entry) => entry.startsWith("x264-"));
  assert.ok(name, "the site was built with the encoder");
  return { root, encoder: join(root, "core", name) };
}

for (const { what, says, sabotage } of CASES) {
  const makeRoot = async (folder) => {
    const { root, encoder } = await copySite(folder);
    await sabotage(root, encoder);
    return root;
  };
  const define = (site) => {
    test("the clip fits", { timeout: 120_000 }, async () => {
      const source = await media("mp4");
      const target = Math.floor((await stat(source)).size / 3);
      const clipfit = await Clipfit.open(site, { target: `${target}B`, effort: "best" });
      await clipfit.choose(source);
      const job = await clipfit.result();
      assert.match(job.plan, says);
      await verify(await clipfit.save(job), source, { target, frames: 75 });
      await clipfit.close();
    });
  };
  inBrowsers(what, BOTH, define, makeRoot);
}

let encoderFolder;
const makeRoot = async (folder) => {
  const { root, encoder } = await copySite(folder);
  encoderFolder = encoder;
  return root;
};
const defineGone = (site) => {
  test("later clips fit, whoever encodes them", { timeout: 120_000 }, async () => {
    const source = await media("mp4");
    const target = Math.floor((await stat(source)).size / 3);
    const clipfit = await Clipfit.open(site, { target: `${target}B`, effort: "best" });
    await clipfit.choose(source);
    await clipfit.result();
    await rm(encoderFolder, { recursive: true });
    await clipfit.choose(source);
    const job = await clipfit.result({ index: 1 });
    await verify(await clipfit.save(job), source, { target, frames: 75 });
    await clipfit.close();
  });
};
inBrowsers("an encoder that is gone after its first use", BOTH, defineGone, makeRoot);
