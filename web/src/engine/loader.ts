// The page's own loader, there before the first clip: fetches the engine and the player. Refuses to know what they do.

import { importScript, LoadError } from "../media/load.ts";

/** Imports a script, checked, and fails with a `LoadFailure`; the next call tries again. */
export async function load(address: string): Promise<object> {
  try {
    return await importScript(address);
  } catch (error) {
    throw error instanceof LoadError ? error.reason : "refused";
  }
}
