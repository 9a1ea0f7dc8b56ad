// Makes the audio of a result: packets copied, or decoded, mixed and encoded as AAC. Refuses to decide which.

import type { AudioSample, EncodedPacket } from "mediabunny";
import { Resampler, TrackFile } from "../generated/media.js";
import type { AudioStep } from "../generated/protocol.ts";
import type { AacTrack } from "./aac.ts";
import { bytesOf } from "./bytes.ts";
import { type Track, withClip } from "./clip.ts";
import { CannotDecode, CannotEncode, cannotDecode } from "./failures.ts";
import { hear } from "./hear.ts";
import { audioStalled, eachInTime, inTime } from "./in-time.ts";
import { interleaved, Meter } from "./meter.ts";
import { type Mix, mixer } from "./mix.ts";
import { isUncompressed } from "./names.ts";
import { Timeline } from "./timeline.ts";

/** An MP4 file with one track, and how loud its source is where that was wanted. */
export interface MadeAudio {
  file: Blob;
  /** Level of each window in dBFS; null where nothing was decoded. */
  windows: (number | null)[] | undefined;
}

/** Makes the audio. Calls `alive` as it goes on. */
export async function makeAudio(step: AudioStep, file: Blob, alive: () => void): Promise<MadeAudio> {
  try {
    return await withClip(file, async (clip) => {
      const track = clip.track(step.stream);
      return step.copy
        ? { file: await copyAudio(step, track, alive), windows: undefined }
        : await encodeAudio(step, track, alive);
    });
  } catch (error) {
    throw error instanceof CannotEncode ? error : cannotDecode(error);
  }
}

async function copyAudio(step: AudioStep, track: Track, alive: () => void): Promise<Blob> {
  const { demuxed } = track;
  const config = demuxed.isAudioTrack() ? await demuxed.getDecoderConfig() : null;
  if (!config?.codec.startsWith("mp4a.40") || config.description === undefined) {
    throw new CannotDecode(`${track.stream.tag} cannot be copied`);
  }
  const { sampleRate, numberOfChannels, description } = config;
  const file = TrackFile.audio(bytesOf(description), sampleRate, numberOfChannels);
  try {
    const spacing = new Spacing(sampleRate, await packetSamples(track, sampleRate));
    const origin = step.origin / 1e6;
    let start: number | undefined;
    let held: { packet: EncodedPacket; at: number } | undefined;
    for await (const packet of keptPackets(track, step)) {
      const at = spacing.place(track.time(packet));
      start ??= track.time(packet);
      if (held !== undefined) {
        file.add(held.packet.data, at - held.at, true);
        alive();
      }
      held = { packet, at };
    }
    if (held === undefined || start === undefined) {
      throw new CannotDecode("no audio packets");
    }
    file.add(held.packet.data, spacing.usual, true);
    const bytes = file.finish((start - origin) * 1e6);
    return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "video/mp4" });
  } finally {
    file.free();
  }
}

/** Reads the packets that are audible within the step, and the one before, which decoders need. */
async function* keptPackets(track: Track, step: AudioStep): AsyncGenerator<EncodedPacket> {
  const origin = step.origin / 1e6;
  const end = step.length === null ? track.stream.shown.to : origin + step.length / 1e6;
  let before: EncodedPacket | undefined;
  for await (const packet of track.from(undefined)) {
    const time = track.time(packet);
    if (time >= Math.min(end, track.stream.shown.to)) {
      return;
    }
    if (time + packet.duration <= origin) {
      before = packet;
      continue;
    }
    if (before !== undefined) {
      yield before;
      before = undefined;
    }
    yield packet;
  }
}

/** Possible durations of AAC packets, in samples. */
const PACKET_SAMPLES = [480, 512, 960, 1024, 1920, 2048];
/** Packets that are read to find out their duration. */
const PACKETS_ASKED = 200;

/**
 * Estimates the samples in each of the track's packets; one packet is not enough, because times may be rounded to
 * milliseconds.
 */
async function packetSamples(track: Track, rate: number): Promise<number> {
  const times: number[] = [];
  for await (const packet of track.listed()) {
    times.push(packet.timestamp);
    if (times.length === PACKETS_ASKED) {
      break;
    }
  }
  const apart = Math.min(8, times.length - 1);
  const distances = times.slice(apart).map((time, index) => time - (times[index] ?? 0));
  distances.sort((a, b) => a - b);
  const middle = distances[distances.length >> 1] ?? 0;
  const samples = apart > 0 ? (middle / apart) * rate : 1024;
  const distance = (size: number) => Math.abs(size - samples);
  return PACKET_SAMPLES.reduce((best, size) => (distance(size) < distance(best) ? size : best));
}

