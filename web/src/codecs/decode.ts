// Decodes the frames of one chunk onto the even grid of the result. Refuses to know what becomes of them.

import type { DecodeStep } from "../generated/protocol.ts";
import { type Track, withClip } from "./clip.ts";
import { CannotDecode } from "./failures.ts";
import { decodeFrames } from "./frames.ts";
import { Converter } from "./picture.ts";

/** Takes a picture, which is valid until it returns or resolves. */
export type TakeFrame = (frame: Uint8Array, slot: number) => void | Promise<void>;

/** Hands over exactly `step.frames` pictures in order: in each slot the last frame that stands there or before. */
export function decodeChunk(
  memory: WebAssembly.Memory,
  step: DecodeStep,
  file: Blob,
  take: TakeFrame,
): Promise<void> {
  return withClip(file, (clip) => decodeTrack(memory, step, clip.track(step.stream), take));
}

async function decodeTrack(
  memory: WebAssembly.Memory,
  step: DecodeStep,
  track: Track,
  take: TakeFrame,
): Promise<void> {
  const converter = new Converter(memory, step);
  let next = step.first;
  const end = step.first + step.frames;
  let held: VideoFrame | undefined;
  /** Fills the slots before `slot` with the frame that is held. */
  const fillTo = async (slot: number) => {
    if (held !== undefined && next < slot) {
      const picture = await converter.convert(held);
      for (; next < slot; next += 1) {
        await take(picture, next);
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

/** Whoever takes a frame closes it. */
async function* shownFrames(track: Track, step: DecodeStep): AsyncGenerator<VideoFrame> {
  const config = await decoderConfig(track);
  const packets = track.from(step.from === null ? undefined : step.from / 1e6);
  for await (const frame of decodeFrames(config, packets)) {
    if (track.isShown(frame.timestamp / 1e6)) {
      yield frame;
    } else {
      frame.close();
    }
  }
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
