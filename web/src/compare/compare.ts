// Shows a source and its result in one viewer, under a divider that can be dragged. The page loads this script when the
// viewer is first opened. Refuses to know how the result was made.

import { Controls } from "./controls.ts";
import { Divider } from "./divider.ts";
import { element } from "./elements.ts";
import type { Facts } from "./facts.ts";
import { listen } from "./gestures.ts";
import { Lens, MOST } from "./lens.ts";
import { Pair } from "./pair.ts";

/** Why the viewer is to be closed: the person closes it, or the browser does not play one of the files. */
export type Ending = "closed" | "source" | "result";

export interface Viewer {
  /** Frees all that it holds. */
  close(): void;
}

/** Opens the viewer in an empty element. `end` is told once that it is over; the caller closes it then. */
export function open(
  place: HTMLElement,
  source: Blob,
  result: string,
  facts: Facts,
  end: (why: Ending, detail: string) => void,
): Viewer {
  return new OpenViewer(place, source, result, facts, end);
}

/** How far an arrow key moves the view, in pixels of the page, and with the shift key. */
const PAN = [40, 200] as const;
const PANS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

class OpenViewer implements Viewer {
  readonly #place: HTMLElement;
  readonly #address: string;
  readonly #over = new AbortController();
  readonly #source: HTMLVideoElement;
  readonly #result: HTMLVideoElement;
  readonly #root: HTMLElement;
  readonly #stage: HTMLElement;
  readonly #controls: Controls;
  readonly #lens: Lens;
  readonly #pair: Pair;
  #ready = false;

  constructor(
    place: HTMLElement,
    source: Blob,
    result: string,
    facts: Facts,
    end: (why: Ending, detail: string) => void,
  ) {
    this.#place = place;
    this.#address = URL.createObjectURL(source);
    this.#source = this.#video(this.#address, "Original", (detail) => end("source", detail));
    this.#result = this.#video(result, "Result", (detail) => end("result", detail));
    // Its audio is never heard, and never waits to be unmuted.
    this.#source.muted = true;
    this.#stage = element("div", {
      class: "compare__stage",
      role: "group",
      tabindex: "0",
      "aria-label": "Original and result, moved with the arrow keys when zoomed",
      style: `--ratio: ${facts.width} / ${facts.height}; --width: ${facts.width}; --height: ${facts.height}`,
    });
    const divider = new Divider(this.#stage);
    this.#stage.append(
      element("div", { class: "compare__side" }, this.#source),
      element("div", { class: "compare__side compare__side--result" }, this.#result),
      divider.handle,
    );
    this.#controls = new Controls(facts, {
      play: () => this.#toggle(),
      step: (by) => this.#step(by),
      show: (frame) => this.#ready && this.#pair.show(frame),
      zoom: (zoom) => this.#lens.zoomTo(zoom),
      mute: () => {
        this.#result.muted = !this.#result.muted;
        this.#draw();
      },
      close: () => end("closed", ""),
    });
    this.#root = element("section", {
      class: "compare",
      "aria-label": `Original and result of ${facts.name}`,
      "data-testid": "compare",
      "data-state": "loading",
    });
    const captions = element("div", { class: "compare__captions" });
    captions.append(caption("Original", facts.sourceSize), caption("Result", facts.resultSize));
    this.#root.append(captions, this.#stage, ...this.#controls.rows);
    place.replaceChildren(this.#root);
    this.#pair = new Pair(this.#source, this.#result, facts, () => this.#draw());
    this.#lens = new Lens(this.#stage, [this.#source, this.#result], facts, () => this.#draw());
    const { signal } = this.#over;
    listen(this.#stage, divider, this.#lens, signal);
    this.#root.addEventListener("keydown", (event) => this.#key(event, () => end("closed", "")), { signal });
    this.#draw();
    divider.handle.focus({ preventScroll: true });
    this.#root.scrollIntoView({ block: "nearest" });
  }

  close(): void {
    this.#over.abort();
    this.#pair.close();
    this.#lens.close();
    for (const video of [this.#source, this.#result]) {
      video.removeAttribute("src");
      // Without this the video keeps its decoder and its frames.
      video.load();
    }
    URL.revokeObjectURL(this.#address);
    this.#place.replaceChildren();
  }

  #video(address: string, name: string, fail: (detail: string) => void): HTMLVideoElement {
    const video = element("video", { preload: "auto", playsinline: "", "aria-label": name });
    const { signal } = this.#over;
    video.disablePictureInPicture = true;
    video.addEventListener("error", () => fail(video.error?.message ?? ""), { signal });
    video.addEventListener(
      "loadeddata",
      () => {
        // A browser that decodes nothing but the audio plays the file all the same.
        if (video.videoWidth === 0) {
          fail("no video that this browser decodes");
        } else if (!this.#ready && this.#source.readyState >= 2 && this.#result.readyState >= 2) {
          this.#ready = true;
          this.#pair.show(0);
        }
      },
      { signal },
    );
    video.src = address;
    return video;
  }

  #draw(): void {
    // Told by its parts while it is put together.
    if (!this.#lens || !this.#pair) {
      return;
    }
    const { playing, frame, settled } = this.#pair;
    this.#controls.draw({ playing, frame, zoom: this.#lens.zoom, muted: this.#result.muted });
    const state = !this.#ready ? "loading" : playing ? "playing" : settled ? "settled" : "seeking";
    this.#root.setAttribute("data-state", state);
    this.#root.setAttribute("data-frame", String(frame));
  }

  #toggle(): void {
    if (this.#pair.playing) {
      this.#pair.pause();
    } else if (this.#ready) {
      this.#pair.play();
    }
  }

  #step(by: number): void {
    if (this.#ready) {
      this.#pair.step(by);
    }
  }

  #key(event: KeyboardEvent, close: () => void): void {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const acts: Readonly<Record<string, () => void>> = {
      Escape: close,
      ",": () => this.#step(-1),
      ".": () => this.#step(1),
      "+": () => this.#lens.zoomTo(this.#nextZoom(2)),
      "-": () => this.#lens.zoomTo(this.#nextZoom(0.5)),
      "0": () => this.#lens.zoomTo("fit"),
      // A button that has the focus is pressed by it.
      ...(event.target instanceof HTMLButtonElement ? {} : { " ": () => this.#toggle() }),
    };
    const pan = event.target === this.#stage ? PANS[event.key] : undefined;
    const by = PAN[event.shiftKey ? 1 : 0];
    const act = pan === undefined ? acts[event.key] : () => this.#lens.panBy(pan[0] * by, pan[1] * by);
    if (act !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  }

  /** Returns the next larger or smaller of the sizes that have a button. */
  #nextZoom(factor: number): number | "fit" {
    const { zoom } = this.#lens;
    if (zoom === "fit") {
      return factor > 1 ? 1 : "fit";
    }
    const next = 2 ** (factor > 1 ? Math.floor(Math.log2(zoom)) + 1 : Math.ceil(Math.log2(zoom)) - 1);
    return next < 1 ? "fit" : Math.min(next, MOST);
  }
}

function caption(name: string, size: string): HTMLElement {
  return element("p", {}, element("strong", {}, name), ` ${size}`);
}
