// Which rows stand beside each other, and whose settings they share.

import { mkdtempSync, rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { clipfit } from "./clipfit.mjs";
import { colourDistance } from "./colour.mjs";
import { commandLine } from "./command-line.mjs";
import { factsOf, likeness } from "./media.mjs";
import { flaw, packaged, packageRecipes, plainPackage } from "./package.mjs";
import { plain } from "./plain.mjs";
import { native, recipe } from "./recipe.mjs";

/** The recipes' preset beside Clipfit's page, whichever it takes itself. */
const PAGES_PRESET = "medium";
/** Names of files that only matter where a recipe runs. */
const NO_NAMES = { input: "", output: "", log: "" };

/**
 * @typedef {import("./report.mjs").Comparison} Comparison
 * @typedef {import("./report.mjs").Row} Row
 * @typedef {import("./options.mjs").Target} Target
 * @typedef {(text: string) => void} Note
 * @typedef {import("./options.mjs").Options & { folder: string, warmUp: string, core: string, app: string,
 *   plainPage: string }} World
 */

/**
 * Clipfit's page in all efforts, the plain recipe, and native ffmpeg.
 *
 * @param {World} world
 * @param {string} file
 * @param {Target} target
 * @param {Note} note
 */
export function comparePages(world, file, target, note) {
  return compare(world, { kind: "page", file }, target, note, async ({ comparison, measure, common }) => {
    const { source, rows } = comparison;
    for (const effort of world.efforts) {
      const wanted = { ...common, site: world.app, source: source.path, target: comparison.target.bytes };
      await measure(effort, () => clipfit({ ...wanted, effort }));
    }
    // Their settings are those of the result of effort best, else of the last effort that had one.
    const results = rows.filter((row) => row.facts !== undefined);
    const picture = (results.find((row) => row.what === "best") ?? results.at(-1))?.facts;
    const settings = { ...common, site: world.plainPage, core: world.core, source, preset: PAGES_PRESET };
    await measure("plain", () => plain({ ...settings, result: comparable(source, picture) }));
    await measure("native", () => native(source, comparable(source, picture), settings));
    return twoPasses(source, picture, PAGES_PRESET);
  });
}

/**
 * The command line in one effort, and native ffmpeg with the same preset.
 *
 * @param {World} world
 * @param {string} file
 * @param {Target} target
 * @param {string} effort
 * @param {Note} note
 */
export function compareCommandLine(world, file, target, effort, note) {
  const about = { kind: "command line", file, effort };
  return compare(world, about, target, note, async ({ comparison, measure, common }) => {
    const { source } = comparison;
    const { program } = world;
    const wanted = { ...common, program, source: source.path, target: comparison.target.bytes, effort };
    const { facts, preset } = await measure(effort, () => commandLine(wanted));
    await measure("native", () => native(source, comparable(source, facts), { ...common, preset }));
    return twoPasses(source, facts, preset);
  });
}

/**
 * A phone's clip by the page and by the command line in one effort, and how far the results are apart.
 *
 * @param {World} world
 * @param {string} file
 * @param {Target} target
 * @param {string} effort
 * @param {Note} note
 */
export function comparePhone(world, file, target, effort, note) {
  const about = { kind: "phone", file, effort };
  return compare({ ...world, memory: true }, about, target, note, async ({ comparison, measure, common }) => {
    const wanted = { ...common, source: comparison.source.path, target: comparison.target.bytes, effort };
    const page = await measure("page", () => clipfit({ ...wanted, site: world.app }));
    const { facts } = await measure("native", () => commandLine({ ...wanted, program: world.program }));
    if (page.facts !== undefined && facts !== undefined) {
      Object.assign(page, await colourDistance(facts.path, page.facts.path, world.timeout));
    }
    return undefined;
  });
}

/**
 * A package by Clipfit's page in one effort, and by one stock core.
 *
 * @param {World} world
 * @param {string} file
 * @param {string} effort
 * @param {Note} note
 */
export function comparePackages(world, file, effort, note) {
  const { segment } = world;
  return compare(world, { kind: "package", file, effort }, undefined, note, async (its) => {
    const { comparison, measure, common } = its;
    const { source } = comparison;
    const wanted = { ...common, site: world.app, source: source.path, effort, segment };
    const result = await measure(effort, () => packaged(wanted));
    const settings = { ...common, site: world.plainPage, core: world.core, source, segment };
    await measure("plain", () => {
      comparable(source, result.facts);
      return plainPackage({ ...settings, result });
    });
    for (const row of comparison.rows.filter((candidate) => candidate.renditions !== undefined)) {
      row.error = flaw(source, row.renditions, result.renditions);
    }
    return result.renditions && packageRecipes(source, result, segment).map(({ text }) => text);
  });
}

/**
 * @param {World} world
 * @param {{ kind: Comparison["kind"], file: string, effort?: string }} about
 * @param {Target | undefined} target
 * @param {Note} note
 * @param {(its: { comparison: Comparison, measure: (what: string, act: () => Promise<object>) => Promise<Row>,
 *   common: object }) => Promise<string[] | undefined>} act measures the rows, and tells in words the settings that they share
 * @returns {Promise<Comparison>} never fails: what fails is part of the result.
 */
async function compare(world, about, target, note, act) {
  const { timeout, browser, warmUp, height, memory } = world;
  /** @type {Comparison} */
  const comparison = { ...about, file: basename(about.file), rows: [] };
  try {
    if (target !== undefined) {
      const { size } = await stat(about.file);
      comparison.target = { name: target.name, bytes: target.bytes(size) };
    }
    comparison.source = await factsOf(resolve(about.file), timeout);
  } catch (error) {
    return { ...comparison, error: error.message };
  }
  const { source, rows } = comparison;
  const folder = mkdtempSync(join(world.folder, "run-"));
  const name = `${comparison.file} ${target === undefined ? `as a ${about.kind}` : `to ${target.name}`}`;
  /** Adds a row, whatever becomes of it. */
  const measure = async (what, run) => {
    note(`${name}: ${what} ...`);
    const row = { what };
    rows.push(row);
    try {
      Object.assign(row, await run());
      note(`${name}: ${what} took ${row.seconds.toFixed(1)} s`);
    } catch (error) {
      row.error = error.message.split("\n").join(" / ");
      note(`${name}: ${what} failed: ${row.error}`);
    }
    return row;
  };
  const common = { browser, warmUp, timeout, folder, height, memory };
  comparison.settings = await act({ comparison, measure, common });

  // Results of HDR cannot be compared with their source, but with each other.
  const wanted = about.kind === "phone" ? rows.find((row) => row.what === "native")?.facts : source;
  const compared = rows.filter((row) => row.facts !== undefined && row.facts !== wanted);
  for (const row of wanted === undefined ? [] : compared) {
    note(`${name}: SSIM of ${row.what} ...`);
    try {
      Object.assign(row, await likeness(wanted, row.facts, timeout));
      if (Math.abs(row.frames - row.facts.videoPackets) > 1) {
        note(`${name}: only ${row.frames} of ${row.facts.videoPackets} frames of ${row.what} were compared`);
      }
    } catch (error) {
      row.error = error.message;
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return comparison;
}

/** Whether packets were copied, so that nothing was encoded. */
function untouched(source, facts) {
  return facts.videoBytes === source.videoBytes;
}

/** What the recipes take their settings from, if there is something. */
function comparable(source, facts) {
  if (facts === undefined) throw new Error("no result of Clipfit to take the settings from");
  if (untouched(source, facts)) {
    throw new Error("the clip fits as it is: nothing was encoded that could be compared");
  }
  return facts;
}

function twoPasses(source, picture, preset) {
  if (picture === undefined || untouched(source, picture)) return undefined;
  return [recipe(source, picture, NO_NAMES, preset).text];
}
