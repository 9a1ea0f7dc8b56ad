// Reads from the index of an MP4 or MOV file what the demuxer does not tell: all tracks, their edits, what is odd about them.
// Refuses to know packets.

import { BlobWindow } from "./blob-window.ts";
import { CannotDecode } from "./failures.ts";
import {
  ALWAYS,
  attached,
  type Kind,
  type Oddity,
  reduced,
  type Span,
  type Stream,
  type Structure,
} from "./structure.ts";

const FORMAT = "mov,mp4,m4a,3gp,3g2,mj2";

export async function readMovie(file: Blob): Promise<Structure> {
  const window = new BlobWindow(file);
  const top = await findMovie(window);
  const movie = new Reader(await window.exactly(top.start, top.size)).single("moov");
  const header = movie.single("mvhd");
  const timescale = header.u32(header.u8(0) === 1 ? 20 : 12);
  const tracks = [...movie.all("trak")].map((track) => readTrack(track, timescale));
  const chapters = new Set(tracks.flatMap((track) => track.chapters));
  const streams = tracks.map((track) => streamOf(track, chapters));
  return {
    format: FORMAT,
    majorBrand: top.majorBrand,
    fragmented: movie.maybe("mvex") !== undefined,
    streams: [...streams, ...covers(movie)],
  };
}

/** The `moov` box of a file, header included. */
export async function movieBox(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const window = new BlobWindow(file);
  const { start, size } = await findMovie(window);
  const { buffer, byteOffset } = await window.exactly(start, size);
  return new Uint8Array(buffer, byteOffset, size);
}

async function findMovie(
  window: BlobWindow,
): Promise<{ start: number; size: number; majorBrand: string | undefined }> {
  let majorBrand: string | undefined;
  for (let start = 0; start < window.size; ) {
    const view = await window.upTo(start, 16);
    const head = boxHead(view, 0, window.size - start);
    if (head === undefined) {
      break;
    }
    if (head.type === "ftyp" && view.byteLength >= head.content + 4) {
      majorBrand = ascii(view, head.content);
    }
    if (head.type === "moov") {
      return { start, size: head.size, majorBrand };
    }
    start += head.size;
  }
  throw new CannotDecode("no moov box");
}

interface Track {
  id: number;
  enabled: boolean;
  handler: string;
  formats: string[];
  language: string | undefined;
  sampleAspect: [number, number] | undefined;
  shown: Span;
  chapters: number[];
  odd: Oddity | undefined;
}

function readTrack(track: Reader, movieTimescale: number): Track {
  const header = track.single("tkhd");
  const long = header.u8(0) === 1;
  const media = track.single("mdia");
  const mediaHeader = media.single("mdhd");
  const information = media.single("minf");
  const table = information.single("stbl");
  const descriptions = table.single("stsd").inside(8);
  const edits = readEdits(track, movieTimescale);
  const formats = descriptions.map(({ type }) => type);
  const handler = media.single("hdlr").ascii(8);
  const picture = handler === "vide" ? descriptions[0]?.reader : undefined;
  const size = long ? 88 : 76;
  return {
    id: header.u32(long ? 20 : 12),
    enabled: (header.u8(3) & 1) !== 0,
    handler,
    formats,
    language: language(mediaHeader.u16(mediaHeader.u8(0) === 1 ? 32 : 20)),
    sampleAspect: picture && sampleAspect(picture, header.u32(size), header.u32(size + 4)),
    shown: edits.shown,
    chapters: track.maybe("tref")?.maybe("chap")?.numbers() ?? [],
    odd: edits.odd ?? oddFormats(formats),
  };
}

function oddFormats(formats: readonly string[]): Oddity | undefined {
  if (formats.some((format) => ["encv", "enca", "drmi", "drms"].includes(format))) {
    return "encrypted";
  }
  return formats.length > 1 ? "severalDescriptions" : undefined;
}

/** One piece of the track, after any delay, is what the demuxer can tell the times of. */
function readEdits(track: Reader, movieTimescale: number): { shown: Span; odd?: Oddity } {
  const list = track.maybe("edts")?.maybe("elst");
  if (list === undefined) {
    return { shown: ALWAYS };
  }
  const long = list.u8(0) === 1;
  const entryBytes = long ? 20 : 12;
  const entries = Array.from({ length: list.u32(4) }, (_, index) => {
    const at = 8 + index * entryBytes;
    return {
      duration: (long ? list.u64(at) : list.u32(at)) / movieTimescale,
      empty: list.i32(long ? at + 8 : at + 4) === -1,
      rate: list.i32(at + entryBytes - 4),
    };
  });
  const pieces = entries.findIndex(({ empty }) => !empty);
  const piece = entries[pieces];
  if (piece === undefined) {
    return entries.length === 0 ? { shown: ALWAYS } : { shown: ALWAYS, odd: "nothingShown" };
  }
  if (pieces !== entries.length - 1 || piece.rate !== 0x10000) {
    return { shown: ALWAYS, odd: "severalEdits" };
  }
  const from = entries.slice(0, -1).reduce((sum, { duration }) => sum + duration, 0);
  return { shown: { from, to: piece.duration > 0 ? from + piece.duration : ALWAYS.to } };
}

/** What stands in a picture's sample description before the boxes. */
const PICTURE_FIELDS_BYTES = 78;

