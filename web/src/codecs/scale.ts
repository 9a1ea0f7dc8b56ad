// Brings planar 4:2:0 pictures from one size to another. Refuses to know where they come from.

import { Picture } from "../generated/media.js";

/** Scales pictures of one size; each result is valid until the next call. */
export interface Scaler {
  scale(picture: Uint8Array): Uint8Array;
  close(): void;
}

/** Sizes are in pixels. */
export function scaler(
  memory: WebAssembly.Memory,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
): Scaler {
  const out = new Uint32Array([outWidth, outHeight, 0, 0, outWidth, outHeight]);
  const picture = new Picture("I420", width, height, false, 0, out);
  return {
    scale(bytes) {
      const { inputAddress, inputBytes } = picture;
      if (bytes.length !== inputBytes) {
        throw new Error(`a picture of ${bytes.length} bytes instead of ${inputBytes}`);
      }
      new Uint8Array(memory.buffer, inputAddress, inputBytes).set(bytes);
      picture.convert();
      return new Uint8Array(memory.buffer, picture.outputAddress, picture.outputBytes);
    },
    close: () => picture.free(),
  };
}
