// Runs one command of the core in its own folder and returns the results. Refuses to know messages and what a command
// is for.

import type { Answer, Death } from "../generated/protocol.ts";
import { type Encode, EncoderFailed, type NamedBlob } from "./encoder.ts";
import { addInput, addPaged, addSink, InputUnreadable } from "./inputs.ts";
import type { Core, FileSystem, Runnable } from "./instance.ts";
import type { Pages } from "./pages.ts";

export interface Command {
  program: "ffmpeg" | "ffprobe";
  arguments: readonly string[];
  inputs: readonly NamedBlob[];
  outputs: readonly string[];
  /** Encodes what the program writes to the file of this name. */
  sink?: { name: string; encode: Encode };
}

export type Outcome =
  | { ended: true; exitCode: number; answer: Answer | null; outputs: NamedBlob[] }
  | { ended: false; death: Death; detail: string };

const FOLDER = "/task";
/** The core prints this when a program exits. */
const ORDINARY_END = "Aborted()";
/** Standard input, output and error stay open. */
const FIRST_OWN_STREAM = 3;

/**
 * Runs a command. After an outcome with `ended: false`, the state of the instance is unknown and it must be dropped.
 */
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
    const paged = new Map(
      command.outputs.filter(isMedia).map((name) => [name, addPaged(fs, pathOf(name))] as const),
    );
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
      sink === undefined
        ? takeOutputs(fs, command.outputs, paged)
        : exitCode === 0
          ? sink.encode.finish()
          : [];
    clear(fs);
    return { ended: true, exitCode, answer: null, outputs };
  } catch (error) {
    return crashed(error, instance.memoryRefused);
  }
}

/**
 * Calls the program itself rather than the core's `exec`, which treats every abort as an end, even a failed assertion.
 * A program ends with a return (ffprobe) or with an abort after the exit function has set the code (both).
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

/** A separate function, because TypeScript does not see that the core sets the field. */
function exitCodeNoted(core: Core): number | undefined {
  return core.ret;
}

/** Converts an error to an outcome. */
export function crashed(error: unknown, memoryRefused: boolean): Outcome {
  return { ended: false, death: deathOf(error, memoryRefused), detail: describe(error) };
}

/** Classifies an error. Those of the codecs are known by their names, since their script is bundled separately. */
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
    case "NoMemory":
      return "outOfMemory";
  }
  // Outputs are in JavaScript memory, where a lack of memory is a RangeError or an engine's own message, never an
  // exhausted stack.
  const words = describe(error);
  const full =
    /out of memory|allocation (failed|size overflow)|cannot enlarge memory|invalid (typed )?array length|bad_alloc/i;
  return memoryRefused || full.test(words) ? "outOfMemory" : "crash";
}

function describe(error: unknown): string {
  // An uncaught C++ exception arrives as the number of its object.
  return error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${String(error)}`;
}

function pathOf(name: string): string {
  if (name === "" || name === "." || name === ".." || name.includes("/")) {
    throw new Error(`not a plain file name: ${name}`);
  }
  return `${FOLDER}/${name}`;
}

/** Ends incomplete lines, which would otherwise begin the next run's log. */
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

/** Returns whether a file may be larger than one array: the others are statistics, samples and listings. */
function isMedia(name: string): boolean {
  return /\.(mp4|mkv)$/.test(name);
}

function takeOutputs(
  fs: FileSystem,
  names: readonly string[],
  paged: ReadonlyMap<string, Pages>,
): { name: string; blob: Blob }[] {
  return names.flatMap((name) => {
    const pages = paged.get(name);
    if (pages !== undefined) {
      return pages.size === 0 ? [] : [{ name, blob: pages.blob("video/mp4") }];
    }
    if (!fs.analyzePath(pathOf(name)).exists) {
      return [];
    }
    const { contents, usedBytes } = fs.lookupPath(pathOf(name)).node;
    return [{ name, blob: new Blob(contents === null ? [] : [contents.subarray(0, usedBytes)]) }];
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
