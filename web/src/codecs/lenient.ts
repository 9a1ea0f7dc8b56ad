// Decodes video on after errors, from the next keyframe on. Refuses to know what takes the place of what is lost.

import type { EncodedPacket } from "mediabunny";
import { CannotDecode } from "./failures.ts";
import { decodeFrames, type Frame, type Manner } from "./frames.ts";

/** Decodes as `decodeFrames` does, and goes on at the next keyframe where that fails. */
export async function* decodeOn(
  config: VideoDecoderConfig,
  packets: AsyncIterator<EncodedPacket, unknown, undefined>,
  manner: Manner,
): AsyncGenerator<Frame, void, undefined> {
  const rest = new Rest(packets);
  const held: Frame[] = [];
  let last = Number.NEGATIVE_INFINITY;
  try {
    for (;;) {
      try {
        for await (const frame of decodeFrames(config, rest, { ...manner, mayLose: true })) {
          last = frame.timestamp;
          held.push(frame);
          const [before] = held.length > 1 ? held.splice(0, 1) : [];
          if (before !== undefined) {
            yield before;
          }
        }
        yield* held.splice(0);
        return;
      } catch (error) {
        if (!(error instanceof CannotDecode)) {
          throw error;
        }
      }
      // The last frame before an error is often destroyed already, and would be shown until the next.
      closeAll(held.splice(0));
      if (!(await rest.goOnBehind(last))) {
        return;
      }
    }
  } finally {
    closeAll(held);
  }
}

function closeAll(frames: readonly Frame[]): void {
  for (const frame of frames) {
    frame.close();
  }
}

/** More packets than decoders have in work at once. */
const IN_WORK = 64;

/** The packets that a decoder has not shown anything of. */
class Rest implements AsyncIterator<EncodedPacket, undefined, undefined> {
  readonly #packets: AsyncIterator<EncodedPacket, unknown, undefined>;
  /** Handed out last. */
  #given: EncodedPacket[] = [];
  /** To be handed out again. */
  #again: EncodedPacket[] = [];
  /** The keyframe that the decoder began with. */
  #start: EncodedPacket | undefined;

  constructor(packets: AsyncIterator<EncodedPacket, unknown, undefined>) {
    this.#packets = packets;
  }

  async next(): Promise<IteratorResult<EncodedPacket, undefined>> {
    const packet = this.#again.shift() ?? (await this.#read());
    if (packet === undefined) {
      return { done: true, value: undefined };
    }
    this.#start ??= packet;
    this.#given.push(packet);
    if (this.#given.length > IN_WORK) {
      this.#given.shift();
    }
    return { done: false, value: packet };
  }

  /** Goes on at the first keyframe behind this time, in microseconds; false where there is none. */
  async goOnBehind(time: number): Promise<boolean> {
    const isNext = (packet: EncodedPacket) =>
      packet.type === "key" && packet !== this.#start && packet.timestamp * 1e6 > time;
    const all = [...this.#given, ...this.#again];
    const place = all.findIndex(isNext);
    this.#given = [];
    this.#again = place < 0 ? [] : all.slice(place);
    for (let packet = this.#again[0]; packet === undefined || !isNext(packet); ) {
      packet = await this.#read();
      if (packet === undefined) {
        return false;
      }
      this.#again = [packet];
    }
    this.#start = undefined;
    return true;
  }

  async #read(): Promise<EncodedPacket | undefined> {
    const next = await this.#packets.next();
    return next.done === true ? undefined : (next.value as EncodedPacket);
  }
}
