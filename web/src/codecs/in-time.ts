// Gives up waiting for what never comes. Refuses to know what is waited for.

import type { AudioSample } from "mediabunny";
import { CannotDecode } from "./failures.ts";

/** A codec without a sign of life for this long hangs. */
const STALLED_MS = 20_000;
/**
 * Time is counted in ticks rather than by the clock, so that a sleeping machine or a busy worker does not count as a
 * hang.
 */
const TICK_MS = 1_000;

interface Deadline {
  /** Ticks that are left. */
  ticks: number;
  act: () => void;
}

/** All that is waited for. One timer serves them all: most waits are over within a millisecond. */
const deadlines = new Set<Deadline>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls `act` after so much time awake; the returned function cancels that. */
function after(milliseconds: number, act: () => void): () => void {
  // The first tick may come at once.
  const deadline = { ticks: Math.ceil(milliseconds / TICK_MS) + 1, act };
  deadlines.add(deadline);
  timer ??= setInterval(tick, TICK_MS);
  return () => deadlines.delete(deadline);
}

function tick(): void {
  if (deadlines.size === 0) {
    clearInterval(timer);
    timer = undefined;
  }
  for (const deadline of deadlines) {
    deadline.ticks -= 1;
    if (deadline.ticks <= 0) {
      deadlines.delete(deadline);
      deadline.act();
    }
  }
}

/**
 * Waits for `act`, and throws the failure when that takes too long; `act` itself continues and its result is ignored.
 */
export async function inTime<T>(
  act: Promise<T>,
  failure: () => Error,
  milliseconds = STALLED_MS,
): Promise<T> {
  let stop = () => {};
  const late = new Promise<never>((_, reject) => {
    stop = after(milliseconds, () => reject(failure()));
  });
  try {
    return await Promise.race([act, late]);
  } finally {
    stop();
  }
}

/** Returns the failure of an audio decoder that hangs. */
export function audioStalled(): CannotDecode {
  return new CannotDecode("the audio decoder stalled");
}

/** Hands on what an audio decoder yields, and throws when it hangs. */
export async function* eachInTime(samples: AsyncGenerator<AudioSample>): AsyncGenerator<AudioSample> {
  try {
    for (;;) {
      const next = await inTime(samples.next(), audioStalled);
      if (next.done) {
        return;
      }
      yield next.value;
    }
  } finally {
    // Not awaited: a hanging decoder would never return from this.
    void samples.return(undefined).catch(() => {});
  }
}

/** Tracks the signs of life of a codec that calls back, and its failure, if any. */
export class Signs {
  readonly #stalled: () => Error;
  #failure: Error | undefined;
  #awake = () => {};

  constructor(stalled: () => Error) {
    this.#stalled = stalled;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Signals a change. */
  give(): void {
    this.#awake();
  }

  /** Records a failure; the first one counts. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#awake();
  }

  /** Throws the failure, if there is one. */
  check(): void {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  /** Waits for the next change; silence becomes a failure. */
  async next(): Promise<void> {
    let stop = () => {};
    await new Promise<void>((resolve) => {
      stop = after(STALLED_MS, () => this.fail(this.#stalled()));
      this.#awake = resolve;
    });
    stop();
    this.#awake = () => {};
  }
}
