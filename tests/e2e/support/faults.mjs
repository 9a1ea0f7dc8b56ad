// Serves the built site many times over, each under a path of its own and with a fault of its own until that is taken
// away. Refuses to know what the files do.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, PREFIX } from "./site.mjs";

/**
 * For so many milliseconds nothing may arrive: less than a person's patience, and more than what a busy machine takes for
 * a file that has no fault, with several pages at once.
 */
const PATIENCE = 2000;

/** What a server can do to a file. Each gets the right content. */
export const FAULTS = {
  /** Begins and goes on no more. */
  stalls: (response, content, type) => {
    response.writeHead(200, { "Content-Type": type, "Content-Length": content.length });
    response.write(content.subarray(0, content.length >> 1));
  },
  /** Breaks off. */
  cuts: (response, content, type) => {
    response.writeHead(200, { "Content-Type": type, "Content-Length": content.length });
    response.write(content.subarray(0, content.length >> 1), () => response.destroy());
  },
  /** Is not there. */
  is404: (response) => response.writeHead(404, { "Content-Type": "text/plain" }).end("404"),
  /** Is the start page, with a status that says that all is well. */
  isPage: (response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<title>start</title>"),
  /** Is as long as it should be, and wrong. */
  isGarbage: (response, content, type) => {
    response.writeHead(200, { "Content-Type": type });
    response.end(Buffer.from(content).reverse());
  },
};

/** What is no fault: a server that calls packing a matter of the connection, so that the browser unpacks. */
const unpacks = (response, content) => {
  response.writeHead(200, { "Content-Type": "application/wasm", "Content-Encoding": "gzip" }).end(content);
};

/** The faulty copies of a site. */
export class Faults {
  /** By the name of the copy. @type {Map<string, { file: RegExp, fault: string, met: number }>} */
  #copies = new Map();

  /** Makes a copy whose files like `file` are faulty, and returns its path. */
  add(name, file, fault) {
    this.#copies.set(name, { file, fault, met: 0 });
    return `${name}/`;
  }

  /** Makes a copy whole again, and returns how often its fault was met. */
  mend(name) {
    const { met } = this.#copies.get(name);
    this.#copies.delete(name);
    return met;
  }

  /** For `startServer`. @type {import("../../../web/serve.mjs").Instead} */
  instead = (request, response) => {
    const [, name, path] = /^\/some\/sub\/([\w-]+-of-[\w-]+)\/([^?]*)/.exec(request.url) ?? [];
    if (name === undefined) return false;
    request.url = `${PREFIX}/${path}`;
    if (path === "") {
      const document = readFileSync(join(DIST, "index.html"), "utf8");
      const hasty = document.replace(/(name="clipfit-patience" content=")\d+/, `$1${PATIENCE}`);
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(hasty);
      return true;
    }
    const copy = this.#copies.get(name);
    if (copy === undefined || !copy.file.test(path)) return false;
    copy.met += 1;
    const type = path.endsWith(".js") ? "text/javascript" : "application/gzip";
    (FAULTS[copy.fault] ?? unpacks)(response, readFileSync(join(DIST, path)), type);
    return true;
  };
}
