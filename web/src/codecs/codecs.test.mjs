// Tests the parts that need no browser: containers, layouts, audio timelines, mixes, times.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { openAsBlob } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { media } from "../../../tests/media/make.mjs";
import { aacModule } from "../../aac-module.mjs";

const PARTS = [
  "aac",
  "av1",
  "avcc",
  "in-time",
  "keyframe",
  "layout",
  "matroska",
  "mix",
  "movie",
  "structure",
  "timeline",
];
/** @type {string} */
let folder;
/** @type {Record<string, any>} */
let codecs;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "clipfit-codecs-"));
  const outfile = join(folder, "codecs.mjs");
  await build({
    stdin: {
      contents: PARTS.map((part) => `export * from "./${part}.ts";`).join("\n"),
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true,
    format: "esm",
    plugins: [aacModule],
    outfile,
  });
  codecs = await import(pathToFileURL(outfile).href);
});
after(() => rm(folder, { recursive: true, force: true }));

/** Returns the facts that are in the container. */
function facts(stream) {
  const { codec_type: kind, disposition, tags = {}, sample_aspect_ratio: aspect } = stream;
  const language = tags.language === "und" ? undefined : tags.language;
  const sampleAspect = kind === "video" && aspect !== undefined && aspect !== "1:1" ? aspect : undefined;
  return { kind, default: disposition.default, still: disposition.attached_pic, language, sampleAspect };
}

describe("streams are those of ffprobe, in its order", () => {
  const names = [
    [
      "readMovie",
      ["mp4", "rotated", "timecode", "chapters", "silent", "surround", "stretched", "edited", "m4a", "hdr"],
    ],
    ["readMatroska", ["mkv", "webm", "odd", "syncUneven"]],
  ];
  for (const [reader, clips] of names) {
    for (const clip of clips) {
      test(clip, async () => {
        const path = await media(clip);
        const options = ["-v", "error", "-print_format", "json", "-show_streams", "-show_format"];
        const probed = JSON.parse(execFileSync("ffprobe", [...options, path], { encoding: "utf8" }));
        const { streams, format, majorBrand } = await codecs[reader](await openAsBlob(path));
        const listed = streams.map((stream) => ({
          kind: stream.kind,
          default: Number(stream.default),
          still: Number(stream.still),
          language: stream.language,
          sampleAspect: stream.sampleAspect?.join(":").replace(/^1:1$/, "") || undefined,
        }));
        assert.deepEqual(listed, probed.streams.map(facts));
        assert.equal(format, probed.format.format_name);
        assert.equal(majorBrand, probed.format.tags.major_brand);
        assert.deepEqual(
          streams.flatMap(({ odd }) => odd ?? []),
          [],
        );
      });
    }
  }
});

describe("tags are those of ffprobe", () => {
  const cases = [
    ["readMovie", "phone", ["com.apple.quicktime.make", "artist", "loci"], "2024-05-01T12:34:56.000Z"],
    ["readMovie", "phoneMov", ["com.apple.quicktime.make", "artist"], "2024-05-01T12:34:56.000Z"],
    ["readMovie", "mp4", [], undefined],
    ["readMatroska", "phoneMkv", ["ARTIST"], "2024-05-01T12:34:56.000Z"],
    ["readMatroska", "webm", [], undefined],
  ];
  for (const [reader, clip, names, date] of cases) {
    test(clip, async () => {
      const { tags, captured } = await codecs[reader](await openAsBlob(await media(clip)));
      for (const name of names) assert.ok(tags.includes(name), `${name} in ${tags}`);
      assert.equal(captured, date);
    });
  }
});

