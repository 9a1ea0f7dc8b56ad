// Decodes the frames of one chunk onto the result's even grid. Refuses to know what the frames are for.

import type { EncodedPacket } from "mediabunny";
import type { DecodeStep } from "../generated/protocol.ts";
import { sequenceHeader, withSequenceHeader } from "./av1.ts";
import { type Track, withClip } from "./clip.ts";
import { CannotDecode } from "./failures.ts";
import { Converter } from "./frame-convert.ts";
import { decodeFrames } from "./frames.ts";

/** Takes a converted frame, which is valid until the call returns or resolves. */
export type TakeFrame = (frame: Uint8Array, slot: number) => void | Promise<void>;

/** Hands over exactly `step.frames` frames in order: in each slot the last frame at or before its time. */
export function decodeChunk(
  memory: WebAssembly.Memory,
  step: DecodeStep,
  file: Blob,
  take: TakeFrame,
): Promise<void> {
  return withClip(file, (clip) => decodeTrack(memory, step, clip.track(step.stream), take));
}

/** Hands over the frames of a track; of so many slots only the first. */
export async function decodeTrack(
  memory: WebAssembly.Memory,
  step: DecodeStep,
  track: Track,
  take: TakeFrame,
  every = 1,
): Promise<void> {
  const converter = new Converter(memory, step);
  let next = step.first;
  const end = step.first + step.frames;
  let held: VideoFrame | undefined;
  /** Fills the slots before `slot` with the held frame. */
  const fillTo = async (slot: number) => {
    let converted: Uint8Array | undefined;
    for (; held !== undefined && next < slot; next += 1) {
      if ((next - step.first) % every === 0) {
        converted ??= await converter.convert(held);
        await take(converted, next);
      }
    }
  };
  try {
    for await (const frame of shownFrames(track, step)) {
      const before = held;
      try {
        await fillTo(Math.min(slotOf(frame.timestamp, step), end));
      } finally {
        before?.close();
        held = frame;
      }
      if (next === end) {
        return;
      }
    }
    await fillTo(end);
    if (next !== end) {
      throw new CannotDecode("no frame at all");
    }
  } finally {
    held?.close();
    converter.close();
  }
}

/** Decodes the frames that the container shows. The caller closes them. */
async function* shownFrames(track: Track, step: DecodeStep): AsyncGenerator<VideoFrame> {
  const config = await decoderConfig(track);
  const packets = track.from(step.from === null ? undefined : step.from / 1e6);
  for await (const frame of decodeFrames(config, decodable(track, packets))) {
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
