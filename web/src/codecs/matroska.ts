// Reads from a Matroska or WebM file what the demuxer does not report, or not exactly: tracks of every kind, their
// aspect ratios, bitrates and delays, attachments, oddities, truncation. Refuses to know packets.

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
  type Stream,
  type Structure,
} from "./structure.ts";

/** Element numbers of RFC 9559. */
const ID = {
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  cluster: 0x1f43b675,
  info: 0x1549a966,
  dateUtc: 0x4461,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  track: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  flagDefault: 0x88,
  language: 0x22b59c,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  codecDelay: 0x56aa,
  contentEncodings: 0x6d80,
  contentEncoding: 0x6240,
  contentEncryption: 0x5035,
  contentCompression: 0x5034,
  contentCompSettings: 0x4255,
  blockAdditionMapping: 0x41e4,
  blockAddIdType: 0x41e7,
  blockAddIdExtraData: 0x41ed,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  pixelCropBottom: 0x54aa,
  pixelCropTop: 0x54bb,
  pixelCropLeft: 0x54cc,
  pixelCropRight: 0x54dd,
  displayWidth: 0x54b0,
  displayHeight: 0x54ba,
  displayUnit: 0x54b2,
  colour: 0x55b0,
  maxContentLight: 0x55bc,
  masteringMetadata: 0x55d0,
  luminanceMax: 0x55d9,
  attachments: 0x1941a469,
  attachedFile: 0x61a7,
  fileMediaType: 0x4660,
  fileData: 0x465c,
  tags: 0x1254c367,
  tag: 0x7373,
  targets: 0x63c0,
  tagTrackUid: 0x63c5,
  simpleTag: 0x67c8,
  tagName: 0x45a3,
  tagString: 0x4487,
} as const;

const KINDS: Readonly<Record<number, Kind>> = { 1: "video", 2: "audio", 17: "subtitle", 33: "data" };
const IMAGE_TYPES = ["image/gif", "image/jpeg", "image/png", "image/tiff"];

export async function readMatroska(file: Blob): Promise<Structure> {
  const window = new BlobWindow(file);
  const parts = new Parts();
  const segment = await findSegment(window, parts);
  const places = await findParts(window, segment, parts);
  const load = async (id: number) => {
    const place = places.get(id);
    return place === undefined ? [] : elements(await window.exactly(place.content, place.size), parts);
  };
  const tracks = await load(ID.tracks);
  const tags = await load(ID.tags);
  const rates = bitrates(tags);
  const info = await load(ID.info);
  const attachments = places.get(ID.attachments);
  return {
    format: "matroska,webm",
    majorBrand: undefined,
    fragmented: false,
    tags: tagNames(tags),
    captured: captured(info),
    declaredEnd: declaredEnd(info),
    streams: [
      ...tracks.filter(({ id }) => id === ID.track).flatMap((track) => streamOf(track, rates)),
      ...(attachments === undefined ? [] : await readAttachments(window, attachments, parts)),
    ],
  };
}

interface Place {
  id: number;
  content: number;
  /** Length of the content in bytes; `UNKNOWN` when the writer did not go back to fill it in. */
  size: number;
}

const UNKNOWN = Number.POSITIVE_INFINITY;
/** The longest header: four bytes of identifier, eight of length. */
const HEADER_BYTES = 12;

async function findSegment(window: BlobWindow, parts: Parts): Promise<Place> {
  const before: Place[] = [];
  for (let at = 0; at < window.size; ) {
    const place = await placeAt(window, at);
    before.push(place);
    parts.check(before);
    if (place.id === ID.segment) {
      return place;
    }
    at = place.content + place.size;
  }
  throw new CannotDecode("no segment");
}

/** What there is many times over in a file without lengths: clusters, and what is in them. */
const IN_CLUSTERS: readonly number[] = [ID.cluster, 0xe7, 0xa3, 0xa0, 0xa7, 0xab];
/** More than a day of video and audio has. */
const MOST_IN_CLUSTERS = 12_000_000;

