// Caches the app for offline use, and after their first use also the engine, the encoder, the codecs, the player, the
// viewer that compares and ffmpeg. Knows nothing of video.
//
// Four rules:
// - The document comes from the network if that responds in time, else from the cache. So a release appears at once.
// - App files come from the cache. Their names contain hashes, so a page gets exactly the files it was built with.
//   A previous build's cache stays one generation longer, and as long as a page of that build is open.
// - The core and the encoder are cached when first fetched, each in a cache for its version that outlives app releases.
// - Nothing is cached but what the build's hash proves, and each entry is proven again once after every start of this
//   worker, when it is first wanted: a bad one is dropped and fetched anew. Only what releases cached before hashes were
//   listed is served unproven, to the pages of those releases.

import { fetchWhole, hashesOf, listed, settle } from "./media/load.ts";

/** web/finish.mjs writes this in front of the script. */
interface Release {
  /** Hash over all app files. */
  readonly build: string;
  /** The folders under core/, each named after the version of its content. */
  readonly coreFolders: readonly string[];
  /** URLs of files under core/, relative to this script. All files of a folder are cached as soon as one is used. */
  readonly together: readonly string[];
  /** Paths of all files with their hashes, as web/src/media/load.ts reads them. */
  readonly hashes: string;
  /** URLs of the app files, relative to this script; "./" is the document. */
  readonly files: readonly string[];
}

/** What is kept of a release, for the workers after it. */
type KeptRelease = Pick<Release, "coreFolders" | "hashes">;

declare const self: ServiceWorkerGlobalScope & { readonly CLIPFIT_RELEASE: Release };

const release = self.CLIPFIT_RELEASE;
const scope = new URL(self.registration.scope);
/** All installations of an origin share its caches; the folder in the name keeps them apart. */
const appPrefix = `clipfit-app-${scope.pathname}-`;
const appCache = appPrefix + release.build;
const corePrefix = "clipfit-core-";
const coreCaches = release.coreFolders.map((folder) => corePrefix + folder);
/** Where a build's cache holds its `KeptRelease`; no server has this. */
const releaseAddress = new URL("clipfit-release.json", scope).href;
/** Pages hold a lock of this name and their build as long as they are open. */
const lockPrefix = `clipfit-build-${scope.pathname}-`;
/** The document says which build it is. Its hash would not do: some hosts add to documents. */
const buildMark = `<meta name="clipfit-build" content="${release.build}">`;
const together = release.together.map((file) => new URL(file, scope).href);
/** How long a visitor waits for a network that may be down. */
const DOCUMENT_TIMEOUT_MS = 2500;

settle({ base: scope.href, files: release.hashes, patience: 0 });

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || event.request.headers.has("range")) return;
  if (url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return;
  if (event.request.mode === "navigate") {
    if (isDocument(url)) event.respondWith(answerDocument(event));
  } else {
    // The page's loader may ask with a fragment, which is nobody else's business.
    url.hash = "";
    const cacheName = coreCacheOf(url);
    event.respondWith(
      cacheName === undefined ? answerAppFile(event, url.href) : answerCore(event, url.href, cacheName),
    );
  }
});

/** Caches every app file or none. */
async function install(): Promise<void> {
  try {
    const cache = await caches.open(appCache);
    const { coreFolders, hashes } = release;
    const kept: KeptRelease = { coreFolders, hashes };
    await Promise.all([
      ...release.files.map((file) => fetchAndKeep(cache, new URL(file, scope).href)),
      cache.put(releaseAddress, new Response(JSON.stringify(kept))),
    ]);
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

/** Deletes what neither this build, the previous one nor an open page needs, then serves the open pages. */
async function activate(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(appPrefix) && name !== appCache);
  const held = await heldBuilds();
  // Caches are listed in order of creation: the last one is the previous build's.
  const unwanted = others.slice(0, -1).filter((name) => !held.has(name.slice(appPrefix.length)));
  await Promise.all(unwanted.map((name) => caches.delete(name)));
  await dropOldCores();
  await self.clients.claim();
}

/** Returns the builds of pages that are open. */
async function heldBuilds(): Promise<Set<string>> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const names = held.map(({ name = "" }) => name).filter((name) => name.startsWith(lockPrefix));
  return new Set(names.map((name) => name.slice(lockPrefix.length)));
}

