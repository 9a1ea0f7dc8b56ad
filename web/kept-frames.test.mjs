// Kept frames: in memory, on a disk that is imagined here, or in both, they come back as they were.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

async function load() {
  const entryPoints = [fileURLToPath(new URL("src/media/kept-frames.ts", import.meta.url))];
  const { outputFiles } = await build({ entryPoints, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

/** A folder whose disk holds `most` bytes, and what lies in its files. */
function imaginedFolder(most) {
  const files = {};
  const open = (name) => ({
    write(bytes, { at }) {
      const taken = Math.min(bytes.length, Math.max(most - at, 0));
      files[name] = Uint8Array.from([...files[name].subarray(0, at), ...bytes.subarray(0, taken)]);
      return taken;
    },
    read(target, { at }) {
      const piece = files[name].subarray(at, at + target.length);
      target.set(piece);
      return piece.length;
    },
    close() {},
  });
  const folder = {
    async getFileHandle(name) {
      files[name] = new Uint8Array();
      return {
        name,
        createSyncAccessHandle: async () => open(name),
        getFile: async () => ({ size: files[name].length }),
      };
    },
  };
  return { folder, files };
}

const MUCH = 1_000_000;
const FRAME = 1000;
const FRAMES = 5;

for (const [what, inMemory, disk, onDisk, parts] of [
  ["all in memory", MUCH, MUCH, 0, 1],
  ["all on disk", 0, MUCH, FRAMES * FRAME, 1],
  ["a frame in both", 2.5 * FRAME, MUCH, 2.5 * FRAME, 2],
  ["a whole number of frames in memory", 2 * FRAME, MUCH, 3 * FRAME, 2],
  ["no disk, whatever there is to be in memory", 0, undefined, undefined, 1],
]) {
  test(`frames come back as they were: ${what}`, async () => {
    const { FrameKeeper, FrameSource } = await load();
    const { folder, files } = disk === undefined ? {} : imaginedFolder(disk);
    const keeper = await FrameKeeper.open({ inMemory, folder, name: "1" });
    const frames = Array.from({ length: FRAMES }, (_, number) => new Uint8Array(FRAME).fill(number + 1));
    for (const frame of frames) assert.equal(keeper.add(frame), true);
    const kept = keeper.finish();
    assert.equal(kept.length, parts);
    assert.equal(files?.["1"].length, onDisk);
    const source = await FrameSource.open(kept);
    assert.equal(source.bytes, FRAMES * FRAME);
    for (const number of [4, 0, 2, 1, 3]) {
      const target = new Uint8Array(FRAME);
      source.read(target, number * FRAME);
      assert.deepEqual(target, frames[number], `frame ${number}`);
    }
    source.close();
  });
}

test("a full disk is no error, but frames are not kept", async () => {
  const { FrameKeeper } = await load();
  const { folder } = imaginedFolder(1.5 * FRAME);
  const keeper = await FrameKeeper.open({ inMemory: FRAME, folder, name: "1" });
  const added = Array.from({ length: 3 }, () => keeper.add(new Uint8Array(FRAME)));
  assert.deepEqual(added, [true, true, false]);
  keeper.close();
});
