// What the page tells about a source and its result, and where a frame of the result is in both. Refuses to know how
// any of it was decided: core did.

export interface Facts {
  /** Name of the clip. */
  readonly name: string;
  /** Size of the result's frames. */
  readonly width: number;
  readonly height: number;
  /** Frames of the result. */
  readonly frames: number;
  /** Frames per second of the result. */
  readonly rate: number;
  /** Seconds in the source at which the result's frames are counted from. */
  readonly origin: number;
  /** Sizes of both files, for people. */
  readonly sourceSize: string;
  readonly resultSize: string;
}

/** Returns the time of the middle of a frame in the result. */
export function middleOf(frame: number, { rate }: Facts): number {
  return (frame + 0.5) / rate;
}

/** Times of media elements are rounded, by less than this share of a frame. */
const ROUNDING = 0.01;

/** Returns the frame that the result shows at a time. */
export function frameAt(time: number, { rate, frames }: Facts): number {
  return clamp(Math.floor(time * rate + ROUNDING), 0, frames - 1);
}

export function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