/** A smaller distance to the end of the previous packets is rounding, not a gap. */
const ROUNDED_SECONDS = 0.02;

/** Places packets, in samples from the first: back to back unless there is a gap. */
class Spacing {
  readonly usual: number;
  readonly #rate: number;
  #first: number | undefined;
  #next = 0;

  constructor(rate: number, usual: number) {
    this.#rate = rate;
    this.usual = usual;
  }

  place(time: number): number {
    this.#first ??= time;
    const due = Math.round((time - this.#first) * this.#rate);
    const isGap = Math.abs(due - this.#next) > ROUNDED_SECONDS * this.#rate;
    const at = isGap ? due : this.#next;
    if (at < this.#next) {
      throw new CannotDecode(`audio packets overlap at ${time} s`);
    }
    this.#next = at + this.usual;
    return at;
  }
}

/** The encoder's script is 250 kB compressed: slow connections need a while. */
const ARRIVES_MS = 60_000;
/** Decoders need some audio before the wanted part, in seconds. */
const LEAD_SECONDS = 0.2;
async function encodeAudio(step: AudioStep, track: Track, alive: () => void): Promise<MadeAudio> {
  const { demuxed } = track;
  if (!demuxed.isAudioTrack()) {
    throw new CannotDecode(`stream ${step.stream} is not audio`);
  }
  const late = () => new CannotEncode("the audio encoder did not arrive");
  const { AacEncoder } = await inTime(import("./aac.ts"), late, ARRIVES_MS);
  const { shown, delay } = track.stream;
  const origin = step.origin / 1e6;
  const last = await track.last();
  const end = Math.min(
    shown.to,
    step.length === null ? Number.POSITIVE_INFINITY : origin + step.length / 1e6,
  );
  const encoder = await AacEncoder.start(step);
  const line = new Line(step, end - origin);
  const meter = step.listen === null ? undefined : new Meter(step.listen);
  try {
    const from = origin - LEAD_SECONDS;
    const measured = missingAtStart(track, await demuxed.getDecoderConfig(), from);
    const missing = await (step.lenient ? measured.catch(() => 0) : measured);
    for await (const sample of eachInTime(hear(track, from, step.lenient))) {
      try {
        const time = sample.timestamp - delay + missing;
        const data = interleaved(sample);
        meter?.add(data, sample.sampleRate, sample.numberOfChannels, time);
        encoder.take(line.add(sample, data, time, Math.max(origin, shown.from)));
        alive();
      } finally {
        sample.close();
      }
      if (line.isFull) {
        break;
      }
    }
    const due = Math.min(end, track.time(last) + last.duration) - origin;
    const mayMiss = step.mayMiss / 1e6;
    if (line.seconds < due - mayMiss) {
      throw new CannotDecode(`audio of ${line.seconds} s instead of ${due} s`);
    }
    if (line.silentSeconds > mayMiss) {
      // Decoders skip damaged packets without an error.
      const listed = await listedSeconds(track, Math.max(origin, shown.from), end);
      const audible = line.seconds - line.silentSeconds;
      if (audible < listed - Math.max(mayMiss, listed * step.mayMissShare)) {
        throw new CannotDecode(`${audible} s of audio came out of ${listed} s`);
      }
    }
    if (step.lenient) {
      // Piece by piece: silence may be long.
      for (let piece = line.seconds + 1; piece < due; piece += 1) {
        encoder.take(line.fillTo(piece));
      }
      encoder.take(line.fillTo(due));
    }
    encoder.take(line.finish());
    return { file: trackFile(encoder.finish(), step), windows: meter?.levels() };
  } finally {
    line.close();
    encoder.close();
  }
}

/** Sums the durations of the packets between two times, in seconds. */
async function listedSeconds(track: Track, from: number, to: number): Promise<number> {
  let seconds = 0;
  for await (const packet of track.listed()) {
    const time = track.time(packet);
    seconds += Math.max(Math.min(time + packet.duration, to) - Math.max(time, from), 0);
  }
  return seconds;
}

/** Writes a track as an MP4 file whose timeline begins with the first encoded sample. */
function trackFile({ description, packets, priming }: AacTrack, step: AudioStep): Blob {
  const file = TrackFile.audio(description, step.sampleRate, step.channels);
  try {
    for (const { data, samples } of packets) {
      file.add(data, samples, true);
    }
    const bytes = file.finish((-priming * 1e6) / step.sampleRate);
    return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "video/mp4" });
  } finally {
    file.free();
  }
}

/** Packets that are decoded to measure what a decoder leaves out at its start. */
const PACKETS_TRIED = 8;
/** In seconds: less is rounding of times to milliseconds, more is a gap in the file. */
const MISSING_SECONDS = { least: 0.0015, most: 0.1 };

/**
 * Measures how much of the first packet's audio a decoder leaves out, in seconds: Opus begins with samples to skip,
 * Vorbis yields nothing for its first packet, and nor does some AAC. Decoders stamp their first output with the first
 * packet's time.
 */
async function missingAtStart(
  track: Track,
  config: AudioDecoderConfig | null,
  from: number,
): Promise<number> {
  if (config === null || isUncompressed(config.codec)) {
    return 0;
  }
  let given = 0;
  let failure: unknown;
  const decoder = new AudioDecoder({
    output: (data) => {
      given += data.numberOfFrames / data.sampleRate;
      data.close();
    },
    error: (error) => {
      failure = error;
    },
  });
  try {
    decoder.configure(config);
    let [first, due, tried]: [number | undefined, number, number] = [undefined, 0, 0];
    for await (const { timestamp, duration, data } of track.from(from)) {
      first ??= timestamp;
      due = timestamp - first;
      if (tried === PACKETS_TRIED) {
        break;
      }
      // Not all decoders keep negative times.
      decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: Math.round(due * 1e6), data }));
      due += duration;
      tried += 1;
    }
    await inTime(decoder.flush(), audioStalled);
    const missing = due - given;
    return missing >= MISSING_SECONDS.least && missing <= MISSING_SECONDS.most ? missing : 0;
  } catch (error) {
    throw cannotDecode(failure ?? error);
  } finally {
    if (decoder.state !== "closed") {
      decoder.close();
    }
  }
}

