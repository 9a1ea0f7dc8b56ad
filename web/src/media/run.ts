// Runs one command of the core in a folder of its own and takes the results out. Refuses to know messages and what a command is for.

import type { Answer, Death } from "../generated/protocol.ts";
import { type Encode, EncoderFailed, type NamedBlob } from "./encoder.ts";
import { addInput, addSink, InputUnreadable } from "./inputs.ts";
import type { Core, FileSystem, Runnable } from "./instance.ts";

export interface Command {
  program: "ffmpeg" | "ffprobe";
  arguments: readonly string[];
  inputs: readonly NamedBlob[];
  outputs: readonly string[];
  /** Encodes what the program writes into the file of this name. */
  sink?: { name: string; encode: Encode };
}

export type Outcome =
  | { ended: true; exitCode: number; answer: Answer | null; outputs: NamedBlob[] }
  | { ended: false; death: Death; detail: string };

const FOLDER = "/task";
/** What the core prints when a program exits. */
const ORDINARY_END = "Aborted()";
/** Standard input, output and error stay open. */
const FIRST_OWN_STREAM = 3;

/** After an outcome that did not end, the instance is in no known state and must be dropped. */
export function run(
  instance: Runnable,
  command: Command,
  log: (stdout: boolean, text: string) => void,
): Outcome {
  const { core } = instance;
  const { FS: fs } = core;
  instance.rewind();
  core.reset();
  core.setTimeout(-1);
  core.setLogger(({ type, message }) => {
    if (message !== ORDINARY_END) {
      log(type === "stdout", message);
    }
  });
  try {
    fs.mkdir(FOLDER);
    fs.chdir(FOLDER);
    for (const { name, blob } of command.inputs) {
      addInput(fs, pathOf(name), blob);
    }
    const { sink } = command;
    if (sink !== undefined) {
      addSink(fs, pathOf(sink.name), (bytes) => sink.encode.take(bytes));
    }
    const exitCode = execute(core, command);
    endLastLines(fs);
    if (instance.memoryRefused && exitCode !== 0) {
      return {
        ended: false,
        death: "outOfMemory",
        detail: `exit code ${exitCode} at ${instance.memoryBytes} bytes`,
      };
    }
    closeStreams(fs);
    const outputs =
      sink === undefined ? takeOutputs(fs, command.outputs) : exitCode === 0 ? sink.encode.finish() : [];
    clear(fs);
    return { ended: true, exitCode, answer: null, outputs };
  } catch (error) {
    return crashed(error, instance.memoryRefused);
  }
}

/**
 * Calls the program itself, not the core's `exec`, which takes every abort, failed assertions included, for an end.
 * The two ends there are: a return (ffprobe) and an abort after the exit function has noted the code (both).
 */
function execute(core: Core, command: Command): number {
  core.ret = undefined;
  try {
    if (command.program === "ffprobe") {
      const strings = ["ffprobe", ...command.arguments];
      return core._ffprobe(strings.length, core.stringsToPtr(strings));
    }
    const strings = ["ffmpeg", "-nostdin", "-y", ...command.arguments];
    return core._ffmpeg(strings.length, core.stringsToPtr(strings));
  } catch (error) {
    const code = exitCodeNoted(core);
    if (
      code !== undefined &&
      error instanceof WebAssembly.RuntimeError &&
      error.message.startsWith("Aborted(")
    ) {
      return code;
    }
    throw error;
  }
}

/** In a function of its own because the checker does not see that the core writes the field. */
function exitCodeNoted(core: Core): number | undefined {
  return core.ret;
}

/** The outcome of something that threw. */
export function crashed(error: unknown, memoryRefused: boolean): Outcome {
  return { ended: false, death: deathOf(error, memoryRefused), detail: describe(error) };
}

/** What follows from an error. Those of the codecs go by their names: their script is bundled apart. */
function deathOf(error: unknown, memoryRefused: boolean): Death {
  if (error instanceof EncoderFailed) {
    return error.outOfMemory ? "outOfMemory" : "encoder";
  }
  if (error instanceof InputUnreadable) {
    return "inputUnreadable";
  }
  switch (error instanceof Error ? error.name : undefined) {
    case "CannotDecode":
      return "browser";
    case "CannotEncode":
      return "encoder";
  }
  // Outputs live in the engine's own memory: there a full memory is a RangeError or an engine's own words, never an exhausted stack.
  const words = describe(error);
  const full =
    /out of memory|allocation (failed|size overflow)|cannot enlarge memory|invalid (typed )?array length|bad_alloc/i;
  return memoryRefused || full.test(words) ? "outOfMemory" : "crash";
}

function describe(error: unknown): string {
  // A C++ exception that nothing caught arrives as the number of its object.
  return error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${String(error)}`;
}

function pathOf(name: string): string {
  if (name === "" || name === "." || name === ".." || name.includes("/")) {
    throw new Error(`not a plain file name: ${name}`);
  }
  return `${FOLDER}/${name}`;
}

/** A line without its end would otherwise open the next run's log. */
function endLastLines(fs: FileSystem): void {
  for (const stream of fs.streams.slice(0, FIRST_OWN_STREAM)) {
    if (stream?.stream_ops.fsync !== undefined) {
      stream.stream_ops.fsync(stream);
    }
  }
}

function closeStreams(fs: FileSystem): void {
  for (const stream of fs.streams.slice(FIRST_OWN_STREAM)) {
    if (stream) {
      fs.close(stream);
    }
  }
}

function takeOutputs(fs: FileSystem, names: readonly string[]): { name: string; blob: Blob }[] {
  return names
    .filter((name) => fs.analyzePath(pathOf(name)).exists)
    .map((name) => {
      const { contents, usedBytes } = fs.lookupPath(pathOf(name)).node;
      const type = name.endsWith(".mp4") ? "video/mp4" : "application/octet-stream";
      return { name, blob: new Blob(contents === null ? [] : [contents.subarray(0, usedBytes)], { type }) };
    });
}

function clear(fs: FileSystem): void {
  for (const name of fs.readdir(FOLDER)) {
    if (name !== "." && name !== "..") {
      fs.unlink(`${FOLDER}/${name}`);
    }
  }
  fs.chdir("/");
  fs.rmdir(FOLDER);
}
