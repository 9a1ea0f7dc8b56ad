// Converts decoded frames to planar 4:2:0 of the wanted size. Refuses to know where they come from and when they are
// shown.

import { FrameConverter } from "../generated/media.js";
import type { Hdr } from "../generated/protocol.ts";
import { CannotDecode } from "./failures.ts";
import type { Frame } from "./frames.ts";
import { tightLayout } from "./layout.ts";

/** The format of the converted frames. */
export interface Wanted {
  /** Pixels. */
  width: number;
  height: number;
  /** The area that the source's frame fills: left, top, width, height. */
  inside: readonly [number, number, number, number];
  /** The part of the source's frame that is kept: left, top, width, height; null for all. */
  crop: readonly [number, number, number, number] | null;
  /** Clockwise degrees. */
  turn: number;
  /** Left and right are swapped, after the turn. */
  mirrored: boolean;
  /** The source uses the full range of values. */
  fullRange: boolean;
  /** What HDR is made of that is to become BT.709. */
  hdr: Hdr | null;
}

/** Returns whether a frame of the browser is already what is wanted, so that nothing would change but its memory. */
export function isConverted(frame: Frame, wanted: Wanted): frame is VideoFrame {
  const { width, height, inside, crop, turn, mirrored, fullRange, hdr } = wanted;
  const { format, visibleRect } = frame;
  const isWhole = inside.every((side, index) => side === [0, 0, width, height][index]);
  const hasSize = visibleRect?.width === width && visibleRect.height === height;
  const isShown = crop === null && turn === 0 && !mirrored;
  const isPlain = !fullRange && hdr === null && (format === "I420" || format === "NV12");
  return frame instanceof VideoFrame && isShown && isPlain && isWhole && hasSize;
}

/** Converts frames one by one; their layout and size may change midway, because decoders change them. */
export class Converter {
  readonly #memory: WebAssembly.Memory;
  readonly #wanted: Wanted;
  #current: { kind: string; layout: PlaneLayout[]; converter: FrameConverter } | undefined;

  constructor(memory: WebAssembly.Memory, wanted: Wanted) {
    this.#memory = memory;
    this.#wanted = wanted;
  }

  /** Converts a frame; the result is valid until the next call. */
  async convert(frame: Frame): Promise<Uint8Array> {
    const rect = this.#part(frame);
    const { layout, converter } = this.#fitting(visible({ format: frame.format, visibleRect: rect }));
    const { inputAddress, inputBytes } = converter;
    await copyVisible(frame, new Uint8Array(this.#memory.buffer, inputAddress, inputBytes), layout, rect);
    converter.convert();
    return new Uint8Array(this.#memory.buffer, converter.outputAddress, converter.outputBytes);
  }

  /** Returns the part of a frame that is kept. */
  #part({ visibleRect }: Frame): DOMRectReadOnly | null {
    if (this.#wanted.crop === null || visibleRect === null) {
      return visibleRect;
    }
    const [left, top, width, height] = this.#wanted.crop;
    return new DOMRectReadOnly(visibleRect.x + left, visibleRect.y + top, width, height);
  }

  close(): void {
    this.#current?.converter.free();
    this.#current = undefined;
  }

  #fitting({ format, width, height }: Visible): { layout: PlaneLayout[]; converter: FrameConverter } {
    const kind = `${format} ${width}x${height}`;
    if (this.#current?.kind === kind) {
      return this.#current;
    }
    this.close();
    const layout = tightLayout(format, width, height);
    const { fullRange, turn, mirrored, width: outWidth, height: outHeight, inside, hdr } = this.#wanted;
    const size = new Uint32Array([width, height]);
    const out = new Uint32Array([outWidth, outHeight, ...inside]);
    const numbers = new Uint32Array(hdr ? [hdr.transfer, hdr.primaries, hdr.matrix, hdr.peak] : []);
    const converter = new FrameConverter(format, size, fullRange, turn, mirrored, out, numbers);
    this.#current = { kind, layout, converter };
    return this.#current;
  }
}

/** A frame's layout and visible size. */
interface Visible {
  format: VideoPixelFormat;
  width: number;
  height: number;
}

/** Returns what is visible of a frame; fails if the frame cannot be read. */
export function visible(frame: Pick<Frame, "format" | "visibleRect">): Visible {
  const { format, visibleRect } = frame;
  if (format === null || visibleRect === null) {
    throw new CannotDecode("the decoder hands out frames that cannot be read");
  }
  return { format, width: visibleRect.width, height: visibleRect.height };
}

/** Copies the visible part of a frame; `layout` comes from `tightLayout`. */
export async function copyVisible(
  frame: Frame,
  target: Uint8Array,
  layout: PlaneLayout[],
  rect = frame.visibleRect,
): Promise<void> {
  await frame.copyTo(target, { layout, ...(rect && { rect }) });
}
