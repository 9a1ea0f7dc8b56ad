// Turns decoded frames into planar 4:2:0 of the wanted size. Refuses to know where they come from and when they are shown.

import { Picture } from "../generated/media.js";
import { CannotDecode } from "./failures.ts";
import { tightLayout } from "./layout.ts";

/** What the frames are to become. */
export interface Wanted {
  /** Pixels. */
  width: number;
  height: number;
  /** Where the picture is in it: left, top, width, height. */
  inside: readonly [number, number, number, number];
  /** Clockwise degrees that make the picture upright. */
  turn: number;
  /** The source uses the full range of values. */
  fullRange: boolean;
}

/** Converts frames one by one; they may change their layout and size on the way, as decoders do. */
export class Converter {
  readonly #memory: WebAssembly.Memory;
  readonly #wanted: Wanted;
  #picture: { kind: string; layout: PlaneLayout[]; picture: Picture } | undefined;

  constructor(memory: WebAssembly.Memory, wanted: Wanted) {
    this.#memory = memory;
    this.#wanted = wanted;
  }

  /** The frame's picture, valid until the next call. */
  async convert(frame: VideoFrame): Promise<Uint8Array> {
    const { layout, picture } = this.#fitting(frame);
    const { inputAddress, inputBytes } = picture;
    await copyVisible(frame, new Uint8Array(this.#memory.buffer, inputAddress, inputBytes), layout);
    picture.convert();
    return new Uint8Array(this.#memory.buffer, picture.outputAddress, picture.outputBytes);
  }

  close(): void {
    this.#picture?.picture.free();
    this.#picture = undefined;
  }

  #fitting(frame: VideoFrame): { layout: PlaneLayout[]; picture: Picture } {
    const { format, width, height } = visible(frame);
    const kind = `${format} ${width}x${height}`;
    if (this.#picture?.kind === kind) {
      return this.#picture;
    }
    this.close();
    const layout = tightLayout(format, width, height);
    const { fullRange, turn, width: outWidth, height: outHeight, inside } = this.#wanted;
    const out = new Uint32Array([outWidth, outHeight, ...inside]);
    const picture = new Picture(format, width, height, fullRange, turn, out);
    this.#picture = { kind, layout, picture };
    return this.#picture;
  }
}

/** A frame's layout and the size of what is to be seen of it. */
export function visible(frame: VideoFrame): { format: VideoPixelFormat; width: number; height: number } {
  const { format, visibleRect } = frame;
  if (format === null || visibleRect === null) {
    throw new CannotDecode("the decoder hands out frames that cannot be read");
  }
  return { format, width: visibleRect.width, height: visibleRect.height };
}

/** Copies what is to be seen of a frame; `layout` is that of `tightLayout`. */
export async function copyVisible(
  frame: VideoFrame,
  target: Uint8Array,
  layout: PlaneLayout[],
): Promise<void> {
  await frame.copyTo(target, { layout, ...(frame.visibleRect && { rect: frame.visibleRect }) });
}