/** Mixes decoded samples, places them on the result's timeline and resamples them. */
class Line {
  readonly #step: AudioStep;
  readonly #length: number;
  #source: { rate: number; channels: number; mix: Mix; timeline: Timeline } | undefined;
  #resampler: Resampler | undefined;

  constructor(step: AudioStep, length: number) {
    this.#step = step;
    this.#length = length;
  }

  get seconds(): number {
    return this.#source === undefined ? 0 : this.#source.timeline.laid / this.#source.rate;
  }

  /** Seconds of silence that fill gaps. */
  get silentSeconds(): number {
    return this.#source === undefined ? 0 : this.#source.timeline.silent / this.#source.rate;
  }

  get isFull(): boolean {
    return this.#source?.timeline.isFull ?? false;
  }

  /** Returns what is ready after `sample`, which begins at `time`; drops what lies before `from`. */
  add(
    { sampleRate: rate, numberOfChannels: channels, numberOfFrames }: AudioSample,
    data: Float32Array<ArrayBuffer>,
    time: number,
    from: number,
  ): Float32Array<ArrayBuffer> {
    const source = this.#sourceOf(rate, channels);
    const early = Math.min(Math.max(Math.round((from - time) * rate), 0), numberOfFrames);
    const audible = data.subarray(early * channels);
    const laid = source.timeline.lay(source.mix(audible), time + early / rate - this.#step.origin / 1e6);
    return this.#resampled(laid);
  }

  /** Returns silence up to a time. */
  fillTo(seconds: number): Float32Array<ArrayBuffer> {
    const { sampleRate, channels } = this.#step;
    const { rate, timeline } = this.#source ?? this.#sourceOf(sampleRate, channels);
    const laid = timeline.lay(new Float32Array(channels), Math.max(seconds - 1 / rate, 0));
    return this.#resampled(laid);
  }

  finish(): Float32Array<ArrayBuffer> {
    return (this.#resampler?.finish() as Float32Array<ArrayBuffer> | undefined) ?? new Float32Array(0);
  }

  close(): void {
    this.#resampler?.free();
    this.#resampler = undefined;
  }

  #resampled(laid: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
    return this.#resampler === undefined ? laid : (this.#resampler.push(laid) as Float32Array<ArrayBuffer>);
  }

  #sourceOf(rate: number, channels: number) {
    const { sampleRate, channels: wanted } = this.#step;
    if (this.#source === undefined) {
      const mix = mixer(channels, this.#step);
      this.#source = { rate, channels, mix, timeline: new Timeline(rate, wanted, this.#length) };
      this.#resampler = rate === sampleRate ? undefined : new Resampler(rate, sampleRate, wanted);
    } else if (this.#source.rate !== rate || this.#source.channels !== channels) {
      throw new CannotDecode(`audio that changes to ${rate} Hz and ${channels} channels`);
    }
    return this.#source;
  }
}
