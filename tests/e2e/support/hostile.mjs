// Inputs as nobody makes them on purpose, or somebody did: clips with wrong bytes, cut, with sizes that lie, under names
// that are traps. The same number makes the same input. Refuses to know the page.

import { readFile } from "node:fs/promises";
import { media } from "../../media/make.mjs";

/** The clips that inputs are made of, by container. */
const SEEDS = ["tinyMp4", "tinyMov", "tinyMkv", "tinyWebm", "tinyAvi", "tinyTs", "tinyFlv"];
/** How many of each way of three hundred; what is left are damages without an order. */
const [FLIPPED, CUT, LYING] = [96, 84, 84];
export const ALL = 300;

/** Runs when a page takes a name or a title for HTML. */
const TRAP = "window.trapped=1";
/** The element that a name or a title would become. */
export const TRAPPED = ".trapped, img[src='x'], [onerror], [onload]";
/** `{}` stands for the ending. */
const NAMES = [
  "clip{}",
  `<img src=x onerror=${TRAP}>{}`,
  `"><b class="trapped">bold</b>{}`,
  `</script><script>${TRAP}</script>{}`,
  'it\'s "quoted" `twice` $(touch x); -vf null{}',
  "two\nlines\r\n and a\ttab{}",
  "\u202Egnp.exe\u202C\u200F{}",
  "../../../../etc/passwd{}",
  "C:\\clips\\..\\a|b?c*d{}",
  `${"very long ".repeat(100)}{}`,
  "%s%n%2e%2e%2f{}",
  "-i{}",
  "concat:a|b{}",
  "ends with a dot.",
  "no ending",
  ".mp4",
  "\u0000nothing\u0007{}",
  "🎞️ ｆｉｌｍ é\u0301{}",
  " {}",
  "file:clip{}",
];
const ENDINGS = [".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts", ".flv"];

/**
 * @typedef {{ what: string, name: string, bytes: Buffer }} Hostile `what` says what was done to which clip.
 */

/**
 * Makes all inputs, in an order in which the first some are of all kinds.
 *
 * @param {number} seed
 * @returns {Promise<Hostile[]>}
 */
export async function hostileInputs(seed) {
  const random = randomFrom(seed);
  const clips = await Promise.all(SEEDS.map(async (of) => ({ of, bytes: await readFile(await media(of)) })));
  const made = [];
  const add = (what, clip, bytes) => made.push({ what: `${clip.of} ${what}`, ending: endingOf(clip), bytes });
  for (let number = 0; number < FLIPPED; number++)
    add(...flipped(clips[number % clips.length], number, random));
  for (const [ways, count] of [
    [cuts, CUT],
    [lies, LYING],
  ]) {
    const perClip = clips.map((clip) => shuffled(ways(clip), random));
    for (let number = 0; number < count; number++) {
      const candidates = perClip[number % clips.length];
      add(...candidates[Math.floor(number / clips.length) % candidates.length]);
    }
  }
  const whole = shuffled(damages(clips), random);
  for (let number = 0; made.length < ALL; number++) made.push(whole[number % whole.length]);
  return shuffled(made, random).map(({ what, ending, bytes }, number) => {
    // Every eighth says that it is another container.
    const said = number % 8 === 7 ? ENDINGS[Math.floor(random() * ENDINGS.length)] : ending;
    return { what, bytes, name: NAMES[number % NAMES.length].replace("{}", said) };
  });
}

const endingOf = ({ of }) => `.${of.slice("tiny".length).toLowerCase()}`;

/** A clip in which one bit of every so many bytes is another: everywhere, or only where its headers are. */
function flipped(clip, number, random) {
  const [everyBytes, from, to] = [
    [100, 0, 1],
    [1000, 0, 1],
    [10_000, 0, 1],
    [50, 0, 0.03],
    [50, 0.97, 1],
    [3000, 0.2, 0.9],
  ][Math.floor(number / SEEDS.length) % 6];
  const bytes = Buffer.from(clip.bytes);
  const [begin, end] = [from, to].map((share) => Math.floor(bytes.length * share));
  const count = Math.max(1, Math.round((end - begin) / everyBytes));
  for (let flip = 0; flip < count; flip++) {
    bytes[begin + Math.floor(random() * (end - begin))] ^= 1 << Math.floor(random() * 8);
  }
  return [`with a bit of every ${everyBytes} bytes between ${from} and ${to} flipped`, clip, bytes];
}

/** A clip that ends at a box or element, or a few bytes into it. */
function cuts(clip) {
  return parts(clip.bytes).flatMap(({ at, type }) =>
    [0, 5].map((more) => [
      `cut ${more} bytes into ${type} at ${at}`,
      clip,
      clip.bytes.subarray(0, at + more),
    ]),
  );
}

/** A clip in which a box or element says that it is as large as it is not. */
function lies(clip) {
  return parts(clip.bytes).flatMap(({ at, type, sizeAt, sizeBytes, little }) => {
    const real = number(clip.bytes, sizeAt, sizeBytes, little);
    const most = 2 ** (8 * sizeBytes) - 1;
    return [0, 1, 7, most, Math.floor(most / 2), real + 1, real - 1, real * 2, Math.floor(real / 2)]
      .filter((size) => size >= 0 && size <= most && size !== real)
      .map((size) => {
        const bytes = Buffer.from(clip.bytes);
        if (little) bytes.writeUIntLE(size, sizeAt, sizeBytes);
        else bytes.writeUIntBE(size, sizeAt, sizeBytes);
        return [`whose ${type} at ${at} has the size ${size} instead of ${real}`, clip, bytes];
      });
  });
}

