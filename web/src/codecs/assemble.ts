// Puts a finished file together from its chunks and its sound, by slices of theirs. Refuses to know what is in them.

import { assemble as assembleHeads } from "../generated/media.js";
import type { FrameRate } from "../generated/protocol.ts";
import { movieBox } from "./movie.ts";

/** The pieces are as the module tells them: file, offset, length. */
const NUMBERS_A_PIECE = 3;

export async function assemble(
  chunks: readonly Blob[],
  sound: Blob | undefined,
  rate: FrameRate,
): Promise<Blob> {
  const heads = await Promise.all(chunks.map(movieBox));
  const soundHead = sound && (await movieBox(sound));
  const assembly = assembleHeads(heads, soundHead, rate.numerator, rate.denominator);
  try {
    const files = sound === undefined ? chunks : [...chunks, sound];
    const parts: BlobPart[] = [assembly.head as Uint8Array<ArrayBuffer>];
    const { pieces } = assembly;
    for (let at = 0; at < pieces.length; at += NUMBERS_A_PIECE) {
      const [file = 0, offset = 0, length = 0] = pieces.subarray(at, at + NUMBERS_A_PIECE);
      const piece = files[file]?.slice(offset, offset + length);
      if (piece === undefined || piece.size !== length) {
        throw new Error(`piece ${at / NUMBERS_A_PIECE} lies beyond file ${file}`);
      }
      parts.push(piece);
    }
    return new Blob(parts, { type: "video/mp4" });
  } finally {
    assembly.free();
  }
}