/** Finds the wanted parts; also checks that the end of the file is there. */
async function findParts(window: BlobWindow, segment: Place, counted: Parts): Promise<Map<number, Place>> {
  const parts = new Map<number, Place>();
  const others: Place[] = [];
  const seeks: unknown[] = [];
  let inClusters = 0;
  const wanted: number[] = [ID.info, ID.tracks, ID.tags, ID.attachments];
  if (segment.size !== UNKNOWN && segment.content + segment.size > window.size) {
    throw new CannotDecode(`the file ends at ${window.size}, before ${segment.content + segment.size}`);
  }
  const end = Math.min(window.size, segment.content + segment.size);
  for (let at = segment.content; at < end; ) {
    const place = await placeAt(window, at);
    if (IN_CLUSTERS.includes(place.id)) {
      inClusters += 1;
    } else {
      others.push(place);
      counted.check(others);
    }
    if (inClusters > MOST_IN_CLUSTERS) {
      throw new CannotDecode(`more than ${MOST_IN_CLUSTERS} blocks`);
    }
    if (wanted.includes(place.id)) {
      parts.set(place.id, place);
    } else if (place.id === ID.seekHead) {
      for (const target of seekTargets(elements(await window.exactly(place.content, place.size), counted))) {
        seeks.push(target);
        counted.check(seeks);
        if (wanted.includes(target.id) && !parts.has(target.id)) {
          parts.set(target.id, await placeAt(window, segment.content + target.position));
        }
      }
    } else if (place.id === ID.cluster && segment.size !== UNKNOWN) {
      break;
    }
    // The elements of a cluster of unknown length are walked like the segment's own.
    const inside = place.id === ID.cluster && place.size === UNKNOWN;
    at = inside ? place.content : place.content + place.size;
    if (at > window.size) {
      throw new CannotDecode(`the file ends at ${window.size}, before ${at}`);
    }
  }
  return parts;
}

function seekTargets(list: readonly Element[]): { id: number; position: number }[] {
  return list
    .filter(({ id }) => id === ID.seek)
    .map((seek) => ({ id: seek.number(ID.seekId) ?? 0, position: seek.number(ID.seekPosition) ?? 0 }));
}

async function placeAt(window: BlobWindow, at: number): Promise<Place> {
  const place = headerOf(await window.upTo(at, HEADER_BYTES), 0);
  if (place === undefined) {
    throw new CannotDecode(`no element at ${at}`);
  }
  return { ...place, content: at + place.content };
}

function streamOf(track: Element, rates: ReadonlyMap<number, number>): Stream[] {
  const kind = KINDS[track.number(ID.trackType) ?? 0];
  const codec = track.text(ID.codecId) ?? "";
  if (kind === undefined || codec === "") {
    return [];
  }
  const video = track.child(ID.video);
  const language = track.text(ID.language) ?? "eng";
  return [
    {
      kind,
      id: track.number(ID.trackNumber),
      tag: codec,
      still: false,
      default: (track.number(ID.flagDefault) ?? 1) !== 0,
      language: language === "und" ? undefined : language,
      sampleAspect: video && sampleAspect(video),
      bitrate: rates.get(track.number(ID.trackUid) ?? 0),
      // The same record as in MP4, whose first four bytes are fields.
      configuration: codec === "V_AV1" ? track.child(ID.codecPrivate)?.bytes().subarray(4) : undefined,
      peak: video && peak(video),
      delay: (track.number(ID.codecDelay) ?? 0) / 1e9,
      shown: ALWAYS,
      dolbyVision: dolbyVision(dolbyVisionRecord(track)),
      odd: oddityOf(track, video),
    },
  ];
}

