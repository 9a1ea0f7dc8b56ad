// Reads from the index of an MP4 or MOV file what the demuxer does not report, or not exactly: tracks of every kind,
// their languages, edits and aspect ratios, covers, oddities. Refuses to know packets.

import { BlobWindow } from "./blob-window.ts";
import { CannotDecode } from "./failures.ts";
import {
  ALWAYS,
  attached,
  brightest,
  dateAndTime,
  dolbyVision,
  type Kind,
  MOST_TEXT_BYTES,
  type Oddity,
  Parts,
  reduced,
  type Span,
  type Stream,
  type Structure,
} from "./structure.ts";

const FORMAT = "mov,mp4,m4a,3gp,3g2,mj2";

export async function readMovie(file: Blob): Promise<Structure> {
  const parts = new Parts();
  const { index, majorBrand } = await findMovie(file, parts);
  try {
    const movie = new Box(index.buffer, index.byteOffset, index.byteLength, parts).single("moov");
    const fragmented = movie.child("mvex") !== undefined;
    const { tags, captured } = metadata(movie);
    const streams = [...tracks(movie), ...covers(movie)];
    return { format: FORMAT, majorBrand, fragmented, tags, captured, declaredEnd: undefined, streams };
  } catch (error) {
    throw error instanceof RangeError ? new CannotDecode("a box ends too early") : error;
  }
}

/** Reads the `moov` box of a file, header included. */
export async function movieBox(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const { index } = await findMovie(file, new Parts());
  return new Uint8Array(index.buffer, index.byteOffset, index.byteLength);
}

async function findMovie(
  file: Blob,
  parts: Parts,
): Promise<{ index: DataView<ArrayBuffer>; majorBrand: string | undefined }> {
  const window = new BlobWindow(file);
  let majorBrand: string | undefined;
  const before: number[] = [];
  for (let start = 0; start < window.size; ) {
    before.push(start);
    parts.check(before);
    const view = await window.upTo(start, 16);
    const head = boxHead(view, 0, window.size - start);
    if (head === undefined) {
      break;
    }
    if (head.type === "ftyp" && view.byteLength >= head.content + 4) {
      majorBrand = ascii(view, head.content);
    }
    if (head.type === "moov") {
      return { index: await window.exactly(start, head.size), majorBrand };
    }
    start += head.size;
  }
  throw new CannotDecode("no moov box");
}

function tracks(movie: Box): Stream[] {
  const header = movie.single("mvhd");
  const timescale = header.getUint32(isLong(header) ? 20 : 12);
  const all = movie.all("trak", "strictly");
  const chapters = new Set(all.flatMap((track) => track.child("tref")?.child("chap")?.numbers() ?? []));
  return all.map((track) => streamOf(track, timescale, chapters));
}

const KINDS: Readonly<Record<string, Kind>> = {
  vide: "video",
  soun: "audio",
  text: "subtitle",
  sbtl: "subtitle",
  subt: "subtitle",
  subp: "subtitle",
  clcp: "subtitle",
};

function streamOf(track: Box, movieTimescale: number, chapters: ReadonlySet<number>): Stream {
  const header = track.single("tkhd");
  const long = isLong(header);
  const media = track.single("mdia");
  const mediaHeader = media.single("mdhd");
  const descriptions = media.single("minf").single("stbl").single("stsd").children(8);
  const kind = KINDS[ascii(media.single("hdlr"), 8)] ?? "data";
  const id = header.getUint32(long ? 20 : 12);
  const description = kind === "video" ? descriptions[0]?.box : undefined;
  const { shown, odd } = readEdits(track, movieTimescale);
  return {
    kind: chapters.has(id) && kind !== "video" ? "data" : kind,
    id,
    tag: descriptions[0]?.type ?? "",
    still: chapters.has(id) && kind === "video",
    default: (header.getUint8(3) & 1) !== 0,
    language: language(mediaHeader.getUint16(isLong(mediaHeader) ? 32 : 20)),
    sampleAspect: description && sampleAspect(description, header, long ? 88 : 76),
    bitrate: undefined,
    configuration: description && av1Configuration(description),
    peak: description && peak(description),
    delay: 0,
    shown,
    dolbyVision: description && dolbyVision(recordOf(description, "dvcC", "dvvC", "dvwC")),
    odd: odd ?? oddDescriptions(descriptions.map(({ type }) => type)),
  };
}

