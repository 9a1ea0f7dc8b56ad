// Decodes audio, and on after errors where that is wanted. Refuses to know what takes the place of what is lost.

import { AudioSample, AudioSampleSink, type EncodedPacket } from "mediabunny";
import type { Track } from "./clip.ts";
import { CannotDecode, cannotDecode } from "./failures.ts";
import { audioStalled, Signs } from "./in-time.ts";
import { isUncompressed } from "./names.ts";

/**
 * Decodes the audio from a time on, in seconds; if it is lenient, without the packets that do not decode. The caller
 * closes the samples, whose times are the packets' own.
 */
export async function* hear(
  track: Track,
  from: number | undefined,
  lenient: boolean,
): AsyncGenerator<AudioSample> {
  const { demuxed } = track;
  const config = demuxed.isAudioTrack() ? await demuxed.getDecoderConfig() : null;
  if (!demuxed.isAudioTrack() || config === null) {
    throw new CannotDecode(`no decoder for ${track.stream.tag}`);
  }
  // Nothing in it fails.
  if (isUncompressed(config.codec)) {
    const sink = new AudioSampleSink(demuxed);
    return yield* sink.samples(from === undefined ? undefined : from + track.stream.delay);
  }
  yield* lenient ? decodeOn(config, track.from(from)) : decodeAll(config, track.from(from));
}

type Packets = AsyncGenerator<EncodedPacket>;

/** Decodes all packets. A failure is an error. */
async function* decodeAll(config: AudioDecoderConfig, packets: Packets): AsyncGenerator<AudioSample> {
  const decoder = new PacketDecoder(config);
  try {
    for await (const packet of packets) {
      decoder.feed(packet);
      await decoder.hasRoom();
      decoder.check();
      yield* decoder.take();
    }
    await decoder.finish();
    decoder.check();
    yield* decoder.take();
  } finally {
    decoder.close();
  }
}

/** Decodes on behind packets that do not decode. */
async function* decodeOn(config: AudioDecoderConfig, packets: Packets): AsyncGenerator<AudioSample> {
  /** Read, and to be decoded. */
  const waiting: EncodedPacket[] = [];
  for (let all = false; !all || waiting.length > 0; ) {
    const decoder = new PacketDecoder(config);
    try {
      while (!decoder.hasFailed) {
        const packet = waiting.shift() ?? (await next(packets));
        all = packet === undefined;
        if (packet === undefined || decoder.isFarFrom(packet)) {
          waiting.unshift(...(packet ? [packet] : []));
          await decoder.finish();
          break;
        }
        decoder.feed(packet);
        await decoder.hasRoom();
        yield* decoder.take();
      }
      // What came out is not lost, whatever followed it.
      yield* decoder.take();
      if (decoder.hasFailed) {
        waiting.unshift(...decoder.rest());
      }
    } finally {
      decoder.close();
    }
  }
}

async function next(packets: Packets): Promise<EncodedPacket | undefined> {
  const { done, value } = await packets.next();
  return done === true ? undefined : value;
}

/** Decoders count their times on from the first packet: behind a longer gap than this, in seconds, begins another. */
const GAP_SECONDS = 0.05;

class PacketDecoder {
  readonly #decoder: AudioDecoder;
  readonly #signs = new Signs(audioStalled);
  readonly #ready: AudioSample[] = [];
  /** Packets that nothing came out of. */
  #fed: EncodedPacket[] = [];
  #last: EncodedPacket | undefined;
  /** When the first packet begins, and what its sample is stamped with: not all decoders stamp it with its packet's time. */
  #start: number | undefined;
  #firstStamp: number | undefined;

  constructor(config: AudioDecoderConfig) {
    try {
      this.#decoder = new AudioDecoder({
        output: (data) => this.#take(data),
        error: (error) => this.#signs.fail(cannotDecode(error)),
      });
      this.#decoder.ondequeue = () => this.#signs.give();
      this.#decoder.configure(config);
    } catch (error) {
      throw cannotDecode(error);
    }
  }

  get hasFailed(): boolean {
    return this.#signs.hasFailed;
  }

  /** Throws the failure, if there is one. */
  check(): void {
    this.#signs.check();
  }

  /** Returns whether a gap lies in front of a packet. */
  isFarFrom(packet: EncodedPacket): boolean {
    const before = this.#last;
    return before !== undefined && packet.timestamp - before.timestamp - before.duration > GAP_SECONDS;
  }

  feed(packet: EncodedPacket): void {
    this.#fed.push(packet);
    this.#last = packet;
    this.#start ??= packet.timestamp;
    // From zero on: WebKitGTK shows nothing of what has negative times before it is flushed, others change them.
    const timestamp = Math.round((packet.timestamp - this.#start) * 1e6);
    try {
      this.#decoder.decode(new EncodedAudioChunk({ type: packet.type, timestamp, data: packet.data }));
    } catch (error) {
      this.#signs.fail(cannotDecode(error));
    }
  }

  #take(data: AudioData): void {
    const sample = new AudioSample(data);
    this.#signs.give();
    if (sample.numberOfFrames === 0) {
      sample.close();
      return;
    }
    this.#firstStamp ??= sample.timestamp;
    sample.setTimestamp(sample.timestamp - this.#firstStamp + (this.#start ?? 0));
    const end = sample.timestamp + sample.duration;
    this.#fed = this.#fed.filter(({ timestamp, duration }) => timestamp + duration / 2 > end);
    this.#ready.push(sample);
  }

  async hasRoom(): Promise<void> {
    while (!this.hasFailed && this.#decoder.decodeQueueSize > 8) {
      await this.#signs.next();
    }
  }

  async finish(): Promise<void> {
    let flushed = false;
    this.#decoder.flush().then(
      () => {
        flushed = true;
        this.#signs.give();
      },
      (error) => this.#signs.fail(cannotDecode(error)),
    );
    while (!flushed && !this.hasFailed) {
      await this.#signs.next();
    }
  }

  *take(): Generator<AudioSample> {
    for (let sample = this.#ready.shift(); sample !== undefined; sample = this.#ready.shift()) {
      yield sample;
    }
  }

  /** Returns the packets behind the one that did not decode. */
  rest(): EncodedPacket[] {
    return this.#fed.slice(1);
  }

  close(): void {
    for (const sample of this.#ready) {
      sample.close();
    }
    if (this.#decoder.state !== "closed") {
      this.#decoder.close();
    }
  }
}
