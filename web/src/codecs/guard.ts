// Looks at what the demuxer is about to take apart, before it does: it makes an object of each entry of a table and of
// each block, and some bytes may promise billions of them. Refuses to know what a part is for.

import { BlobSource } from "mediabunny";
import { LARGEST_PIECE_BYTES } from "./blob-window.ts";
import { CannotDecode } from "./failures.ts";

export type Kind = "boxes" | "elements";

/** What is shorter holds too little for any harm. */
const SMALLEST_BYTES = 64;

/** The longest header of an element, and how many of them are read one by one: a day of short clusters, again and again. */
const HEADER_BYTES = 12;
const MOST_HEADERS = 2_000_000;

/** What the demuxer reads through, whoever asks it. */
interface Reading {
  _read(start: number, end: number, ...range: number[]): Piece | null | Promise<Piece | null>;
}

/** A part of the file; `bytes` may hold more, and begin before it. */
interface Piece {
  bytes: Uint8Array;
  offset: number;
}

/**
 * The bytes of a clip for the demuxer, one part at a time, each of a bounded size and looked at first. The demuxer reads
 * through a method that its types do not show; a test notices when a version of it does not.
 */
export class GuardedSource extends BlobSource {
  #kind: Kind | undefined;
  #headers = 0;
  readonly #seen: Seen = { kept: 0, nested: 0 };

  /** Says what the parts are made of. */
  guard(kind: Kind): void {
    this.#kind = kind;
  }

  _read(start: number, end: number, ...range: number[]): Piece | null | Promise<Piece | null> {
    if (end - start > LARGEST_PIECE_BYTES) {
      throw new CannotDecode(`a part of ${end - start} bytes`);
    }
    if (this.#kind === "elements" && end - start <= HEADER_BYTES) {
      this.#headers += 1;
      if (this.#headers > MOST_HEADERS) {
        throw new CannotDecode("a segment of too many elements");
      }
    }
    const piece = (BlobSource.prototype as unknown as Reading)._read.call(this, start, end, ...range);
    const look = (found: Piece | null) => {
      if (found !== null && end - start >= SMALLEST_BYTES) {
        const { buffer, byteOffset } = found.bytes;
        this.#look(new DataView(buffer, byteOffset + start - found.offset, end - start));
      }
      return found;
    };
    return piece instanceof Promise ? piece.then(look) : look(piece);
  }

  #look(view: DataView): void {
    if (this.#kind === "boxes") {
      checkBoxes(view);
    } else if (this.#kind === "elements") {
      checkElements(view, this.#seen);
    }
  }
}

/** Nothing real is nested as deep. */
const MOST_DEPTH = 32;

/** What the demuxer's tables and our list of packets may take, in bytes: five hours of video at 60 frames a second. */
const MOST_INDEX_BYTES = 300e6;
/** What one entry takes at most while a list of them grows, as measured: an object of some numbers, or a number. */
const OBJECT_BYTES = 100;
const NUMBER_BYTES = 16;
/** What a sample takes in our list of packets. */
const LISTED_BYTES = 40;

/** The demuxer adds up all sizes of a chunk for each sample in it: some seconds' worth. */
const MOST_STEPS = 3e9;

/** Boxes whose content is boxes (ISO/IEC 14496-12). */
const CONTAINERS = [
  ...["moov", "trak", "mdia", "minf", "dinf", "stbl", "edts", "udta", "mvex"],
  ...["wave", "sinf", "schi", "mfra"],
];

/** Audio of which the demuxer makes one packet of each chunk. */
const RAW = ["raw ", "twos", "sowt", "in24", "in32", "fl32", "fl64", "lpcm", "ipcm", "fpcm", "ulaw", "alaw"];

/** The tables of one track: how many samples they tell of, and how much the demuxer makes of them. */
class Tables {
  samples = 0;
  shifted = 0;
  chunks = 0;
  lastFirst = 0;
  /** The runs of chunks that are alike: the first of them, counted from 1, and how many samples are in each. */
  readonly runs: [first: number, samples: number][] = [];
  sized = false;
  bytes = 0;
  raw = true;

