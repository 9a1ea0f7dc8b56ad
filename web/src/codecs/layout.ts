// Computes the memory layout of frames without padding. Refuses to know frames.

import { CannotDecode } from "./failures.ts";

/** A plane's bytes per sample, and the factors by which it is subsampled. */
type Plane = readonly [bytes: number, across: number, down: number];
/** The planes of each layout. */
const PLANES: Readonly<Record<string, readonly Plane[]>> = {
  I420: planar(1, 2, 2),
  I420A: [...planar(1, 2, 2), [1, 1, 1]],
  I422: planar(1, 2, 1),
  I444: planar(1, 1, 1),
  NV12: [
    [1, 1, 1],
    [2, 2, 2],
  ],
  // Not among WebCodecs' own names yet.
  P010: [
    [2, 1, 1],
    [4, 2, 2],
  ],
  I420P10: planar(2, 2, 2),
  I420P12: planar(2, 2, 2),
  I422P10: planar(2, 2, 1),
  I444P10: planar(2, 1, 1),
  RGBA: [[4, 1, 1]],
  RGBX: [[4, 1, 1]],
  BGRA: [[4, 1, 1]],
  BGRX: [[4, 1, 1]],
};

function planar(bytes: number, across: number, down: number): [number, number, number][] {
  return [
    [bytes, 1, 1],
    [bytes, across, down],
    [bytes, across, down],
  ];
}

/** Returns the planes of a layout. */
export function planesOf(format: VideoPixelFormat | null): readonly Plane[] {
  const planes = PLANES[format ?? ""];
  if (planes === undefined) {
    throw new CannotDecode(`frames of layout ${format}`);
  }
  return planes;
}

/** Lays out the planes one after the other without padding. */
export function tightLayout(format: VideoPixelFormat, width: number, height: number): PlaneLayout[] {
  let offset = 0;
  return planesOf(format).map(([bytes, across, down]) => {
    const plane = { offset, stride: bytes * Math.ceil(width / across) };
    offset += plane.stride * Math.ceil(height / down);
    return plane;
  });
}

/** Returns the bytes of a whole frame in `tightLayout`. */
export function tightBytes(format: VideoPixelFormat, width: number, height: number): number {
  const planes = PLANES[format] ?? [];
  return planes.reduce(
    (sum, [bytes, across, down]) => sum + bytes * Math.ceil(width / across) * Math.ceil(height / down),
    0,
  );
}
