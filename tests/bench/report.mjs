// How results are shown: a table a file, or one JSON object a line.

import os from "node:os";
import { perSecond } from "./media.mjs";

/**
 * @typedef {import("./media.mjs").Facts} Facts
 * @typedef {{ what: string, seconds?: number, predicted?: number, memoryBytes?: number, facts?: Facts, ssim?: number, frames?: number, error?: string }} Row
 *   A row that failed has its error instead of the rest; one whose likeness could not be measured has both.
 * @typedef {{ file: string, target: { name: string, bytes: number }, source?: Facts, picture?: Facts,
 *   sound?: string, videoRate?: number, error?: string, rows: Row[] }} Comparison `picture` is the result whose
 *   settings the others share.
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
    percentOfTarget: round(row.facts && (row.facts.bytes / target.bytes) * 100, 3),
    ssim: row.ssim,
    ssimToNative: round(row.ssim && native?.ssim ? row.ssim - native.ssim : undefined, 6),
    framesCompared: row.frames,
    frames: row.facts?.videoPackets,
    width: row.facts?.width,
    height: row.facts?.height,
    framesPerSecond: round(row.facts && perSecond(row.facts.rate), 3),
    videoKbps: round(row.facts && (row.facts.videoBytes * 8) / row.facts.seconds / 1000, 3),
    error: row.error,
  }));
}

/** @param {Comparison} comparison */
export function jsonLines(comparison) {
  const { file, target } = comparison;
  const place = { type: "row", file, target: target.name, targetBytes: target.bytes };
  if (comparison.error !== undefined) return [JSON.stringify({ ...place, error: comparison.error })];
  return measured(comparison).map((row) => JSON.stringify({ ...place, ...row }));
}

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
  { title: "peak MB", text: (row) => fixed(row.peakBytes && row.peakBytes / 1e6, 0) },
];

/** @param {Comparison} comparison */
export function table(comparison) {
  const { file, target, source, picture } = comparison;
  const size = `${target.name}${target.name === `${target.bytes}B` ? "" : ` = ${target.bytes.toLocaleString("en")} bytes`}`;
  if (comparison.error !== undefined) return `${file} to ${target.name}\nfailed: ${comparison.error}\n`;
  const heading = [`${file} (${source.bytes.toLocaleString("en")} bytes, ${shape(source)}, `];
  heading.push(`${source.seconds.toFixed(1)} s) to ${size}`);
  const lines = [heading.join("")];
  if (picture !== undefined) {
    const rate = `video ${(comparison.videoRate / 1000).toFixed(0)} kb/s`;
    lines.push(`plain and native: ${shape(picture)}, ${rate}, sound ${comparison.sound}`);
  }
  const rows = measured(comparison);
  const cells = [
    COLUMNS.map((column) => column.title),
    ...rows.map((row) => COLUMNS.map((c) => c.text(row))),
  ];
  const widths = COLUMNS.map((_, at) => Math.max(...cells.map((row) => row[at].length)));
  cells.forEach((row, number) => {
    const padded = row.map((cell, at) =>
      COLUMNS[at].left ? cell.padEnd(widths[at]) : cell.padStart(widths[at]),
    );
    const error = rows[number - 1]?.error;
    const filled = error !== undefined && rows[number - 1].bytes === undefined ? padded.slice(0, 1) : padded;
    lines.push([...filled, ...(error === undefined ? [] : [`failed: ${error}`])].join("  ").trimEnd());
  });
  return `${lines.join("\n")}\n`;
}

function shape(facts) {
  return `${facts.width}x${facts.height} at ${Number(perSecond(facts.rate).toFixed(3))} fps`;
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
