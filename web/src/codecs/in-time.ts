// Gives up waiting for what never comes. Refuses to know what is waited for.

/** A codec that has not answered for this long never will. */
const STALLED_MS = 15_000;

/** What `act` comes to, or the failure once it has taken too long; `act` itself goes on and nobody hears of it. */
export async function inTime<T>(
  act: Promise<T>,
  failure: () => Error,
  milliseconds = STALLED_MS,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure()), milliseconds);
  });
  try {
    return await Promise.race([act, late]);
  } finally {
    clearTimeout(timer);
  }
}
