// Decoded frames that are kept for later passes: in a file of the origin's private file system, or in memory. Refuses to
// know what they show.

/** Kept frames as they travel between workers: a file, or buffers. */
export type KeptFrames = readonly (FileSystemFileHandle | ArrayBuffer)[];

/** Takes frames to keep. */
export interface FrameKeeper {
  /** Returns false where no more fits: keeping frames only saves time, so no encode fails for it. */
  add(bytes: Uint8Array): boolean;
  /** Returns what was kept. */
  finish(): KeptFrames;
  /** Frees what was not finished. */
  close(): void;
}

/** Gives kept frames back. */
export interface FrameSource {
  /** Bytes of all. */
  readonly bytes: number;
  /** Fills `target` with the bytes at this place. */
  read(target: Uint8Array, at: number): void;
  close(): void;
}

/** Opens a keeper: on disk where there is a folder for it. */
export async function keeper(
  folder: FileSystemDirectoryHandle | undefined,
  name: string,
): Promise<FrameKeeper> {
  try {
    if (folder !== undefined) {
      const file = await folder.getFileHandle(name, { create: true });
      return new FileKeeper(file, await file.createSyncAccessHandle());
    }
  } catch {
    // Without the disk, memory.
  }
  return new MemoryKeeper();
}

/** Opens kept frames for reading. */
export async function source(frames: KeptFrames): Promise<FrameSource> {
  const [file] = frames;
  return file === undefined || file instanceof ArrayBuffer
    ? new MemorySource(frames.filter((one) => one instanceof ArrayBuffer))
    : new FileSource(await file.getFile(), await sharedAccess(file));
}

/** Opens a file that other workers may be reading; undefined where the browser lets only one read. */
async function sharedAccess(file: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle | undefined> {
  try {
    // Not in TypeScript's library yet; browsers without it open the file for one worker alone.
    const open = file.createSyncAccessHandle as (options: {
      mode: string;
    }) => Promise<FileSystemSyncAccessHandle>;
    return await open.call(file, { mode: "read-only" });
  } catch {
    return undefined;
  }
}

class FileKeeper implements FrameKeeper {
  readonly #file: FileSystemFileHandle;
  #access: FileSystemSyncAccessHandle | undefined;
  #used = 0;

  constructor(file: FileSystemFileHandle, access: FileSystemSyncAccessHandle) {
    this.#file = file;
    this.#access = access;
  }

  add(bytes: Uint8Array): boolean {
    try {
      const written = this.#access?.write(bytes as Uint8Array<ArrayBuffer>, { at: this.#used });
      this.#used += written ?? 0;
      return written === bytes.length;
    } catch {
      return false;
    }
  }

  finish(): KeptFrames {
    this.close();
    return [this.#file];
  }

  close(): void {
    this.#access?.close();
    this.#access = undefined;
  }
}

class FileSource implements FrameSource {
  readonly bytes: number;
  readonly #file: File;
  readonly #access: FileSystemSyncAccessHandle | undefined;
  readonly #reader = new FileReaderSync();

  constructor(file: File, access: FileSystemSyncAccessHandle | undefined) {
    this.#file = file;
    this.#access = access;
    this.bytes = file.size;
  }

  read(target: Uint8Array, at: number): void {
    if (this.#access === undefined) {
      target.set(new Uint8Array(this.#reader.readAsArrayBuffer(this.#file.slice(at, at + target.length))));
    } else if (this.#access.read(target as Uint8Array<ArrayBuffer>, { at }) !== target.length) {
      throw new RangeError(`kept frames end before ${at + target.length}`);
    }
  }

  close(): void {
    this.#access?.close();
  }
}

/** Size of the buffers. */
const PART_BYTES = 16 << 20;

class MemoryKeeper implements FrameKeeper {
  readonly #parts: ArrayBuffer[] = [];
  #part = new Uint8Array(0);
  #used = 0;

  add(bytes: Uint8Array): boolean {
    let taken = 0;
    while (taken < bytes.length) {
      if (this.#used === this.#part.length && !this.#next()) {
        return false;
      }
      const piece = bytes.subarray(taken, taken + this.#part.length - this.#used);
      this.#part.set(piece, this.#used);
      this.#used += piece.length;
      taken += piece.length;
    }
    return true;
  }

  finish(): KeptFrames {
    return [...this.#parts, this.#part.slice(0, this.#used).buffer];
  }

  close(): void {
    this.#parts.length = 0;
  }

  #next(): boolean {
    try {
      const part = new Uint8Array(PART_BYTES);
      if (this.#used > 0) {
        this.#parts.push(this.#part.buffer);
      }
      this.#part = part;
      this.#used = 0;
      return true;
    } catch (error) {
      if (error instanceof RangeError) {
        return false;
      }
      throw error;
    }
  }
}

class MemorySource implements FrameSource {
  readonly bytes: number;
  readonly #parts: readonly ArrayBuffer[];

  constructor(parts: readonly ArrayBuffer[]) {
    this.#parts = parts;
    this.bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
  }

  read(target: Uint8Array, at: number): void {
    let [skipped, filled] = [at, 0];
    for (const part of this.#parts) {
      if (skipped < part.byteLength && filled < target.length) {
        const piece = new Uint8Array(part, skipped).subarray(0, target.length - filled);
        target.set(piece, filled);
        filled += piece.length;
      }
      skipped = Math.max(skipped - part.byteLength, 0);
    }
  }

  close(): void {
    // Buffers are garbage when nobody has them.
  }
}
