// Decodes on after errors: video from the next keyframe on, audio from the next packet on. Refuses to know what takes
// the place of what is lost.

import { AudioSample, AudioSampleSink, type EncodedPacket } from "mediabunny";
import type { Track } from "./clip.ts";
import { CannotDecode, cannotDecode } from "./failures.ts";
import { decodeFrames, type Frame, type Manner } from "./frames.ts";
import { audioStalled, Signs } from "./in-time.ts";
import { isUncompressed } from "./names.ts";

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

  #read(): Promise<EncodedPacket | undefined> {
    return read(this.#packets);
  }
}

/** Decodes the audio from a time on, in seconds, without the packets that do not decode. The caller closes the samples. */
export async function* hearOn(track: Track, from: number | undefined): AsyncGenerator<AudioSample> {
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
  const packets = track.from(from);
  /** Read, and to be decoded. */
  const waiting: EncodedPacket[] = [];
  for (let all = false; !all || waiting.length > 0; ) {
    const decoder = new PacketDecoder(config);
    try {
      while (!decoder.hasFailed) {
        const packet = waiting.shift() ?? (await read(packets));
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

async function read(packets: AsyncIterator<EncodedPacket, unknown>): Promise<EncodedPacket | undefined> {
  const next = await packets.next();
  return next.done === true ? undefined : (next.value as EncodedPacket);
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
  /** When the first packet begins, and how much later than its sample is stamped: not all decoders keep negative times. */
  #start: number | undefined;
  #late: number | undefined;

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

  /** Returns whether a gap lies in front of a packet. */
  isFarFrom(packet: EncodedPacket): boolean {
    const before = this.#last;
    return before !== undefined && packet.timestamp - before.timestamp - before.duration > GAP_SECONDS;
  }

  feed(packet: EncodedPacket): void {
    this.#fed.push(packet);
    this.#last = packet;
    this.#start ??= packet.timestamp;
    try {
      this.#decoder.decode(packet.toEncodedAudioChunk());
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
    this.#late ??= sample.timestamp - (this.#start ?? sample.timestamp);
    sample.setTimestamp(sample.timestamp - this.#late);
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
