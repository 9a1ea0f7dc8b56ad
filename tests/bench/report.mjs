// How results are shown: a table a file, or one JSON object a line.

import os from "node:os";
import { perSecond, shape } from "./media.mjs";

/**
 * @typedef {import("./media.mjs").Facts} Facts
 * @typedef {{ what: string, seconds?: number, predicted?: number, memoryBytes?: number, facts?: Facts, renditions?: Rendition[], ssim?: number, deltaE?: number, deltaEMost?: number, frames?: number, error?: string }} Row
 *   A row that failed has its error instead of the rest; one that is not what it should be, or whose likeness could not be
 *   measured, has both. A package's facts are those of its largest rendition, with the bytes of all.
 * @typedef {import("./package.mjs").Rendition} Rendition
 * @typedef {{ kind: "page" | "command line" | "package" | "phone", file: string, effort?: string, target?: { name: string,
 *   bytes: number }, source?: Facts, settings?: string[], error?: string, rows: Row[] }} Comparison `settings` are what the
 *   recipes share with Clipfit's result, in words; a package has no target.
 */

/** The machine that figures belong to. */
export function machine(browser, ffmpeg) {
  const processors = os.cpus();
  return {
    type: "machine",
    cores: os.availableParallelism(),
    processor: processors[0]?.model.trim() ?? "unknown",
    system: `${os.type()} ${os.machine()}`,
    browser,
    ffmpeg,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** @param {ReturnType<typeof machine>} it */
export function machineText(it) {
  const cores = `${it.cores} ${it.cores === 1 ? "core" : "cores"}`;
  return [cores, it.processor, it.system, it.browser, `ffmpeg ${it.ffmpeg}`, it.date].join(", ");
}

/** Every row with what only the whole comparison can say of it. @param {Comparison} comparison */
function measured({ target, rows }) {
  const find = (what) => rows.find((row) => row.what === what);
  const [plain, native] = [find("plain"), find("native")];
  const speed = (row, other) => (row.seconds && other?.seconds ? other.seconds / row.seconds : undefined);
  return rows.map((row) => ({
    what: row.what,
    seconds: round(row.seconds, 3),
    predictedSeconds: round(row.predicted, 3),
    peakBytes: row.memoryBytes,
    speedToPlain: round(speed(row, plain), 4),
    speedToNative: round(speed(row, native), 4),
    bytes: row.facts?.bytes,
    percentOfTarget: round(target && row.facts && (row.facts.bytes / target.bytes) * 100, 3),
    ssim: row.ssim,
    deltaE: round(row.deltaE, 3),
    deltaEMost: round(row.deltaEMost, 3),
    ssimToNative: round(row.ssim && native?.ssim ? row.ssim - native.ssim : undefined, 6),
    framesCompared: row.frames,
    frames: row.facts?.videoPackets,
    width: row.facts?.width,
    height: row.facts?.height,
    renditions: row.renditions?.map(({ name, segments, bytes, facts }) => ({
      name,
      segments,
      bytes,
      frames: facts.videoPackets,
    })),
    framesPerSecond: round(row.facts && perSecond(row.facts.rate), 3),
    videoKbps: round(row.facts && (row.facts.videoBytes * 8) / row.facts.seconds / 1000, 3),
    error: row.error,
  }));
}

/** @param {Comparison} comparison */
export function jsonLines(comparison) {
  const { kind, file, target, effort } = comparison;
  const place = { type: "row", kind, file, target: target?.name, targetBytes: target?.bytes, effort };
  if (comparison.error !== undefined) return [JSON.stringify({ ...place, error: comparison.error })];
  return measured(comparison).map((row) => JSON.stringify({ ...place, ...row }));
}

/** Rows that take their settings from others. */
const RECIPES = ["plain", "native"];

const COLUMNS = [
  { title: "", text: (row) => row.what, left: true },
  { title: "seconds", text: (row) => fixed(row.seconds, 1) },
  { title: "said", text: (row) => fixed(row.predictedSeconds, 1) },
  { title: "x plain", text: (row) => fixed(row.speedToPlain, 2) },
  { title: "x native", text: (row) => fixed(row.speedToNative, 2) },
  { title: "bytes", text: (row) => row.bytes?.toLocaleString("en") ?? "" },
  { title: "% of target", text: (row) => fixed(row.percentOfTarget, 2) },
  { title: "SSIM", text: (row) => fixed(row.ssim, 4) },
  { title: "to native", text: (row) => signed(row.ssimToNative) },
  { title: "dE2000", text: (row) => fixed(row.deltaE, 2) },
  { title: "most", text: (row) => fixed(row.deltaEMost, 2) },
  {
    title: "frames",
    text: (row) => row.renditions?.map(({ name, frames }) => `${name} ${frames}`).join(", ") ?? "",
  },
  { title: "peak MB", text: (row) => fixed(row.peakBytes && row.peakBytes / 1e6, 0) },
];

/** @param {Comparison} comparison */
export function table(comparison) {
  const { file, source } = comparison;
  if (comparison.error !== undefined) return `${file} ${aim(comparison)}\nfailed: ${comparison.error}\n`;
  const heading = [`${file} (${source.bytes.toLocaleString("en")} bytes, ${shape(source)}, `];
  heading.push(`${source.seconds.toFixed(1)} s) ${aim(comparison)}`);
  const lines = [heading.join("")];
  const recipes = comparison.rows.map((row) => row.what).filter((what) => RECIPES.includes(what));
  for (const text of comparison.settings ?? []) lines.push(`${recipes.join(" and ")}: ${text}`);
  const rows = measured(comparison);
  const columns = COLUMNS.filter(({ text, left }) => left || rows.some((row) => text(row) !== ""));
  const cells = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((c) => c.text(row))),
  ];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at].length)));
  cells.forEach((row, number) => {
    const padded = row.map((cell, at) =>
      columns[at].left ? cell.padEnd(widths[at]) : cell.padStart(widths[at]),
    );
    const error = rows[number - 1]?.error;
    const filled = error !== undefined && rows[number - 1].bytes === undefined ? padded.slice(0, 1) : padded;
    const line = [...filled, ...(error === undefined ? [] : [`failed: ${error}`])].join("  ").trimEnd();
    // Where nothing was measured there is nothing to head.
    if (line !== "") lines.push(line);
  });
  return `${lines.join("\n")}\n`;
}

/** What was to be made, and by whom where that is not Clipfit's page. @param {Comparison} comparison */
function aim({ kind, target, effort }) {
  if (target === undefined) return `as a ${kind}, ${effort}`;
  const { name, bytes } = target;
  const size = name === `${bytes}B` ? name : `${name} = ${bytes.toLocaleString("en")} bytes`;
  return `to ${size}${kind === "page" ? "" : ` on the ${kind}, ${effort}`}`;
}

function round(value, digits) {
  return value === undefined ? undefined : Number(value.toFixed(digits));
}

function fixed(value, digits) {
  return value === undefined ? "" : value.toFixed(digits);
}

function signed(value) {
  return value === undefined ? "" : `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(4)}`;
}
