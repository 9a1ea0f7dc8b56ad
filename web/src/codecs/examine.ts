// Lists the streams and packets of a file, and tries whether the browser decodes its video. Refuses to decide anything.

import type { EncodedPacket, InputAudioTrack, InputVideoTrack } from "mediabunny";
import { h264Facts } from "../generated/media.js";
import type {
  AudioDetails,
  FrameRate,
  ListedStream,
  Listing,
  PacketTable,
  Program,
  VideoDetails,
} from "../generated/protocol.ts";
import { lightOf } from "./av1.ts";
import { bytesOf } from "./bytes.ts";
import { type Clip, type Track, withClip } from "./clip.ts";
import { decodable, decoderConfig } from "./decode.ts";
import { CannotDecode, cannotDecode } from "./failures.ts";
import { copyVisible, visible } from "./frame-convert.ts";
import { decodeFrames, type Frame } from "./frames.ts";
import { needsOwn } from "./hevc.ts";
import { type FrameSize, h264Configuration, keyframeSize } from "./keyframe.ts";
import { tightBytes, tightLayout } from "./layout.ts";
import { codecName, colourName, otherCodecName } from "./names.ts";
import { brightest, micros, reduced, type Stream } from "./structure.ts";

/** Lists the streams of a file. */
export function examineStreams(file: Blob): Promise<Listing> {
  return withClip(file, list);
}

/** Which packets are listed, and who decodes their first keyframe. */
export type Asked = Pick<Extract<Program, { type: "examinePackets" }>, "stream" | "ownDecoder">;

/** Lists the packets of a video stream, and the layout of its first keyframe if that decodes. */
export function examinePackets(
  file: Blob,
  { stream, ownDecoder }: Asked,
  log: (line: string) => void,
): Promise<PacketTable> {
  return withClip(file, async (clip) => {
    const track = clip.track(stream);
    const table: PacketTable = {
      presented: [],
      // Packets come in decoding order; the demuxer does not report their decoding times.
      decoded: [],
      durations: [],
      sizes: [],
      keyframes: [],
      hidden: [],
      frameSizes: [],
      ...(await onTrial(track, ownDecoder, log)),
    };
    for await (const packet of track.listed()) {
      const row = table.sizes.length;
      const time = track.time(packet);
      table.presented.push(micros(time));
      table.durations.push(packet.duration > 0 ? micros(packet.duration) : null);
      table.sizes.push(packet.byteLength);
      if (packet.type === "key") {
        table.keyframes.push(row);
      }
      if (!track.isShown(time)) {
        table.hidden.push(row);
      }
    }
    table.frameSizes = await keyframeSizes(track, table);
    return table;
  });
}

/** At most so many keyframes are read: a change that lasts no longer than from one to the next is missed. */
const SAMPLES = 48;

/** Lists the sizes that keyframes spread over the clip tell, one after the other as they change. */
async function keyframeSizes(track: Track, { keyframes, presented }: PacketTable): Promise<FrameSize[]> {
  const reader = await sizeReader(track);
  if (reader === undefined) {
    return [];
  }
  const samples = Math.min(keyframes.length, SAMPLES);
  const read = async (sample: number) => {
    const row = keyframes[Math.floor(((keyframes.length - 1) * sample) / Math.max(samples - 1, 1))];
    const time = presented[row ?? 0];
    const packet = time === null || time === undefined ? null : await track.first(time / 1e6);
    return packet === null ? undefined : reader.sizeOf(packet.data);
  };
  // Where neither the first nor the last keyframe brings a size along, none is taken to.
  const [first, last] = [await read(0), await read(samples - 1)];
  if (first === undefined && last === undefined) {
    return [];
  }
  const sizes: FrameSize[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const known = sample === 0 ? first : sample === samples - 1 ? last : await read(sample);
    const size = known ?? reader.usual;
    if (size && size.join() !== sizes.at(-1)?.join()) {
      sizes.push(size);
    }
  }
  return sizes;
}

interface SizeReader {
  /** Reads the size that a keyframe brings along. */
  sizeOf(packet: Uint8Array): FrameSize | undefined;
  /** The size of keyframes that bring none. */
  usual: FrameSize | undefined;
}

/** Returns what reads sizes in the keyframes of the track; undefined where they have none. */
async function sizeReader(track: Track): Promise<SizeReader | undefined> {
  const codec = await track.demuxed.getCodec();
  if (codec === "vp8" || codec === "vp9") {
    return { sizeOf: (packet) => keyframeSize(codec, packet), usual: undefined };
  }
  const config =
    codec === "avc" && track.demuxed.isVideoTrack() ? await track.demuxed.getDecoderConfig() : null;
  const record = config?.description && bytesOf(config.description);
  return (
    record && { sizeOf: (packet) => h264Size(h264Configuration(record, packet)), usual: h264Size(record) }
  );
}

/** Reads the size in a decoder configuration of H.264. */
function h264Size(record: Uint8Array | undefined): FrameSize | undefined {
  if (record === undefined) {
    return undefined;
  }
  try {
    const facts = h264Facts(record);
    const [width, height] = facts.size ?? [];
    facts.free();
    return width && height ? [width, height] : undefined;
  } catch {
    return undefined;
  }
}

