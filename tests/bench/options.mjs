// The benchmark's command line.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

export const USAGE = `Usage: cargo xtask bench FILE... [options]

  --target LIST     sizes to fit: 10MB, 1900KB, 8MiB, 500000B, or a share of the file: third, tenth (default 10MB)
  --efforts LIST    efforts of Clipfit to measure (default fast,balanced,best; for packages balanced)
  --height N        height of the results in pixels (default: what the size allows)
  --memory          watch the browser's memory as well, which costs it some time
  --hls             measure packages for streaming by the page against one stock core, and nothing else not asked for
  --segment N       seconds of their segments (default 10)
  --phone           make clips of the file as phones do (HEVC and AV1 of HDR at 1080p, H.264 at 4K), and measure the page
                    against the command line on them, and nothing else not asked for
  --cli             measure the command line against native ffmpeg, and nothing else not asked for
  --encoder PRESETS measure x264 alone with these presets, on ten seconds of raw frames, and nothing else not asked for
  --browser NAME    chromium, firefox or webkit (default chromium)
  --dist FOLDER     the built site (default: dist in the checkout)
  --program FILE    the built command line (default: target/release/clipfit in the checkout)
  --timeout N       seconds after which one run is given up (default 3600)
  --json            one JSON object a line instead of tables

LIST is separated by commas. Results go to standard output, progress to standard error.`;

const UNITS = {
  "": 1e6,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};
const SHARES = { third: 3, tenth: 10 };

/** A call that cannot be understood. */
export class UsageError extends Error {}

/**
 * @typedef {{ name: string, bytes: (fileBytes: number) => number }} Target `name` as it was written.
 * @typedef {{ files: string[], targets: Target[], efforts: string[] | undefined, packages: boolean, segment: number,
 *   phone: boolean, commandLine: boolean, presets: string[], browser: string, dist: string, program: string, height: string,
 *   memory: boolean, timeout: number, json: boolean }} Options `timeout` and `segment` in seconds; without `efforts` the usual
 *   ones.
 */

/**
 * @param {string[]} words
 * @returns {Options | "help"}
 */
export function readOptions(words) {
  let parsed;
  try {
    parsed = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        target: { type: "string", default: "10MB" },
        efforts: { type: "string" },
        height: { type: "string", default: "" },
        memory: { type: "boolean", default: false },
        hls: { type: "boolean", default: false },
        segment: { type: "string", default: "10" },
        phone: { type: "boolean", default: false },
        cli: { type: "boolean", default: false },
        encoder: { type: "string", default: "" },
        browser: { type: "string", default: "chromium" },
        dist: { type: "string", default: inCheckout("dist") },
        program: { type: "string", default: inCheckout("target/release/clipfit") },
        timeout: { type: "string", default: "3600" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error.message);
  }
  const { values, positionals: files } = parsed;
  if (values.help) return "help";
  if (files.length === 0) throw new UsageError("name at least one clip");
  if (!["chromium", "firefox", "webkit"].includes(values.browser)) {
    throw new UsageError(`no such browser: ${values.browser}`);
  }
  return {
    files,
    targets: list(values.target).map(readTarget),
    efforts: values.efforts === undefined ? undefined : list(values.efforts),
    packages: values.hls,
    segment: seconds(values.segment),
    phone: values.phone,
    commandLine: values.cli,
    height: values.height,
    memory: values.memory,
    presets: values.encoder === "" ? [] : list(values.encoder),
    browser: values.browser,
    dist: values.dist,
    program: values.program,
    timeout: seconds(values.timeout),
    json: values.json,
  };
}

function inCheckout(path) {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

function seconds(text) {
  const number = Number(text);
  if (!(number > 0)) throw new UsageError(`not a number of seconds: ${text}`);
  return number;
}

function list(text) {
  const words = text.split(",").map((word) => word.trim());
  if (words.includes("")) throw new UsageError(`an empty place in the list: ${text}`);
  return words;
}

/** The page's own reading of sizes, so that the benchmark can say by how much a result misses the target. */
export function readTarget(name) {
  const share = SHARES[name];
  if (share !== undefined) return { name, bytes: (fileBytes) => Math.floor(fileBytes / share) };
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(name);
  const unit = UNITS[match?.[2].toLowerCase()];
  const bytes = Math.floor(Number(match?.[1]) * unit);
  if (!(bytes > 0)) throw new UsageError(`not a size: ${name}`);
  return { name, bytes: () => bytes };
}
