// Makes files of MP4 and Matroska that are there to exhaust whoever reads them. Knows no reader.

/** @param {string} type @param {...Uint8Array} content */
export function box(type, ...content) {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.reduce((sum, part) => sum + part.length, 0));
  head.write(type, 4, "latin1");
  return Buffer.concat([head, ...content]);
}

/** Numbers of 32 bits. @param {...number} values */
export function words(...values) {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}

/** @param {Uint8Array} bytes @param {number} times */
export const repeated = (bytes, times) => Buffer.alloc(bytes.length * times, bytes);

/** An element of Matroska, with a length of eight bytes; an unknown one where it has no content. */
export function element(id, ...content) {
  const length = Buffer.alloc(8);
  const bytes = content.reduce((sum, part) => sum + part.length, 0);
  length.writeBigUInt64BE(BigInt(bytes) | (1n << 56n));
  return Buffer.concat([Buffer.from(id, "hex"), length, ...content]);
}

/** The same, but its length is not known. */
export const unknown = (id, ...content) =>
  Buffer.concat([Buffer.from(`${id}01ffffffffffffff`, "hex"), ...content]);

const byte = (...values) => Buffer.from(values);
const MOST = 0xffffffff;

/**
 * A movie of one track of H.264, whose tables are right.
 *
 * @param {{ within?: Record<string, Uint8Array>, instead?: Record<string, Uint8Array>, sound?: string }} changes
 *   what is put into containers, by their types, behind all else; and what stands for a table
 */
export function movie({ within = {}, instead = {}, sound } = {}) {
  const put = (type, ...content) => box(type, ...content, within[type] ?? Buffer.alloc(0));
  const table = (type, ...values) => instead[type] ?? box(type, words(...values));
  const record = byte(
    1,
    66,
    0,
    10,
    255,
    225,
    0,
    8,
    0x67,
    0x42,
    0,
    10,
    0xf8,
    0x41,
    0xa2,
    0,
    1,
    0,
    4,
    0x68,
    0xce,
    0x38,
    0x80,
  );
  const video = put(
    "avc1",
    words(0, 1, 0, 0, 0, 0),
    byte(0, 32, 0, 32),
    Buffer.alloc(50),
    box("avcC", record),
  );
  const audio = sound && put(sound, words(0, 1, 0, 0), byte(0, 2, 0, 16, 0, 0, 0, 0), words(48_000 << 16));
  const samples = put(
    "stbl",
    put("stsd", words(0, 1), audio ?? video),
    table("stts", 0, 1, 2, 1000),
    instead.ctts ?? Buffer.alloc(0),
    table("stsc", 0, 1, 1, 2, 1),
    instead.stz2 ?? table("stsz", 0, 4, 2),
    table("stco", 0, 1, 40),
    instead.stss ?? Buffer.alloc(0),
  );
  const handler = put("hdlr", words(0, 0), Buffer.from(sound ? "soun" : "vide"), Buffer.alloc(13));
  const media = put("mdia", box("mdhd", words(0, 0, 0, 25_000, 2000, 0)), handler, put("minf", samples));
  const header = box("tkhd", words(3, 0, 0, 1), Buffer.alloc(68));
  const track = put("trak", header, instead.edts ?? put("edts"), instead.tref ?? Buffer.alloc(0), media);
  const tags = put("udta", put("meta", words(0), put("ilst")));
  const header0 = box("mvhd", words(0, 0, 0, 1000, 80), Buffer.alloc(80));
  return Buffer.concat([
    box("ftyp", Buffer.from("isom\0\0\0\0isom")),
    within.file ?? Buffer.alloc(0),
    box("mdat", Buffer.alloc(8)),
    put("moov", header0, track, tags),
  ]);
}

/**
 * A segment with one track and one cluster.
 *
 * @param {Record<string, Uint8Array>} within what is put into elements, by their identifiers in hexadecimal
 */
export function segment(within = {}, wrap = element) {
  const put = (id, ...content) => element(id, ...content, within[id] ?? Buffer.alloc(0));
  const number = (id, value) => Buffer.concat([Buffer.from(id, "hex"), byte(0x81, value)]);
  const video = put("e0", number("b0", 32), number("ba", 32), put("55b0"));
  const codec = Buffer.concat([byte(0x86, 0x85), Buffer.from("V_VP8")]);
  const encodings = within["6240"] ? put("6d80", put("6240")) : Buffer.alloc(0);
  const track = put("ae", number("d7", 1), number("83", 1), number("9c", 1), codec, video, encodings);
  const block = Buffer.concat([byte(0xa3, 0x88), byte(0x81, 0, 0, 0x80, 0x10, 0, 0, 0x9d)]);
  const cluster = put("1f43b675", number("e7", 0), block);
  const head =
    (within["114d9b74"] ?? within["4dbb"])
      ? put("114d9b74", within["4dbb"] ? put("4dbb") : Buffer.alloc(0))
      : Buffer.alloc(0);
  const cues =
    (within["1c53bb6b"] ?? within.bb ?? within.b7)
      ? put("1c53bb6b", put("bb", number("b3", 0), put("b7", number("f7", 1), number("f1", 0))))
      : Buffer.alloc(0);
  return Buffer.concat([
    element(
      "1a45dfa3",
      Buffer.concat([Buffer.from("4282", "hex"), byte(0x84), Buffer.from("webm")]),
      within["1a45dfa3"] ?? Buffer.alloc(0),
    ),
    within.file ?? Buffer.alloc(0),
    wrap(
      "18538067",
      head,
      put("1549a966"),
      put("1654ae6b", track),
      cues,
      put("1254c367", put("7373", put("63c0"), put("67c8"))),
      put("1941a469", put("61a7")),
      within["18538067"] ?? Buffer.alloc(0),
      cluster,
      within.end ?? Buffer.alloc(0),
    ),
  ]);
}

