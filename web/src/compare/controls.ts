// The buttons and the seek bar below the stage. Refuses to know how anything is carried out.

import { element, icon, iconButton, textButton } from "./elements.ts";
import { type Facts, middleOf } from "./facts.ts";
import type { Zoom } from "./lens.ts";

const PLAY = "M8 5.5v13l10-6.5z";
const PAUSE = "M8.5 5.5v13M15.5 5.5v13";
const BACK = "M16 6l-7 6 7 6zM6.5 6v12";
const FORWARD = "M8 6l7 6-7 6zM17.5 6v12";
const HEARD = "M4 9.5h3.5L12 5.5v13l-4.5-4H4zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11";
const MUTED = "M4 9.5h3.5L12 5.5v13l-4.5-4H4zM16 9.5l5 5M21 9.5l-5 5";
const CLOSE = "M6 6l12 12M18 6L6 18";

const ZOOMS: readonly (readonly [Zoom, string])[] = [
  ["fit", "Fit"],
  [1, "100 %"],
  [2, "200 %"],
  [4, "400 %"],
  [8, "800 %"],
];

export interface Acts {
  readonly play: () => void;
  readonly step: (by: number) => void;
  readonly show: (frame: number) => void;
  readonly zoom: (zoom: Zoom) => void;
  readonly mute: () => void;
  readonly close: () => void;
}

export interface Shown {
  readonly playing: boolean;
  readonly frame: number;
  readonly zoom: Zoom;
  readonly muted: boolean;
}

export class Controls {
  readonly rows: readonly HTMLElement[];
  readonly #facts: Facts;
  readonly #play: HTMLButtonElement;
  readonly #mute: HTMLButtonElement;
  readonly #bar: HTMLInputElement;
  readonly #time = element("output", { class: "compare__time" });
  readonly #zooms: readonly (readonly [Zoom, HTMLButtonElement])[];
  #last: Partial<Shown> = {};

  constructor(facts: Facts, acts: Acts) {
    this.#facts = facts;
    this.#play = iconButton(PLAY, "Play", "compare-play", acts.play);
    this.#mute = iconButton(HEARD, "Mute", "compare-mute", acts.mute);
    this.#mute.classList.add("compare__mute");
    this.#bar = element("input", {
      type: "range",
      class: "compare__seek",
      min: "0",
      max: String(facts.frames - 1),
      step: "1",
      value: "0",
      "aria-label": "Frame",
      "data-testid": "compare-seek",
    });
    this.#bar.addEventListener("input", () => acts.show(this.#bar.valueAsNumber));
    this.#zooms = ZOOMS.map(([zoom, name]) => [
      zoom,
      textButton(name, `compare-zoom-${zoom === "fit" ? zoom : zoom * 100}`, () => acts.zoom(zoom)),
    ]);
    const back = iconButton(BACK, "Previous frame (,)", "compare-back", () => acts.step(-1));
    const forward = iconButton(FORWARD, "Next frame (.)", "compare-forward", () => acts.step(1));
    back.setAttribute("aria-keyshortcuts", ",");
    forward.setAttribute("aria-keyshortcuts", ".");
    const close = textButton("Close", "compare-close", acts.close);
    close.prepend(icon(CLOSE));
    const zooms = element("div", { class: "compare__zooms", role: "group", "aria-label": "Zoom" });
    zooms.append(...this.#zooms.map(([, button]) => button));
    this.rows = [
      element("div", { class: "compare__row" }, back, this.#play, forward, this.#bar, this.#time),
      element("div", { class: "compare__row" }, zooms, this.#mute, close),
    ];
  }

  /** Shows what is new. */
  draw(shown: Shown): void {
    const last = this.#last;
    this.#last = shown;
    if (shown.playing !== last.playing) {
      label(this.#play, shown.playing ? PAUSE : PLAY, shown.playing ? "Pause" : "Play");
    }
    if (shown.muted !== last.muted) {
      label(this.#mute, shown.muted ? MUTED : HEARD, shown.muted ? "Unmute" : "Mute");
    }
    if (shown.frame !== last.frame) {
      const place = `frame ${shown.frame + 1} of ${this.#facts.frames}`;
      const time = clock(middleOf(shown.frame - 0.5, this.#facts));
      this.#bar.value = String(shown.frame);
      this.#bar.setAttribute("aria-valuetext", `${time}, ${place}`);
      this.#time.replaceChildren(element("span", {}, time), element("span", {}, place));
    }
    if (shown.zoom !== last.zoom) {
      for (const [zoom, button] of this.#zooms) {
        button.setAttribute("aria-pressed", String(zoom === shown.zoom));
      }
    }
  }
}

function label(button: HTMLButtonElement, path: string, name: string): void {
  button.replaceChildren(icon(path));
  button.setAttribute("aria-label", name);
  button.title = name;
}

/** Returns `1:02.35`. */
function clock(seconds: number): string {
  const hundredths = Math.round(seconds * 100);
  const [minutes, rest] = [Math.floor(hundredths / 6000), hundredths % 6000];
  return `${minutes}:${(rest / 100).toFixed(2).padStart(5, "0")}`;
}
