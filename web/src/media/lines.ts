// Batches what a running task reports into few messages. Refuses to know what the lines say.

import type { LogLine } from "../generated/protocol.ts";

/** Each report makes the page paint, which takes processor time from the encoders. */
const INTERVAL_MS = 250;

/** Where reports of a running task go. */
export interface Page {
  log(lines: LogLine[]): void;
  /** Sends the number of encoded frames; null is only a sign of life. */
  progress(frames: number | null): void;
}

/** During a synchronous run, posted messages reach the page but timers do not fire, so each call checks the clock. */
export class Reports {
  readonly #page: Page;
  #lines: LogLine[] = [];
  #frames: number | undefined;
  #posted = performance.now();

  constructor(page: Page) {
    this.#page = page;
  }

  line(stdout: boolean, message: string): void {
    for (const text of message.split("\r")) {
      if (text !== "") {
        this.#lines.push({ stdout, text });
      }
    }
    if (this.#isTime()) {
      this.flush();
    }
  }

  /** Reports the number of encoded frames. */
  progress(frames: number): void {
    this.#frames = frames;
    if (this.#isTime()) {
      this.flush();
    }
  }

  /** Sends a sign of life, even without anything to report. */
  alive(): void {
    if (this.#isTime()) {
      if (this.#lines.length === 0 && this.#frames === undefined) {
        this.#page.progress(null);
      }
      this.flush();
    }
  }

  flush(): void {
    if (this.#lines.length > 0) {
      this.#page.log(this.#lines);
      this.#lines = [];
    }
    if (this.#frames !== undefined) {
      this.#page.progress(this.#frames);
      this.#frames = undefined;
    }
    this.#posted = performance.now();
  }

  #isTime(): boolean {
    return performance.now() - this.#posted >= INTERVAL_MS;
  }
}
