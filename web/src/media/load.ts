// Loads the build's files: the one way in which scripts and modules arrive after the page itself. A download ends by
// lack of progress, is tried again, and is checked against the build's hash before anything is made of it. Refuses to
// know what the files do and what a task is.

import type { Downloads, LoadFailure } from "../generated/protocol.ts";
import { Sha256 } from "./sha256.ts";

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
/** The first one and two retries. */
const ATTEMPTS = 3;
/** Before the first retry; twice that before the second. */
const PAUSE_MS = 300;
/** Where nobody says how long to wait for a byte. */
const PATIENCE_MS = 30_000;

/** A page's document, which workers do not have. */
interface Page {
  readonly baseURI: string;
  querySelector(selector: string): { readonly content: string } | null;
}

/** What this loader goes by. */
interface Known {
  /** Hashes by address: of the file as it was built, and of what it unpacks to, since some servers unpack. */
  readonly hashes: ReadonlyMap<string, readonly string[]>;
  /** So long nothing may arrive, in milliseconds. */
  readonly patience: number;
}

let known = read(ofDocument());

/** Tells the loader of a worker what the document of its page says. */
export function settle(downloads: Downloads): void {
  known = read(downloads);
}

/** Returns what the build wrote into the document, if this is a page. */
function ofDocument(): Downloads {
  const { document } = globalThis as { document?: Page };
  const meta = (name: string) => document?.querySelector(`meta[name="clipfit-${name}"]`)?.content ?? "";
  return { base: document?.baseURI ?? "", files: meta("files"), patience: Number(meta("patience")) };
}

function read({ base, files, patience }: Downloads): Known {
  return { hashes: listed(files, base), patience: patience > 0 ? patience : PATIENCE_MS };
}

/** Reads a build's list of files, which are relative to `base`: their hashes by address. */
export function listed(files: string, base: string): Map<string, string[]> {
  const entries = files.split(" ").flatMap((entry): [string, string[]][] => {
    const [path = "", ...hashes] = entry.split(":");
    return path === "" ? [] : [[new URL(path, base).href, hashes]];
  });
  return new Map(entries);
}

/** Returns the hashes of which the content at an address has one; nothing for what is not of the build. */
export function hashesOf(url: string): readonly string[] | undefined {
  return known.hashes.get(url);
}

/** What a download may be told. */
interface Options {
  /** Gives up, without another try. */
  readonly signal?: AbortSignal | undefined;
  /** Is called at the beginning of every try. */
  readonly alive?: () => void;
  /** The document is wanted: an HTML page is no error. */
  readonly page?: boolean;
  /** What the first try takes out of the browser's cache. */
  readonly cache?: RequestCache;
}

/** A file that has arrived whole. */
interface Whole {
  readonly headers: Headers;
  readonly content: Blob;
}

/** Fetches a whole file. */
export function fetchWhole(url: string, options: Options = {}): Promise<Whole> {
  return repeated(options, async (cache) => {
    const { headers, body } = await open(url, cache, options);
    const pieces: Bytes[] = [];
    const reader = body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      pieces.push(next.value);
    }
    return { headers, content: new Blob(pieces, { type: headers.get("content-type") ?? "" }) };
  });
}

/**
 * Fetches, decompresses and compiles in one stream, so that neither the compressed nor the raw bytes are ever held
 * whole. Only a module whose bytes had the right hash is returned.
 */
export function fetchModule(
  url: string,
  packedBytes: number,
  progress: Progress,
): Promise<WebAssembly.Module> {
  return repeated({ alive: () => progress(0, packedBytes) }, (cache) =>
    tryModule(url, packedBytes, progress, cache),
  );
}

async function tryModule(
  url: string,
  packedBytes: number,
  progress: Progress,
  cache: RequestCache,
): Promise<WebAssembly.Module> {
  const { headers, body } = await open(url, cache, {});
  // Each JavaScript engine wraps errors of the stream differently: the first one noted here is the cause.
  let failure: LoadError | undefined;
  const note = (reason: LoadFailure) => (error: unknown) => {
    failure ??= error instanceof LoadError ? error : new LoadError(reason, error);
    throw failure;
  };

  const arriving = body.getReader();
  const head = await readHead(arriving).catch(note("network"));
  const packed = startsWith(head, GZIP_MAGIC);
  const total = knownLength(headers) ?? (packed ? packedBytes : packedBytes * UNPACKED_OVER_PACKED);
  const scale = packed ? 1 : packedBytes / total;
  const raw = rejoined(head, arriving, note("network"), (received) => {
    progress(Math.min(received, total) * scale, total * scale);
  });
  const bytes = packed ? raw.pipeThrough(new DecompressionStream("gzip")) : raw;
  try {
    return await compile(await checkedWasm(bytes, note("corrupt")));
  } catch (error) {
    // The rest of a file that is no module is not waited for.
    await arriving.cancel().catch(() => {});
    // The hash was right, so the engine refuses what was built; without one, gzip's checksum says as much.
    throw failure ?? new LoadError(packed || hashesOf(url) !== undefined ? "refused" : "corrupt", error);
  }
}

