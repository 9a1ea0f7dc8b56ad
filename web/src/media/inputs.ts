// Lets the core read a Blob as a file in its working folder, and write a file that is streamed instead of stored.
// Refuses to know formats and tasks.

import type { FileSystem } from "./instance.ts";
import { Pages } from "./pages.ts";

/** The Blob can no longer be read: its file was moved, changed or removed. */
export class InputUnreadable extends Error {}

/** Synchronous reads cost far more per call than per byte, and the core reads 32 KB at a time. */
const BLOCK_BYTES = 1 << 20;
/** Demuxers hop between an index and a few interleaved streams. */
const BLOCKS_KEPT = 6;

/**
 * Adds `blob` as a read-only file. A failed read throws through the running program, which would otherwise treat it as
 * the end of the file and report success.
 */
export function addInput(fs: FileSystem, path: string, blob: Blob): void {
  const blocks = new Blocks(blob);
  const node = fs.create(path, 0o444);
  node.usedBytes = blob.size;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream, target, offset, length, position) => {
      if (position >= blob.size || length === 0) {
        return 0;
      }
      const index = Math.floor(position / BLOCK_BYTES);
      const start = position - index * BLOCK_BYTES;
      const piece = blocks.get(index).subarray(start, start + length);
      target.set(piece, offset);
      return piece.length;
    },
  };
}

/** Adds a file whose bytes go to `take` as they are written, and are not stored. */
export function addSink(fs: FileSystem, path: string, take: (bytes: Uint8Array) => void): void {
  const node = fs.create(path, 0o666);
  node.stream_ops = {
    ...node.stream_ops,
    write: (_stream, source, offset, length) => {
      take(new Uint8Array(source.buffer, source.byteOffset + offset, length));
      return length;
    },
  };
}

/** Adds a file that is kept in pages: results may be larger than one array can be. */
export function addPaged(fs: FileSystem, path: string): Pages {
  const node = fs.create(path, 0o666);
  const pages = new Pages();
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream, target, offset, length, position) =>
      pages.read(position, new Uint8Array(target.buffer, target.byteOffset + offset, length)),
    write: (_stream, source, offset, length, position) => {
      pages.write(position, new Uint8Array(source.buffer, source.byteOffset + offset, length));
      node.usedBytes = pages.size;
      return length;
    },
  };
  return pages;
}

/** Caches the most recently read blocks, oldest first. */
class Blocks {
  readonly #blob: Blob;
  readonly #reader = new FileReaderSync();
  readonly #kept = new Map<number, Uint8Array>();

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  get(index: number): Uint8Array {
    const block = this.#kept.get(index) ?? this.#read(index);
    this.#kept.delete(index);
    this.#kept.set(index, block);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= BLOCKS_KEPT) {
        break;
      }
      this.#kept.delete(oldest);
    }
    return block;
  }

  #read(index: number): Uint8Array {
    const slice = this.#blob.slice(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    let block: Uint8Array;
    try {
      block = new Uint8Array(this.#reader.readAsArrayBuffer(slice));
    } catch (error) {
      throw new InputUnreadable(String(error));
    }
    if (block.length !== slice.size) {
      throw new InputUnreadable(`${block.length} of ${slice.size} bytes at ${index * BLOCK_BYTES}`);
    }
    return block;
  }
}
