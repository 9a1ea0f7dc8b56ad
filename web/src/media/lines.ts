// Batches printed lines into few messages. Refuses to know what they say.

import type { LogLine } from "../generated/protocol.ts";

const INTERVAL_MS = 100;

/** During a synchronous run, posted messages reach the page but timers do not fire, so each line checks the clock. */
export class Lines {
  readonly #post: (lines: LogLine[]) => void;
  #waiting: LogLine[] = [];
  #posted = performance.now();

  constructor(post: (lines: LogLine[]) => void) {
    this.#post = post;
  }

  add(stdout: boolean, message: string): void {
    for (const text of message.split("\r")) {
      if (text !== "") {
        this.#waiting.push({ stdout, text });
      }
    }
    if (performance.now() - this.#posted >= INTERVAL_MS) {
      this.flush();
    }
  }

  /** Sends a sign of life, even without lines to send. */
  alive(): void {
    if (performance.now() - this.#posted >= INTERVAL_MS) {
      this.#send();
    }
  }

  flush(): void {
    if (this.#waiting.length > 0) {
      this.#send();
    }
    this.#posted = performance.now();
  }

  #send(): void {
    this.#post(this.#waiting);
    this.#waiting = [];
    this.#posted = performance.now();
  }
}