/** Scripts that were imported. */
const imported = new Map<string, object>();
/** A failed import is remembered for its address: another try needs another fragment, which no server sees. */
let failedImports = 0;

/**
 * Imports a script, once it and the other scripts of its folder have arrived and are as they were built. The import then
 * finds them in a cache.
 */
export async function importScript(url: string, alive = () => {}): Promise<object> {
  const before = imported.get(url);
  if (before !== undefined) {
    return before;
  }
  const script = await repeated({ alive }, async (cache) => {
    // Each only once here: what repeats is this.
    await Promise.all([url, ...beside(url)].map((one) => fetchOnce(one, cache)));
    try {
      const address = failedImports === 0 ? url : `${url}#${failedImports}`;
      const found: object = await inTime(import(/* @vite-ignore */ address));
      return found;
    } catch (error) {
      failedImports += 1;
      throw error instanceof LoadError ? error : new LoadError("corrupt", error);
    }
  });
  imported.set(url, script);
  return script;
}

/** Forgets a script, so that the next import runs it again from the start. */
export function forgetScript(url: string): void {
  imported.delete(url);
  // The browser remembers by address.
  failedImports += 1;
}

/** Returns the other scripts in the folder of a script. */
function beside(url: string): string[] {
  const folder = new URL(".", url).href;
  return [...known.hashes.keys()].filter(
    (other) => other !== url && other.startsWith(folder) && other.endsWith(".js"),
  );
}

async function fetchOnce(url: string, cache: RequestCache): Promise<void> {
  const reader = (await open(url, cache, {})).body.getReader();
  while (!(await reader.read()).done) {
    // Only whether it is right counts.
  }
}

/** Tries, and past what a cache on the way has kept tries again. What the browser refuses is not tried again. */
async function repeated<T>(
  { signal, alive, cache = "default" }: Options,
  act: (cache: RequestCache) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    alive?.();
    try {
      return await act(attempt === 1 ? cache : "reload");
    } catch (error) {
      const failure = error instanceof LoadError ? error : new LoadError("network", error);
      if (attempt === ATTEMPTS || failure.reason === "refused" || signal?.aborted === true) {
        throw failure;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
  }
}

/** Waits for a step of a download, but not for ever. */
async function inTime<T>(step: Promise<T>, stop = () => {}): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new LoadError("network", `nothing arrived for ${known.patience / 1000} s`));
      stop();
    }, known.patience);
  });
  try {
    return await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Begins a download. Its body fails with a `LoadError` when it stalls, breaks off or has the wrong hash at its end. */
async function open(
  url: string,
  cache: RequestCache,
  { signal, page = false }: Options,
): Promise<{ headers: Headers; body: ReadableStream<Bytes> }> {
  const connection = new AbortController();
  const stop = () => connection.abort();
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted === true) {
    stop();
  }
  const broken = (error: unknown): never => {
    throw error instanceof LoadError ? error : new LoadError("network", error);
  };
  const answer = fetch(url, { cache, credentials: "same-origin", signal: connection.signal });
  const response = await inTime(answer, stop).catch(broken);
  // Hosts of single-page sites respond to a missing file with their start page and status 200.
  const isPage = !page && (response.headers.get("content-type")?.startsWith("text/html") ?? false);
  if (!response.ok || isPage) {
    stop();
    const what = isPage ? " (an HTML page)" : "";
    throw new LoadError("status", `${url}: ${response.status} ${response.statusText}${what}`);
  }
  if (response.body === null) {
    throw new LoadError("corrupt", `${url}: empty answer`);
  }
  const arriving: ReadableStreamDefaultReader<Bytes> = response.body.getReader();
  const wanted = hashesOf(url);
  const hash = new Sha256();
  const body = new ReadableStream<Bytes>(
    {
      pull: async (controller) => {
        const { done, value } = await inTime(arriving.read(), stop).catch(broken);
        if (!done) {
          hash.take(value);
          controller.enqueue(value);
          return;
        }
        if (wanted !== undefined && !wanted.includes(hash.finish())) {
          throw new LoadError("corrupt", `${url}: not what was built`);
        }
        controller.close();
      },
      cancel: (reason) => arriving.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { headers: response.headers, body };
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
