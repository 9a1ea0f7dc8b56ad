// The divider: where it stands, as a slider for keyboards and screen readers. Refuses to know what it divides.

import { element } from "./elements.ts";
import { clamp } from "./facts.ts";

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: -100,
  End: 100,
};
/** With the shift key, a step is so many. */
const LONG = 10;

export class Divider {
  readonly handle: HTMLElement;
  readonly #stage: HTMLElement;
  #percent = 50;

  constructor(stage: HTMLElement) {
    this.#stage = stage;
    this.handle = element("div", {
      class: "compare__divider",
      role: "slider",
      tabindex: "0",
      "aria-label": "Divider between original and result",
      "aria-orientation": "horizontal",
      "aria-valuemin": "0",
      "aria-valuemax": "100",
      "data-testid": "compare-divider",
    });
    this.handle.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (step !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        this.moveTo(this.#percent + step * (event.shiftKey ? LONG : 1));
      }
    });
    this.moveTo(this.#percent);
  }

  /** Puts it at a share of the stage's width. */
  moveTo(percent: number): void {
    this.#percent = clamp(percent, 0, 100);
    const shown = String(Math.round(this.#percent));
    this.handle.setAttribute("aria-valuenow", shown);
    this.handle.setAttribute("aria-valuetext", `${shown} % original`);
    this.#stage.style.setProperty("--divider", `${this.#percent}%`);
  }

  /** Puts it under a point of the page. */
  moveUnder(x: number): void {
    const box = this.#stage.getBoundingClientRect();
    this.moveTo(((x - box.left) / Math.max(1, box.width)) * 100);
  }
}
