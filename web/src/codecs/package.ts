// Cuts a finished file into the segments of a stream, reading the packets of one segment at a time. Refuses to know
// playlists.

import { Packager } from "../generated/media.js";
import type { PackageStep } from "../generated/protocol.ts";
import { movieBox } from "./movie.ts";

/** Each piece that the module lists is two numbers: offset, length. */
const NUMBERS_A_PIECE = 2;

/** Returns the initialization file, then the segments in order. Calls `alive` for each. */
export async function packageSegments(step: PackageStep, file: Blob, alive: () => void): Promise<Blob[]> {
  const { fragments, rateNumerator, rateDenominator, firsts } = step;
  const index = await movieBox(file);
  const packager = new Packager(index, fragments, rateNumerator, rateDenominator, Uint32Array.from(firsts));
  try {
    const blobs = [blobOf(packager.init(), "video/mp4")];
    for (let pieces = packager.wanted(); pieces !== undefined; pieces = packager.wanted()) {
      const segment = packager.write(await read(file, pieces));
      // Goes into a blob at once, which the browser may keep on disk.
      blobs.push(blobOf(segment, fragments ? "video/mp4" : "video/mp2t"));
      alive();
    }
    return blobs;
  } finally {
    packager.free();
  }
}

async function read(file: Blob, pieces: Float64Array): Promise<Uint8Array> {
  const slices: Blob[] = [];
  for (let at = 0; at < pieces.length; at += NUMBERS_A_PIECE) {
    const [offset = 0, length = 0] = pieces.subarray(at, at + NUMBERS_A_PIECE);
    slices.push(file.slice(offset, offset + length));
  }
  return new Uint8Array(await new Blob(slices).arrayBuffer());
}

function blobOf(bytes: Uint8Array, type: string): Blob {
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type });
}