async function list(clip: Clip): Promise<Listing> {
  const { format, majorBrand, fragmented, tags, captured, declaredEnd, streams } = clip.structure;
  const listed: ListedStream[] = [];
  let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [index, stream] of streams.entries()) {
    const facts = bare(index, stream);
    listed.push(facts);
    const plays = (stream.kind === "video" || stream.kind === "audio") && !stream.still;
    // The demuxer's times are wrong for odd streams.
    if (!plays || fragmented || stream.odd !== undefined) {
      continue;
    }
    const track = clip.track(index);
    if (stream.kind === "audio" && (await track.isEmpty())) {
      facts.packets = 0;
      continue;
    }
    const survey = await surveyOf(track, format);
    start = Math.min(start, survey.start);
    end = Math.max(end, survey.end);
    facts.codec = await playedCodec(track);
    facts.start = micros(survey.start);
    facts.duration = micros(survey.end - survey.start);
    facts.bitrate = survey.bitrate === undefined ? null : Math.round(survey.bitrate);
    facts.packets = survey.packets ?? null;
    const { demuxed } = track;
    if (demuxed.isVideoTrack()) {
      facts.video = await videoDetails(track, demuxed, survey.rate ?? null);
    } else if (demuxed.isAudioTrack()) {
      facts.audio = await audioDetails(demuxed);
    }
  }
  return {
    format,
    brand: majorBrand ?? null,
    start: start <= end ? micros(start) : null,
    duration: start <= end ? micros(end - start) : null,
    declaredEnd: declaredEnd === undefined ? null : micros(declaredEnd),
    fragmented,
    tags,
    captured: captured ?? null,
    streams: listed,
  };
}

/** Describes a stream with what the container specifies, before its packets are read. */
function bare(index: number, stream: Stream): ListedStream {
  return {
    index,
    kind: stream.kind,
    codec: otherCodecName(stream.tag) ?? null,
    tag: stream.tag,
    handler: null,
    profile: null,
    language: stream.language ?? null,
    default: stream.default,
    still: stream.still,
    start: null,
    duration: null,
    bitrate: null,
    packets: null,
    promised: null,
    odd: stream.odd ?? null,
    video: null,
    audio: null,
  };
}

async function playedCodec({ demuxed, stream }: Track): Promise<string | null> {
  const codec = codecName(await demuxed.getCodec());
  if (codec === undefined && stream.kind === "audio") {
    // Without its codec in the listing, the audio would be dropped silently.
    throw new CannotDecode(`audio in an unknown codec: ${stream.tag}`);
  }
  return codec ?? otherCodecName(stream.tag) ?? null;
}

async function audioDetails(track: InputAudioTrack): Promise<AudioDetails> {
  return {
    sampleRate: Math.round(await track.getSampleRate()),
    channels: await track.getNumberOfChannels(),
    decodes: await track.canDecode(),
  };
}

async function videoDetails(
  whole: Track,
  track: InputVideoTrack,
  rate: FrameRate | null,
): Promise<VideoDetails> {
  const { stream } = whole;
  const { primaries, transfer, matrix, fullRange } = await track.getColorSpace();
  const coded = await bitstreamFacts(track);
  const [horizontal, vertical] = stream.sampleAspect ?? coded?.sampleAspect ?? [1, 1];
  return {
    width: await track.getCodedWidth(),
    height: await track.getCodedHeight(),
    sampleAspect: isRatio(horizontal, vertical) ? [horizontal, vertical] : null,
    rotation: await track.getRotation(),
    mirrored: await track.getFlip(),
    pixelFormat: coded?.pixelFormat ?? null,
    primaries: colourName(primaries) ?? null,
    transfer: colourName(transfer) ?? null,
    matrix: colourName(matrix) ?? null,
    fullRange: fullRange ?? false,
    peak: colourName(transfer) === "smpte2084" ? ((await peakOf(whole)) ?? null) : null,
    interlaced: coded?.interlaced ?? (await isInterlacedHevc(track)),
    // Of H.264 that does not say, the decoder description says that it is not.
    fieldsUnsaid: false,
    dolbyVision: stream.dolbyVision ?? null,
    baseRate: rate,
    averageRate: rate,
    reordered: 0,
  };
}

/** Reads the brightest light of HDR in nits from the container, else from the first packet of AV1. */
async function peakOf(track: Track): Promise<number | undefined> {
  const { demuxed, stream } = track;
  if (stream.peak !== undefined || (await demuxed.getCodec()) !== "av1") {
    return stream.peak;
  }
  const packet = await track.first(undefined);
  const [record, own] = [stream.configuration, packet?.data].map((data) => data && lightOf(data));
  return brightest(own?.content ?? record?.content, own?.screen ?? record?.screen);
}

interface BitstreamFacts {
  pixelFormat: string;
  interlaced: boolean;
  sampleAspect: readonly [number, number] | undefined;
}