  /** Takes notice of a table. */
  add(type: string, view: DataView): void {
    const rows = (at: number, width: number) => {
      const count = view.getUint32(at);
      if (at + 4 + count * width > view.byteLength) {
        throw new CannotDecode(`a table ${type} of ${count} rows in ${view.byteLength} bytes`);
      }
      return count;
    };
    const counts = (count: number) => {
      let sum = 0;
      for (let row = 0; row < count; row += 1) {
        sum += view.getUint32(8 + row * 8);
      }
      this.bytes += count * OBJECT_BYTES;
      return sum;
    };
    switch (type) {
      case "stts":
        this.samples += counts(rows(4, 8));
        break;
      case "ctts":
        this.shifted += counts(rows(4, 8));
        break;
      case "stsz":
        if (view.getUint32(4) === 0) {
          this.sized = true;
          this.bytes += rows(8, 4) * NUMBER_BYTES;
        }
        break;
      case "stz2":
        this.sized = true;
        this.bytes += rows(8, Math.max(view.getUint8(7), 4) / 8) * NUMBER_BYTES;
        break;
      case "stss":
        this.bytes += rows(4, 4) * NUMBER_BYTES;
        break;
      case "stco":
      case "co64":
        this.chunks += rows(4, type === "stco" ? 4 : 8);
        this.bytes += this.chunks * NUMBER_BYTES;
        break;
      case "saiz":
        // What encrypted samples have besides, all alike.
        this.bytes += view.getUint32((view.getUint8(3) & 1) * 8 + 5) * OBJECT_BYTES;
        break;
      case "stsc": {
        const count = rows(4, 12);
        this.bytes += count * OBJECT_BYTES;
        if (this.bytes > MOST_INDEX_BYTES) {
          return;
        }
        for (let row = 0; row < count; row += 1) {
          const run = this.runs.push([view.getUint32(8 + row * 12), view.getUint32(12 + row * 12)]);
          this.lastFirst = Math.max(this.lastFirst, this.runs[run - 1]?.[0] ?? 0);
        }
        break;
      }
      case "stsd":
        for (const entry of boxesIn(view, 8)) {
          this.raw &&= RAW.includes(entry.type.toLowerCase());
        }
        break;
    }
  }

  /** Returns how many bytes they become. */
  total(): number {
    if (this.lastFirst > this.chunks) {
      throw new CannotDecode(`runs from chunk ${this.lastFirst} of ${this.chunks}`);
    }
    const isRaw = this.raw && this.shifted === 0;
    const steps = this.runs.reduce((sum, [first, samples], run) => {
      const next = this.runs[run + 1]?.[0] ?? this.chunks + 1;
      return sum + Math.max(next - first, 0) * samples * samples;
    }, 0);
    if (this.sized && !isRaw && steps > MOST_STEPS) {
      throw new CannotDecode("too many samples in a chunk");
    }
    // The demuxer sorts an object of each, and goes through all shifts.
    const sorted = this.shifted > 0 ? this.samples * OBJECT_BYTES + this.shifted * NUMBER_BYTES : 0;
    const listed = isRaw ? this.chunks : this.samples;
    return this.bytes + sorted + listed * LISTED_BYTES;
  }
}

/** Checks boxes: the index of a file, whose tables may promise more samples than it has bytes. */
export function checkBoxes(view: DataView): void {
  let total = 0;
  const walk = (within: DataView, tables: Tables, depth: number): void => {
    if (depth > MOST_DEPTH) {
      throw new CannotDecode("boxes in boxes without end");
    }
    for (const { type, content } of boxesIn(within, 0)) {
      if (!CONTAINERS.includes(type)) {
        tables.add(type, content);
      } else if (type === "trak") {
        const own = new Tables();
        walk(content, own, depth + 1);
        total += own.total();
      } else {
        walk(content, tables, depth + 1);
      }
      if (total + tables.bytes > MOST_INDEX_BYTES) {
        throw new CannotDecode("an index of too many entries");
      }
    }
  };
  try {
    const outside = new Tables();
    walk(view, outside, 0);
    total += outside.total();
  } catch (error) {
    throw error instanceof RangeError ? new CannotDecode("a table ends too early") : error;
  }
  if (total > MOST_INDEX_BYTES) {
    throw new CannotDecode("an index of too many entries");
  }
}

/** Lists the boxes from `at` on, as far as they are there. */
function* boxesIn(view: DataView, at: number): Generator<{ type: string; content: DataView }> {
  for (let start = at; start + 8 <= view.byteLength; ) {
    const short = view.getUint32(start);
    const long = short === 1 && start + 16 <= view.byteLength;
    const rest = view.byteLength - start;
    const size = short === 0 ? rest : long ? Number(view.getBigUint64(start + 8)) : short;
    const head = long ? 16 : 8;
    if (size < head) {
      return;
    }
    const type = String.fromCharCode(...[4, 5, 6, 7].map((byte) => view.getUint8(start + byte)));
    const content = new DataView(view.buffer, view.byteOffset + start + head, Math.min(size, rest) - head);
    yield { type, content };
    start += size;
  }
}

