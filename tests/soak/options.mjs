// The command line of the soak.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

export const USAGE = `Usage: cargo xtask soak [options]

  --jobs N          jobs one after the other in one tab; 0 leaves them out (default 200)
  --gigabytes N     size of the large source; 0 leaves it out (default 3)
  --browser NAME    chromium or firefox (default chromium)
  --dist FOLDER     the built site (default: dist in the checkout)
  --timeout N       seconds after which the jobs, or the large source, are given up (default 3600)

Results go to standard output, progress to standard error. Needs Linux, which says what memory processes use.`;

/** A call that cannot be understood. */
export class UsageError extends Error {}

/** @typedef {{ jobs: number, gigabytes: number, browser: string, dist: string, timeout: number }} Options */

/**
 * @param {string[]} words
 * @returns {Options | "help"}
 */
export function readOptions(words) {
  let parsed;
  try {
    parsed = parseArgs({
      args: words,
      options: {
        jobs: { type: "string", default: "200" },
        gigabytes: { type: "string", default: "3" },
        browser: { type: "string", default: "chromium" },
        dist: { type: "string", default: fileURLToPath(new URL("../../dist", import.meta.url)) },
        timeout: { type: "string", default: "3600" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error.message);
  }
  const { values } = parsed;
  if (values.help) return "help";
  if (!["chromium", "firefox"].includes(values.browser)) {
    throw new UsageError(`no such browser: ${values.browser}`);
  }
  return {
    jobs: number("jobs", values.jobs),
    gigabytes: number("gigabytes", values.gigabytes),
    browser: values.browser,
    dist: values.dist,
    timeout: number("timeout", values.timeout),
  };
}

function number(name, text) {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) throw new UsageError(`--${name}: not a number: ${text}`);
  return value;
}
