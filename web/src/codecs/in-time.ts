// Gives up waiting for what never comes. Refuses to know what is waited for.

/** A codec that has shown no sign of life for this long has hung. */
const STALLED_MS = 20_000;
/** Time is counted in ticks rather than by the clock, so that a machine that slept, or a busy worker, is no hang. */
const TICK_MS = 1_000;

/** Calls `act` after so much time of a machine that is awake, unless the answer is called before. */
function after(milliseconds: number, act: () => void): () => void {
  let left = Math.ceil(milliseconds / TICK_MS);
  const timer = setInterval(() => {
    left -= 1;
    if (left <= 0) {
      clearInterval(timer);
      act();
    }
  }, TICK_MS);
  return () => clearInterval(timer);
}

/** What `act` comes to, or the failure once it has taken too long; `act` itself goes on and nobody hears of it. */
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

/** Signs of life of a codec that calls back, and how it failed, if it did. */
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

  /** Something has changed. */
  give(): void {
    this.#awake();
  }

  /** The first failure counts. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#awake();
  }

  /** Throws the failure, where there is one. */
  check(): void {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  /** The next change; silence becomes a failure. */
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
