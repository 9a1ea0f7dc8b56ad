// Keeps the screen on and the tab from being frozen while jobs run. Refuses to know jobs.

let wanted = false;
/** Counts the times that it began: what is granted later than that is given back. */
let turn = 0;
let screen: WakeLockSentinel | undefined;
let release: (() => void) | undefined;

/** Begins or ends it. Browsers refuse without harm. */
export function stayAwake(working: boolean): void {
  if (working === wanted) {
    return;
  }
  wanted = working;
  turn += 1;
  if (working) {
    void holdScreen();
    holdTab();
  } else {
    void screen?.release().catch(() => {});
    screen = undefined;
    release?.();
    release = undefined;
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

/** A page that holds a Web Lock is not frozen in the background. */
function holdTab(): void {
  const mine = turn;
  const held = () =>
    new Promise<void>((resolve) => {
      if (mine === turn) {
        release = resolve;
      } else {
        resolve();
      }
    });
  navigator.locks?.request(`clipfit-working-${crypto.randomUUID()}`, held).catch(() => {});
}