function oddDescriptions(formats: readonly string[]): Oddity | undefined {
  if (formats.some((format) => ["encv", "enca", "drmi", "drms"].includes(format))) {
    return "encrypted";
  }
  return formats.length > 1 ? "severalDescriptions" : undefined;
}

/** Reads the edit list. The demuxer's times are right for one piece of the track, after any delay. */
function readEdits(track: Box, movieTimescale: number): { shown: Span; odd?: Oddity } {
  const list = track.child("edts")?.child("elst");
  if (list === undefined) {
    return { shown: ALWAYS };
  }
  const long = isLong(list);
  const entryBytes = long ? 20 : 12;
  list.parts.checkRows(list.getUint32(4));
  const entries = Array.from({ length: list.getUint32(4) }, (_, index) => {
    const at = 8 + index * entryBytes;
    return {
      duration: (long ? Number(list.getBigUint64(at)) : list.getUint32(at)) / movieTimescale,
      empty: list.getInt32(long ? at + 8 : at + 4) === -1,
      rate: list.getInt32(at + entryBytes - 4),
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

/** Bytes of a video sample description before its boxes. */
const VIDEO_FIELDS_BYTES = 78;

/** Reads the brightest light: of the content, else of the screen that it was made on (ISO/IEC 14496-12, VP9's own). */
function peak(description: Box): number | undefined {
  const boxes = new Map(description.children(VIDEO_FIELDS_BYTES).map(({ type, box }) => [type, box]));
  const [content, ownContent] = [boxes.get("clli"), boxes.get("CoLL")];
  const [screen, ownScreen] = [boxes.get("mdcv"), boxes.get("SmDm")];
  return brightest(
    content?.getUint16(0) ?? ownContent?.getUint16(4),
    // The boxes of VP9 begin with version and flags.
    screen ? screen.getUint32(16) / 10_000 : ownScreen && ownScreen.getUint32(20) / 256,
  );
}

/** Returns what follows the four bytes of fields in AV1's record. */
function av1Configuration(description: Box): Uint8Array | undefined {
  return recordOf(description, "av1C")?.subarray(4);
}

/** Derives the aspect ratio from the description, else from the size in the track header, as ffmpeg does. */
function sampleAspect(description: Box, header: Box, sizeAt: number): [number, number] | undefined {
  const explicit = description.children(VIDEO_FIELDS_BYTES).find(({ type }) => type === "pasp")?.box;
  const [horizontal, vertical] = [explicit?.getUint32(0) ?? 0, explicit?.getUint32(4) ?? 0];
  if (horizontal > 0 && vertical > 0) {
    return [horizontal, vertical];
  }
  const [width, height] = [description.getUint16(24), description.getUint16(26)];
  // Sizes of the track are in 65536ths of a pixel.
  const [wide, high] = [header.getUint16(sizeAt), header.getUint16(sizeAt + 4)];
  const differs = wide > 0 && high > 0 && (wide !== width || high !== height);
  return differs && width > 0 && height > 0 ? reduced(height * wide, width * high) : undefined;
}

/** Returns the first record of one of these types in a sample description. */
function recordOf(description: Box, ...types: string[]): Uint8Array | undefined {
  const box = description.children(VIDEO_FIELDS_BYTES).find(({ type }) => types.includes(type))?.box;
  return box && new Uint8Array(box.buffer, box.byteOffset, box.byteLength);
}

/**
 * Decodes three letters of five bits each; small numbers are QuickTime's own codes, of which only English is common.
 */
function language(code: number): string | undefined {
  if (code < 0x400) {
    return code === 0 ? "eng" : undefined;
  }
  const letters = [10, 5, 0].map((shift) => String.fromCharCode(0x60 + ((code >> shift) & 31))).join("");
  return /^[a-z]{3}$/.test(letters) && letters !== "und" ? letters : undefined;
}

/** Reads the names of all tags, and when the movie was captured: cameras tag it; what converts it may set the header anew. */
function metadata(movie: Box): { tags: string[]; captured: string | undefined } {
  const homes = [movie, ...movie.all("trak")].flatMap((home) => [home, ...home.all("udta")]);
  const lists = homes.flatMap((home) => home.all("meta")).map(tagsOf);
  const own = homes.flatMap((home) => home.all("udta")).flatMap((home) => home.children(0));
  return {
    tags: [...own.map(({ type }) => type), ...lists.flatMap((list) => list.map(({ name }) => name))],
    captured:
      lists.flat().find(({ name }) => name === "com.apple.quicktime.creationdate")?.text ?? created(movie),
  };
}

/** The time in the movie's header: seconds since the beginning of 1904, 0 where nobody knows. */
function created(movie: Box): string | undefined {
  const header = movie.single("mvhd");
  const seconds = isLong(header) ? Number(header.getBigUint64(4)) : header.getUint32(4);
  const EPOCH = 2_082_844_800;
  return seconds === 0 ? undefined : dateAndTime((seconds - EPOCH) * 1000);
}

/** Reads a list of tags: iTunes' names are the types of boxes, QuickTime's stand in a list of their own. */
function tagsOf(meta: Box): { name: string; text: string }[] {
  const parts = partsOf(meta);
  const keys = parts.find(({ type }) => type === "keys")?.box;
  const names = keys?.children(8).map(({ box }) => utf8(box, 0)) ?? [];
  const items = parts.find(({ type }) => type === "ilst")?.box.children(0) ?? [];
  return items.map(({ type, box }) => {
    const number = [...type].reduce((sum, letter) => sum * 256 + letter.charCodeAt(0), 0);
    const value = box.child("data");
    return { name: names[number - 1] ?? type, text: value === undefined ? "" : utf8(value, 8) };
  });
}

/** The boxes inside a list of tags: QuickTime omits the version and flags. */
function partsOf(meta: Box): { type: string; box: Box }[] {
  return [...meta.children(0), ...meta.children(4)];
}

function utf8(box: Box, start: number): string {
  const end = Math.min(box.byteLength, start + MOST_TEXT_BYTES);
  return new TextDecoder().decode(box.buffer.slice(box.byteOffset + start, box.byteOffset + end));
}

/** Lists the images in the tags, which ffprobe lists after the tracks. */
function covers(movie: Box): Stream[] {
  const meta = movie.child("udta")?.child("meta");
  const tags = meta === undefined ? [] : partsOf(meta);
  const images =
    tags
      .find(({ type }) => type === "ilst")
      ?.box.child("covr")
      ?.all("data") ?? [];
  const PNG = 14;
  return images.map((image) => attached("video", image.getUint32(0) === PNG ? "png" : "jpeg"));
}

/** Reads the header of a box; undefined when it is incomplete. */
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

/** The content of one box. Reading beyond it is a RangeError and means a broken file. */
class Box extends DataView<ArrayBuffer> {
  readonly parts: Parts;

  constructor(buffer: ArrayBuffer, byteOffset: number, byteLength: number, parts: Parts) {
    super(buffer, byteOffset, byteLength);
    this.parts = parts;
  }

  /** Lists the boxes inside, the first of them at `start`. Strictly, none may end behind this one: it would be lost. */
  children(start: number, strictly?: "strictly"): { type: string; box: Box }[] {
    const found = [];
    for (let at = start; at < this.byteLength; ) {
      const head = boxHead(this, at, this.byteLength - at);
      // QuickTime ends lists with four zero bytes.
      if (head === undefined) {
        break;
      }
      if (at + head.size > this.byteLength) {
        if (strictly) {
          throw new CannotDecode(`a ${head.type} box ends behind what holds it`);
        }
        break;
      }
      const content = this.byteOffset + at + head.content;
      found.push({
        type: head.type,
        box: new Box(this.buffer, content, head.size - head.content, this.parts),
      });
      this.parts.check(found);
      at += head.size;
    }
    return found;
  }

  all(wanted: string, strictly?: "strictly"): Box[] {
    return this.children(0, strictly).flatMap(({ type, box }) => (type === wanted ? [box] : []));
  }

  child(type: string): Box | undefined {
    return this.all(type)[0];
  }

  single(type: string): Box {
    const box = this.child(type);
    if (box === undefined) {
      throw new CannotDecode(`no ${type} box`);
    }
    return box;
  }

  /** Reads the content as a list of 32-bit numbers. */
  numbers(): number[] {
    this.parts.checkRows(this.byteLength / 4);
    return Array.from({ length: Math.floor(this.byteLength / 4) }, (_, index) => this.getUint32(index * 4));
  }
}

/** Returns whether times and durations in a box take eight bytes. */
function isLong(box: Box): boolean {
  return box.getUint8(0) === 1;
}

function ascii(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(at + byte)));
}
