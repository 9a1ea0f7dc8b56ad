// Mouse, pen and fingers on the stage: drag the divider or the view, pinch, and turn the wheel. Refuses to know what is
// shown.

import type { Divider } from "./divider.ts";
import type { Lens, Point } from "./lens.ts";

/** A finger that moves less than this has not moved, in pixels of the page. */
const SLOP = 4;
/** A turn of the wheel by so much doubles the size. */
const WHEEL_DOUBLES = 200;

type Drag = "divider" | "view" | "undecided";

/** Listens until the signal. */
export function listen(stage: HTMLElement, divider: Divider, lens: Lens, signal: AbortSignal): void {
  const pointers = new Map<number, Point>();
  let drag: Drag = "undecided";
  let begun: Point = { x: 0, y: 0 };

  const on = <Name extends keyof HTMLElementEventMap>(
    name: Name,
    act: (event: HTMLElementEventMap[Name]) => void,
    passive = true,
  ) => stage.addEventListener(name, act, { signal, passive });

  on("pointerdown", (event) => {
    if (event.button !== 0 || pointers.size >= 2) {
      return;
    }
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, at(event));
    if (pointers.size === 1) {
      begun = at(event);
      const onHandle = event.target instanceof Node && divider.handle.contains(event.target);
      drag = onHandle ? "divider" : lens.pannable ? "view" : "undecided";
    }
  });

  on("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      return;
    }
    const now = at(event);
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    pointers.set(event.pointerId, now);
    if (other !== undefined) {
      const middle = between(now, other);
      const moved = { from: between(before, other), to: middle };
      lens.panBy(moved.to.x - moved.from.x, moved.to.y - moved.from.y);
      lens.zoomBy(apart(now, other) / Math.max(1, apart(before, other)), middle);
      // What is left of two fingers moves nothing but the view.
      drag = "view";
      return;
    }
    if (drag === "undecided" && Math.abs(now.x - begun.x) > SLOP) {
      drag = "divider";
    }
    if (drag === "divider") {
      divider.moveUnder(now.x);
    } else if (drag === "view") {
      lens.panBy(now.x - before.x, now.y - before.y);
    }
  });

  const end = (event: PointerEvent) => {
    const held = pointers.delete(event.pointerId);
    if (held && pointers.size === 0 && drag === "undecided" && event.type === "pointerup") {
      divider.moveUnder(event.clientX);
    }
  };
  on("pointerup", end);
  on("pointercancel", end);

  on(
    "wheel",
    (event) => {
      if (event.ctrlKey) {
        event.preventDefault();
        lens.zoomBy(2 ** (-event.deltaY / WHEEL_DOUBLES), at(event));
      }
    },
    false,
  );
}

function at({ clientX, clientY }: MouseEvent): Point {
  return { x: clientX, y: clientY };
}

function between(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}

function apart(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