/** The most objects that stay in memory of all parts: entries of the index, tracks, tags. */
const MOST_KEPT = 1_000_000;
/** The most blocks in a cluster, and frames of those that hold several. */
const MOST_BLOCKS = 100_000;
const MOST_LACED = 20_000;
/** The most elements in one part: what is only passed over takes its time, too. */
const MOST_ELEMENTS = 4_000_000;

const SIMPLE_BLOCK = 0xa3;
const BLOCK = 0xa1;
/** Elements whose content is elements (RFC 9559), with what the demuxer keeps of each. */
const MASTERS: ReadonlyMap<number, number> = new Map([
  // Blocks: gone with the cluster.
  [0xa0, 0],
  [0x75a1, 0],
  [0xa6, 0],
  // Seek, CuePoint and CueTrackPositions.
  [0x4dbb, 1],
  [0xbb, 1],
  [0xb7, 1],
  // TrackEntry, and what is in it.
  [0xae, 50],
  [0xe0, 1],
  [0x55b0, 1],
  [0x7670, 1],
  [0xe1, 1],
  [0x6d80, 1],
  [0x6240, 10],
  [0x5034, 1],
  [0x5035, 1],
  // Tags and attachments.
  [0x7373, 10],
  [0x63c0, 1],
  [0x67c8, 10],
  [0x61a7, 10],
]);

const CLUSTER = 0x1f43b675;
/** The most clusters that begin within another: the demuxer takes the outer one for shorter than it says, each time anew. */
const MOST_NESTED = 100;

/** What has been seen of all parts: objects that stay, and clusters in clusters. */
export interface Seen {
  kept: number;
  nested: number;
}

/** Checks elements: of a cluster or of another part of a segment. */
export function checkElements(view: DataView, seen: Seen): void {
  let [elements, blocks, laced] = [0, 0, 0];
  const walk = (from: number, to: number, depth: number): void => {
    if (depth > MOST_DEPTH) {
      throw new CannotDecode("elements in elements without end");
    }
    for (let at = from; at < to; ) {
      const idBytes = Math.clz32(view.getUint8(at)) - 23;
      const sizeAt = at + idBytes;
      const sizeBytes = idBytes <= 4 && sizeAt < to ? Math.clz32(view.getUint8(sizeAt)) - 23 : 9;
      const content = sizeAt + sizeBytes;
      if (sizeBytes > 8 || content > to) {
        return;
      }
      let [id, size] = [0, view.getUint8(sizeAt) & (2 ** (8 - sizeBytes) - 1)];
      for (let byte = at; byte < sizeAt; byte += 1) {
        id = id * 256 + view.getUint8(byte);
      }
      for (let byte = sizeAt + 1; byte < content; byte += 1) {
        size = size * 256 + view.getUint8(byte);
      }
      const end = Math.min(to, content + size);
      const weight = MASTERS.get(id);
      if (weight !== undefined) {
        seen.kept += weight;
        walk(content, end, depth + 1);
      } else if (id === CLUSTER) {
        seen.nested += 1;
        if (seen.nested > MOST_NESTED) {
          throw new CannotDecode("clusters in clusters");
        }
        return;
      } else if (id === SIMPLE_BLOCK || id === BLOCK) {
        blocks += 1;
        laced += framesIn(view, content, end);
      }
      elements += 1;
      if (elements > MOST_ELEMENTS || seen.kept > MOST_KEPT || blocks > MOST_BLOCKS || laced > MOST_LACED) {
        throw new CannotDecode("a part of too many elements");
      }
      at = end;
    }
  };
  walk(0, view.byteLength, 0);
}

/** Returns how many frames a block holds beside its first: its flags and their number follow track and time (RFC 9559, 10.1). */
function framesIn(view: DataView, content: number, end: number): number {
  const flags = content < end ? content + Math.clz32(view.getUint8(content)) - 23 + 2 : end;
  const LACING = 0x06;
  return flags + 1 < end && (view.getUint8(flags) & LACING) !== 0 ? view.getUint8(flags + 1) : 0;
}
