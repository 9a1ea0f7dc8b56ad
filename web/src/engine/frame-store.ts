// The place on disk where one job's decoded frames lie between its passes: a folder of the origin's private file system,
// which goes with the job. Refuses to know frames.

/** The folder that holds the jobs' folders. */
const ROOT = "frames";

/** What a job gets. */
export interface Place {
  /** Where workers put files. */
  folder: FileSystemDirectoryHandle;
  /** Bytes that the browser still lets the site store. */
  free: number;
}

/** The store of one job. */
export class FrameStore {
  #folder: FileSystemDirectoryHandle | undefined;
  #release: (() => void) | undefined;
  #hasEnded = false;

  /** Makes the folder; undefined where the browser has no such file system, or refuses it (private windows). */
  async open(): Promise<Place | undefined> {
    try {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true });
      await removeAbandoned(root);
      const name = crypto.randomUUID();
      this.#release = await lock(name);
      this.#folder = await root.getDirectoryHandle(name, { create: true });
      const { quota = 0, usage = 0 } = await navigator.storage.estimate();
      if (this.#hasEnded) {
        this.close();
        return undefined;
      }
      return { folder: this.#folder, free: Math.max(quota - usage, 0) };
    } catch {
      return undefined;
    }
  }

  /** Removes the files among kept frames; buffers are garbage by themselves. */
  forget(frames: readonly (FileSystemFileHandle | ArrayBuffer)[]): void {
    for (const one of frames) {
      if (!(one instanceof ArrayBuffer)) {
        this.#folder?.removeEntry(one.name).catch(ignore);
      }
    }
  }

  /** Removes everything. */
  close(): void {
    this.#hasEnded = true;
    const folder = this.#folder;
    const release = this.#release;
    this.#folder = undefined;
    this.#release = undefined;
    if (folder !== undefined) {
      removeFolder(folder.name).finally(() => release?.());
    } else {
      release?.();
    }
  }
}

/** A worker that has just been ended may hold its file for a moment longer. */
const TRIES = 20;
const PAUSE_MS = 250;

async function removeFolder(name: string): Promise<void> {
  for (let left = TRIES; left > 0; left -= 1) {
    try {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT);
      await root.removeEntry(name, { recursive: true });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Locks a job's folder for as long as its page lives; the returned function unlocks it. */
function lock(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = () => new Promise<void>((release) => resolve(release));
    navigator.locks.request(lockOf(name), held).catch(reject);
  });
}

/** Removes the folders of pages that ended before their jobs. */
async function removeAbandoned(root: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of root.keys()) {
    await navigator.locks.request(lockOf(name), { ifAvailable: true }, async (free) => {
      if (free !== null) {
        await root.removeEntry(name, { recursive: true }).catch(ignore);
      }
    });
  }
}

function lockOf(name: string): string {
  return `clipfit-${ROOT}-${name}`;
}

function ignore(): void {
  // What is left is removed with the folder, or on the next visit.
}
