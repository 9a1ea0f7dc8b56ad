// Serves hls.js's requests from files in memory. Refuses to know what is in them.

import type {
  HlsConfig,
  Loader,
  LoaderCallbacks,
  LoaderConfiguration,
  LoaderContext,
  LoaderStats,
} from "hls.js";

/** The base URL of the files; no request ever goes there. */
export const BASE = "https://package.invalid/";

export type Files = ReadonlyMap<string, Blob>;

/** Returns a loader class that reads these files. */
export function loaderOf(files: Files): HlsConfig["loader"] {
  return class MemoryLoader implements Loader<LoaderContext> {
    context: LoaderContext | null = null;
    readonly stats: LoaderStats = freshStats();
    #callbacks: LoaderCallbacks<LoaderContext> | undefined;

    load(
      context: LoaderContext,
      _configuration: LoaderConfiguration,
      callbacks: LoaderCallbacks<LoaderContext>,
    ): void {
      this.context = context;
      this.#callbacks = callbacks;
      this.stats.loading.start = performance.now();
      this.#read(context).then(
        (data) => this.#arrived(context, data),
        (error: unknown) => this.#failed(context, error),
      );
    }

    abort(): void {
      const { context } = this;
      if (this.#callbacks !== undefined && context !== null) {
        const { onAbort } = this.#callbacks;
        this.#callbacks = undefined;
        this.stats.aborted = true;
        onAbort?.(this.stats, context, null);
      }
    }

    destroy(): void {
      this.#callbacks = undefined;
      this.context = null;
    }

    async #read({ url, responseType, rangeStart, rangeEnd }: LoaderContext): Promise<string | ArrayBuffer> {
      const path = url.startsWith(BASE) ? decodeURIComponent(url.slice(BASE.length)) : url;
      const file = files.get(path);
      if (file === undefined) {
        throw new Error(`no file ${path}`);
      }
      const part = rangeEnd ? file.slice(rangeStart ?? 0, rangeEnd) : file;
      return responseType === "arraybuffer" ? part.arrayBuffer() : part.text();
    }

    #arrived(context: LoaderContext, data: string | ArrayBuffer): void {
      const callbacks = this.#callbacks;
      this.#callbacks = undefined;
      const { stats } = this;
      const now = performance.now();
      stats.loading.first = stats.loading.end = Math.max(now, stats.loading.start);
      stats.loaded = stats.total = typeof data === "string" ? data.length : data.byteLength;
      callbacks?.onSuccess({ url: context.url, data, code: 200 }, stats, context, null);
    }

    #failed(context: LoaderContext, error: unknown): void {
      const callbacks = this.#callbacks;
      this.#callbacks = undefined;
      callbacks?.onError({ code: 404, text: String(error) }, context, null, this.stats);
    }
  } as unknown as HlsConfig["loader"];
}

function freshStats(): LoaderStats {
  return {
    aborted: false,
    loaded: 0,
    retry: 0,
    total: 0,
    chunkCount: 0,
    bwEstimate: 0,
    loading: { start: 0, first: 0, end: 0 },
    parsing: { start: 0, end: 0 },
    buffering: { start: 0, first: 0, end: 0 },
  };
}
