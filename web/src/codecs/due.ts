// Keeps account of the frames that packets promise, and finds lost ones. Refuses to know what decodes them.

import type { EncodedPacket } from "mediabunny";
import { CannotDecode } from "./failures.ts";

/** The frames that are due. Times are in microseconds. */
export class Due {
  readonly #mayLose: boolean;
  /** Times of packets whose frames are still missing, ascending. */
  readonly #times: number[] = [];
  /** Time of the first keyframe. */
  #start: number | undefined;

  constructor(mayLose: boolean) {
    this.#mayLose = mayLose;
  }

  get count(): number {
    return this.#times.length;
  }

  /** Books a packet and returns its time. Packets that show nothing only serve as references. */
  expect(packet: EncodedPacket, isShown: boolean): number {
    const timestamp = Math.round(packet.timestamp * 1e6);
    this.#start ??= timestamp;
    if (isShown) {
      const place = this.#times.findLastIndex((time) => time <= timestamp) + 1;
      this.#times.splice(place, 0, timestamp);
    }
    return timestamp;
  }

  /**
   * Settles a decoded frame and returns whether it is to be shown; closes it if not. Frames before the first keyframe
   * refer to frames that are not there.
   */
  settle(frame: { readonly timestamp: number; close(): void }): boolean {
    let isShown = false;
    try {
      isShown = this.#isShown(frame.timestamp);
    } finally {
      if (!isShown) {
        frame.close();
      }
    }
    return isShown;
  }

  /**
   * Checks for lost frames. Frames come in the order of their times: those due before `time` will not come any more.
   */
  checkLost(time: number): void {
    while (this.#times[0] !== undefined && this.#times[0] < time) {
      const lost = this.#times.shift() ?? 0;
      if (lost >= (this.#start ?? 0) && !this.#mayLose) {
        throw new CannotDecode(`the frame at ${lost} µs was lost`);
      }
    }
  }

  #isShown(time: number): boolean {
    const isLeading = time < (this.#start ?? 0);
    this.checkLost(time);
    if (this.#times[0] === time) {
      this.#times.shift();
    } else if (!isLeading) {
      throw new CannotDecode(`a frame at ${time} µs that no packet has`);
    }
    return !isLeading;
  }
}
