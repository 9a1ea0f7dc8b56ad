// Opens a clip: the demuxer's tracks, and what the container says about them. Refuses to know what the packets are for.

import {
  type EncodedPacket,
  EncodedPacketSink,
  Input,
  type InputTrack,
  MATROSKA,
  MP4,
  QTFF,
  WEBM,
} from "mediabunny";
import { CannotDecode, cannotDecode } from "./failures.ts";
import { GuardedSource } from "./guard.ts";
import { readMatroska } from "./matroska.ts";
import { readMovie } from "./movie.ts";
import type { Stream, Structure } from "./structure.ts";

/** A clip that is open for reading. */
export class Clip {
  readonly structure: Structure;
  readonly #input: Input;
  readonly #tracks: readonly InputTrack[];

  private constructor(structure: Structure, input: Input, tracks: readonly InputTrack[]) {
    this.structure = structure;
    this.#input = input;
    this.#tracks = tracks;
  }

  static async open(file: Blob): Promise<Clip> {
    const source = new GuardedSource(file);
    const input = new Input({ source, formats: [MP4, QTFF, MATROSKA, WEBM] });
    try {
      const format = await input.getFormat();
      const isMovie = format === MP4 || format === QTFF;
      const structure = await (isMovie ? readMovie(file) : readMatroska(file));
      source.guard(isMovie ? "boxes" : "elements");
      // What is spread over the file is read by ffmpeg; the demuxer would list it all now.
      return new Clip(structure, input, structure.fragmented ? [] : await input.getTracks());
    } catch (error) {
      input.dispose();
      throw cannotDecode(error);
    }
  }

  close(): void {
    this.#input.dispose();
  }

  /** Returns the track of a video or audio stream. */
  track(index: number): Track {
    const stream = this.structure.streams[index];
    const track = this.#tracks.find(({ id }) => id === stream?.id);
    if (stream === undefined || track === undefined) {
      throw new CannotDecode(`stream ${index} is none that the demuxer knows`);
    }
    return new Track(stream, track);
  }
}

/** Runs `work` with an open clip. */
export async function withClip<T>(file: Blob, work: (clip: Clip) => Promise<T>): Promise<T> {
  const clip = await Clip.open(file);
  try {
    return await work(clip);
  } finally {
    clip.close();
  }
}

const METADATA = { metadataOnly: true } as const;
/** Half the resolution of times. */
const HALF_MICROSECOND = 0.5e-6;

/** A track whose packets are read one by one. Times are seconds on the file's own timeline. */
export class Track {
  readonly stream: Stream;
  readonly demuxed: InputTrack;
  readonly #packets: EncodedPacketSink;

  constructor(stream: Stream, demuxed: InputTrack) {
    this.stream = stream;
    this.demuxed = demuxed;
    this.#packets = new EncodedPacketSink(demuxed);
  }

  time(packet: EncodedPacket): number {
    return packet.timestamp - this.stream.delay;
  }

  /** Returns whether the container presents what begins at `time`. */
  isShown(time: number): boolean {
    const { from, to } = this.stream.shown;
    return time > from - HALF_MICROSECOND && time < to - HALF_MICROSECOND;
  }

  /** Lists the packets in decoding order without their data; video from the last keyframe that the shown part needs. */
  async *listed(): AsyncGenerator<EncodedPacket> {
    const { kind, shown } = this.stream;
    const { from } = shown;
    const key =
      kind === "video" && Number.isFinite(from) ? await this.#packets.getKeyPacket(from, METADATA) : null;
    let packet = key ?? (await this.#packets.getFirstPacket(METADATA));
    for (; packet !== null; packet = await this.#packets.getNextPacket(packet, METADATA)) {
      yield packet;
    }
  }

  /** Reads the packets in decoding order, from the keyframe at or before `from`, else from the first. */
  async *from(from: number | undefined): AsyncGenerator<EncodedPacket> {
    let packet = await this.first(from);
    while (packet !== null) {
      yield packet;
      const next = await this.#packets.getNextPacket(packet);
      // The demuxer reports no error when data lies beyond the end of the file.
      if (next === null && (await this.#packets.getNextPacket(packet, METADATA)) !== null) {
        throw new CannotDecode(`the file ends after the packet at ${packet.timestamp}`);
      }
      packet = next;
    }
  }

  /** Finds the packet that decoding from `from` begins with. */
  async first(from: number | undefined): Promise<EncodedPacket | null> {
    const key =
      from === undefined
        ? null
        : await this.#packets.getKeyPacket(from + this.stream.delay + HALF_MICROSECOND, {
            verifyKeyPackets: true,
          });
    return key ?? this.#packets.getFirstPacket();
  }

  /** Returns whether there is not one packet. */
  async isEmpty(): Promise<boolean> {
    return (await this.#packets.getFirstPacket(METADATA)) === null;
  }

  /** Reads the last packet, which must be complete. */
  async last(): Promise<EncodedPacket> {
    const packet = await this.#packets.getPacket(Number.POSITIVE_INFINITY);
    if (packet === null || packet.data.byteLength !== packet.byteLength) {
      throw new CannotDecode("the last packet is not there");
    }
    return packet;
  }
}
