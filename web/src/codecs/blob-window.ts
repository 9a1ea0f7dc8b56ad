// Reads small pieces of a large Blob through one window. Refuses to know what they are.

import { CannotDecode } from "./failures.ts";

/** Bytes per read: many headers are close to each other. */
const WINDOW_BYTES = 256 << 10;
/**
 * No more is held at once. The index of an MP4 file of eight hours takes 30 MB, a cluster of Matroska some; a longer length
 * means a broken file, or one that ffmpeg reads bit by bit.
 */
export const LARGEST_PIECE_BYTES = 40 << 20;

export class BlobWindow {
  readonly size: number;
  readonly #blob: Blob;
  #start = 0;
  #bytes = new Uint8Array(0);

  constructor(blob: Blob) {
    this.#blob = blob;
    this.size = blob.size;
  }

  /** Reads up to `length` bytes from `start`, fewer at the end of the file. */
  async upTo(start: number, length: number): Promise<DataView<ArrayBuffer>> {
    if (start < this.#start || start + length > this.#start + this.#bytes.length) {
      const end = Math.min(this.size, start + Math.max(length, WINDOW_BYTES));
      this.#bytes = new Uint8Array(await this.#blob.slice(start, end).arrayBuffer());
      this.#start = start;
    }
    const offset = start - this.#start;
    const there = Math.max(0, Math.min(length, this.#bytes.length - offset));
    return new DataView(this.#bytes.buffer, Math.min(offset, this.#bytes.length), there);
  }

  /** Reads exactly `length` bytes from `start`; fails when the file ends before. */
  async exactly(start: number, length: number): Promise<DataView<ArrayBuffer>> {
    if (start + length > this.size) {
      throw new CannotDecode(`the file ends at ${this.size}, before ${start + length}`);
    }
    if (length > LARGEST_PIECE_BYTES) {
      throw new CannotDecode(`a part of ${length} bytes`);
    }
    return this.upTo(start, length);
  }
}
