// Keeps the screen on while jobs run. The tab is not frozen in the background, because its page holds Web Locks
// (store.ts, web/src/engine/loader.ts). Refuses to know jobs.

let wanted = false;
/** Counts the times that it began: what is granted later than that is given back. */
let turn = 0;
let screen: WakeLockSentinel | undefined;

/** Begins or ends it. Browsers refuse without harm. */
export function stayAwake(working: boolean): void {
  if (working === wanted) {
    return;
  }
  wanted = working;
  turn += 1;
  if (working) {
    void holdScreen();
  } else {
    void screen?.release().catch(() => {});
    screen = undefined;
  }
}

// A hidden page loses its lock on the screen.
document.addEventListener("visibilitychange", () => {
  if (wanted && document.visibilityState === "visible") {
    void holdScreen();
  }
});

async function holdScreen(): Promise<void> {
  const mine = turn;
  try {
    const held = await navigator.wakeLock.request("screen");
    if (mine === turn && wanted) {
      screen = held;
    } else {
      await held.release();
    }
  } catch {
    // An old browser, a hidden page or an empty battery.
  }
}
