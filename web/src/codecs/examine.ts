// Lists what ffprobe would say about a file, in its words, and whether the browser decodes the video. Refuses to decide
// anything.

import type { EncodedPacket, InputAudioTrack, InputVideoTrack } from "mediabunny";
import { h264Facts } from "../generated/media.js";
import { bytesOf } from "./bytes.ts";
import { type Clip, type Track, withClip } from "./clip.ts";
import { decoderConfig } from "./decode.ts";
import { CannotDecode, cannotDecode } from "./failures.ts";
import { copyVisible, visible } from "./frame-convert.ts";
import { decodeFrames } from "./frames.ts";
import { tightBytes, tightLayout } from "./layout.ts";
import { Listing, seconds } from "./listing.ts";
import { codecName, colourName, otherCodecName, pixelFormatName } from "./names.ts";
import { reduced, type Stream } from "./structure.ts";

/**
 * Lists the streams of a clip as `ffprobe -show_format -show_streams -print_format flat` does, with the outcome of a
 * trial decode of the video.
 */
export function examineStreams(file: Blob): Promise<string> {
  return withClip(file, async (clip) => {
    const video = mainVideo(clip.structure.streams);
    const trial = video < 0 ? undefined : await tryDecoding(clip.track(video));
    return list(clip, (index) => (index === video ? trial : undefined));
  });
}

/** Lists a finished file as `examineStreams` does, with the packets counted and nothing decoded. */
export function examineResult(file: Blob): Promise<string> {
  return withClip(file, (clip) => list(clip, () => undefined));
}

/** Lists the packets of one stream as `ffprobe -print_format csv=p=0` does: times in seconds, bytes, flags. */
export function examinePackets(file: Blob, stream: number): Promise<string> {
  return withClip(file, async (clip) => {
    const track = clip.track(stream);
    const lines: string[] = [];
    for await (const packet of track.listed()) {
      const time = track.time(packet);
      const flags = `${packet.type === "key" ? "K" : "_"}${track.isShown(time) ? "_" : "D"}_`;
      const duration = packet.duration > 0 ? seconds(packet.duration) : "N/A";
      lines.push(`${seconds(time)},N/A,${duration},${packet.byteLength},${flags}\n`);
    }
    return lines.join("");
  });
}

/** The outcome of a trial decode: the layout of the frame, or why there is none. */
type Trial = { format: VideoPixelFormat } | { refusal: string };

/** Finds the video stream that plays: the default one, else the first. */
function mainVideo(streams: readonly Stream[]): number {
  const isVideo = ({ kind, still }: Stream) => kind === "video" && !still;
  const chosen = streams.findIndex((stream) => isVideo(stream) && stream.default);
  return chosen >= 0 ? chosen : streams.findIndex(isVideo);
}

async function list(clip: Clip, trialOf: (index: number) => Trial | undefined): Promise<string> {
  const listing = new Listing();
  const { format, majorBrand, streams } = clip.structure;
  let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [index, stream] of streams.entries()) {
    const prefix = `streams.stream.${index}`;
    const plays = (stream.kind === "video" || stream.kind === "audio") && !stream.still;
    listing.add(prefix, {
      index,
      codec_name: plays ? await playedCodec(clip.track(index)) : otherCodecName(stream.tag),
      codec_type: stream.kind,
      codec_tag_string: stream.tag,
    });
    if (plays) {
      const track = clip.track(index);
      const survey = await surveyOf(track, format);
      start = Math.min(start, survey.start);
      end = Math.max(end, survey.end);
      listing.add(prefix, {
        ...(await mediaFacts(track, trialOf(index))),
        r_frame_rate: stream.kind === "video" ? survey.rate : undefined,
        avg_frame_rate: stream.kind === "video" ? survey.rate : undefined,
        start_time: seconds(survey.start),
        duration: seconds(survey.end - survey.start),
        bit_rate: survey.bitrate?.toFixed(0),
        nb_read_packets: survey.packets?.toFixed(0),
      });
    }
    listing.add(`${prefix}.disposition`, {
      default: Number(stream.default),
      attached_pic: Number(stream.still),
    });
    listing.add(`${prefix}.tags`, { language: stream.language });
  }
  listing.add("format", { format_name: format });
  if (start <= end) {
    listing.add("format", { start_time: seconds(start), duration: seconds(end - start) });
  }
  listing.add("format.tags", { major_brand: majorBrand });
  return listing.toString();
}

