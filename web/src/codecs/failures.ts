// How decoding and encoding with the browser's codecs and ours fail. Refuses to know who does the work instead.

/** The browser cannot decode this after all, or decodes it wrongly: the job goes back to ffmpeg. */
export class CannotDecode extends Error {
  override readonly name = "CannotDecode";
}

/** The browser's encoder refuses, fails, or produces something other than requested. */
export class CannotEncode extends Error {
  override readonly name = "CannotEncode";
}

/** A module of ours got no memory. */
export class NoMemory extends Error {
  override readonly name = "NoMemory";
}

/** What the demuxer and `DataView` say where a file ends too early. */
const OF_THE_FILE = /^Tried reading|bounds of the DataView/;

/**
 * Returns whether an error says nothing of the file: memory is short, or a module of ours stopped midway and is in no
 * known state.
 */
export function isOurs(error: unknown): boolean {
  return (
    error instanceof NoMemory ||
    (error instanceof RangeError && !OF_THE_FILE.test(error.message)) ||
    error instanceof WebAssembly.RuntimeError ||
    // Firefox's exhausted stack.
    (error instanceof Error && error.name === "InternalError")
  );
}

/** Wraps an error as a failure that sends the job back to ffmpeg. */
export function cannotDecode(error: unknown): CannotDecode {
  return error instanceof CannotDecode ? error : new CannotDecode(describe(error), { cause: error });
}

/** Wraps an error as a failure of the encoder. */
export function cannotEncode(error: unknown): CannotEncode {
  return error instanceof CannotEncode ? error : new CannotEncode(describe(error), { cause: error });
}

/** Turns every failure that is the file's or the browser's into `CannotDecode`. */
export function orCannotDecode<A extends unknown[], R>(
  act: (...given: A) => Promise<R>,
): (...given: A) => Promise<R> {
  return async (...given) => {
    try {
      return await act(...given);
    } catch (error) {
      throw isOurs(error) ? error : cannotDecode(error);
    }
  };
}

/** Describes an error; what the WebAssembly module throws is no `Error` but has a message too. */
function describe(error: unknown): string {
  if (error instanceof Error) {
    return `${error.name}: ${error.message}`;
  }
  const message = error instanceof Object && "message" in error ? error.message : error;
  return String(message);
}