/** Fetches a file and caches it; fails when what arrives is not what was built. */
async function fetchAndKeep(cache: Cache, address: string): Promise<void> {
  const page = address === scope.href;
  const { headers, content } = await fetchWhole(address, { page, cache: "no-cache" });
  if (page && !(await content.text()).includes(buildMark)) throw new Error("another build's document");
  await cache.put(address, plain(content, headers));
}

/** Returns a response with a content that has arrived whole, and was unpacked on the way if it was packed for that. */
function plain(content: Blob | ArrayBuffer, headers: Headers): Response {
  const kept = new Headers(headers);
  kept.delete("content-encoding");
  kept.delete("content-length");
  return new Response(content, { headers: kept });
}

function isDocument(url: URL): boolean {
  return url.pathname === scope.pathname || url.pathname === `${scope.pathname}index.html`;
}

async function answerDocument(event: FetchEvent): Promise<Response> {
  const network = fetch(event.request);
  const timeout = new Promise<undefined>((resolve) => setTimeout(resolve, DOCUMENT_TIMEOUT_MS, undefined));
  const fresh = await Promise.race([network.catch(() => undefined), timeout]);
  // The browser follows redirects itself. The cached app is better than an error page.
  if (fresh && (fresh.ok || fresh.type === "opaqueredirect")) {
    event.waitUntil(mendDocument());
    return fresh;
  }
  return (await take(appCache, scope.href)) ?? fresh ?? network;
}

/** Fetches the kept document anew if it is damaged: whoever needs it has no network. */
async function mendDocument(): Promise<void> {
  if ((await take(appCache, scope.href)) !== undefined) return;
  // A newer release brings a worker of its own.
  await fetchAndKeep(await caches.open(appCache), scope.href).catch(() => {});
}

/** Entries that this worker has found to be right since it started. */
const proven = new Set<string>();

/** Returns whether this is the content that was built; of the document, whether it is this build's. */
async function isRight(address: string, content: ArrayBuffer, hashes = hashesOf(address)): Promise<boolean> {
  if (address === scope.href) return new TextDecoder().decode(content).includes(buildMark);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  const digits = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hashes?.includes(digits) ?? false;
}

/** Returns an entry of a cache. One of this build or with these hashes that is wrong is dropped instead. */
async function take(
  cacheName: string,
  address: string,
  hashes = hashesOf(address),
): Promise<Response | undefined> {
  const kept = await caches.match(address, { cacheName, ignoreVary: true });
  const entry = `${cacheName} ${address}`;
  const checked = hashes !== undefined || (cacheName === appCache && address === scope.href);
  if (kept === undefined || !checked || proven.has(entry)) return kept;
  const content = await kept.clone().arrayBuffer();
  if (await isRight(address, content, hashes)) {
    proven.add(entry);
    return kept;
  }
  console.warn("a damaged entry of the cache is fetched anew", address);
  await (await caches.open(cacheName)).delete(address, { ignoreVary: true });
  return undefined;
}

/** Returns the file of this build, else that of another one for a page that is still open. */
async function answerAppFile(event: FetchEvent, address: string): Promise<Response> {
  const own = await take(appCache, address);
  if (own !== undefined) return own;
  if (hashesOf(address) !== undefined) return fetchProven(event, address, appCache);
  const names = await caches.keys();
  const older = await Promise.all(names.filter((name) => name.startsWith(appPrefix)).map(hashesIn));
  const hashes = older.find((known) => known.has(address))?.get(address);
  // An old page has its engine in a cache that this release cannot name.
  for (const name of names.filter((one) => one.startsWith(appPrefix) || one.startsWith(corePrefix))) {
    const kept = await take(name, address, hashes);
    if (kept !== undefined) return kept;
  }
  return fetch(event.request);
}

/** Returns what a build's cache says of its release; nothing of builds before there was such a list. */
async function releaseIn(cacheName: string): Promise<KeptRelease | undefined> {
  const kept = await caches.match(releaseAddress, { cacheName });
  return kept?.json().catch(() => undefined);
}