describe("a file that is cut off or is none is refused", () => {
  const cases = [
    ["readMovie", "cutIndex", /no moov box/],
    ["readMovie", "text", /no moov box/],
    ["readMatroska", "cutMkv", /the file ends at/],
    ["readMatroska", "text", /no element|the file ends|no segment/],
  ];
  for (const [reader, clip, message] of cases) {
    test(`${reader} of ${clip}`, async () => {
      const file = await openAsBlob(await media(clip));
      await assert.rejects(() => codecs[reader](file), { name: "CannotDecode", message });
    });
  }
});

describe("a container with far too many parts is refused, whatever memory there is", () => {
  const MANY = 200_000;
  const repeated = (bytes) => Buffer.concat(Array(MANY).fill(Buffer.from(bytes)));
  /** An element of Matroska, with a length of eight bytes. */
  const element = (id, content) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(content.length) | (1n << 56n));
    return Buffer.concat([Buffer.from(id, "hex"), length, content]);
  };
  const box = (type, content) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + content.length);
    head.write(type, 4);
    return Buffer.concat([head, content]);
  };
  const nothing = [0xec, 0x80];
  const cases = [
    ["readMatroska", "tracks", element("18538067", element("1654ae6b", repeated(nothing)))],
    ["readMatroska", "attachments", element("18538067", element("1941a469", repeated(nothing)))],
    ["readMovie", "boxes", box("moov", repeated(box("free", Buffer.alloc(0))))],
  ];
  for (const [reader, what, bytes] of cases) {
    test(`${reader}: ${what}`, async () => {
      await assert.rejects(() => codecs[reader](new Blob([bytes])), {
        name: "CannotDecode",
        message: /more than 10000 parts in one/,
      });
    });
  }
});

test("keyframes tell the size of their frames", () => {
  const vp8 = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x41, 0xb4, 0x00];
  const vp9 = [0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xf0, 0x0b, 0x30];
  // Profile 1 tells how colours are subsampled as well.
  const profile1 = [0xa2, 0x49, 0x83, 0x42, 0x00, 0x02, 0x7e, 0x01, 0x66, 0x00];
  const cases = [
    ["vp8", vp8, [320, 180]],
    ["vp8", [0x11, ...vp8.slice(1)], undefined],
    ["vp8", vp8.slice(0, 5), undefined],
    ["vp9", vp9, [320, 180]],
    ["vp9", profile1, [320, 180]],
    ["vp9", [0x86, ...vp9.slice(1)], undefined],
    ["vp9", vp9.slice(0, 7), undefined],
    ["avc", vp8, undefined],
  ];
  for (const [codec, bytes, size] of cases) {
    assert.deepEqual(codecs.keyframeSize(codec, Uint8Array.from(bytes)), size, `${codec} ${bytes}`);
  }
  assert.deepEqual(codecs.dolbyVision(Uint8Array.from([1, 0, 10, 24, 0])), [5, 0]);
  assert.deepEqual(codecs.dolbyVision(Uint8Array.from([1, 0, 16, 24, 0x10])), [8, 1]);
  assert.equal(codecs.dolbyVision(undefined), undefined);
});

test("planes lie behind each other, colours rounded up", () => {
  const cases = [
    [
      "I420",
      5,
      3,
      [
        [0, 5],
        [15, 3],
        [21, 3],
      ],
      27,
    ],
    [
      "NV12",
      5,
      3,
      [
        [0, 5],
        [15, 6],
      ],
      27,
    ],
    [
      "I420P10",
      4,
      2,
      [
        [0, 8],
        [16, 4],
        [20, 4],
      ],
      24,
    ],
    [
      "I422",
      4,
      2,
      [
        [0, 4],
        [8, 2],
        [12, 2],
      ],
      16,
    ],
    ["BGRX", 3, 2, [[0, 12]], 24],
  ];
  for (const [format, width, height, planes, bytes] of cases) {
    const layout = codecs.tightLayout(format, width, height);
    assert.deepEqual(
      layout,
      planes.map(([offset, stride]) => ({ offset, stride })),
      format,
    );
    assert.equal(codecs.tightBytes(format, width, height), bytes, format);
  }
  assert.throws(() => codecs.tightLayout("XYZ", 2, 2), { name: "CannotDecode" });
});

