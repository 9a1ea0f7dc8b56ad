// Loads compiled modules and their scripts into this worker. Refuses to know what they do or what a task is.

import type { LoadFailure } from "../generated/protocol.ts";

/** Why loading failed, as the protocol's `LoadFailure`. */
export class LoadError extends Error {
  readonly reason: LoadFailure;

  constructor(reason: LoadFailure, cause: unknown) {
    super(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause));
    this.reason = reason;
  }
}

export type Progress = (received: number, total: number) => void;

/** The core's size divided by its compressed size, to convert progress where a server or proxy has decompressed it. */
const UNPACKED_OVER_PACKED = 3.15;
const PROGRESS_INTERVAL_MS = 100;
const GZIP_MAGIC = [0x1f, 0x8b];
const WASM_MAGIC = [0x00, 0x61, 0x73, 0x6d];

/**
 * Fetches, decompresses and compiles in one stream, so that neither the compressed nor the raw bytes are ever held
 * whole.
 */
export async function fetchModule(
  url: string,
  packedBytes: number,
  progress: Progress,
): Promise<WebAssembly.Module> {
  const response = await fetchChecked(url);
  if (response.body === null) {
    throw new LoadError("corrupt", "empty answer");
  }
  // Each JavaScript engine wraps errors of the stream differently: the first one noted here is the cause.
  let failure: LoadError | undefined;
  const note = (reason: LoadFailure) => (error: unknown) => {
    failure ??= error instanceof LoadError ? error : new LoadError(reason, error);
    throw failure;
  };

  const arriving = response.body.getReader();
  const head = await readHead(arriving).catch(note("network"));
  const packed = startsWith(head, GZIP_MAGIC);
  const total = knownLength(response.headers) ?? (packed ? packedBytes : packedBytes * UNPACKED_OVER_PACKED);
  const scale = packed ? 1 : packedBytes / total;
  const raw = rejoined(head, arriving, note("network"), (received) => {
    progress(Math.min(received, total) * scale, total * scale);
  });
  const bytes = packed ? raw.pipeThrough(new DecompressionStream("gzip")) : raw;
  try {
    return await compile(await checkedWasm(bytes, note("corrupt")));
  } catch (error) {
    // gzip has a checksum, so decompressed bytes are correct and the engine refuses them.
    throw failure ?? new LoadError(packed ? "refused" : "corrupt", error);
  }
}

/** Imports a module's script. A failed import gives no reason, so fetching the script finds it out. */
export async function importScript(url: string): Promise<object> {
  try {
    const script: object = await import(/* @vite-ignore */ url);
    return script;
  } catch (error) {
    await fetchChecked(url);
    throw new LoadError("corrupt", error);
  }
}

async function fetchChecked(url: string): Promise<Response> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new LoadError("network", error);
  });
  // Hosts of single-page sites respond to a missing file with their start page and status 200.
  const isPage = response.headers.get("content-type")?.startsWith("text/html") ?? false;
  if (!response.ok || isPage) {
    throw new LoadError(
      "status",
      `${response.status} ${response.statusText}${isPage ? " (an HTML page)" : ""}`,
    );
  }
  return response;
}

/** Returns the length of the body, if known: with a content encoding, the header gives another length. */
function knownLength(headers: Headers): number | undefined {
  const length = Number(headers.get("content-length"));
  return headers.has("content-encoding") || !(length > 0) ? undefined : length;
}

type Bytes = Uint8Array<ArrayBuffer>;

async function readHead(reader: ReadableStreamDefaultReader<Bytes>): Promise<Bytes> {
  let head: Bytes = new Uint8Array(0);
  while (head.length < WASM_MAGIC.length) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }
    const longer = new Uint8Array(head.length + value.length);
    longer.set(head);
    longer.set(value, head.length);
    head = longer;
  }
  return head;
}

function startsWith(bytes: Bytes, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/** Joins the first bytes of a stream to the rest of it; reports the number of bytes. */
function rejoined(
  head: Bytes,
  rest: ReadableStreamDefaultReader<Bytes>,
  fail: (error: unknown) => never,
  progress: (received: number) => void = () => {},
): ReadableStream<Bytes> {
  let received = head.length;
  let reported = 0;
  return new ReadableStream({
    start: (controller) => controller.enqueue(head),
    pull: async (controller) => {
      const { done, value } = await rest.read().catch(fail);
      received += value?.length ?? 0;
      const now = performance.now();
      if (done || now - reported >= PROGRESS_INTERVAL_MS) {
        reported = now;
        progress(received);
      }
      if (done) {
        controller.close();
      } else {
        controller.enqueue(value);
      }
    },
    cancel: (reason) => rest.cancel(reason),
  });
}

async function checkedWasm(bytes: ReadableStream<Bytes>, fail: (error: unknown) => never): Promise<Response> {
  const reader = bytes.getReader();
  const head = await readHead(reader).catch(fail);
  if (!startsWith(head, WASM_MAGIC)) {
    fail("not WebAssembly");
  }
  return new Response(rejoined(head, reader, fail), { headers: { "content-type": "application/wasm" } });
}

async function compile(response: Response): Promise<WebAssembly.Module> {
  return typeof WebAssembly.compileStreaming === "function"
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}
