// Places two videos in the stage as one: how large, and which part of them. Refuses to know what they show.

import { clamp } from "./facts.ts";

/** Device pixels for each pixel of the result; `fit` shows all of it. */
export type Zoom = "fit" | number;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A pixel of the result covers so many of the screen at most, along one side. */
export const MOST = 8;

export class Lens {
  readonly #stage: HTMLElement;
  readonly #videos: readonly HTMLElement[];
  readonly #size: { readonly width: number; readonly height: number };
  readonly #onChange: () => void;
  readonly #observer = new ResizeObserver(() => this.#place());
  #zoom: Zoom = "fit";
  /** Where the middle of the result is, from the middle of the stage, in result pixels. */
  #x = 0;
  #y = 0;

  constructor(
    stage: HTMLElement,
    videos: readonly HTMLElement[],
    size: { readonly width: number; readonly height: number },
    onChange: () => void,
  ) {
    this.#stage = stage;
    this.#videos = videos;
    this.#size = size;
    this.#onChange = onChange;
    this.#observer.observe(stage);
    this.#place();
  }

  get zoom(): Zoom {
    return this.#zoom;
  }

  /** Whether there is more than the stage shows. */
  get pannable(): boolean {
    const { x, y } = this.#spare(this.#scale());
    return x > 0 || y > 0;
  }

  /** Zooms; what is at this point of the page stays there, or else what is in the middle. */
  zoomTo(zoom: Zoom, at: Point = this.#middle()): void {
    const before = this.#scale();
    this.#zoom = zoom === "fit" ? zoom : Math.min(zoom, MOST);
    const shift = 1 / this.#scale() - 1 / before;
    const middle = this.#middle();
    this.#x += (at.x - middle.x) * shift;
    this.#y += (at.y - middle.y) * shift;
    this.#place();
  }

  /** Zooms by a factor, out to where all is shown. */
  zoomBy(factor: number, at?: Point): void {
    const scale = this.#scale() * factor;
    this.zoomTo(scale <= this.#fit() ? "fit" : scale / this.#pixel(), at);
  }

  /** Moves what is shown by so many pixels of the page. */
  panBy(x: number, y: number): void {
    const scale = this.#scale();
    this.#x += x / scale;
    this.#y += y / scale;
    this.#place();
  }

  close(): void {
    this.#observer.disconnect();
  }

  /** The length of a device pixel on the page. */
  #pixel(): number {
    return 1 / (window.devicePixelRatio || 1);
  }

  #fit(): number {
    const { clientWidth, clientHeight } = this.#stage;
    return Math.min(clientWidth / this.#size.width, clientHeight / this.#size.height) || 1;
  }

  /** Lengths on the page for each pixel of the result. */
  #scale(): number {
    return this.#zoom === "fit" ? this.#fit() : this.#zoom * this.#pixel();
  }

  #middle(): Point {
    const box = this.#stage.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }

  /** How far the result may be moved to each side, in result pixels. */
  #spare(scale: number): Point {
    const { clientWidth, clientHeight } = this.#stage;
    // Half a pixel of rounding is nothing to pan for.
    const spare = (length: number, stage: number) => Math.max(0, (length * scale - stage - 0.5) / 2 / scale);
    return { x: spare(this.#size.width, clientWidth), y: spare(this.#size.height, clientHeight) };
  }

  #place(): void {
    const scale = this.#scale();
    const spare = this.#spare(scale);
    this.#x = clamp(this.#x, -spare.x, spare.x);
    this.#y = clamp(this.#y, -spare.y, spare.y);
    const [width, height] = [this.#size.width * scale, this.#size.height * scale];
    const pixel = this.#pixel();
    const whole = (length: number) => Math.round(length / pixel) * pixel;
    const left = whole((this.#stage.clientWidth - width) / 2 + this.#x * scale);
    const top = whole((this.#stage.clientHeight - height) / 2 + this.#y * scale);
    for (const { style } of this.#videos) {
      style.width = `${width}px`;
      style.height = `${height}px`;
      style.transform = `translate(${left}px, ${top}px)`;
    }
    this.#stage.toggleAttribute("data-pixels", this.#zoom !== "fit" && this.#zoom > 1);
    this.#stage.toggleAttribute("data-pannable", spare.x > 0 || spare.y > 0);
    this.#onChange();
  }
}
