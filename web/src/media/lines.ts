// Gathers what a running task has to say into few messages. Refuses to know what the lines say.

import type { LogLine } from "../generated/protocol.ts";

const INTERVAL_MS = 100;

/** How the page hears of a running task. */
export interface Page {
  log(lines: LogLine[]): void;
  /** Null is nothing but a sign of life. */
  progress(frames: number | null): void;
}

/** Posting from inside a synchronous run reaches the page at once, timers do not fire: so each call looks at the clock. */
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

  /** So many frames are encoded. */
  progress(frames: number): void {
    this.#frames = frames;
    if (this.#isTime()) {
      this.flush();
    }
  }

  /** Something goes on, although there may be nothing to say. */
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