const MANY = 3_000_000;
/** The containers of a movie, and the elements of a segment that hold others. */
const BOXES = [
  "moov",
  "trak",
  "edts",
  "mdia",
  "hdlr",
  "minf",
  "stbl",
  "stsd",
  "avc1",
  "udta",
  "meta",
  "ilst",
  "file",
];
const ELEMENTS = [
  ...["18538067", "114d9b74", "4dbb", "1549a966", "1654ae6b", "ae", "e0", "55b0", "6240"],
  ...["1254c367", "7373", "63c0", "67c8", "1941a469", "61a7", "1c53bb6b", "bb", "b7", "1f43b675"],
  ...["1a45dfa3", "file", "end"],
];

/** A table that promises as many rows as there are numbers. */
const endless = (type, ...values) => box(type, words(0, MOST, ...values));
const nested = (type, depth) => {
  const bytes = Buffer.alloc(depth * 8);
  for (let at = 0; at < bytes.length; at += 8) {
    bytes.writeUInt32BE(bytes.length - at, at);
    bytes.write(type, at + 4, "latin1");
  }
  return bytes;
};
const deep = (id, depth) => {
  const head = Buffer.from(id, "hex");
  const each = head.length + 8;
  const bytes = Buffer.alloc(depth * each);
  for (let at = 0; at < bytes.length; at += each) {
    head.copy(bytes, at);
    bytes.writeBigUInt64BE(BigInt(bytes.length - at - each) | (1n << 56n), at + head.length);
  }
  return bytes;
};
const many = (rows, ...values) => repeated(words(...values), rows);
const flood = (type, rows, ...values) => box(type, words(0, rows), many(rows, ...values));

