// Gathers printed lines into few messages. Refuses to know what they say.

import type { LogLine } from "../generated/protocol.ts";

const INTERVAL_MS = 100;

/** Posting from inside a synchronous run reaches the page at once, timers do not fire: so each line looks at the clock. */
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

  /** Tells that something goes on, although it may have nothing to say. */
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
