// A small package for tests of packaging and playing: its clips, its playlists, and what an archive holds. The playlists are
// written as core writes them, whose own tests are native.

import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const RATE = 25;
export const FRAMES = 150;
/** Segments of two seconds. */
export const FIRSTS = [0, 50, 100];
export const RENDITIONS = [
  { folder: "90p", width: 160, height: 90, bandwidth: 150_000 },
  { folder: "180p", width: 320, height: 180, bandwidth: 600_000 },
];

/** One finished MP4 file for each rendition, as `<folder>.mp4`. @param {string} place */
export async function makeClips(place) {
  await mkdir(place, { recursive: true });
  for (const { folder, width, height } of RENDITIONS) {
    const words = [
      ...["-nostdin", "-v", "error", "-y"],
      ...["-f", "lavfi", "-i", `testsrc2=s=${width}x${height}:r=${RATE}`],
      ...["-f", "lavfi", "-i", "sine=f=440:r=48000:d=6"],
      ...[
        "-frames:v",
        String(FRAMES),
        "-pix_fmt",
        "yuv420p",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-bf",
        "2",
      ],
      ...["-g", "50", "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart", join(place, `${folder}.mp4`)],
    ];
    await run("ffmpeg", words);
  }
}

const ending = (fragments) => (fragments ? "m4s" : "ts");

/** What the worker is asked to write. @param {boolean} fragments */
export function outputs(fragments) {
  return ["init.mp4", ...FIRSTS.map((_, index) => `segment00${index}.${ending(fragments)}`)];
}

/** @param {boolean} fragments */
export function mediaPlaylist(fragments) {
  const segments = outputs(fragments).slice(1);
  return [
    ...[
      "#EXTM3U",
      `#EXT-X-VERSION:${fragments ? 6 : 3}`,
      "#EXT-X-TARGETDURATION:2",
      "#EXT-X-MEDIA-SEQUENCE:0",
    ],
    ...["#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"],
    ...(fragments ? ['#EXT-X-MAP:URI="init.mp4"'] : []),
    ...segments.flatMap((name) => ["#EXTINF:2.000000,", name]),
    "#EXT-X-ENDLIST\n",
  ].join("\n");
}

/** @param {boolean} fragments */
export function masterPlaylist(fragments) {
  const variants = RENDITIONS.flatMap(({ folder, width, height, bandwidth }) => [
    `#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth},AVERAGE-BANDWIDTH=${bandwidth},RESOLUTION=${width}x${height},` +
      'FRAME-RATE=25.000,CODECS="avc1.64000d,mp4a.40.2"',
    `${folder}/index.m3u8`,
  ]);
  const head = ["#EXTM3U", `#EXT-X-VERSION:${fragments ? 6 : 3}`, "#EXT-X-INDEPENDENT-SEGMENTS"];
  return `${[...head, ...variants].join("\n")}\n`;
}

/** The files of an archive in which nothing is packed. @param {Buffer} archive @returns {Map<string, Buffer>} */
export function unzip(archive) {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const files = new Map();
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [method, size] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 24)];
    const [name, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    if (method !== 0) throw new Error("packed");
    files.set(archive.toString("utf8", at + 46, at + 46 + name), archive.subarray(start, start + size));
    at += 46 + name + extra + comment;
  }
  return files;
}

/** Writes what an archive holds. @param {string} archive @returns {Promise<[string, string[]]>} where, and the names */
export async function unpack(archive) {
  const place = archive.replace(/\.zip$/, "");
  const files = unzip(await readFile(archive));
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(place, name)), { recursive: true });
    await writeFile(join(place, name), bytes);
  }
  return [place, [...files.keys()]];
}