test("audio lies where it belongs", () => {
  // At ten samples a second, gaps count from more than one sample: pieces as [time, samples], the line, its length.
  const cases = [
    [
      "behind each other",
      [
        [0, [1, 2]],
        [0.2, [3]],
      ],
      [1, 2, 3],
    ],
    ["a late start", [[0.3, [1, 2]]], [0, 0, 0, 1, 2]],
    ["an early start", [[-0.2, [1, 2, 3]]], [3]],
    [
      "all too early",
      [
        [-0.3, [1, 2, 3]],
        [0, [4]],
      ],
      [4],
    ],
    [
      "times that wobble",
      [
        [0, [1, 2]],
        [0.3, [3]],
        [0.2, [4]],
      ],
      [1, 2, 3, 4],
    ],
    [
      "a gap",
      [
        [0, [1]],
        [0.4, [2]],
      ],
      [1, 0, 0, 0, 2],
    ],
    [
      "an overlap",
      [
        [0, [1, 2, 3, 4]],
        [0.1, [5, 6, 7, 8]],
      ],
      [1, 2, 3, 4, 8],
    ],
    [
      "an end",
      [
        [0, [1, 2]],
        [0.2, [3, 4]],
      ],
      [1, 2, 3],
      0.3,
    ],
    [
      "an end in a gap",
      [
        [0, [1]],
        [0.5, [2]],
      ],
      [1, 0, 0],
      0.3,
    ],
  ];
  for (const [name, pieces, line, length = Number.POSITIVE_INFINITY] of cases) {
    const timeline = new codecs.Timeline(10, 1, length);
    const laid = pieces.flatMap(([time, samples]) => [...timeline.lay(Float32Array.from(samples), time)]);
    assert.deepEqual(laid, line, name);
    assert.equal(timeline.laid, line.length, name);
    assert.equal(timeline.silent, line.filter((sample) => sample === 0).length, name);
  }
});

test("channels are mixed as the step says", () => {
  const mixes = [
    { channels: 1, rows: [[1], [1]] },
    {
      channels: 3,
      rows: [
        [1, 0, 0.5],
        [0, 1, 0.25],
      ],
    },
  ];
  const cases = [
    [1, 2, [1, 2], [1, 1, 2, 2]],
    [3, 2, [1, 0, 0, 0, 1, 4], [1, 0, 2, 2]],
    // As many channels need no mix.
    [6, 6, [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]],
  ];
  for (const [from, channels, samples, mixed] of cases) {
    const given = codecs.mixer(from, { channels, mixes })(Float32Array.from(samples));
    assert.deepEqual([...given], mixed, `${from} to ${channels}`);
  }
  assert.throws(() => codecs.mixer(5, { channels: 2, mixes }), { name: "CannotDecode" });
});