/** Finds what is added to the codec's own configuration (RFC 9559, 5.1.4.1.17). */
function dolbyVisionRecord(track: Element): Uint8Array | undefined {
  const TYPES = ["dvcC", "dvvC", "dvwC"].map((type) => bigEndian(ascii(type), 0, 4));
  const mappings = track.all(ID.blockAdditionMapping);
  const found = mappings.find((mapping) => TYPES.includes(mapping.number(ID.blockAddIdType) ?? 0));
  return found?.child(ID.blockAddIdExtraData)?.bytes();
}

function ascii(word: string): DataView {
  return new DataView(new TextEncoder().encode(word).buffer);
}

function peak(video: Element): number | undefined {
  const colour = video.child(ID.colour);
  const screen = colour?.child(ID.masteringMetadata)?.float(ID.luminanceMax);
  return brightest(colour?.number(ID.maxContentLight), screen);
}

function oddityOf(track: Element, video: Element | undefined): Oddity | undefined {
  const encodings = track.child(ID.contentEncodings)?.all(ID.contentEncoding) ?? [];
  if (encodings.some((encoding) => encoding.child(ID.contentEncryption) !== undefined)) {
    return "encrypted";
  }
  // These bytes are put in front of every packet.
  const stripped = encodings.map((encoding) =>
    encoding.child(ID.contentCompression)?.child(ID.contentCompSettings)?.bytes(),
  );
  if (stripped.some((bytes) => (bytes?.length ?? 0) > MOST_TEXT_BYTES)) {
    throw new CannotDecode("a compressed track with too much in common");
  }
  const crops = [ID.pixelCropBottom, ID.pixelCropTop, ID.pixelCropLeft, ID.pixelCropRight];
  return crops.some((crop) => (video?.number(crop) ?? 0) > 0) ? "cropped" : undefined;
}

function sampleAspect(video: Element): [number, number] | undefined {
  const [width, height] = [video.number(ID.pixelWidth) ?? 0, video.number(ID.pixelHeight) ?? 0];
  const [wide, high] = [video.number(ID.displayWidth) ?? width, video.number(ID.displayHeight) ?? height];
  const UNKNOWN_UNIT = 4;
  const isKnown =
    video.number(ID.displayUnit) !== UNKNOWN_UNIT && width > 0 && height > 0 && wide > 0 && high > 0;
  return isKnown ? reduced(height * wide, width * high) : undefined;
}

/** Reads bits per second by track UID, from the tags that mkvmerge writes. */
function bitrates(tags: readonly Element[]): Map<number, number> {
  const rates = new Map<number, number>();
  for (const tag of tags.filter(({ id }) => id === ID.tag)) {
    const track = tag.child(ID.targets)?.number(ID.tagTrackUid);
    const note = tag.all(ID.simpleTag).find((simple) => simple.text(ID.tagName) === "BPS");
    const rate = Number(note?.text(ID.tagString));
    if (track !== undefined && rate > 0) {
      rates.set(track, rate);
    }
  }
  return rates;
}

function tagNames(tags: readonly Element[]): string[] {
  const simple = tags.filter(({ id }) => id === ID.tag).flatMap((tag) => tag.all(ID.simpleTag));
  return simple.flatMap((tag) => tag.text(ID.tagName) ?? []);
}

/** When the file was made: nanoseconds since the beginning of 2001. */
function captured(info: readonly Element[]): string | undefined {
  const date = info.find(({ id }) => id === ID.dateUtc)?.whole();
  return date === undefined ? undefined : dateAndTime(Date.UTC(2001) + date / 1e6);
}

/** When the longest stream ends, in seconds; times are in nanoseconds times a scale. */
function declaredEnd(info: readonly Element[]): number | undefined {
  const scale = info.find(({ id }) => id === ID.timestampScale)?.whole() ?? 1e6;
  const ticks = info.find(({ id }) => id === ID.duration)?.asFloat();
  return ticks === undefined ? undefined : (ticks * scale) / 1e9;
}

