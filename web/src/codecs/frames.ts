// Decodes packets with the browser's decoder and checks that no frame is lost. Refuses to know what the frames are for.

import type { EncodedPacket } from "mediabunny";
import { CannotDecode, cannotDecode } from "./failures.ts";
import { Signs } from "./in-time.ts";

/**
 * Most packets and most frames in a queue: enough to keep the decoder busy while a frame is used, few enough for
 * memory.
 */
const WAITING = 6;

/**
 * Decodes `packets`, which are in decoding order and begin with a keyframe, into frames in presentation order. The
 * caller closes the frames. Frames before the first keyframe refer to frames that are not there and are left out. Fails
 * where a frame is lost, unless some may be.
 */
export async function* decodeFrames(
  config: VideoDecoderConfig,
  packets: AsyncIterator<EncodedPacket, unknown, undefined>,
  mayLose = false,
): AsyncGenerator<VideoFrame, void, undefined> {
  const decoder = new Decoder(config, mayLose);
  try {
    for (let all = false; ; ) {
      if (!all && decoder.hasRoom) {
        const next = await packets.next();
        all = next.done === true;
        if (next.done === true) {
          decoder.finish();
        } else {
          decoder.feed(next.value);
        }
        continue;
      }
      const frame = decoder.take();
      if (frame !== undefined) {
        yield frame;
      } else if (decoder.isFinished) {
        return;
      } else {
        await decoder.signs.next();
      }
    }
  } finally {
    decoder.close();
  }
}

class Decoder {
  /** Signals every change of the state below. */
  readonly signs = new Signs(
    () => new CannotDecode(`the decoder stalled with ${this.#due.length} frames due`),
  );
  readonly #decoder: VideoDecoder;
  readonly #codec: string;
  readonly #mayLose: boolean;
  /** Decoded, not yet taken. */
  readonly #ready: VideoFrame[] = [];
  /** Times of packets whose frames are still missing, ascending; microseconds. */
  readonly #due: number[] = [];
  /** Time of the first keyframe. */
  #start: number | undefined;
  #flushed = false;

  constructor(config: VideoDecoderConfig, mayLose: boolean) {
    this.#codec = config.codec;
    this.#mayLose = mayLose;
    try {
      this.#decoder = new VideoDecoder({
        output: (frame) => {
          this.#ready.push(frame);
          this.signs.give();
        },
        error: (error) => this.#fail(error),
      });
      this.#decoder.ondequeue = () => this.signs.give();
      this.#decoder.configure(config);
    } catch (error) {
      throw cannotDecode(error);
    }
  }

  get hasRoom(): boolean {
    return this.#decoder.decodeQueueSize < WAITING && this.#ready.length < WAITING && !this.signs.hasFailed;
  }

  get isFinished(): boolean {
    return this.#flushed;
  }

  feed(packet: EncodedPacket): void {
    const timestamp = Math.round(packet.timestamp * 1e6);
    this.#start ??= timestamp;
    if (isShown(this.#codec, packet.data)) {
      const place = this.#due.findLastIndex((time) => time <= timestamp) + 1;
      this.#due.splice(place, 0, timestamp);
    }
    try {
      const { type, data } = packet;
      this.#decoder.decode(new EncodedVideoChunk({ type, timestamp, data }));
    } catch (error) {
      this.#fail(error);
    }
  }

  finish(): void {
    this.#decoder.flush().then(
      () => {
        this.#flushed = true;
        this.signs.give();
      },
      (error) => this.#fail(error),
    );
  }

  /** Takes the next frame, if there is one. */
  take(): VideoFrame | undefined {
    // What was decoded before an error is not lost for it, where something may be.
    if (!this.#mayLose || this.#ready.length === 0) {
      this.signs.check();
    }
    for (let frame = this.#ready.shift(); frame !== undefined; frame = this.#ready.shift()) {
      const isLeading = frame.timestamp < (this.#start ?? 0);
      try {
        this.#settle(frame.timestamp, isLeading);
      } catch (error) {
        frame.close();
        throw error;
      }
      if (!isLeading) {
        return frame;
      }
      frame.close();
    }
    if (this.#flushed) {
      this.#checkLost(Number.POSITIVE_INFINITY);
    }
    return undefined;
  }

  close(): void {
    for (const frame of this.#ready) {
      frame.close();
    }
    if (this.#decoder.state !== "closed") {
      this.#decoder.close();
    }
  }

  #settle(time: number, isLeading: boolean): void {
    this.#checkLost(time);
    if (this.#due[0] === time) {
      this.#due.shift();
    } else if (!isLeading) {
      throw new CannotDecode(`a frame at ${time} µs that no packet has`);
    }
  }

  /**
   * Checks for lost frames. Frames come in the order of their times: those due before `time` will not come any more.
   */
  #checkLost(time: number): void {
    while (this.#due[0] !== undefined && this.#due[0] < time) {
      const lost = this.#due.shift() ?? 0;
      if (lost >= (this.#start ?? 0) && !this.#mayLose) {
        throw new CannotDecode(`the frame at ${lost} µs was lost`);
      }
    }
  }

  #fail(error: unknown): void {
    this.signs.fail(cannotDecode(error));
  }
}

/** Returns whether a packet yields a frame: VP8 has packets that only serve as references. */
function isShown(codec: string, packet: Uint8Array): boolean {
  const SHOWN = 0x10;
  return codec !== "vp8" || ((packet[0] ?? SHOWN) & SHOWN) !== 0;
}
