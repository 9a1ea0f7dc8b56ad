// Translates names of WebCodecs, the demuxer and the containers to ffmpeg's. Refuses to know files.

import type { MediaCodec } from "mediabunny";

const CODECS: Readonly<Partial<Record<MediaCodec, string>>> = {
  avc: "h264",
  hevc: "hevc",
  vp8: "vp8",
  vp9: "vp9",
  av1: "av1",
  prores: "prores",
  aac: "aac",
  opus: "opus",
  mp3: "mp3",
  vorbis: "vorbis",
  flac: "flac",
  ac3: "ac3",
  eac3: "eac3",
  dts: "dts",
  ulaw: "pcm_mulaw",
  alaw: "pcm_alaw",
  "pcm-u8": "pcm_u8",
  "pcm-s8": "pcm_s8",
  "pcm-s16": "pcm_s16le",
  "pcm-s16be": "pcm_s16be",
  "pcm-s24": "pcm_s24le",
  "pcm-s24be": "pcm_s24be",
  "pcm-s32": "pcm_s32le",
  "pcm-s32be": "pcm_s32be",
  "pcm-f32": "pcm_f32le",
  "pcm-f32be": "pcm_f32be",
  "pcm-f64": "pcm_f64le",
  "pcm-f64be": "pcm_f64be",
};

export function codecName(codec: MediaCodec | null): string | undefined {
  return codec === null ? undefined : CODECS[codec];
}

/** By the container's own name, which is used as it is for all others. */
const OTHER_CODECS: Readonly<Record<string, string>> = {
  tx3g: "mov_text",
  text: "mov_text",
  c608: "eia_608",
  wvtt: "webvtt",
  jpeg: "mjpeg",
  png: "png",
  mp4v: "mpeg4",
  "S_TEXT/UTF8": "subrip",
  "S_TEXT/ASS": "ass",
  "S_TEXT/SSA": "ass",
  "S_TEXT/WEBVTT": "webvtt",
  "D_WEBVTT/SUBTITLES": "webvtt",
  "S_HDMV/PGS": "hdmv_pgs_subtitle",
  S_VOBSUB: "dvd_subtitle",
  "image/jpeg": "mjpeg",
  "image/png": "png",
  "image/gif": "gif",
  "image/tiff": "tiff",
};

/** Returns whether audio of a codec, in WebCodecs' words, is not compressed. */
export function isUncompressed(codec: string): boolean {
  return codec.startsWith("pcm") || codec.endsWith("law");
}

export function otherCodecName(tag: string): string | undefined {
  return OTHER_CODECS[tag] ?? (tag || undefined);
}

/** Values of H.273 whose names differ. */
const COLOURS: Readonly<Record<string, string>> = {
  pq: "smpte2084",
  hlg: "arib-std-b67",
  "bt2020-ncl": "bt2020nc",
  rgb: "gbr",
};

export function colourName(name: string | null | undefined): string | undefined {
  return name == null ? undefined : (COLOURS[name] ?? name);
}

// WebCodecs' names of H.273 code points.
const PRIMARIES: Readonly<Record<number, VideoColorPrimaries>> = { 1: "bt709", 5: "bt470bg", 6: "smpte170m" };
const TRANSFERS: Readonly<Record<number, VideoTransferCharacteristics>> = {
  1: "bt709",
  6: "smpte170m",
  13: "iec61966-2-1",
};
const MATRICES: Readonly<Record<number, VideoMatrixCoefficients>> = {
  1: "bt709",
  5: "bt470bg",
  6: "smpte170m",
};

/** Describes frames with these code points, in limited range; code points that WebCodecs has no name for are null. */
export function colourSpace([primaries, transfer, matrix]: readonly [
  number,
  number,
  number,
]): VideoColorSpaceInit {
  return {
    primaries: PRIMARIES[primaries] ?? null,
    transfer: TRANSFERS[transfer] ?? null,
    matrix: MATRICES[matrix] ?? null,
    fullRange: false,
  };
}
