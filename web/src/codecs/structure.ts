// What both kinds of container tell of a file beside its packets. Refuses to know how either is written.

export type Kind = "video" | "audio" | "subtitle" | "data" | "attachment";

/** One stream as ffprobe counts them. */
export interface Stream {
  kind: Kind;
  /** Number by which the container knows the track; attachments have none. */
  id: number | undefined;
  /** The container's own name of the codec. */
  tag: string;
  /** A cover or a thumbnail, no moving picture. */
  still: boolean;
  default: boolean;
  /** ISO 639-2; undefined when the file does not say. */
  language: string | undefined;
  /** Pixels' width to height, where the container says it. */
  sampleAspect: readonly [number, number] | undefined;
  /** Bits per second, where the container says it. */
  bitrate: number | undefined;
  /** Seconds by which the container's times are later than the sound they belong to. */
  delay: number;
  /** The part of the timeline that is shown, in seconds. */
  shown: Span;
  /** What neither the demuxer nor the browser's decoders deal with. */
  odd: Oddity | undefined;
}

/**
 * What is unusual about a stream: its data are encrypted, it changes its codec settings midway, the container shows several
 * pieces of it, none at all, or less than the whole frame.
 */
export type Oddity = "encrypted" | "severalDescriptions" | "severalEdits" | "nothingShown" | "cropped";

/** A still picture or another file inside the file, which no track carries; `tag` tells its format. */
export function attached(kind: "video" | "attachment", tag: string): Stream {
  return {
    kind,
    id: undefined,
    tag,
    still: kind === "video",
    default: false,
    language: undefined,
    sampleAspect: undefined,
    bitrate: undefined,
    delay: 0,
    shown: ALWAYS,
    odd: undefined,
  };
}

export interface Span {
  from: number;
  to: number;
}

export const ALWAYS: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

export interface Structure {
  /** ffprobe's name. */
  format: string;
  majorBrand: string | undefined;
  /** Whether the index is spread over the file, as in an MP4 file that was written while recording. */
  fragmented: boolean;
  streams: Stream[];
}

/** A ratio in its smallest numbers. */
export function reduced(a: number, b: number): [number, number] {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  const common = divisor(a, b) || 1;
  return [a / common, b / common];
}
