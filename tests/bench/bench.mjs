// Measures Clipfit's efforts against the plain recipe and native ffmpeg, one after the other on this machine.
// What is measured and how is told in docs/benchmarks.md.

import { mkdtempSync, rmSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { startServer } from "../../web/serve.mjs";
import { versionOf } from "./browser.mjs";
import { clipfit } from "./clipfit.mjs";
import { compareEncoders, encoderLines, encoderTable, makeEncoderSite } from "./encoder.mjs";
import { factsOf, likeness, makeWarmUp } from "./media.mjs";
import { readOptions, USAGE, UsageError } from "./options.mjs";
import { makePlainSite, plain } from "./plain.mjs";
import { run } from "./processes.mjs";
import { native, recipe } from "./recipe.mjs";
import { jsonLines, machine, machineText, table } from "./report.mjs";

/** The app is served below the root, as on many hosts. */
const PREFIX = "/some/sub";

/** @param {import("./options.mjs").Options} options */
async function bench(options) {
  const folder = mkdtempSync(join(tmpdir(), "clipfit-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  // An orderly exit, which also ends browsers and encoders.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
  const servers = [];
  const serve = async (place) => {
    const server = await startServer(place);
    servers.push(server);
    return server.url;
  };
  try {
    const ffmpeg = await ffmpegVersion(options.timeout);
    const core = await coreVersion(options.dist);
    const plainFolder = join(folder, "plain-site");
    await makePlainSite(options.dist, plainFolder);
    await makeEncoderSite(plainFolder);
    const warmUp = join(folder, "clipfit-warm-up.mp4");
    await makeWarmUp(warmUp, options.timeout);
    const world = {
      ...options,
      folder,
      warmUp,
      core,
      app: await serve({ root: options.dist, prefix: PREFIX }),
      plainPage: await serve({ root: plainFolder }),
    };
    const here = machine(await versionOf(options.browser), ffmpeg);
    print(options.json ? JSON.stringify(here) : `${machineText(here)}\n`);
    let failed = false;
    if (options.presets.length > 0) {
      for (const file of options.files) {
        const comparison = await compareEncoders({ ...world, site: world.plainPage }, resolve(file), note);
        failed ||= comparison.rows.some((row) => row.error !== undefined);
        print(options.json ? encoderLines(comparison).join("\n") : encoderTable(comparison));
      }
      return failed;
    }
    for (const file of options.files) {
      for (const target of options.targets) {
        const comparison = await compare(world, file, target);
        failed ||= comparison.error !== undefined || comparison.rows.some((row) => row.error !== undefined);
        print(options.json ? jsonLines(comparison).join("\n") : table(comparison));
      }
    }
    return failed;
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** @returns {Promise<import("./report.mjs").Comparison>} never fails: what fails is part of the result. */
async function compare(world, file, target) {
  const { timeout } = world;
  const comparison = { file: basename(file), target: { name: target.name, bytes: 0 }, rows: [] };
  let source;
  try {
    comparison.target.bytes = target.bytes((await stat(file)).size);
    source = await factsOf(resolve(file), timeout);
  } catch (error) {
    return { ...comparison, error: error.message };
  }
  comparison.source = source;
  const folder = mkdtempSync(join(world.folder, "run-"));
  const about = `${comparison.file} to ${target.name}`;
  const { rows } = comparison;
  /** Adds a row, whatever becomes of it. */
  const measure = async (what, act) => {
    note(`${about}: ${what} ...`);
    const row = { what };
    try {
      Object.assign(row, await act());
      note(`${about}: ${what} took ${row.seconds.toFixed(1)} s`);
    } catch (error) {
      row.error = error.message.split("\n").join(" / ");
      note(`${about}: ${what} failed: ${row.error}`);
    }
    rows.push(row);
  };

  const { height, memory } = world;
  const common = { browser: world.browser, warmUp: world.warmUp, timeout, folder, height, memory };
  for (const effort of world.efforts) {
    await measure(effort, () =>
      clipfit({ ...common, site: world.app, source: source.path, target: comparison.target.bytes, effort }),
    );
  }
  const leader = leading(rows);
  const picture = leader?.facts;
  const comparable = () => {
    if (picture === undefined) throw new Error("no result of Clipfit to take the settings from");
    if (picture.videoBytes === source.videoBytes) {
      throw new Error("the clip fits as it is: nothing was encoded that could be compared");
    }
    return picture;
  };
  await measure("plain", () =>
    plain({ ...common, site: world.plainPage, core: world.core, source, result: comparable() }),
  );
  await measure("native", () => native(source, comparable(), folder, timeout));
  if (picture !== undefined && picture.videoBytes !== source.videoBytes) {
    const { videoRate, sound } = recipe(source, picture, { input: "", output: "", log: "" });
    Object.assign(comparison, { picture, videoRate, sound });
  }

  for (const row of rows.filter((candidate) => candidate.facts !== undefined)) {
    note(`${about}: SSIM of ${row.what} ...`);
    try {
      Object.assign(row, await likeness(source, row.facts, timeout));
      if (Math.abs(row.frames - row.facts.videoPackets) > 1) {
        note(`${about}: only ${row.frames} of ${row.facts.videoPackets} frames of ${row.what} were compared`);
      }
    } catch (error) {
      row.error = error.message;
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return comparison;
}

/** The result whose settings the others get: that of the effort best, else of the last effort that had one. */
function leading(rows) {
  const results = rows.filter((row) => row.facts !== undefined);
  return results.find((row) => row.what === "best") ?? results.at(-1);
}

async function ffmpegVersion(timeout) {
  await run("ffprobe", ["-version"], { timeout });
  const { stdout } = await run("ffmpeg", ["-version"], { timeout });
  return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? "of unknown version";
}

/** The built site keeps the core in a folder named by its version. */
async function coreVersion(dist) {
  let names;
  try {
    names = await readdir(join(dist, "core"));
  } catch {
    throw new UsageError(`there is no built site in ${dist}`);
  }
  const cores = names.filter((name) => /^\d/.test(name));
  if (cores.length !== 1) throw new Error(`one core was expected in ${dist}, not ${cores.length}`);
  return cores[0];
}

function print(text) {
  process.stdout.write(`${text}\n`);
}

function note(text) {
  process.stderr.write(`${text}\n`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === "help") print(USAGE);
  else if (await bench(options)) process.exitCode = 1;
} catch (error) {
  note(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.message);
  process.exitCode = 2;
}