/** Lists the attachments. Skips their data, which may be large. */
async function readAttachments(window: BlobWindow, attachments: Place, counted: Parts): Promise<Stream[]> {
  const streams: Stream[] = [];
  for (const file of await children(window, attachments, counted)) {
    if (file.id === ID.attachedFile) {
      const parts = await children(window, file, counted);
      const type = parts.find(({ id }) => id === ID.fileMediaType);
      const name = type ? text(await window.upTo(type.content, Math.min(type.size, MOST_TEXT_BYTES))) : "";
      streams.push(attached(IMAGE_TYPES.includes(name) ? "video" : "attachment", name));
    }
  }
  return streams;
}

async function children(window: BlobWindow, parent: Place, counted: Parts): Promise<Place[]> {
  const places: Place[] = [];
  for (let at = parent.content; at < parent.content + parent.size; ) {
    const place = await placeAt(window, at);
    places.push(place);
    counted.check(places);
    at = place.content + place.size;
  }
  return places;
}

/** An element in memory. */
class Element {
  readonly id: number;
  readonly #content: DataView;
  readonly #parts: Parts;

  constructor(id: number, content: DataView, parts: Parts) {
    this.id = id;
    this.#content = content;
    this.#parts = parts;
  }

  all(id: number): Element[] {
    return elements(this.#content, this.#parts).filter((element) => element.id === id);
  }

  child(id: number): Element | undefined {
    return this.all(id)[0];
  }

  /** Returns the content as a number. */
  whole(): number {
    return bigEndian(this.#content, 0, Math.min(this.#content.byteLength, 8));
  }

  number(id: number): number | undefined {
    return this.child(id)?.whole();
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#content.buffer, this.#content.byteOffset, this.#content.byteLength);
  }

  /** Returns the content as a floating-point number. */
  asFloat(): number | undefined {
    const bytes = this.#content.byteLength;
    return bytes === 4 ? this.#content.getFloat32(0) : bytes === 8 ? this.#content.getFloat64(0) : undefined;
  }

  float(id: number): number | undefined {
    return this.child(id)?.asFloat();
  }

  text(id: number): string | undefined {
    const child = this.child(id);
    return child && text(child.#content);
  }
}

function elements(view: DataView, parts: Parts): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < view.byteLength; ) {
    const place = headerOf(view, at);
    if (place === undefined || place.content + place.size > view.byteLength) {
      throw new CannotDecode("an element ends too early");
    }
    const content = new DataView(view.buffer, view.byteOffset + place.content, place.size);
    found.push(new Element(place.id, content, parts));
    parts.check(found);
    at = place.content + place.size;
  }
  return found;
}

/** Reads the header of an element; undefined when there is none. */
function headerOf(view: DataView, at: number): Place | undefined {
  const idBytes = at < view.byteLength ? Math.clz32(view.getUint8(at)) - 23 : 0;
  const sizeAt = at + idBytes;
  if (idBytes < 1 || idBytes > 4 || sizeAt >= view.byteLength) {
    return undefined;
  }
  const sizeBytes = Math.clz32(view.getUint8(sizeAt)) - 23;
  if (sizeBytes > 8 || sizeAt + sizeBytes > view.byteLength) {
    return undefined;
  }
  // The leading one marks the number of bytes; all ones after it mean an unknown length.
  const first = view.getUint8(sizeAt) & (2 ** (8 - sizeBytes) - 1);
  const size = first * 256 ** (sizeBytes - 1) + bigEndian(view, sizeAt + 1, sizeBytes - 1);
  return {
    id: bigEndian(view, at, idBytes),
    content: sizeAt + sizeBytes,
    size: size >= 2 ** (7 * sizeBytes) - 1 ? UNKNOWN : size,
  };
}

function bigEndian(view: DataView, at: number, bytes: number): number {
  let value = 0;
  for (let index = 0; index < bytes; index += 1) {
    value = value * 256 + view.getUint8(at + index);
  }
  return value;
}

function text(view: DataView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, Math.min(view.byteLength, MOST_TEXT_BYTES));
  return new TextDecoder().decode(bytes).replace(/\0.*$/s, "");
}
