// What both kinds of container say about a file, apart from its packets. Refuses to know how either is written.

import type { Oddity } from "../generated/protocol.ts";
import { CannotDecode } from "./failures.ts";

export type { Oddity };

export type Kind = "video" | "audio" | "subtitle" | "data" | "attachment";

/** One stream, as ffprobe counts them. */
export interface Stream {
  kind: Kind;
  /** The container's number for the track; attachments have none. */
  id: number | undefined;
  /** The container's own name for the codec. */
  tag: string;
  /** A cover or a thumbnail rather than video that plays. */
  still: boolean;
  default: boolean;
  /** ISO 639-2; undefined when the file does not specify it. */
  language: string | undefined;
  /** Pixel width to height, when the container specifies it. */
  sampleAspect: readonly [number, number] | undefined;
  /** Bits per second, when the container specifies it. */
  bitrate: number | undefined;
  /** What AV1's decoder configuration holds besides: sequence headers and metadata, as in a packet. */
  configuration: Uint8Array | undefined;
  /** The brightest light of HDR in nits, when the container specifies it. */
  peak: number | undefined;
  /** Seconds by which the container's times are later than the audio. */
  delay: number;
  /** The part of the timeline that is shown, in seconds. */
  shown: Span;
  /** The profile of Dolby Vision, and what it says that it is compatible with. */
  dolbyVision: [profile: number, compatibility: number] | undefined;
  /** What neither the demuxer nor the browser's decoders handle. */
  odd: Oddity | undefined;
}

/** Describes a still image or another file inside the file, without a track; `tag` is its format. */
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
    configuration: undefined,
    peak: undefined,
    delay: 0,
    shown: ALWAYS,
    dolbyVision: undefined,
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
  /** Whether the index is spread over the file, as in MP4 files written while recording. */
  fragmented: boolean;
  /** The names of its tags. */
  tags: string[];
  /** When it says that it was captured: a date and a time of day, as ISO 8601 writes them. */
  captured: string | undefined;
  /** When its longest stream ends, in seconds, where a header says so that is true of whole files only. */
  declaredEnd: number | undefined;
  streams: Stream[];
}

/** Writes a time in milliseconds since the beginning of 1970; undefined where no calendar reaches. */
export function dateAndTime(time: number): string | undefined {
  const MOST = 8.64e15;
  return Math.abs(time) <= MOST ? new Date(time).toISOString() : undefined;
}

/** Reads profile and compatibility from the configuration record of Dolby Vision. */
export function dolbyVision(record: Uint8Array | undefined): [number, number] | undefined {
  const [, , profileAndLevel, , compatibility = 0] = record ?? [];
  return profileAndLevel === undefined ? undefined : [profileAndLevel >> 1, compatibility >> 4];
}

/** Chooses between the brightest light of the content and that of the screen, in nits; zero says nothing. */
export function brightest(content: number | undefined, screen: number | undefined): number | undefined {
  const known = [content, screen].find((nits) => nits !== undefined && nits >= 1);
  return known && Math.round(known);
}

/** The most parts in one part of a container. Real files have some hundreds; more are made to exhaust memory. */
const MOST_PARTS = 10_000;
/** The most in all, each counted as often as it is looked at. */
const MOST_IN_ALL = 300_000;

/** The parts of one container, counted while they are listed. */
export class Parts {
  #all = 0;

  /** Refuses a list of parts that has grown too long, and too many lists. */
  check(found: readonly unknown[]): void {
    this.#all += 1;
    if (found.length > MOST_PARTS || this.#all > MOST_IN_ALL) {
      throw new CannotDecode(
        found.length > MOST_PARTS ? `more than ${MOST_PARTS} parts in one` : `more than ${MOST_IN_ALL} parts`,
      );
    }
  }

  /** Refuses a table of more rows than a list may have. */
  checkRows(rows: number): void {
    if (rows > MOST_PARTS) {
      throw new CannotDecode(`more than ${MOST_PARTS} rows in a table`);
    }
  }
}

/** The most bytes of a word: a name, a language, a date. What is longer is read to there. */
export const MOST_TEXT_BYTES = 4096;

/** Reduces a ratio to its lowest terms. */
export function reduced(a: number, b: number): [number, number] {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  const common = divisor(a, b) || 1;
  return [a / common, b / common];
}

/** Rounds seconds to microseconds as ffprobe does: a product of doubles may fall on the other side of a half. */
export function micros(seconds: number): number | null {
  return Number.isFinite(seconds) ? Math.round(Number(seconds.toFixed(6)) * 1e6) + 0 : null;
}
