// Makes the test media with a native ffmpeg, once: a file's name carries the hash of its recipe.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { RECIPES } from "./recipes.mjs";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("../.media", import.meta.url));
const NAMES = /\{(\w+)\}/g;

/** Files being made or made by this process. @type {Map<string, Promise<string>>} */
const made = new Map();

/**
 * The file of an entry of `RECIPES`, made now if it is not there yet. Its name ends in the entry's own.
 *
 * @param {string} name
 * @returns {Promise<string>} its path
 */
export function media(name) {
  const running = made.get(name) ?? make(name);
  made.set(name, running);
  return running;
}

/** @param {string} name */
async function make(name) {
  const recipe = RECIPES[name];
  if (!recipe) throw new Error(`no recipe for the medium ${name}`);
  const home = join(folder, hashOf(name));
  const path = join(home, recipe.file);
  // Texts name other files by their place, which may have changed.
  if (existsSync(path) && recipe.text === undefined) return path;
  await mkdir(home, { recursive: true });
  const draft = join(home, `draft-${process.pid}-${recipe.file}`);
  await follow(recipe, draft);
  await rename(draft, path);
  return path;
}

/** Writes `draft`. */
async function follow(recipe, draft) {
  if (recipe.text !== undefined) {
    const text = await filled(recipe.text, {});
    await writeFile(draft, text);
  } else if (recipe.cut) {
    await copyFile(await media(recipe.cut.of), draft);
    const file = await open(draft, "r+");
    const { size } = await file.stat();
    const { share, table } = recipe.cut;
    const end = table ? (await file.readFile()).lastIndexOf(table) : Math.floor(size * share);
    await file.truncate(end);
    await file.close();
  } else if (recipe.hole) {
    const bytes = await readFile(await media(recipe.hole.of));
    const begin = Math.max(bytes.indexOf("mdat"), 0);
    const at = (share) => begin + Math.floor((bytes.length - begin) * share);
    await writeFile(draft, bytes.fill(0, at(recipe.hole.from), at(recipe.hole.to)));
  } else if (recipe.rest) {
    const whole = await readFile(await media(recipe.rest.of));
    const { share, packet } = recipe.rest;
    await writeFile(draft, whole.subarray(Math.floor((whole.length * share) / packet) * packet));
  } else if (recipe.join) {
    const parts = await Promise.all(recipe.join.map(async (part) => readFile(await media(part))));
    await writeFile(draft, Buffer.concat(parts));
  } else {
    for (const line of recipe.ffmpeg) {
      const words = await filled(line, { out: draft });
      await run("ffmpeg", ["-hide_banner", "-v", "error", "-y", ...words.split(/\s+/).filter(Boolean)]);
    }
    await rm(`${draft}.whole.mp4`, { force: true });
  }
}

/** Text with the names of other media replaced by their paths. */
async function filled(text, known) {
  const names = [...text.matchAll(NAMES)].map((match) => match[1]).filter((name) => !(name in known));
  const paths = { ...known };
  for (const name of names) paths[name] = await media(name);
  return text.replaceAll(NAMES, (_, name) => paths[name]);
}

/** Changes with the recipe and with those it builds on. */
function hashOf(name) {
  const text = JSON.stringify(RECIPES[name]);
  const others = [...text.matchAll(NAMES)].map((match) => match[1]).filter((other) => other !== "out");
  const parts = [
    ...others,
    ...(RECIPES[name].join ?? []),
    RECIPES[name].cut?.of ?? [],
    RECIPES[name].hole?.of ?? [],
    RECIPES[name].rest?.of ?? [],
  ].flat();
  const hash = createHash("sha256").update(text);
  for (const part of parts) hash.update(hashOf(part));
  return hash.digest("hex").slice(0, 12);
}
