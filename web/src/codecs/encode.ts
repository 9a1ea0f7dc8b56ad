// Encodes frames with the browser's own encoder. Refuses to know where they come from and to trust what the encoder
// reports.

import { h264Facts, TrackFile } from "../generated/media.js";
import type { WebCodecsStep } from "../generated/protocol.ts";
import { mendedAvcc } from "./avcc.ts";
import { bytesOf } from "./bytes.ts";
import { CannotEncode, cannotEncode } from "./failures.ts";
import { Signs } from "./in-time.ts";
import { colourSpace } from "./names.ts";

export interface ChunkEncoder {
  /** Takes a whole frame, planar 4:2:0 without padding; resolves when the next may come. */
  take(frame: Uint8Array): Promise<void>;
  /** Takes a decoded 4:2:0 frame of the step's size without copying it, if its colours are the step's. */
  takeDecoded(frame: VideoFrame): Promise<boolean>;
  /** Returns the chunk as an MP4 file. */
  finish(): Promise<Blob>;
  close(): void;
}

/** The most frames in the encoder's queue. */
const WAITING = 4;

interface Packet {
  data: Uint8Array;
  slot: number;
  key: boolean;
}

/** Returns whether there is hardware that takes such frames. */
export async function hasHardware(step: WebCodecsStep): Promise<boolean> {
  try {
    return (await VideoEncoder.isConfigSupported(configOf(step, "prefer-hardware"))).supported === true;
  } catch {
    return false;
  }
}

/** Opens an encoder, hardware where the step asks for it and there is some for frames of its size. */
export async function openEncoding(step: WebCodecsStep): Promise<ChunkEncoder> {
  const acceleration = step.hardware && (await hasHardware(step)) ? "prefer-hardware" : "no-preference";
  return new Encoding(step, acceleration);
}

function configOf(step: WebCodecsStep, hardwareAcceleration: HardwareAcceleration): VideoEncoderConfig {
  const { codec, width, height, rate, bitrate } = step;
  return {
    codec,
    width,
    height,
    framerate: rate.numerator / rate.denominator,
    bitrate,
    bitrateMode: "variable",
    latencyMode: "quality",
    hardwareAcceleration,
    ...(codec.startsWith("avc") && { avc: { format: "avc" } }),
  };
}

class Encoding implements ChunkEncoder {
  readonly #step: WebCodecsStep;
  readonly #encoder: VideoEncoder;
  readonly #packets: Packet[] = [];
  #config: VideoDecoderConfig | undefined;
  #taken = 0;
  readonly #signs = new Signs(() => new CannotEncode("the encoder stalled"));

