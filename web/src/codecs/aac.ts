// Encodes audio as AAC, in the worker that asks for it. Refuses to know where the audio comes from and where packets
// go.

import type { AacCoder, AudioStep } from "../generated/protocol.ts";
import createModule, { type AacModule } from "./aac-module.js";
import { CannotEncode, cannotEncode } from "./failures.ts";

/** Samples per channel that the encoder puts before the first one. */
const PRIMING = 1024;

export interface AacTrack {
  /** The decoder's configuration (AudioSpecificConfig). */
  description: Uint8Array;
  /** Each with its duration in samples per channel; the first `priming` samples are not part of the audio. */
  packets: readonly { data: Uint8Array; samples: number }[];
  priming: number;
}

/** Samples per second, channels, bits per second, and how quantizers are searched for. */
export type AacSettings = Pick<AudioStep, "sampleRate" | "channels" | "bitrate" | "coder">;

/** Encodes one track. */
export class AacEncoder {
  readonly #module: AacModule;
  readonly #encoder: number;
  readonly #channels: number;
  readonly #description: Uint8Array;
  readonly #packets: Uint8Array[] = [];
  /** Interleaved samples of the frame that is being filled; `#filled` of them are valid. */
  readonly #frame: Float32Array;
  #filled = 0;
  /** Samples per channel in whole frames. */
  #sent = 0;

  private constructor(module: AacModule, { sampleRate, channels, bitrate, coder }: AacSettings) {
    chooseCoder(module, coder);
    const encoder = module._init_encoder(channels, sampleRate, bitrate);
    if (encoder === 0) {
      throw new CannotEncode(
        `no AAC of ${channels} channels at ${sampleRate} Hz and ${bitrate} bits a second`,
      );
    }
    this.#module = module;
    this.#encoder = encoder;
    this.#channels = channels;
    this.#description = this.#copy(
      module._get_encoder_extradata(encoder),
      module._get_encoder_extradata_size(encoder),
    );
    this.#frame = new Float32Array(module._get_encoder_frame_size(encoder) * channels);
  }

  /** Starts FFmpeg's encoder. The browsers' own encoders differ in how much priming they add and do not report it. */
  static async start(settings: AacSettings): Promise<AacEncoder> {
    try {
      return new AacEncoder(await createModule(), settings);
    } catch (error) {
      throw cannotEncode(error);
    }
  }

  /** Takes interleaved samples. */
  take(samples: Float32Array): void {
    for (let at = 0; at < samples.length; ) {
      const piece = samples.subarray(at, at + this.#frame.length - this.#filled);
      this.#frame.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === this.#frame.length) {
        this.#send();
      }
    }
  }

  finish(): AacTrack {
    const total = PRIMING + this.#sent + this.#filled / this.#channels;
    if (this.#filled > 0) {
      this.#frame.fill(0, this.#filled);
      this.#send();
    }
    this.#module._flush_encoder_start(this.#encoder);
    this.#drain();
    const frame = this.#frame.length / this.#channels;
    if (this.#packets.length * frame < total) {
      throw new CannotEncode(`${this.#packets.length} packets of audio for ${total} samples`);
    }
    const needed = this.#packets.slice(0, Math.ceil(total / frame));
    const packets = needed.map((data, index) => ({ data, samples: Math.min(frame, total - index * frame) }));
    return { description: this.#description, packets, priming: PRIMING };
  }

  close(): void {
    this.#module._close_encoder(this.#encoder);
  }

  #send(): void {
    const module = this.#module;
    const { buffer, byteLength } = this.#frame;
    const address = module._get_encode_input_ptr(this.#encoder, byteLength);
    if (address === 0) {
      throw new CannotEncode("no memory for the audio encoder");
    }
    module.HEAPU8.set(new Uint8Array(buffer), address);
    check(module._send_frame(this.#encoder, BigInt(this.#sent)));
    this.#sent += this.#frame.length / this.#channels;
    this.#filled = 0;
    this.#drain();
  }

  #drain(): void {
    const module = this.#module;
    for (;;) {
      const bytes = check(module._receive_packet(this.#encoder));
      if (bytes === 0) {
        return;
      }
      this.#packets.push(this.#copy(module._get_encoded_data(this.#encoder), bytes));
    }
  }

  #copy(address: number, bytes: number): Uint8Array {
    return this.#module.HEAPU8.slice(address, address + bytes);
  }
}

function check(result: number): number {
  if (result < 0) {
    throw new CannotEncode(`the audio encoder failed with ${result}`);
  }
  return result;
}

/** Values of FFmpeg's option `aac_coder`. */
const CODERS: Record<AacCoder, bigint> = { twoLoop: 0n, fast: 1n };
/** FFmpeg's constants lie in front of this address. */
const CONSTANTS = 1 << 20;

/**
 * Makes a coder the default of the encoders that start from now on. The package's C calls pass no options on, so this
 * changes the entry of `aac_coder` in FFmpeg's table of options, which is laid out as in libavutil/opt.h: the address of
 * the name, 16 bytes behind it the default, then the least and the greatest value. In a package that is laid out
 * otherwise, FFmpeg's own default stays.
 */
function chooseCoder({ HEAPU8: { buffer } }: AacModule, coder: AacCoder): void {
  const bytes = Math.min(CONSTANTS, buffer.byteLength);
  const texts = new TextDecoder("latin1").decode(new Uint8Array(buffer, 0, bytes));
  const name = texts.indexOf("\0aac_coder\0") + 1;
  const words = new Uint32Array(buffer, 0, bytes / 4);
  for (let at = words.indexOf(name); name > 0 && at >= 0; at = words.indexOf(name, at + 1)) {
    const option = new DataView(buffer, at * 4);
    if (option.getFloat64(24, true) === 0 && option.getFloat64(32, true) === 1) {
      option.setBigInt64(16, CODERS[coder], true);
      return;
    }
  }
}