test("audio becomes AAC to the sample, whatever the pieces", async () => {
  const rate = 48_000;
  const [silence, length] = [5_000, 30_001];
  /** @type {Record<string, Buffer>} */
  const made = {};
  for (const [channels, coder] of /** @type {const} */ ([
    [1, "twoLoop"],
    [2, "twoLoop"],
    [2, "fast"],
  ])) {
    const samples = Float32Array.from({ length: length * channels }, (_, at) => {
      const time = Math.floor(at / channels);
      return time < silence ? 0 : Math.sin((2 * Math.PI * 997 * time) / rate) / 2;
    });
    const encoder = await codecs.AacEncoder.start({
      sampleRate: rate,
      channels,
      bitrate: 64_000 * channels,
      coder,
    });
    for (let at = 0, piece = 0; at < samples.length; at += piece) {
      piece = channels * (1 + (at % 5_003));
      encoder.take(samples.subarray(at, at + piece));
    }
    const { description, packets, priming } = encoder.finish();
    encoder.close();
    made[`${channels} ${coder}`] = Buffer.concat(packets.map((/** @type {any} */ { data }) => data));
    assert.equal(
      packets.reduce((sum, packet) => sum + packet.samples, 0),
      priming + length,
    );
    const path = join(folder, `${channels}.aac`);
    await writeFile(
      path,
      packets.map(({ data }) => Buffer.concat([adtsHeader(description, data), data])),
    );
    const options = ["-v", "error", "-i", path, "-f", "f32le", "-"];
    const bytes = execFileSync("ffmpeg", options, { maxBuffer: 1 << 28 });
    const decoded = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const heard = decoded.subarray(priming * channels);
    assert.ok(heard.length >= samples.length);
    // The tone stands where it was, and what is in front of it is nearly silent.
    const from = (silence + 2_000) * channels;
    const [own, both] = [0, 1].map((other) =>
      samples
        .subarray(from)
        .reduce((sum, sample, at) => sum + sample * (other ? heard[from + at] : sample), 0),
    );
    assert.ok(Math.abs(both / own - 1) < 0.03, `${both / own}`);
    assert.ok(heard.subarray(0, (silence - 1_100) * channels).every((sample) => Math.abs(sample) < 0.01));
  }
  assert.notDeepEqual(made["2 fast"], made["2 twoLoop"], "both coders are the same");
});

test("what AAC has no settings for is the encoder's failure", async () => {
  await assert.rejects(
    codecs.AacEncoder.start({ sampleRate: 12_345, channels: 2, bitrate: 96_000, coder: "fast" }),
    { name: "CannotEncode" },
  );
});

/** The header of a packet of an AAC stream: the same settings again, and the length. */
function adtsHeader(description, data) {
  const settings = (description[0] << 8) | description[1];
  const [frequency, channels, length] = [(settings >> 7) & 15, (settings >> 3) & 15, data.length + 7];
  return Uint8Array.of(
    0xff,
    0xf1,
    (1 << 6) | (frequency << 2) | (channels >> 2),
    ((channels & 3) << 6) | (length >> 11),
    (length >> 3) & 255,
    ((length & 7) << 5) | 31,
    252,
  );
}

test("only time that passes is waited for, not time slept", async (t) => {
  let tick = () => {};
  t.mock.method(globalThis, "setInterval", (act) => {
    tick = act;
  });
  let ended = "waiting";
  const late = codecs.inTime(new Promise(() => {}), () => new Error("too late"), 3_000);
  late.catch(({ message }) => {
    ended = message;
  });
  // A machine that wakes up from hours of sleep ticks once. The first tick may come at once: it does not count.
  for (const state of ["waiting", "waiting", "waiting", "too late"]) {
    tick();
    await new Promise(setImmediate);
    assert.equal(ended, state);
  }
});

test("signs of life are waited for, silence is a failure", async (t) => {
  let tick = () => {};
  t.mock.method(globalThis, "setInterval", (act) => {
    tick = act;
  });
  const signs = new codecs.Signs(() => new Error("stalled"));
  const first = signs.next();
  signs.give();
  await first;
  assert.doesNotThrow(() => signs.check());
  const second = signs.next();
  for (let ticks = 0; ticks <= 20; ticks += 1) tick();
  await second;
  signs.fail(new Error("too late to count"));
  assert.throws(() => signs.check(), { message: "stalled" });
});

test("times are rounded as ffprobe rounds them", () => {
  const cases = [
    [1.459733, 1_459_733],
    [-1e-9, 0],
    [1.0000005, 1_000_001],
    [Number.POSITIVE_INFINITY, null],
  ];
  for (const [seconds, micros] of cases) {
    assert.equal(codecs.micros(seconds), micros, `${seconds}`);
  }
});