  constructor(step: WebCodecsStep, acceleration: HardwareAcceleration) {
    this.#step = step;
    try {
      this.#encoder = new VideoEncoder({
        output: (chunk, metadata) => this.#add(chunk, metadata),
        error: (error) => this.#fail(error),
      });
      this.#encoder.ondequeue = () => this.#signs.give();
      this.#encoder.configure(configOf(step, acceleration));
    } catch (error) {
      throw cannotEncode(error);
    }
  }

  async take(bytes: Uint8Array): Promise<void> {
    const { width, height, colour } = this.#step;
    // The constructor copies the bytes: they may change as soon as this function awaits.
    await this.#encode(
      (times) =>
        new VideoFrame(bytes as Uint8Array<ArrayBuffer>, {
          format: "I420",
          codedWidth: width,
          codedHeight: height,
          // Without it, the encoder assumes BT.709.
          colorSpace: colourSpace(colour),
          ...times,
        }),
    );
  }

  async takeDecoded(decoded: VideoFrame): Promise<boolean> {
    const { width, height, colour } = this.#step;
    // Whatever shares the decoder's memory keeps its colours.
    if (!hasColours(decoded.colorSpace, colourSpace(colour))) {
      return false;
    }
    const size = { displayWidth: width, displayHeight: height };
    await this.#encode((times) => new VideoFrame(decoded, { ...size, ...times }));
    return true;
  }

  async #encode(make: (times: { timestamp: number; duration: number }) => VideoFrame): Promise<void> {
    const { rate } = this.#step;
    const frameMicroseconds = (1e6 * rate.denominator) / rate.numerator;
    try {
      const frame = make({
        timestamp: Math.round(this.#taken * frameMicroseconds),
        duration: Math.round(frameMicroseconds),
      });
      try {
        this.#encoder.encode(frame, { keyFrame: this.#taken === 0 });
        this.#taken += 1;
      } finally {
        frame.close();
      }
    } catch (error) {
      this.#fail(error);
    }
    while (!this.#signs.hasFailed && this.#encoder.encodeQueueSize >= WAITING) {
      await this.#signs.next();
    }
    this.#signs.check();
  }

  async finish(): Promise<Blob> {
    this.#signs.check();
    let flushed = false;
    this.#encoder.flush().then(
      () => {
        flushed = true;
        this.#signs.give();
      },
      (error) => this.#fail(error),
    );
    while (!flushed) {
      this.#signs.check();
      await this.#signs.next();
    }
    this.#signs.check();
    const { frames } = this.#step;
    const slots = new Set(this.#packets.map(({ slot }) => slot).filter((slot) => slot >= 0 && slot < frames));
    if (this.#taken !== frames || this.#packets.length !== frames || slots.size !== frames) {
      throw new CannotEncode(`${this.#packets.length} packets of ${this.#taken} frames instead of ${frames}`);
    }
    return this.#file();
  }

  close(): void {
    if (this.#encoder.state !== "closed") {
      this.#encoder.close();
    }
  }

  #file(): Blob {
    const { width, height, colour, rate } = this.#step;
    if (this.#config === undefined || this.#packets[0]?.key !== true) {
      throw new CannotEncode("no decoder configuration, or no keyframe at the start");
    }
    const { codec, description } = this.#config;
    const record = description && checkedRecord(codec, bytesOf(description));
    const file = TrackFile.video(
      codec,
      record,
      width,
      height,
      new Uint16Array(colour),
      rate.numerator,
      rate.denominator,
    );
    try {
      for (const [index, { data, slot, key }] of this.#packets.entries()) {
        file.add(data, slot - index, key);
      }
      return new Blob([file.finish(0) as Uint8Array<ArrayBuffer>], { type: "video/mp4" });
    } catch (error) {
      throw cannotEncode(error);
    } finally {
      file.free();
    }
  }

  #add(chunk: EncodedVideoChunk, metadata: EncodedVideoChunkMetadata | undefined): void {
    const { rate } = this.#step;
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    const slot = Math.round((chunk.timestamp * rate.numerator) / (1e6 * rate.denominator));
    this.#packets.push({ data, slot, key: chunk.type === "key" });
    this.#config ??= metadata?.decoderConfig;
    this.#signs.give();
  }

  #fail(error: unknown): void {
    this.#signs.fail(cannotEncode(error));
  }
}

/** Returns whether encoders treat colours as the wanted ones: what is not said is BT.709 to them. */
function hasColours(found: VideoColorSpace, wanted: VideoColorSpaceInit): boolean {
  const isAlike = (key: "primaries" | "transfer" | "matrix") =>
    found[key] === wanted[key] || (found[key] === null && wanted[key] === "bt709");
  return isAlike("primaries") && isAlike("transfer") && isAlike("matrix") && found.fullRange === false;
}

/** Returns a valid decoder description; checks and repairs only H.264's. */
function checkedRecord(codec: string, description: Uint8Array): Uint8Array {
  if (!codec.startsWith("avc")) {
    return description;
  }
  const record = mendedAvcc(description);
  try {
    h264Facts(record).free();
  } catch (error) {
    throw cannotEncode(error);
  }
  return record;
}