/** Reads what the decoder description of H.264 says. */
async function bitstreamFacts(track: InputVideoTrack): Promise<BitstreamFacts | undefined> {
  const description = (await track.getDecoderConfig())?.description;
  if ((await track.getCodec()) !== "avc" || description === undefined) {
    return undefined;
  }
  const facts = h264Facts(bytesOf(description));
  try {
    const { pixelFormat, interlaced } = facts;
    const [horizontal = 0, vertical = 0] = facts.sampleAspect ?? [];
    return {
      pixelFormat,
      interlaced,
      sampleAspect: horizontal > 0 && vertical > 0 ? reduced(horizontal, vertical) : undefined,
    };
  } finally {
    facts.free();
  }
}

/**
 * Returns whether the decoder description of HEVC says that the source is interlaced, and not that it is progressive:
 * the first two of the constraint flags in ISO 14496-15, 8.3.3.1.
 */
async function isInterlacedHevc(track: InputVideoTrack): Promise<boolean> {
  const CONSTRAINTS = 6;
  const description = (await track.getDecoderConfig())?.description;
  if ((await track.getCodec()) !== "hevc" || description === undefined) {
    return false;
  }
  const [progressive, interlaced] = [0x80, 0x40];
  const flags = (bytesOf(description)[CONSTRAINTS] ?? 0) & (progressive | interlaced);
  return flags === interlaced;
}

/** Decodes the first keyframe, since browsers do not always decode what they claim to. */
async function onTrial(
  track: Track,
  own: boolean,
  log: (line: string) => void,
): Promise<Pick<PacketTable, "layout" | "ownDecoder">> {
  try {
    const key = await track.first(undefined);
    if (key === null) {
      throw new CannotDecode("no packets");
    }
    const config = await decoderConfig(track);
    const ownDecoder = own || (await needsOwn(config));
    for await (const frame of decodeFrames(config, decodable(track, only(key)), { waiting: 1, ownDecoder })) {
      try {
        return { layout: await readLayout(frame, config), ownDecoder };
      } finally {
        frame.close();
      }
    }
    throw new CannotDecode("no frame came");
  } catch (error) {
    log(
      `${own ? "our decoder" : "the browser"} does not decode ${track.stream.tag}: ${cannotDecode(error).message}`,
    );
    return { layout: null, ownDecoder: false };
  }
}

async function* only(key: EncodedPacket): AsyncGenerator<EncodedPacket> {
  yield key;
}

/** Returns the layout of a frame; fails if the frame cannot be read or has the wrong size. */
async function readLayout(frame: Frame, config: VideoDecoderConfig): Promise<VideoPixelFormat> {
  const { format, width, height } = visible(frame);
  const { codedWidth, codedHeight } = config;
  if (width !== codedWidth || height !== codedHeight) {
    throw new CannotDecode(`frames of ${width}x${height} instead of ${codedWidth}x${codedHeight}`);
  }
  const bytes = new Uint8Array(tightBytes(format, width, height));
  await copyVisible(frame, bytes, tightLayout(format, width, height));
  return format;
}

/** A track's time range and rates. */
interface Survey {
  /** Seconds. */
  start: number;
  end: number;
  /** Frames per second, when all frames have the same duration. */
  rate: FrameRate | undefined;
  /** Bits per second. */
  bitrate: number | undefined;
  packets: number | undefined;
}

/** Packets may be out of order by fewer than this. */
const REORDERED = 32;

async function surveyOf(track: Track, format: string): Promise<Survey> {
  // Without its last packet, the file is truncated.
  const last = await track.last();
  // Matroska has no packet table: listing all packets means reading the whole file.
  const hasTable = format !== "matroska,webm";
  const resolution = await track.demuxed.getTimeResolution();
  let [start, end, bytes, packets] = [Number.POSITIVE_INFINITY, track.time(last) + last.duration, 0, 0];
  const durations = new Map<number, number>();
  for await (const packet of track.listed()) {
    const time = track.time(packet);
    if (track.isShown(time) || track.stream.kind === "audio") {
      start = Math.min(start, Math.max(time, track.stream.shown.from));
      end = Math.max(end, Math.min(time + packet.duration, track.stream.shown.to));
    }
    const ticks = Math.round(packet.duration * resolution);
    durations.set(ticks, (durations.get(ticks) ?? 0) + 1);
    bytes += packet.byteLength;
    packets += 1;
    if (!hasTable && packets === REORDERED) {
      break;
    }
  }
  if (!hasTable) {
    return { start, end, rate: undefined, bitrate: track.stream.bitrate, packets: undefined };
  }
  const [ticks, alone] = [durations.keys().next().value ?? 0, durations.size === 1];
  const [numerator, denominator] = alone && ticks > 0 ? reduced(resolution, ticks) : [0, 0];
  const rate = isRatio(numerator, denominator) ? { numerator, denominator } : undefined;
  return { start, end, rate, bitrate: (bytes * 8) / Math.max(end - start, 1e-3), packets };
}

/** Returns whether these are the parts of a ratio that containers can hold. */
function isRatio(...parts: number[]): boolean {
  return parts.every((part) => Number.isInteger(part) && part > 0 && part <= 0xffffffff);
}
