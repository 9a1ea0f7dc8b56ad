// Puts a finished file together from slices of its chunks and its audio. Refuses to know what is in them.

import { assemble as assembleHeads } from "../generated/media.js";
import type { FrameRate } from "../generated/protocol.ts";
import { movieBox } from "./movie.ts";

/** Each piece that the module lists is three numbers: file, offset, length. */
const NUMBERS_A_PIECE = 3;

export async function assemble(
  chunks: readonly Blob[],
  audio: Blob | undefined,
  rate: FrameRate,
  captured: number | null,
): Promise<Blob> {
  const heads = await Promise.all(chunks.map(movieBox));
  const audioHead = audio && (await movieBox(audio));
  const assembly = assembleHeads(heads, audioHead, rate.numerator, rate.denominator, captured);
  try {
    const files = audio === undefined ? chunks : [...chunks, audio];
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