/** Returns the hashes of a build's files, by address. */
async function hashesIn(cacheName: string): Promise<Map<string, string[]>> {
  return listed((await releaseIn(cacheName))?.hashes ?? "", scope.href);
}

/** Fetches a file of this build, once more past all caches if it is not right, and caches what is right. */
async function fetchProven(event: FetchEvent, address: string, cacheName: string): Promise<Response> {
  const first = await fetch(event.request).catch(() => undefined);
  if (first !== undefined && (await keepIfRight(cacheName, address, first.clone()))) return first;
  const fresh = await fetch(address, { cache: "reload", credentials: "same-origin" });
  await keepIfRight(cacheName, address, fresh.clone());
  // If it is still wrong, then that is what the server has: the page's loader checks what it gets.
  return fresh;
}

/** Returns the cache for a file below core/; nothing for files of other versions. */
function coreCacheOf(url: URL): string | undefined {
  const folder = release.coreFolders.find((name) =>
    url.pathname.startsWith(`${scope.pathname}core/${name}/`),
  );
  return folder === undefined ? undefined : corePrefix + folder;
}

async function answerCore(event: FetchEvent, address: string, cacheName: string): Promise<Response> {
  const kept = await take(cacheName, address);
  if (kept !== undefined) return kept;
  const others = () => (together.includes(address) ? keepTogether(cacheName) : undefined);
  if (!address.endsWith(".gz")) {
    const response = await fetchProven(event, address, cacheName);
    event.waitUntil(Promise.resolve(others()));
    return response;
  }
  // Large: handed on as it arrives, so that the page sees it come. The page's loader checks it as well, and asks again
  // past all caches.
  const first = await fetch(event.request);
  const response = isWhole(first)
    ? first
    : await fetch(address, { cache: "reload", credentials: "same-origin" });
  event.waitUntil(keepIfRight(cacheName, address, response.clone()).then(others));
  return response;
}

/** Returns whether this may be a file: some servers return their start page with status 200 for a missing one. */
function isWhole(response: Response): boolean {
  return response.status === 200 && !response.headers.get("content-type")?.startsWith("text/html");
}

/** Caches all files of a folder: the next clip may need other files of it. */
async function keepTogether(cacheName: string): Promise<void> {
  const cache = await caches.open(cacheName);
  const here = together.filter((address) => coreCacheOf(new URL(address)) === cacheName);
  // What cannot be fetched now is fetched when it is needed.
  await Promise.allSettled(
    here.map(async (address) => {
      if ((await take(cacheName, address)) === undefined) await fetchAndKeep(cache, address);
    }),
  );
}

/**
 * Caches a response if it is a file as it was built, and returns whether it is. Never rejects: a full disk costs the
 * offline copy, not the job.
 */
async function keepIfRight(cacheName: string, address: string, response: Response): Promise<boolean> {
  try {
    if (!isWhole(response)) return false;
    const content = await response.arrayBuffer();
    if (!(await isRight(address, content))) return false;
    try {
      await (await caches.open(cacheName)).put(address, plain(content, response.headers));
      proven.add(`${cacheName} ${address}`);
      await dropOldCores();
    } catch (error) {
      console.warn("a file could not be cached for offline use", error);
    }
    return true;
  } catch {
    // It broke off.
    return false;
  }
}

/** Deletes the parts that no kept build needs from this folder; other installations' entries stay. */
async function dropOldCores(): Promise<void> {
  const names = await caches.keys();
  const builds = names.filter((name) => name.startsWith(appPrefix) && name !== appCache);
  const others = await Promise.all(builds.map(releaseIn));
  // A release from before releases were listed: nobody knows what its open pages still need.
  if (others.includes(undefined)) return;
  const folders = others.flatMap((other) => other?.coreFolders ?? []);
  const wanted = new Set([...coreCaches, ...folders.map((folder) => corePrefix + folder)]);
  for (const name of names.filter((one) => one.startsWith(corePrefix) && !wanted.has(one))) {
    const cache = await caches.open(name);
    const requests = await cache.keys();
    const ours = requests.filter((request) => request.url.startsWith(scope.href));
    await Promise.all(ours.map((request) => cache.delete(request)));
    if (ours.length === requests.length) await caches.delete(name);
  }
}
