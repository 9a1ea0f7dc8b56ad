// Decoded frames that are kept for later passes: in memory, and what it has no room for in a file of the origin's
// private file system, which takes longer. Refuses to know what they show.

/** Kept frames as they travel between workers: buffers, and perhaps a file behind them. */
export type KeptFrames = readonly (FileSystemFileHandle | ArrayBuffer)[];

/** Where frames are kept. */
export interface Room {
  /** Bytes that stay in memory if there is a folder for the rest. */
  inMemory: number;
  folder: FileSystemDirectoryHandle | undefined;
  /** Name of the file in the folder. */
  name: string;
}

/** Size of the buffers. */
const PART_BYTES = 16 << 20;

/** Takes frames to keep. */
export class FrameKeeper {
  readonly #parts: ArrayBuffer[] = [];
  #part = new Uint8Array(0);
  /** Bytes in the last buffer. */
  #used = 0;
  /** Bytes that still go into memory. */
  #room: number;
  readonly #file: OpenFile | undefined;

  private constructor(room: number, file: OpenFile | undefined) {
    this.#room = room;
    this.#file = file;
  }

  static async open({ inMemory, folder, name }: Room): Promise<FrameKeeper> {
    try {
      if (folder !== undefined) {
        const file = await folder.getFileHandle(name, { create: true });
        return new FrameKeeper(inMemory, new OpenFile(file, await file.createSyncAccessHandle()));
      }
    } catch {
      // Without the disk, memory.
    }
    return new FrameKeeper(Number.POSITIVE_INFINITY, undefined);
  }

  /** Returns false where no more fits: keeping frames only saves time, so no encode fails for it. */
  add(bytes: Uint8Array): boolean {
    let taken = 0;
    while (taken < bytes.length && this.#room > 0) {
      if (this.#used === this.#part.length && !this.#next()) {
        this.#room = 0;
        break;
      }
      const piece = bytes.subarray(taken, taken + Math.min(this.#part.length - this.#used, this.#room));
      this.#part.set(piece, this.#used);
      this.#used += piece.length;
      this.#room -= piece.length;
      taken += piece.length;
    }
    return taken === bytes.length || this.#file?.add(bytes.subarray(taken)) === true;
  }

  /** Returns what was kept. */
  finish(): KeptFrames {
    this.close();
    const last = this.#used === this.#part.length ? this.#part : this.#part.slice(0, this.#used);
    const buffers = [...this.#parts, last.buffer].filter((buffer) => buffer.byteLength > 0);
    return this.#file === undefined || this.#file.used === 0 ? buffers : [...buffers, this.#file.file];
  }

  /** Closes the file. What was not finished is garbage, or goes with the folder. */
  close(): void {
    this.#file?.close();
  }

  #next(): boolean {
    try {
      const part = new Uint8Array(Math.min(PART_BYTES, this.#room));
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

/** A file that is being written. */
class OpenFile {
  readonly file: FileSystemFileHandle;
  /** Bytes written. */
  used = 0;
  #access: FileSystemSyncAccessHandle | undefined;

  constructor(file: FileSystemFileHandle, access: FileSystemSyncAccessHandle) {
    this.file = file;
    this.#access = access;
  }

  /** Returns false where the disk is full. */
  add(bytes: Uint8Array): boolean {
    try {
      const written = this.#access?.write(bytes as Uint8Array<ArrayBuffer>, { at: this.used }) ?? 0;
      this.used += written;
      return written === bytes.length;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#access?.close();
    this.#access = undefined;
  }
}

/** Gives kept frames back. */
export class FrameSource {
  /** Bytes of all. */
  readonly bytes: number;
  readonly #buffers: readonly ArrayBuffer[];
  readonly #bytesInMemory: number;
  readonly #file: FileSource | undefined;

  private constructor(buffers: readonly ArrayBuffer[], file: FileSource | undefined) {
    this.#buffers = buffers;
    this.#file = file;
    this.#bytesInMemory = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
    this.bytes = this.#bytesInMemory + (file?.bytes ?? 0);
  }

  static async open(frames: KeptFrames): Promise<FrameSource> {
    const buffers = frames.filter((one) => one instanceof ArrayBuffer);
    const file = frames.find((one): one is FileSystemFileHandle => !(one instanceof ArrayBuffer));
    return new FrameSource(buffers, file && (await FileSource.open(file)));
  }

  /** Fills `target` with the bytes at this place. */
  read(target: Uint8Array, at: number): void {
    let [skipped, filled] = [at, 0];
    for (const buffer of this.#buffers) {
      if (skipped < buffer.byteLength && filled < target.length) {
        const piece = new Uint8Array(buffer, skipped).subarray(0, target.length - filled);
        target.set(piece, filled);
        filled += piece.length;
      }
      skipped = Math.max(skipped - buffer.byteLength, 0);
    }
    if (filled < target.length) {
      this.#file?.read(target.subarray(filled), at + filled - this.#bytesInMemory);
    }
  }

  close(): void {
    this.#file?.close();
  }
}

/** A file that is read, perhaps by several workers. */
class FileSource {
  readonly #file: File;
  /** Undefined where the browser lets only one worker read in this way. */
  readonly #access: FileSystemSyncAccessHandle | undefined;

  private constructor(file: File, access: FileSystemSyncAccessHandle | undefined) {
    this.#file = file;
    this.#access = access;
  }

  static async open(file: FileSystemFileHandle): Promise<FileSource> {
    return new FileSource(await file.getFile(), await sharedAccess(file));
  }

  get bytes(): number {
    return this.#file.size;
  }

  read(target: Uint8Array, at: number): void {
    if (this.#access === undefined) {
      const bytes = new FileReaderSync().readAsArrayBuffer(this.#file.slice(at, at + target.length));
      target.set(new Uint8Array(bytes));
    } else if (this.#access.read(target as Uint8Array<ArrayBuffer>, { at }) !== target.length) {
      throw new RangeError(`kept frames end before ${at + target.length}`);
    }
  }

  close(): void {
    this.#access?.close();
  }
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
