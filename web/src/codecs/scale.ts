// Scales planar 4:2:0 frames. Refuses to know where they come from.

import { FrameConverter } from "../generated/media.js";

/** Scales frames of one size; each result is valid until the next call. */
export interface Scaler {
  scale(frame: Uint8Array): Uint8Array;
  close(): void;
}

/** Creates a scaler; sizes are in pixels. */
export function scaler(
  memory: WebAssembly.Memory,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
): Scaler {
  const size = new Uint32Array([width, height]);
  const out = new Uint32Array([outWidth, outHeight, 0, 0, outWidth, outHeight]);
  const converter = new FrameConverter("I420", size, false, 0, false, out, new Uint32Array());
  return {
    scale(bytes) {
      const { inputAddress, inputBytes } = converter;
      if (bytes.length !== inputBytes) {
        throw new Error(`a frame of ${bytes.length} bytes instead of ${inputBytes}`);
      }
      new Uint8Array(memory.buffer, inputAddress, inputBytes).set(bytes);
      converter.convert();
      return new Uint8Array(memory.buffer, converter.outputAddress, converter.outputBytes);
    },
    close: () => converter.free(),
  };
}
