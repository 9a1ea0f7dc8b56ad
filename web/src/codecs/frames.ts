// Decodes packets with the browser's decoder, or ours, and checks that no frame is lost. Refuses to know what the frames
// are for.

import type { EncodedPacket } from "mediabunny";
import { Due } from "./due.ts";
import { CannotDecode, cannotDecode } from "./failures.ts";
import { decodeHevc, needsOwn } from "./hevc.ts";
import { Signs } from "./in-time.ts";

/** A decoded frame: what we use of a `VideoFrame`. */
export interface Frame {
  /** Microseconds. */
  readonly timestamp: number;
  readonly format: VideoPixelFormat | null;
  readonly visibleRect: DOMRectReadOnly | null;
  copyTo(target: Uint8Array, options: VideoFrameCopyToOptions): Promise<PlaneLayout[]>;
  close(): void;
}

/** How a stream is decoded. */
export interface Manner {
  /** The most packets and frames in a queue. */
  waiting: number;
  /** Our own decoder decodes, whatever the browser claims to decode. */
  ownDecoder: boolean;
  /** Frames may be lost. */
  mayLose?: boolean;
}

/**
 * Decodes `packets`, which are in decoding order and begin with a keyframe, into frames in presentation order. The
 * caller closes the frames. Frames before the first keyframe refer to frames that are not there and are left out. Fails
 * where a frame is lost, unless some may be.
 */
export async function* decodeFrames(
  config: VideoDecoderConfig,
  packets: AsyncIterator<EncodedPacket, unknown, undefined>,
  { waiting, ownDecoder, mayLose = false }: Manner,
): AsyncGenerator<Frame, void, undefined> {
  if (ownDecoder || (await needsOwn(config))) {
    return yield* decodeHevc(config, packets, mayLose);
  }
  const decoder = new Decoder(config, waiting, mayLose);
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

/** Frames may lead the keyframe that decoding begins with by less than this, in microseconds. */
const LEADING = 60e6;

class Decoder {
  /** Signals every change of the state below. */
  readonly signs = new Signs(
    () => new CannotDecode(`the decoder stalled with ${this.#due.count} frames due`),
  );
  readonly #decoder: VideoDecoder;
  readonly #codec: string;
  readonly #waiting: number;
  readonly #mayLose: boolean;
  /** Decoded, not yet taken. */
  readonly #ready: VideoFrame[] = [];
  readonly #due: Due;
  /** How much later than its own time the decoder is told of a packet, in microseconds. */
  #later: number | undefined;
  #flushed = false;

  constructor(config: VideoDecoderConfig, waiting: number, mayLose: boolean) {
    this.#codec = config.codec;
    this.#waiting = waiting;
    this.#mayLose = mayLose;
    this.#due = new Due(mayLose);
    try {
      this.#decoder = new VideoDecoder({
        output: (frame) => {
          this.#ready.push(this.#inItsTime(frame));
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
    const most = Math.max(this.#decoder.decodeQueueSize, this.#ready.length);
    return most < this.#waiting && !this.signs.hasFailed;
  }

  get isFinished(): boolean {
    return this.#flushed;
  }

  feed(packet: EncodedPacket): void {
    const timestamp = this.#due.expect(packet, isShown(this.#codec, packet.data));
    // Behind negative times, WebKitGTK stamps all frames with the same time.
    this.#later ??= timestamp < 0 ? LEADING - timestamp : 0;
    try {
      const { type, data } = packet;
      this.#decoder.decode(new EncodedVideoChunk({ type, timestamp: timestamp + this.#later, data }));
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
      if (this.#due.settle(frame)) {
        return frame;
      }
    }
    if (this.#flushed) {
      this.#due.checkLost(Number.POSITIVE_INFINITY);
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

  #inItsTime(frame: VideoFrame): VideoFrame {
    if (!this.#later) {
      return frame;
    }
    try {
      return new VideoFrame(frame, { timestamp: frame.timestamp - this.#later });
    } finally {
      frame.close();
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
