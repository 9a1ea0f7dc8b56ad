// The page's own loader, there before the first clip: fetches the engine, the player and the viewer that
// compares. Refuses to know what they do.

import { forgetScript, importScript, LoadError } from "../media/load.ts";

/** How long the first clip of a first visit waits for the service worker, which keeps what is fetched after it. */
const KEEPER_MS = 5_000;

/**
 * Imports a script, checked, and fails with a `LoadFailure`; the next call tries again. What a service worker that is
 * being installed would not see is not fetched before it: the next visit may be without a network.
 */
export async function load(address: string): Promise<object> {
  await keeper().catch(() => {});
  try {
    return await importScript(address);
  } catch (error) {
    throw error instanceof LoadError ? error.reason : "refused";
  }
}

/** Has the next `load` run the script from the start, because what it opened broke. */
export function forget(address: string): void {
  forgetScript(address);
}

/** Waits for a service worker that is on its way. */
async function keeper(): Promise<void> {
  const container: ServiceWorkerContainer | undefined = navigator.serviceWorker;
  if (container === undefined || container.controller !== null) {
    return;
  }
  const registration = await container.getRegistration();
  const { installing, waiting, active } = registration ?? {};
  if (installing || waiting || active?.state === "activating") {
    await new Promise<void>((resolve) => {
      container.addEventListener("controllerchange", () => resolve(), { once: true });
      setTimeout(resolve, KEEPER_MS);
    });
  }
}

/** Lets the service worker know that a page of this build is open: its parts stay as long. */
function hold(): void {
  const build = document.querySelector<HTMLMetaElement>('meta[name="clipfit-build"]')?.content;
  if (build !== undefined && navigator.locks !== undefined) {
    const open = () => new Promise<void>(() => {});
    const name = `clipfit-build-${new URL(".", document.baseURI).pathname}-${build}`;
    navigator.locks.request(name, { mode: "shared" }, open).catch(() => {});
  }
}

hold();