/** Files by name. Each is a function, because together they take a gigabyte. @type {Record<string, () => Uint8Array>} */
export const HOSTILE = {
  ...Object.fromEntries(
    BOXES.flatMap((type) => [
      [`empty boxes in ${type}`, () => movie({ within: { [type]: repeated(box("free"), MANY) } })],
      [
        `boxes alike in ${type}`,
        () =>
          movie({
            within: { [type]: repeated(box(type === "file" ? "free" : type, Buffer.alloc(8)), 500_000) },
          }),
      ],
      [
        `boxes as large as can be in ${type}`,
        () =>
          movie({ within: { [type]: Buffer.concat([words(1), Buffer.from("free"), words(MOST, MOST)]) } }),
      ],
      [
        `a box to the end in ${type}`,
        () =>
          movie({
            within: { [type]: Buffer.concat([words(0), Buffer.from(type === "file" ? "free" : type)]) },
          }),
      ],
    ]),
  ),
  ...Object.fromEntries(
    ["stts", "ctts", "stsc", "stsz", "stco", "stss", "stz2"].flatMap((type) => [
      [`${type} with 2^32 - 1 rows`, () => movie({ instead: { [type]: endless(type, 1, 1, 1, 1, 1, 1) } })],
      [`${type} with a million rows`, () => movie({ instead: { [type]: flood(type, 3_300_000, 1, 1, 1) } })],
    ]),
  ),
  "samples without end, reordered": () =>
    movie({
      instead: {
        stts: box("stts", words(0, 1, MOST, 1)),
        ctts: box("ctts", words(0, 1, MOST, 1)),
        stsz: box("stsz", words(0, 1, MOST)),
        stsc: box("stsc", words(0, 1, 1, MOST, 1)),
      },
    }),
  "samples without end": () =>
    movie({
      instead: {
        stts: box("stts", words(0, 1, MOST, 1)),
        stsz: box("stsz", words(0, 1, MOST)),
        stsc: box("stsc", words(0, 1, 1, MOST, 1)),
      },
    }),
  "a chunk of 2^32 - 1 samples": () =>
    movie({
      instead: { stsc: box("stsc", words(0, 1, 1, MOST, 1)), stsz: box("stsz", words(0, 0, 2, 4, 4)) },
    }),
  "half a million samples in a chunk": () => {
    const count = 500_000;
    const stsz = box("stsz", words(0, 0, count), repeated(words(1), count));
    const stsc = box("stsc", words(0, 1, 1, count, 1));
    return movie({ instead: { stts: box("stts", words(0, 1, count, 1)), stsz, stsc } });
  },
  "as many samples as are believed": () => {
    const [chunks, each] = [10_000, 100];
    const count = chunks * each;
    const ctts = box("ctts", words(0, count), repeated(words(1, 1, 1, 2), count / 2));
    const stsz = box("stsz", words(0, 0, count), repeated(words(1), count));
    const stco = box("stco", words(0, chunks), repeated(words(40), chunks));
    return movie({
      instead: {
        stts: box("stts", words(0, 1, count, 1)),
        ctts,
        stsz,
        stco,
        stsc: box("stsc", words(0, 1, 1, each, 1)),
      },
    });
  },
  "samples of no bits": () => movie({ instead: { stz2: box("stz2", words(0, 0, MOST)) } }),
  "raw audio in chunks without end": () =>
    movie({ sound: "sowt", instead: { stsc: box("stsc", words(0, 2, 1, 1, 1, MOST, 1, 1)) } }),
  "raw audio without end": () =>
    movie({
      sound: "sowt",
      instead: {
        stts: box("stts", words(0, 1, MOST, 1)),
        stsz: box("stsz", words(0, 1, MOST)),
        stsc: box("stsc", words(0, 1, 1, MOST, 1)),
      },
    }),
  "edits without end": () => movie({ instead: { edts: box("edts", endless("elst", 1, 1, 1)) } }),
  "a million edits": () => movie({ instead: { edts: box("edts", flood("elst", 2_000_000, 1, 0, 0x10000)) } }),
  "a million chapters": () =>
    movie({ instead: { tref: box("tref", box("chap", Buffer.alloc(38_000_000))) } }),
  "a word of 40 MB": () =>
    movie({ within: { ilst: box("\u00a9too", box("data", words(1, 0), Buffer.alloc(40_000_000, 65))) } }),
  "an index of 100 MB": () => movie({ within: { moov: box("free", Buffer.alloc(100_000_000)) } }),
  ...Object.fromEntries(
    ["trak", "mdia", "stbl", "udta", "meta", "wave"].map((type) => [
      `${type} in ${type} a million times`,
      () => movie({ within: { [type === "wave" ? "avc1" : type]: nested(type, 1_000_000) } }),
    ]),
  ),
  ...Object.fromEntries(
    ELEMENTS.flatMap((id) => [
      [`empty elements in ${id}`, () => segment({ [id]: repeated(Buffer.from("ec80", "hex"), MANY) })],
      [
        `elements alike in ${id}`,
        () => segment({ [id]: repeated(element(/^[0-9a-f]+$/.test(id) ? id : "ec"), 500_000) }),
      ],
      [
        `an element as large as can be in ${id}`,
        () => segment({ [id]: Buffer.from("ec01fffffffffffffe", "hex") }),
      ],
      [
        `an element without a length in ${id}`,
        () => segment({ [id]: unknown(/^[0-9a-f]+$/.test(id) ? id : "ae") }),
      ],
      [
        `elements in elements in ${id}`,
        () => segment({ [id]: deep(/^[0-9a-f]+$/.test(id) ? id : "67c8", 500_000) }),
      ],
    ]),
  ),
  "a segment without a length": () => segment({}, unknown),
  "a segment without a length, of blocks": () =>
    segment(
      { end: Buffer.concat([unknown("1f43b675"), repeated(Buffer.from("a38481000000", "hex"), MANY)]) },
      unknown,
    ),
  "clusters without a length": () => segment({ end: repeated(unknown("1f43b675"), 500_000) }, unknown),
  "blocks of nothing": () => segment({ "1f43b675": repeated(Buffer.from("a38481000080", "hex"), MANY) }),
  "blocks of 256 frames of nothing": () =>
    segment({ "1f43b675": repeated(Buffer.from("a386810000846fff0000".slice(0, 16), "hex"), 500_000) }),
  "seek heads that lead to one another": () => {
    const seek = (at) => element("4dbb", Buffer.from("53ab84114d9b74", "hex"), element("53ac", words(0, at)));
    return segment({ "114d9b74": Buffer.concat(Array.from({ length: 100_000 }, (_, at) => seek(at))) });
  },
  "a million places in an index": () =>
    segment({ "1c53bb6b": repeated(element("bb", Buffer.from("b38100b786f78101f18100", "hex")), 1_500_000) }),
  "what is cut off each packet, of 40 MB": () =>
    segment({
      6240: element("5034", element("4254", Buffer.from([3])), element("4255", Buffer.alloc(38_000_000))),
    }),
  "a tag of 40 MB": () => segment({ "67c8": element("45a3", Buffer.alloc(40_000_000, 65)) }),
  "attachments of 100 MB": () => segment({ "61a7": element("465c", Buffer.alloc(100_000_000)) }),
};