/** From the description, else from the size that the track is shown at, as ffmpeg does. */
function sampleAspect(
  description: Reader,
  shownWidth: number,
  shownHeight: number,
): [number, number] | undefined {
  const explicit = description.from(PICTURE_FIELDS_BYTES).maybe("pasp");
  const [horizontal, vertical] = [explicit?.u32(0) ?? 0, explicit?.u32(4) ?? 0];
  if (horizontal > 0 && vertical > 0) {
    return [horizontal, vertical];
  }
  const [width, height] = [description.u16(24), description.u16(26)];
  // Sizes of the track are in 65536ths of a pixel.
  const [wide, high] = [Math.floor(shownWidth / 65536), Math.floor(shownHeight / 65536)];
  const differs = wide > 0 && high > 0 && (wide !== width || high !== height);
  return differs && width > 0 && height > 0 ? reduced(height * wide, width * high) : undefined;
}

const SUBTITLE_HANDLERS = ["text", "sbtl", "subt", "subp", "clcp"];

function streamOf(track: Track, chapters: ReadonlySet<number>): Stream {
  const isChapter = chapters.has(track.id);
  return {
    kind: isChapter && track.handler !== "vide" ? "data" : kindOf(track.handler),
    id: track.id,
    tag: track.formats[0] ?? "",
    still: isChapter && track.handler === "vide",
    default: track.enabled,
    language: track.language,
    sampleAspect: track.sampleAspect,
    bitrate: undefined,
    delay: 0,
    shown: track.shown,
    odd: track.odd,
  };
}

function kindOf(handler: string): Kind {
  if (handler === "vide") {
    return "video";
  }
  if (handler === "soun") {
    return "audio";
  }
  return SUBTITLE_HANDLERS.includes(handler) ? "subtitle" : "data";
}

/** Three letters in five bits each; the small numbers are QuickTime's own, of which only English is common. */
function language(code: number): string | undefined {
  if (code < 0x400) {
    return code === 0 ? "eng" : undefined;
  }
  const letters = [10, 5, 0].map((shift) => String.fromCharCode(0x60 + ((code >> shift) & 31))).join("");
  return /^[a-z]{3}$/.test(letters) && letters !== "und" ? letters : undefined;
}

/** Pictures in the tags, which ffprobe lists behind the tracks. */
function covers(movie: Reader): Stream[] {
  const meta = movie.maybe("udta")?.maybe("meta");
  // QuickTime leaves out the version and flags.
  const list = meta?.maybe("ilst") ?? (meta && meta.length > 4 ? meta.from(4).maybe("ilst") : undefined);
  const pictures = list?.maybe("covr")?.inside(0) ?? [];
  const PNG = 14;
  return pictures
    .filter(({ type }) => type === "data")
    .map(({ reader }) => attached("video", reader.u32(0) === PNG ? "png" : "jpeg"));
}

function ascii(view: DataView, at: number): string {
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, 4));
}

/** Undefined when no whole header is there. */
function boxHead(
  view: DataView,
  at: number,
  rest: number,
): { type: string; content: number; size: number } | undefined {
  if (view.byteLength < at + 8) {
    return undefined;
  }
  const short = view.getUint32(at);
  const long = short === 1;
  if (long && view.byteLength < at + 16) {
    return undefined;
  }
  const size = short === 0 ? rest : long ? Number(view.getBigUint64(at + 8)) : short;
  const content = long ? 16 : 8;
  return size < content ? undefined : { type: ascii(view, at + 4), content, size };
}

/** The content of one box. Reading beyond it means a broken file. */
class Reader {
  readonly #view: DataView;

  constructor(view: DataView) {
    this.#view = view;
  }

  get length(): number {
    return this.#view.byteLength;
  }

  from(start: number): Reader {
    const { buffer, byteOffset, byteLength } = this.#view;
    this.#within(start, 0);
    return new Reader(new DataView(buffer, byteOffset + start, byteLength - start));
  }

  /** The boxes inside, the first of them at `start`. */
  inside(start: number): { type: string; reader: Reader }[] {
    const boxes = [];
    for (let at = start; at < this.length; ) {
      const head = boxHead(this.#view, at, this.length - at);
      // QuickTime ends lists with four zero bytes.
      if (head === undefined || at + head.size > this.length) {
        break;
      }
      const { buffer, byteOffset } = this.#view;
      const content = new DataView(buffer, byteOffset + at + head.content, head.size - head.content);
      boxes.push({ type: head.type, reader: new Reader(content) });
      at += head.size;
    }
    return boxes;
  }

  all(type: string): Reader[] {
    return this.inside(0)
      .filter((box) => box.type === type)
      .map(({ reader }) => reader);
  }

  maybe(type: string): Reader | undefined {
    return this.all(type)[0];
  }

  single(type: string): Reader {
    const box = this.maybe(type);
    if (box === undefined) {
      throw new CannotDecode(`no ${type} box`);
    }
    return box;
  }

  u8(at: number): number {
    this.#within(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    this.#within(at, 2);
    return this.#view.getUint16(at);
  }

  u32(at: number): number {
    this.#within(at, 4);
    return this.#view.getUint32(at);
  }

  i32(at: number): number {
    this.#within(at, 4);
    return this.#view.getInt32(at);
  }

  u64(at: number): number {
    this.#within(at, 8);
    return Number(this.#view.getBigUint64(at));
  }

  ascii(at: number): string {
    this.#within(at, 4);
    return ascii(this.#view, at);
  }

  /** The content as a list of 32-bit numbers. */
  numbers(): number[] {
    return Array.from({ length: Math.floor(this.length / 4) }, (_, index) => this.u32(index * 4));
  }

  #within(at: number, bytes: number): void {
    if (at + bytes > this.length) {
      throw new CannotDecode("a box ends too early");
    }
  }
}
