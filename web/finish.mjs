// Trunk's post-build step on the staged site: fills in index.html's addresses, hashes and script policy, writes the service
// worker with its build id and file list, and rejects a site that exceeds the size limits.

import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { transform } from "esbuild";

/** Some static hosts reject larger files. */
const MAX_FILE_BYTES = 25 * 1024 * 1024;
/** What a visitor downloads before the first clip: wasm, js and css, compressed. */
const MAX_APP_BYTES = 275_000;
/** What the first clip downloads to plan and to drive the workers. */
const MAX_ENGINE_BYTES = 375_000;

const web = dirname(fileURLToPath(import.meta.url));
const staging = process.env.TRUNK_STAGING_DIR ?? join(web, "../dist");

/** Lists every file of the staged site, relative, with forward slashes, in a stable order. */
async function listFiles() {
  const entries = await readdir(staging, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(staging, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    )
    .sort();
}

/** Returns the only file that matches; anything else is a broken build. */
function only(files, pattern) {
  const found = files.filter((file) => pattern.test(file));
  if (found.length !== 1) throw new Error(`expected one file like ${pattern}, found ${found.length}`);
  return found[0];
}

/** Returns the only file that matches, or nothing. */
function atMostOne(files, pattern) {
  return files.some((file) => pattern.test(file)) ? only(files, pattern) : undefined;
}

/** Sets the content of a meta element that index.html declares empty. */
function fillMeta(html, name, content) {
  const empty = `<meta name="${name}" content="">`;
  if (!html.includes(empty)) throw new Error(`index.html does not declare ${empty}`);
  return html.replace(empty, `<meta name="${name}" content="${content}">`);
}

/** Allows exactly the inline scripts in the document: Trunk's start-up code. */
function allowInlineScripts(html) {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)];
  const hashes = scripts.map(([, text]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  const anchor = "script-src 'self'";
  if (!html.includes(anchor)) throw new Error(`index.html's policy has no ${anchor}`);
  return html.replace(anchor, [anchor, ...hashes].join(" "));
}

function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * Returns the hash of every file: `path:hash`, for packed files `path:hash:hash` with that of the unpacked content, which
 * is what arrives where a server or proxy unpacks it. The document is left out: some hosts add to it.
 */
async function hashesOf(files) {
  const entries = files
    .filter((file) => file !== "index.html" && file !== "service-worker.js")
    .map(async (file) => {
      if (/[\s:"&]/.test(file)) throw new Error(`${file} cannot be listed`);
      const content = await readFile(join(staging, file));
      const unpacked = file.endsWith(".gz") ? [sha256(gunzipSync(content))] : [];
      return [file, sha256(content), ...unpacked].join(":");
    });
  return Promise.all(entries);
}

/** Returns the name of this build: a hash over the service worker, the document as it is so far and all files. */
async function nameBuild(hashes) {
  const document = await readFile(join(staging, "index.html"));
  const script = await readFile(join(web, "dist/service-worker.js"));
  return sha256([sha256(document), sha256(script), ...hashes].join("\n")).slice(0, 16);
}

/**
 * Lets the document fetch the loader at once, and take nothing else for it. Not in order with the document's other
 * modules: those start the page, whatever becomes of this.
 */
function preloadScript(html, file, hash) {
  const integrity = `sha256-${Buffer.from(hash, "hex").toString("base64")}`;
  return html.replace(
    "</head>",
    `<script type="module" async src="${file}" integrity="${integrity}"></script></head>`,
  );
}

async function finishDocument(files, hashes, build) {
  const path = join(staging, "index.html");
  let html = await readFile(path, "utf8");
  html = fillMeta(html, "clipfit-build", build);
  const later = hashes.filter((entry) => /^(core|workers)\//.test(entry));
  html = fillMeta(html, "clipfit-files", later.join(" "));
  html = fillMeta(html, "clipfit-media-worker", only(files, /^workers\/media-[^/]+\.js$/));
  html = fillMeta(html, "clipfit-page-script", only(files, /^workers\/page\/page-[^/]+\.js$/));
  const loader = only(files, /^workers\/loader-[^/]+\.js$/);
  html = fillMeta(html, "clipfit-loader-script", loader);
  html = preloadScript(html, loader, sha256(await readFile(join(staging, loader))));
  for (const [name, folder] of [
    ["core", "\\d[^/]*"],
    ["core-threads", "threads-[^/]+"],
  ]) {
    const wasm = only(files, new RegExp(`^core/${folder}/ffmpeg-core\\.wasm\\.gz$`));
    html = fillMeta(html, `clipfit-${name}-script`, wasm.replace(/wasm\.gz$/, "js"));
    html = fillMeta(html, `clipfit-${name}-wasm`, wasm);
    html = fillMeta(html, `clipfit-${name}-bytes`, (await stat(join(staging, wasm))).size);
  }
  for (const [name, module, without] of [
    ["x264", "x264", "encodes with the stock core"],
    ["codecs", "media", "does not use the browser's codecs"],
  ]) {
    const wasm = atMostOne(files, new RegExp(`^core/${name}-[^/]+/${module}\\.wasm\\.gz$`));
    if (wasm === undefined) {
      console.info(`  without the ${module} module: the site ${without}`);
      continue;
    }
    const script = only(files, new RegExp(`^core/${name}-[^/]+/${name}\\.js$`));
    html = fillMeta(html, `clipfit-${name}-script`, script);
    html = fillMeta(html, `clipfit-${name}-wasm`, wasm);
    html = fillMeta(html, `clipfit-${name}-bytes`, (await stat(join(staging, wasm))).size);
  }
  for (const name of ["engine", "player", "compare"]) {
    const script = only(files, new RegExp(`^core/${name}-[^/]+/${name}\\.js$`));
    html = fillMeta(html, `clipfit-${name}-script`, script);
  }
  await writeFile(path, allowInlineScripts(html));
}

/** Minifies wasm-bindgen's script. */
async function minify(file) {
  const path = join(staging, file);
  const { code } = await transform(await readFile(path, "utf8"), { format: "esm", minify: true });
  await writeFile(path, code);
}

async function writeServiceWorker(files, hashes, build) {
  const script = await readFile(join(web, "dist/service-worker.js"));
  const appFiles = files.filter((file) => !file.startsWith("core/") && file !== "service-worker.js");
  const release = {
    build,
    coreFolders: [
      ...new Set(files.filter((file) => file.startsWith("core/")).map((file) => file.split("/")[1])),
    ],
    together: files.filter((file) => /^core\/(codecs|compare|engine|player)-[^/]+\//.test(file)),
    hashes: hashes.join(" "),
    // The document is cached under the folder's address, which every server serves without a redirect.
    files: appFiles.map((file) => (file === "index.html" ? "./" : file)),
  };
  const text = `self.CLIPFIT_RELEASE=${JSON.stringify(release)};\n${script}`;
  await writeFile(join(staging, "service-worker.js"), text);
}

/** Prints the download sizes and throws if they are too large. */
async function checkSizes(files) {
  let app = 0;
  let engine = 0;
  const lines = [];
  for (const file of files) {
    const bytes = await readFile(join(staging, file));
    if (bytes.length > MAX_FILE_BYTES) throw new Error(`${file} has ${bytes.length} bytes, more than 25 MiB`);
    if (file.startsWith("core/engine-")) engine += bytes.length;
    if (file.startsWith("core/") || !/\.(wasm|js|css)$/.test(file)) continue;
    const packed = gzipSync(bytes, { level: 9 }).length;
    app += packed;
    lines.push(`  ${kilobytes(packed)} gzip  ${kilobytes(bytes.length)} raw  ${file}`);
  }
  lines.push(`  ${kilobytes(app)} gzip of ${kilobytes(MAX_APP_BYTES)} allowed: the app without the core`);
  lines.push(`  ${kilobytes(engine)} of ${kilobytes(MAX_ENGINE_BYTES)} allowed: the engine`);
  console.info(lines.join("\n"));
  if (engine > MAX_ENGINE_BYTES) throw new Error("the engine is too large");
  if (app > MAX_APP_BYTES) throw new Error("the app is too large");
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
}

const staged = await listFiles();
await minify(only(staged, /^clipfit-page-[^/]+\.js$/));
const hashes = await hashesOf(staged);
const build = await nameBuild(hashes);
await finishDocument(staged, hashes, build);
await writeServiceWorker(staged, hashes, build);
await checkSizes(await listFiles());