test("only a record with doubled bytes is mended", () => {
  const bytes = (text) => Uint8Array.from(Buffer.from(text, "hex"));
  const whole = "0164001fff0100046764001f01000268eb";
  const doubled = "0164001fff010005676764001f0100036868eb";
  for (const record of [whole, doubled]) {
    assert.equal(Buffer.from(codecs.mendedAvcc(bytes(record))).toString("hex"), whole);
  }
});

test("a sequence header is found and put into packets of AV1 that lack it", () => {
  const bytes = (text) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
  const hex = (data) => data && Buffer.from(data).toString("hex");
  const header = "0a03 00aabb";
  const cases = [
    ["alone", "0a03 00aabb", header],
    ["behind a delimiter and metadata", "1200 2a02 0102 0a03 00aabb 3201 10", header],
    ["with an extension", "1200 0e08 03 00aabb 3201 10", header],
    ["without its size, at the end", "1200 08 00aabb", header],
    ["with a size in two bytes", "0a8300 00aabb", header],
    ["none", "1200 3201 10", undefined],
    ["padding instead", "7a03 00aabb 3201 10", undefined],
    ["cut off", "0a03 00", undefined],
    ["a size without an end", "12ffffffffffffffffff", undefined],
    ["nothing", "", undefined],
  ];
  for (const [name, data, found] of cases) {
    assert.equal(hex(codecs.sequenceHeader(bytes(data))), found?.replaceAll(" ", ""), name);
  }
  const long = codecs.sequenceHeader(Uint8Array.of(8, ...new Uint8Array(300)));
  assert.deepEqual([...long.subarray(0, 3), long.length], [0x0a, 0xac, 0x02, 303]);
  const mended = [
    ["1200 3201 10", "1200 0a03 00aabb 3201 10"],
    ["3201 10", "0a03 00aabb 3201 10"],
    ["16 0000 3201 10", "16 0000 0a03 00aabb 3201 10"],
    ["30 10", "0a03 00aabb 30 10"],
  ];
  for (const [packet, whole] of mended) {
    assert.equal(hex(codecs.withSequenceHeader(bytes(packet), bytes(header))), whole.replaceAll(" ", ""));
  }
});

describe("what the container keeps of AV1's sequence header is read", () => {
  for (const [reader, clip] of [
    ["readMovie", "av1"],
    ["readMatroska", "av1Mkv"],
  ]) {
    test(clip, async () => {
      const { streams } = await codecs[reader](await openAsBlob(await media(clip)));
      const [video, audio] = streams;
      assert.ok(codecs.sequenceHeader(video.configuration)?.length > 4);
      assert.equal(audio.configuration, undefined);
    });
  }
});

test("how bright HDR is stands in AV1's metadata and in the container", async () => {
  const bytes = (text) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
  const content = "2a06 01 03e8 0190 80";
  const screen = `2a1a 02 ${"1234".repeat(8)} 0003e800 00000040 80`;
  const cases = [
    [content, { content: 1000 }],
    [`1200 ${screen} 3201 10`, { screen: 1000 }],
    [`${content} ${screen}`, { content: 1000, screen: 1000 }],
    ["2a03 01 03e8", {}],
    ["3201 10", {}],
  ];
  for (const [data, light] of cases) {
    assert.deepEqual(codecs.lightOf(bytes(data)), light, data);
  }
  for (const [content, screen, nits] of [
    [400, 1000, 400],
    [0, 1000.4, 1000],
    [undefined, 4000, 4000],
    [0, 0, undefined],
    [undefined, undefined, undefined],
  ]) {
    assert.equal(codecs.brightest(content, screen), nits);
  }
  // A box of the same place and size says it instead.
  const file = await readFile(await media("hdrAv1"));
  const place = file.indexOf("btrt");
  file.write("clli", place);
  file.writeUInt32BE((600 << 16) | 200, place + 4);
  const { streams } = await codecs.readMovie(new Blob([file]));
  assert.equal(streams[0].peak, 600);
});
