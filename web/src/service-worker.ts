// Caches the app for offline use, and after their first use also the engine, the encoder, the codecs, the player and
// ffmpeg. Knows nothing of video.
//
// Three rules:
// - The document comes from the network if that responds in time, else from the cache. So a release appears at once.
// - App files come from the cache. Their names contain hashes, so a page gets exactly the files it was built with.
//   The previous build's cache stays one generation longer for pages that are still open.
// - The core and the encoder are cached when first fetched, each in a cache for its version that outlives app releases.

export {};

/** web/finish.mjs writes this in front of the script. */
interface Release {
  /** Hash over all app files. */
  readonly build: string;
  /** The folders under core/, each named after the version of its content. */
  readonly coreFolders: readonly string[];
  /** URLs of files under core/, relative to this script. All files of a folder are cached as soon as one is used. */
  readonly together: readonly string[];
  /** URLs of the app files, relative to this script; "./" is the document. */
  readonly files: readonly string[];
}

declare const self: ServiceWorkerGlobalScope & { readonly CLIPFIT_RELEASE: Release };

const release = self.CLIPFIT_RELEASE;
const scope = new URL(self.registration.scope);
/** All installations of an origin share its caches; the folder in the name keeps them apart. */
const appPrefix = `clipfit-app-${scope.pathname}-`;
const appCache = appPrefix + release.build;
const corePrefix = "clipfit-core-";
const coreCaches = release.coreFolders.map((folder) => corePrefix + folder);
const together = release.together.map((file) => new URL(file, scope).href);
/** How long a visitor waits for a network that may be down. */
const DOCUMENT_TIMEOUT_MS = 2500;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || event.request.headers.has("range")) return;
  if (url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return;
  if (event.request.mode === "navigate") {
    if (isDocument(url)) event.respondWith(answerDocument(event));
  } else {
    const cacheName = coreCacheOf(url);
    event.respondWith(cacheName === undefined ? answerAppFile(event.request) : answerCore(event, cacheName));
  }
});

/** Caches every app file or none. */
async function install(): Promise<void> {
  try {
    const cache = await caches.open(appCache);
    await Promise.all(release.files.map((file) => keep(cache, new URL(file, scope).href)));
    await renewEngine();
  } catch (error) {
    // Later, a half-filled cache must not be mistaken for the previous build's.
    await caches.delete(appCache);
    throw error;
  }
  // It is safe to skip waiting: open pages find the files of their own build in the previous cache.
  await self.skipWaiting();
}

/** Fetches the new engine if an earlier one was used: the engine changes with the app and must work offline. */
async function renewEngine(): Promise<void> {
  const isEngine = (name: string) => name.startsWith(`${corePrefix}engine-`);
  const cacheName = coreCaches.find(isEngine);
  if (cacheName !== undefined && (await caches.keys()).some(isEngine)) await keepTogether(cacheName);
}

/** Deletes all files but this and the previous build's, then serves the pages that are already open. */
async function activate(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(appPrefix) && name !== appCache);
  // Caches are listed in order of creation: the last one is the previous build's.
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function keep(cache: Cache, address: string): Promise<void> {
  const response = await fetch(address, { cache: "no-cache", credentials: "same-origin" });
  if (!response.ok) throw new Error(`${address}: status ${response.status}`);
  // A navigation must not get a redirected response, but its content is fine.
  const plain = response.redirected ? new Response(response.body, { headers: response.headers }) : response;
  await cache.put(address, plain);
}

function isDocument(url: URL): boolean {
  return url.pathname === scope.pathname || url.pathname === `${scope.pathname}index.html`;
}

async function answerDocument(event: FetchEvent): Promise<Response> {
  const network = fetch(event.request);
  const timeout = new Promise<undefined>((resolve) => setTimeout(resolve, DOCUMENT_TIMEOUT_MS, undefined));
  const fresh = await Promise.race([network.catch(() => undefined), timeout]);
  // The browser follows redirects itself. The cached app is better than an error page.
  if (fresh && (fresh.ok || fresh.type === "opaqueredirect")) return fresh;
  const kept = await (await caches.open(appCache)).match(scope.href);
  return kept ?? fresh ?? network;
}

async function answerAppFile(request: Request): Promise<Response> {
  // A page that was open before the last release has its engine in a cache that this release cannot name.
  return (await matchAppFile(request)) ?? (await caches.match(request)) ?? fetch(request);
}

/** Returns this build's file, else the previous build's for a page that is still open. */
async function matchAppFile(request: Request): Promise<Response | undefined> {
  const current = await (await caches.open(appCache)).match(request);
  if (current) return current;
  for (const name of await caches.keys()) {
    if (!name.startsWith(appPrefix) || name === appCache) continue;
    const kept = await (await caches.open(name)).match(request);
    if (kept) return kept;
  }
  return undefined;
}

/** Returns the cache for a file below core/; nothing for files of other versions. */
function coreCacheOf(url: URL): string | undefined {
  const folder = release.coreFolders.find((name) =>
    url.pathname.startsWith(`${scope.pathname}core/${name}/`),
  );
  return folder === undefined ? undefined : corePrefix + folder;
}

async function answerCore(event: FetchEvent, cacheName: string): Promise<Response> {
  const kept = await caches.match(event.request, { cacheName });
  if (kept) return kept;
  const response = await fetch(event.request);
  if (coreCaches.includes(cacheName) && isWholeCoreFile(response))
    event.waitUntil(keepCore(cacheName, event.request, response.clone()));
  if (together.includes(event.request.url)) event.waitUntil(keepTogether(cacheName));
  return response;
}

/** Returns whether this is a whole file: some servers return their start page with status 200 for a missing one. */
function isWholeCoreFile(response: Response): boolean {
  return response.status === 200 && !response.headers.get("content-type")?.startsWith("text/html");
}

/** Caches all files of a folder: the next clip may need other files of it. */
async function keepTogether(cacheName: string): Promise<void> {
  const cache = await caches.open(cacheName);
  const here = together.filter((address) => coreCacheOf(new URL(address)) === cacheName);
  const missing = await Promise.all(
    here.map(async (address) => ((await cache.match(address)) ? [] : [address])),
  );
  // What cannot be fetched now is fetched when it is needed.
  await Promise.allSettled(
    missing.flat().map(async (address) => {
      const response = await fetch(address);
      if (isWholeCoreFile(response)) await cache.put(address, response);
    }),
  );
}

/** Caches a file, but never a truncated one. Never rejects: a full disk costs the offline copy, not the job. */
async function keepCore(cacheName: string, request: Request, response: Response): Promise<void> {
  try {
    await (await caches.open(cacheName)).put(request, response);
    await dropOldCores();
  } catch (error) {
    console.warn("the core could not be cached for offline use", error);
  }
}

/** Deletes other versions of the core in this folder; other installations' entries stay. */
async function dropOldCores(): Promise<void> {
  const names = (await caches.keys()).filter(
    (name) => name.startsWith(corePrefix) && !coreCaches.includes(name),
  );
  for (const name of names) {
    const cache = await caches.open(name);
    const requests = await cache.keys();
    const ours = requests.filter((request) => request.url.startsWith(scope.href));
    await Promise.all(ours.map((request) => cache.delete(request)));
    if (ours.length === requests.length) await caches.delete(name);
  }
}
