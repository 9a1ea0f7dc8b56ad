// One running instance of the core, and how to reset it. Refuses to know tasks, messages and inputs.

/** The part of Emscripten's file system that is used here. */
export interface FileSystem {
  mkdir(path: string): void;
  rmdir(path: string): void;
  chdir(path: string): void;
  readdir(path: string): string[];
  unlink(path: string): void;
  create(path: string, mode: number): FileNode;
  lookupPath(path: string): { node: FileNode };
  analyzePath(path: string): { exists: boolean };
  close(stream: FileStream): void;
  write(...what: unknown[]): number;
  streams: (FileStream | null | undefined)[];
}

/** A file that lives in memory, unless its stream operations are replaced. */
export interface FileNode {
  usedBytes: number;
  contents: Uint8Array<ArrayBuffer> | null;
  stream_ops: StreamOperations;
}

export interface FileStream {
  stream_ops: StreamOperations;
}

export interface StreamOperations {
  read?: (stream: FileStream, target: Int8Array, offset: number, length: number, position: number) => number;
  write?: (stream: FileStream, source: Int8Array, offset: number, length: number, position: number) => number;
  fsync?: (stream: FileStream) => void;
}

/** The part of `createFFmpegCore`'s result that is used here. */
export interface Core {
  FS: FileSystem;
  HEAPU8: Uint8Array;
  /** The core's exit function sets it just before it aborts. */
  ret: number | undefined;
  _ffmpeg(count: number, strings: number): number;
  _ffprobe(count: number, strings: number): number;
  stringsToPtr(strings: readonly string[]): number;
  setLogger(logger: (line: { type: string; message: string }) => void): void;
  setTimeout(milliseconds: number): void;
  reset(): void;
}

interface CoreOptions {
  instantiateWasm(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module?: WebAssembly.Module) => void,
  ): Record<string, never>;
}

export type CreateCore = (options: CoreOptions) => Promise<Core>;

export function isCreateCore(value: unknown): value is CreateCore {
  return typeof value === "function";
}

/**
 * Export names from the linker in @ffmpeg/core 0.12.10; other builds have different ones, hence the checks. The core
 * never exits but aborts in the middle of its stack, which is 64 KB.
 */
const STACK_SAVE = "Da";
const STACK_RESTORE = "Ea";
const RESIZE_HEAP = "_emscripten_resize_heap";

/** An instance that runs commands. */
export interface Runnable {
  readonly core: Core;
  /** Whether the running program was refused memory. */
  readonly memoryRefused: boolean;
  readonly memoryBytes: number;
  /** Resets the instance; called before each command. */
  rewind(): void;
}

export class Instance implements Runnable {
  memoryRefused = false;
  readonly core: Core;
  readonly #parts: Parts;
  readonly #image: Uint8Array;

  private constructor(core: Core, parts: Parts) {
    this.core = core;
    this.#parts = parts;
    this.#image = withoutTrailingZeros(new Uint8Array(parts.memory.buffer)).slice();
  }

  static async create(createCore: CreateCore, module: WebAssembly.Module): Promise<Instance> {
    let self: Instance | undefined;
    let parts: Parts | undefined;
    let failure: unknown;
    const core = createCore({
      instantiateWasm: (imports, receive) => {
        try {
          const watched = watchHeap(imports, () => {
            if (self !== undefined) {
              self.memoryRefused = true;
            }
          });
          const instance = new WebAssembly.Instance(module, watched);
          parts = partsOf(instance.exports);
          receive(instance);
        } catch (error) {
          // If this threw, the core would fetch its own file from a guessed address.
          failure = error;
        }
        return {};
      },
    });
    // In that case the core's promise never settles.
    if (parts === undefined) {
      throw failure;
    }
    self = new Instance(await core, parts);
    return self;
  }

  get memoryBytes(): number {
    return this.#parts.memory.buffer.byteLength;
  }

  /**
   * Resets the instance: the programs keep options of one run (-copyts, the log level) for the next, leak memory and
   * leave their stack in place. All of that is linear memory and the stack pointer.
   */
  rewind(): void {
    const memory = new Uint8Array(this.#parts.memory.buffer);
    memory.set(this.#image);
    memory.fill(0, this.#image.length);
    this.#parts.stackRestore(this.#parts.stackTop);
    this.memoryRefused = false;
  }
}

interface Parts {
  memory: WebAssembly.Memory;
  stackTop: number;
  stackRestore: (pointer: number) => void;
}

function partsOf(exports: WebAssembly.Exports): Parts {
  const memory = Object.values(exports).find((value) => value instanceof WebAssembly.Memory);
  const save = exports[STACK_SAVE];
  const restore = exports[STACK_RESTORE];
  if (memory === undefined || typeof save !== "function" || typeof restore !== "function") {
    throw new Error("this build of the core lacks its stack functions");
  }
  const stackTop: unknown = save.length === 0 && restore.length === 1 ? save() : undefined;
  const inside =
    typeof stackTop === "number" &&
    stackTop % 16 === 0 &&
    stackTop > 64 &&
    stackTop <= memory.buffer.byteLength;
  if (inside) {
    restore(stackTop - 64);
    const moved: unknown = save();
    restore(stackTop);
    if (moved === stackTop - 64) {
      return { memory, stackTop, stackRestore: (pointer) => restore(pointer) };
    }
  }
  throw new Error("this build of the core names its stack functions otherwise");
}

/** Watches memory growth. A refusal shows in no exit code: malloc returns null and the program may do anything. */
function watchHeap(imports: WebAssembly.Imports, refused: () => void): WebAssembly.Imports {
  return mapValues(imports, (group) =>
    mapValues(group, (value) => {
      if (typeof value !== "function" || value.name !== RESIZE_HEAP) {
        return value;
      }
      return (bytes: number): unknown => {
        const grown: unknown = value(bytes);
        if (grown !== true) {
          refused();
        }
        return grown;
      };
    }),
  );
}

function mapValues<T>(record: Record<string, T>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function withoutTrailingZeros(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) {
    end -= 1;
  }
  return bytes.subarray(0, end);
}
