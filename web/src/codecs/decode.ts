// Decodes the frames of one chunk onto the result's even grid. Refuses to know what the frames are for.

import type { EncodedPacket } from "mediabunny";
import type { DecodeStep } from "../generated/protocol.ts";
import { sequenceHeader, withSequenceHeader } from "./av1.ts";
import { type Track, withClip } from "./clip.ts";
import { CannotDecode } from "./failures.ts";
import { Converter, isConverted } from "./frame-convert.ts";
import { decodeFrames, type Frame } from "./frames.ts";
import { decodeOn } from "./lenient.ts";

/**
 * Takes a converted frame, which is valid until the call returns or resolves, for a slot. `format` is the layout in which
 * the decoder handed it out.
 */
export type TakeFrame = (
  frame: Uint8Array,
  slot: number,
  format: VideoPixelFormat | null,
) => void | Promise<void>;

/**
 * Takes a decoded frame that needs no conversion, for the next slot; false if it has to be converted all the same. The
 * frame stays the caller's.
 */
export type TakeDecoded = (frame: VideoFrame) => Promise<boolean>;

/** Which slots of a decode are handed over. */
export interface Wish {
  step: DecodeStep;
  /** Of so many slots the first. */
  every: number;
  take: TakeFrame;
  /** Asked first for frames that are already what is wanted. */
  takeDecoded?: TakeDecoded | undefined;
}

/**
 * Hands over exactly `step.frames` frames in order: in each slot the last frame at or before its time. Where another
 * wish for the same track goes with it, one decoder serves both.
 */
export function decodeChunk(
  memory: WebAssembly.Memory,
  step: DecodeStep,
  file: Blob,
  take: TakeFrame,
  takeDecoded: TakeDecoded | undefined,
  beside?: Wish,
): Promise<void> {
  const wishes = [{ step, every: 1, take, takeDecoded }, ...(beside ? [beside] : [])];
  return withClip(file, (clip) => decodeTrack(memory, clip.track(step.stream), wishes));
}

/**
 * Decodes a track from where the first wish begins, and hands over what is wished for. Calls `decoded` with the time of
 * each frame, in microseconds.
 */
export async function decodeTrack(
  memory: WebAssembly.Memory,
  track: Track,
  wishes: readonly Wish[],
  decoded: (time: number) => void = () => {},
): Promise<void> {
  const fillers = wishes.map((wish) => new Filler(memory, wish));
  const [first] = wishes;
  if (first === undefined) {
    return;
  }
  let held: Frame | undefined;
  const fill = async (time: number) => {
    for (const filler of fillers) {
      await filler.fillTo(time, held);
    }
  };
  try {
    for await (const frame of shownFrames(track, first.step)) {
      const before = held;
      decoded(frame.timestamp);
      try {
        await fill(frame.timestamp);
      } finally {
        before?.close();
        held = frame;
      }
      if (fillers.every(({ isFull }) => isFull)) {
        return;
      }
    }
    await fill(Number.POSITIVE_INFINITY);
    if (!fillers.every(({ isFull }) => isFull)) {
      throw new CannotDecode("no frame at all");
    }
  } finally {
    held?.close();
    for (const filler of fillers) {
      filler.close();
    }
  }
}

/** Fills the slots of one wish. */
class Filler {
  readonly #wish: Wish;
  readonly #converter: Converter;
  readonly #end: number;
  #next: number;

  constructor(memory: WebAssembly.Memory, wish: Wish) {
    this.#wish = wish;
    this.#converter = new Converter(memory, wish.step);
    this.#next = wish.step.first;
    this.#end = wish.step.first + wish.step.frames;
  }

  get isFull(): boolean {
    return this.#next >= this.#end;
  }

  /** Fills the slots before `time` with a frame. */
  async fillTo(time: number, held: Frame | undefined): Promise<void> {
    const { step, every, take, takeDecoded } = this.#wish;
    const slot = Math.min(slotOf(time, step), this.#end);
    let converted: Uint8Array | undefined;
    for (; held !== undefined && this.#next < slot; this.#next += 1) {
      if ((this.#next - step.first) % every !== 0) {
        continue;
      }
      if (takeDecoded !== undefined && isConverted(held, step) && (await takeDecoded(held))) {
        continue;
      }
      converted ??= await this.#converter.convert(held);
      await take(converted, this.#next, held.format);
    }
  }

  close(): void {
    this.#converter.close();
  }
}

/** Decodes the frames that the container shows. The caller closes them. */
async function* shownFrames(track: Track, step: DecodeStep): AsyncGenerator<Frame> {
  const config = await decoderConfig(track);
  const packets = track.from(step.from === null ? undefined : step.from / 1e6);
  const decode = step.lenient ? decodeOn : decodeFrames;
  for await (const frame of decode(config, decodable(track, packets), step)) {
    if (track.isShown(frame.timestamp / 1e6)) {
      yield frame;
    } else {
      frame.close();
    }
  }
}

/**
 * Passes on packets. A keyframe of AV1 gets the sequence header in front of it, because a decoder that starts there
 * needs it: some files have it once, or only in the container's record.
 */
export async function* decodable(
  track: Track,
  packets: AsyncIterable<EncodedPacket>,
): AsyncGenerator<EncodedPacket> {
  if ((await track.demuxed.getCodec()) !== "av1") {
    yield* packets;
    return;
  }
  let header: Uint8Array | undefined;
  for await (const packet of packets) {
    const own = packet.type === "key" ? sequenceHeader(packet.data) : undefined;
    header = own ?? header ?? (await firstSequenceHeader(track));
    if (packet.type === "key" && own === undefined && header !== undefined) {
      yield packet.clone({ data: withSequenceHeader(packet.data, header) });
    } else {
      yield packet;
    }
  }
}

/** Returns the sequence header in the container's record, else the one in the first packet. */
async function firstSequenceHeader(track: Track): Promise<Uint8Array | undefined> {
  const { configuration } = track.stream;
  const header = configuration && sequenceHeader(configuration);
  if (header !== undefined) {
    return header;
  }
  const first = await track.first(undefined);
  return first === null ? undefined : sequenceHeader(first.data);
}

export async function decoderConfig(track: Track): Promise<VideoDecoderConfig> {
  const { demuxed } = track;
  const config = demuxed.isVideoTrack() ? await demuxed.getDecoderConfig() : null;
  if (config === null) {
    throw new CannotDecode(`no decoder for ${track.stream.tag}`);
  }
  return { ...config, hardwareAcceleration: "no-preference" };
}

function slotOf(time: number, { origin, rate }: DecodeStep): number {
  return Math.floor(((time - origin) * rate.numerator) / (rate.denominator * 1e6) + 0.5);
}
