// Measures Clipfit against plain recipes and native ffmpeg, one after the other on this machine.
// What is measured and how is told in docs/benchmarks.md.

import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startServer } from "../../web/serve.mjs";
import { versionOf } from "./browser.mjs";
import { compareCommandLine, comparePackages, comparePages, comparePhone } from "./comparisons.mjs";
import { compareEncoders, encoderLines, encoderTable, makeEncoderSite } from "./encoder.mjs";
import { makeWarmUp } from "./media.mjs";
import { readOptions, readTarget, USAGE, UsageError } from "./options.mjs";
import { makePhoneClip, PHONE_CLIPS } from "./phone.mjs";
import { makePlainSite } from "./plain.mjs";
import { run } from "./processes.mjs";
import { jsonLines, machine, machineText, table } from "./report.mjs";

/** The app is served below the root, as on many hosts. */
const PREFIX = "/some/sub";
/** What is measured where nothing is said. */
const EFFORTS = ["fast", "balanced", "best"];
/** The same for packages, of which each effort has a plain row of its own, and for phones' clips. */
const USUAL_EFFORT = "balanced";

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
    for await (const { text, failures } of measured(world)) {
      failed ||= failures;
      print(text);
    }
    return failed;
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** All that was asked for, one comparison after the other. */
async function* measured(world) {
  const { json, presets, targets, efforts } = world;
  const told = (comparison) => ({
    text: json ? jsonLines(comparison).join("\n") : table(comparison),
    failures: comparison.error !== undefined || comparison.rows.some((row) => row.error !== undefined),
  });
  for (const file of world.files) {
    if (presets.length > 0) {
      const comparison = await compareEncoders({ ...world, site: world.plainPage }, resolve(file), note);
      yield {
        text: json ? encoderLines(comparison).join("\n") : encoderTable(comparison),
        failures: comparison.rows.some((row) => row.error !== undefined),
      };
    }
    for (const clip of world.phone ? PHONE_CLIPS : []) {
      note(`making ${clip.name} ...`);
      const path = await makePhoneClip(clip, file, world.folder, world.timeout);
      yield told(await comparePhone(world, path, readTarget(clip.target), USUAL_EFFORT, note));
    }
    for (const effort of world.packages ? (efforts ?? [USUAL_EFFORT]) : []) {
      yield told(await comparePackages(world, file, effort, note));
    }
    for (const target of world.commandLine ? targets : []) {
      for (const effort of efforts ?? EFFORTS) {
        yield told(await compareCommandLine(world, file, target, effort, note));
      }
    }
    const alone = presets.length > 0 || world.packages || world.phone || world.commandLine;
    for (const target of alone ? [] : targets) {
      yield told(await comparePages({ ...world, efforts: efforts ?? EFFORTS }, file, target, note));
    }
  }
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