async function playedCodec({ demuxed, stream }: Track): Promise<string | undefined> {
  const codec = codecName(await demuxed.getCodec());
  if (codec === undefined && stream.kind === "audio") {
    // Without its codec in the listing, the audio would be dropped silently.
    throw new CannotDecode(`audio in an unknown codec: ${stream.tag}`);
  }
  return codec ?? otherCodecName(stream.tag);
}

async function mediaFacts(
  { demuxed, stream }: Track,
  trial: Trial | undefined,
): Promise<Record<string, string | number | undefined>> {
  if (demuxed.isVideoTrack()) {
    return videoFacts(demuxed, stream, trial);
  }
  return demuxed.isAudioTrack() ? audioFacts(demuxed) : {};
}

async function audioFacts(track: InputAudioTrack): Promise<Record<string, string | number | undefined>> {
  return {
    sample_rate: (await track.getSampleRate()).toFixed(0),
    channels: await track.getNumberOfChannels(),
    // Only a no is trusted; whether a yes is true shows when the audio is decoded.
    clipfit_decodes: (await track.canDecode()) ? undefined : "",
  };
}

async function videoFacts(
  track: InputVideoTrack,
  stream: Stream,
  trial: Trial | undefined,
): Promise<Record<string, string | number | undefined>> {
  const { primaries, transfer, matrix, fullRange } = await track.getColorSpace();
  const coded = await bitstreamFacts(track);
  const [horizontal, vertical] = stream.sampleAspect ?? coded?.sampleAspect ?? [1, 1];
  const turn = await track.getRotation();
  const decoded = trial !== undefined && "format" in trial ? trial.format : undefined;
  return {
    width: await track.getCodedWidth(),
    height: await track.getCodedHeight(),
    sample_aspect_ratio: `${horizontal}:${vertical}`,
    pix_fmt: coded?.pixelFormat ?? (decoded && pixelFormatName(decoded)),
    field_order: coded === undefined ? undefined : coded.interlaced ? "tt" : "progressive",
    color_range: fullRange ? "pc" : undefined,
    color_space: colourName(matrix),
    color_transfer: colourName(transfer),
    color_primaries: colourName(primaries),
    // ffprobe counts counter-clockwise.
    "side_data_list.side_data.0.rotation": turn === 0 ? undefined : turn === 270 ? 90 : -turn,
    clipfit_decodes: trial && (decoded ?? ""),
    clipfit_mirrored: (await track.getFlip()) ? 1 : undefined,
    clipfit_refusal: trial !== undefined && "refusal" in trial ? trial.refusal : undefined,
  };
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

/** Decodes the first keyframe, since browsers do not always decode what they claim to. */
async function tryDecoding(track: Track): Promise<Trial> {
  const key = await track.first(undefined);
  if (key === null) {
    return { refusal: "no packets" };
  }
  try {
    const config = await decoderConfig(track);
    for await (const frame of decodeFrames(config, only(key))) {
      try {
        return await readable(frame, config);
      } finally {
        frame.close();
      }
    }
    return { refusal: "no frame came" };
  } catch (error) {
    return { refusal: cannotDecode(error).message };
  }
}

async function* only(packet: EncodedPacket): AsyncGenerator<EncodedPacket> {
  yield packet;
}

async function readable(frame: VideoFrame, config: VideoDecoderConfig): Promise<Trial> {
  const { format, width, height } = visible(frame);
  if (width !== config.codedWidth || height !== config.codedHeight) {
    return { refusal: `frames of ${width}x${height} instead of ${config.codedWidth}x${config.codedHeight}` };
  }
  const bytes = new Uint8Array(tightBytes(format, width, height));
  await copyVisible(frame, bytes, tightLayout(format, width, height));
  return { format };
}

/** A track's time range and rates. */
interface Survey {
  /** Seconds. */
  start: number;
  end: number;
  /** Frames per second as a fraction, when all frames have the same duration. */
  rate: string | undefined;
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
  const rate = alone && ticks > 0 ? reduced(resolution, ticks).join("/") : undefined;
  return { start, end, rate, bitrate: (bytes * 8) / Math.max(end - start, 1e-3), packets };
}
