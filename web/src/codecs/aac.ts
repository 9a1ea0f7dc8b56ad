// Encodes sound as AAC. Refuses to know where it comes from.

import { registerAacEncoder } from "@mediabunny/aac-encoder";
import { AdtsOutputFormat, AudioSample, AudioSampleSource, NullTarget, Output } from "mediabunny";
import { TrackFile } from "../generated/media.js";
import { bytesOf } from "./bytes.ts";
import { CannotEncode, cannotEncode } from "./failures.ts";
import { inTime } from "./in-time.ts";

/** Samples that the encoder puts in front of the first: its overlap with nothing. */
const PRIMING = 1024;
/** Samples of a packet. */
const PACKET = 1024;

/** One track under way. */
export class AacEncoding {
  readonly #rate: number;
  readonly #channels: number;
  readonly #source: AudioSampleSource;
  readonly #output: Output;
  readonly #packets: Uint8Array[] = [];
  #description: Uint8Array | undefined;
  /** Samples of each channel taken. */
  #taken = 0;

  private constructor(rate: number, channels: number, bitrate: number) {
    this.#rate = rate;
    this.#channels = channels;
    this.#source = new AudioSampleSource({
      codec: "aac",
      bitrate,
      onEncodedPacket: (packet, metadata) => {
        this.#packets.push(packet.data);
        const description = metadata?.decoderConfig?.description;
        this.#description ??= description && bytesOf(description);
      },
    });
    this.#output = new Output({ format: new AdtsOutputFormat(), target: new NullTarget() });
    this.#output.addAudioTrack(this.#source);
  }

  static async start(rate: number, channels: number, bitrate: number): Promise<AacEncoding> {
    // The browsers' own encoders differ in how much they put in front, and tell nobody.
    registerAacEncoder();
    const encoding = new AacEncoding(rate, channels, bitrate);
    await encoding.#output.start();
    return encoding;
  }

  /** Takes interleaved samples. */
  async take(data: Float32Array<ArrayBuffer>): Promise<void> {
    const numberOfFrames = data.length / this.#channels;
    if (numberOfFrames === 0) {
      return;
    }
    const sample = new AudioSample({
      data,
      format: "f32",
      numberOfChannels: this.#channels,
      sampleRate: this.#rate,
      timestamp: this.#taken / this.#rate,
    });
    this.#taken += numberOfFrames;
    try {
      await inTime(this.#source.add(sample), stalled);
    } catch (error) {
      throw cannotEncode(error);
    } finally {
      sample.close();
    }
  }

  /** The track as an MP4 file whose timeline begins with the first sample taken. */
  async finish(): Promise<Blob> {
    try {
      await inTime(this.#output.finalize(), stalled);
    } catch (error) {
      throw cannotEncode(error);
    }
    const total = PRIMING + this.#taken;
    if (this.#description === undefined || this.#packets.length * PACKET < total) {
      throw new CannotEncode(`${this.#packets.length} packets of sound for ${this.#taken} samples`);
    }
    const file = TrackFile.sound(this.#description, this.#rate, this.#channels);
    try {
      for (const [index, packet] of this.#packets.entries()) {
        const ticks = Math.min(PACKET, total - index * PACKET);
        if (ticks > 0) {
          file.add(packet, ticks, true);
        }
      }
      const whole = file.finish((-PRIMING * 1e6) / this.#rate);
      return new Blob([whole as Uint8Array<ArrayBuffer>], { type: "video/mp4" });
    } finally {
      file.free();
    }
  }

  async cancel(): Promise<void> {
    if (this.#output.state === "started") {
      await this.#output.cancel();
    }
  }
}

function stalled(): CannotEncode {
  return new CannotEncode("the encoder of the sound stalled");
}
