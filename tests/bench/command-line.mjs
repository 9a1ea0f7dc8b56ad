// One effort of the command line, as a program beside native ffmpeg.

import { join } from "node:path";
import { factsOf } from "./media.mjs";
import { run } from "./processes.mjs";

/**
 * @param {{ program: string, source: string, target: number, effort: string, height: string, folder: string,
 *   timeout: number }} wanted `target` is in bytes, `timeout` in seconds, `height` empty where it is left open.
 */
export async function commandLine({ program, source, target, effort, height, folder, timeout }) {
  const output = join(folder, "command-line.mp4");
  const wishes = [source, "--target", `${target}B`, "--effort", effort];
  if (height !== "") wishes.push("--height", height);
  // It ends its own programs and removes their files, when it may.
  const clipfit = (...words) => run(program, [...words, ...wishes], { timeout, signal: "SIGTERM" });
  const { seconds } = await clipfit("compress", "--output", output);
  return {
    seconds,
    preset: presetIn((await clipfit("plan", "--json")).stdout),
    facts: await factsOf(output, timeout),
  };
}

/** What x264 is told; nothing where it has nothing to do. */
function presetIn(lines) {
  const told = JSON.parse(`[${lines.trim().replaceAll("\n", ",")}]`);
  const plan = told.find(({ type }) => type === "plan")?.plan;
  // Core's names are x264's.
  return plan?.action.Encode?.preset.toLowerCase();
}
