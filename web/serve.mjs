// A plain static server like any static host: no compression, files from one folder, no special headers unless requested.
// From the command line: node web/serve.mjs dist [--port 8080] [--prefix /sub/path] [--isolate]
// From tests: import { startServer } from "../../web/serve.mjs"

import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";
import { pipeline } from "node:stream";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".gz": "application/gzip",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".mp4": "video/mp4",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * Answers a request in the folder's place, for tests of faults; false leaves it to the folder.
 *
 * @typedef {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => boolean} Instead
 */

/**
 * Serves a folder on the loopback address.
 *
 * @param {{ root: string, prefix?: string, port?: number, isolate?: boolean, instead?: Instead }} options `prefix` is the sub-path under
 *   which the folder appears ("/sub/path"); port 0, the default, takes any free port; `isolate` sends the headers that
 *   give a page shared memory.
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void>,
 *   requests: { method: string, path: string, status: number }[] }>} `url` ends in a slash; `requests` grows with
 *   every response; `close` also cuts connections that are still open, as a network failure does.
 */
export async function startServer({ root, prefix = "", port = 0, isolate = false, instead = () => false }) {
  const folder = await realpath(root);
  const base = `/${prefix.split("/").filter(Boolean).join("/")}`.replace(/\/?$/, "/");
  const requests = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (isolate) response.setHeaders(new Map(Object.entries(ISOLATION)));
    response.on("close", () => requests.push({ method: request.method, path, status: response.statusCode }));
    if (instead(request, response)) return;
    answer(folder, base, request, response).catch((error) => {
      console.error(`${path}: ${error.message}`);
      response.destroy();
    });
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const used = server.address().port;
  return {
    url: `http://127.0.0.1:${used}${base}`,
    port: used,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers one request. */
async function answer(folder, base, request, response) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(response, 405, { Allow: "GET, HEAD" });
  }
  const [path, query] = splitQuery(request.url ?? "/");
  if (`${path}/` === base) return redirect(response, base + query);
  if (!path.startsWith(base)) return refuse(response, 404);
  const file = await resolveFile(folder, path.slice(base.length));
  if (file === undefined) return refuse(response, 404);
  if (file.isFolder) return redirect(response, `${path}/${query}`);

  const headers = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "no-cache",
    "Content-Type": TYPES[extname(file.path)] ?? "application/octet-stream",
    "Last-Modified": file.modified.toUTCString(),
    ETag: `"${file.size.toString(16)}-${file.modified.getTime().toString(16)}"`,
  };
  if (request.headers["if-none-match"] === headers.ETag) {
    response.writeHead(304, headers).end();
    return;
  }
  const range = parseRange(request.headers.range, file.size);
  if (range === "unsatisfiable") {
    return refuse(response, 416, { "Content-Range": `bytes */${file.size}` });
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  if (range) headers["Content-Range"] = `bytes ${start}-${end}/${file.size}`;
  response.writeHead(range ? 206 : 200, { ...headers, "Content-Length": end - start + 1 });
  if (request.method === "HEAD" || file.size === 0) {
    response.end();
    return;
  }
  // A visitor who leaves in the middle of a file is not a server error.
  pipeline(createReadStream(file.path, { start, end }), response, () => {});
}

/** Splits a request target into path and "?query", both still encoded. */
function splitQuery(target) {
  const at = target.indexOf("?");
  return at < 0 ? [target, ""] : [target.slice(0, at), target.slice(at)];
}

/** Returns the file at a relative URL; nothing outside the folder, not even through a symbolic link. */
async function resolveFile(folder, encoded) {
  let name;
  try {
    name = decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
  if (/[\0\\]/.test(name) || name.split("/").includes("..")) return undefined;
  const wanted = join(folder, name.endsWith("/") || name === "" ? `${name}index.html` : name);
  let path;
  try {
    path = await realpath(wanted);
  } catch {
    return undefined;
  }
  if (path !== folder && !path.startsWith(folder + sep)) return undefined;
  const found = await stat(path);
  return { path, size: found.size, modified: found.mtime, isFolder: found.isDirectory() };
}

/** Parses one range, as media players and resumed downloads request it. Several ranges get the whole file. */
function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const last = size - 1;
  const start = match[1] === "" ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === "" || match[2] === "" ? last : Math.min(last, Number(match[2]));
  return start > end ? "unsatisfiable" : { start, end };
}

function redirect(response, location) {
  response.writeHead(301, { Location: location, "Cache-Control": "no-cache" }).end();
}

function refuse(response, status, headers = {}) {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", ...headers }).end(`${status}\n`);
}

/** The command line. */
async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: "string", default: "8080" },
      prefix: { type: "string", default: "" },
      isolate: { type: "boolean", default: false },
    },
  });
  const { url } = await startServer({
    root: positionals[0] ?? "dist",
    prefix: values.prefix,
    port: Number(values.port),
    isolate: values.isolate,
  });
  console.info(`Clipfit is at ${url} (stop it with Ctrl+C)`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(error.code === "EADDRINUSE" ? `port ${error.port} is in use: try --port` : error.message);
    process.exitCode = 1;
  });
}