/** What is done to a whole file. */
function damages(clips) {
  return clips.flatMap((clip) => {
    const { bytes } = clip;
    const half = bytes.length >> 1;
    const other = clips[(clips.indexOf(clip) + 1) % clips.length].bytes;
    return [
      ["empty", Buffer.alloc(0)],
      ["with its halves swapped", Buffer.concat([bytes.subarray(half), bytes.subarray(0, half)])],
      ["twice", Buffer.concat([bytes, bytes])],
      ["before another container", Buffer.concat([bytes, other])],
      ["as nothing but zeros", Buffer.alloc(bytes.length)],
      ["with one byte", bytes.subarray(0, 1)],
      ["behind rubbish", Buffer.concat([Buffer.alloc(1000, 0xa5), bytes])],
      ["backwards", Buffer.from(bytes).reverse()],
    ].map(([what, changed]) => ({ what: `${clip.of} ${what}`, ending: endingOf(clip), bytes: changed }));
  });
}

/**
 * @typedef {{ at: number, type: string, sizeAt: number, sizeBytes: number, little: boolean }} Part where a box, chunk, tag,
 *   element or packet begins, and where it says how large it is
 */

/** Parts of a file of any of the containers. @param {Buffer} bytes @returns {Part[]} */
function parts(bytes) {
  if (bytes.toString("latin1", 4, 8) === "ftyp") return mp4Parts(bytes, 0, bytes.length);
  if (bytes.readUInt32BE(0) === 0x1a45dfa3) return elements(bytes, 0, bytes.length);
  if (bytes.toString("latin1", 0, 4) === "RIFF") return chunks(bytes, 0, bytes.length);
  if (bytes.toString("latin1", 0, 3) === "FLV") return tags(bytes);
  return packets(bytes);
}

const MP4_PARENTS = ["moov", "trak", "mdia", "minf", "stbl", "dinf", "edts", "udta", "moof", "traf", "mvex"];

function mp4Parts(bytes, from, to) {
  const found = [];
  for (let at = from; at + 8 <= to; ) {
    const [size, type] = [bytes.readUInt32BE(at), bytes.toString("latin1", at + 4, at + 8)];
    found.push({ at, type, sizeAt: at, sizeBytes: 4, little: false });
    if (MP4_PARENTS.includes(type)) found.push(...mp4Parts(bytes, at + 8, at + size));
    // Behind its flags and its count, descriptions are boxes like any other.
    if (type === "stsd") found.push(...mp4Parts(bytes, at + 16, at + size));
    if (size < 8) break;
    at += size;
  }
  return found;
}

/** Segment, Cluster, Tracks, TrackEntry, Video, Audio, Cues, CuePoint, Info, SeekHead, Seek, Tags, Tag, BlockGroup. */
const MATROSKA_PARENTS = [
  0x18538067, 0x1f43b675, 0x1654ae6b, 0xae, 0xe0, 0xe1, 0x1c53bb6b, 0xbb, 0x1549a966, 0x114d9b74, 0x4dbb,
  0x1254c367, 0x7373, 0xa0, 0x1a45dfa3,
];

function elements(bytes, from, to) {
  const found = [];
  for (let at = from; at < to; ) {
    const idBytes = Math.clz32(bytes[at]) - 23;
    const sizeAt = at + idBytes;
    const sizeBytes = Math.clz32(bytes[sizeAt]) - 23;
    if (idBytes > 4 || sizeBytes > 8 || sizeAt + sizeBytes > to) break;
    const id = bytes.readUIntBE(at, idBytes);
    let size = bytes[sizeAt] & (0xff >> sizeBytes);
    for (let more = 1; more < sizeBytes; more++) size = size * 256 + bytes[sizeAt + more];
    const body = sizeAt + sizeBytes;
    // Six bytes are as many as Buffer writes at once: the last ones.
    const last = Math.min(sizeBytes, 6);
    found.push({ at, type: id.toString(16), sizeAt: body - last, sizeBytes: last, little: false });
    if (MATROSKA_PARENTS.includes(id)) found.push(...elements(bytes, body, Math.min(body + size, to)));
    at = body + size;
  }
  return found;
}

function chunks(bytes, from, to) {
  const found = [];
  for (let at = from; at + 8 <= to; ) {
    const [type, size] = [bytes.toString("latin1", at, at + 4), bytes.readUInt32LE(at + 4)];
    found.push({ at, type, sizeAt: at + 4, sizeBytes: 4, little: true });
    if (type === "RIFF" || type === "LIST")
      found.push(...chunks(bytes, at + 12, Math.min(at + 8 + size, to)));
    at += 8 + size + (size & 1);
  }
  return found;
}

function tags(bytes) {
  const found = [];
  for (let at = 13; at + 11 <= bytes.length; at += 15 + bytes.readUIntBE(at + 1, 3)) {
    found.push({ at, type: `tag ${bytes[at]}`, sizeAt: at + 1, sizeBytes: 3, little: false });
  }
  return found;
}

/** A packet of a transport stream says how long its adaptation field is, or which stream it belongs to. */
function packets(bytes) {
  const found = [];
  for (let at = 0; at + 188 <= bytes.length; at += 188 * 3) {
    const sizeAt = (bytes[at + 3] & 0x20) === 0 ? at + 2 : at + 4;
    found.push({ at, type: "packet", sizeAt, sizeBytes: 1, little: false });
  }
  return found;
}

function number(bytes, at, count, little) {
  return little ? bytes.readUIntLE(at, count) : bytes.readUIntBE(at, count);
}

/** Numbers from 0 to below 1 that look random (mulberry32). */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled(list, random) {
  const mixed = [...list];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other], mixed[at]];
  }
  return mixed;
}
