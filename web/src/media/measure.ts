// Measures how fast this machine decodes and encodes, on a few synthetic frames. Refuses to know what the figures are
// for.

import { inTime } from "../codecs/in-time.ts";
import {
  type DecodeStep,
  FILES,
  type SpeedFigures,
  type WebCodecsStep,
  type X264Step,
} from "../generated/protocol.ts";
import type { Browser } from "./browser.ts";
import type { Encoder } from "./encoder.ts";

/** Frames of one size. */
interface Strip {
  width: number;
  height: number;
  frames: readonly Uint8Array[];
}

const RATE = { numerator: 30, denominator: 1 };
/** The first frames run before the engine has optimized the code and before an encoder's pipeline is full. */
const WARM_UP = 12;
const FRAMES = 24;
const SIZE = [480, 272] as const;
/** For encoders that may be a hundred times slower than others. */
const SMALL_FRAMES = 8;
const SMALL_SIZE = [320, 176] as const;
/** The slowest first: it warms up code that the others share. */
const PRESETS = ["medium", "veryfast", "superfast"] as const;
/** WebCodecs' codec strings to try; of the H.264 profiles, the first that works is used. */
const H264 = [
  ["high", "avc1.64001e"],
  ["main", "avc1.4d001e"],
  ["baseline", "avc1.42e01e"],
] as const;
const OTHERS = [
  ["h265", "hvc1.1.6.L93.B0"],
  ["vp9", "vp09.00.30.08"],
  ["av1", "av01.0.04M.08"],
] as const;
/**
 * WebKit's encoder for AV1, where it has one, is libaom's in WebKitGTK. Debian's ends the page after some tens of frames
 * (an assertion in `rc_pick_q_and_bounds_no_stats_cbr`, whatever is asked), which nothing here could catch or try out.
 */
const AV1_ENDS_PAGE = /AppleWebKit/.test(navigator.userAgent) && !/Chrom/.test(navigator.userAgent);
const BITRATE = 600_000;
/** An encoder that needs longer for a few small frames is of no use. */
const TRIAL_MS = 3_000;

/** Returns speeds in pixels per second; null for what does not work. */
export async function measure(encoder: Encoder, browser: Browser): Promise<SpeedFigures> {
  const strip = synthetic(SIZE, WARM_UP + FRAMES);
  const small = synthetic(SMALL_SIZE, SMALL_FRAMES);
  const figures: SpeedFigures = {
    superfast: 0,
    veryfast: 0,
    medium: 0,
    decode: null,
    h264Profile: null,
    h264: null,
    h265: null,
    vp9: null,
    av1: null,
    hardware: { h264: false, h265: false, vp9: false, av1: false },
  };
  encodeWithX264(encoder, PRESETS[0], strip);
  let chunk: Blob | undefined;
  for (const preset of PRESETS) {
    const { milliseconds, blob } = encodeWithX264(encoder, preset, strip);
    figures[preset] = speedOf(strip, milliseconds, FRAMES);
    chunk = blob ?? chunk;
  }
  // Before any encoder: WebKitGTK 2.50 crashes when one is asked for in a page that has asked for no decoder.
  if (chunk !== undefined) {
    const milliseconds = await decodeTime(browser, chunk, strip);
    if (milliseconds !== undefined) {
      figures.decode = speedOf(strip, milliseconds, strip.frames.length);
    }
  }
  for (const [profile, codec] of H264) {
    const found = await encodeTime(browser, codec, strip, WARM_UP);
    if (found !== undefined) {
      figures.h264Profile = profile;
      figures.h264 = speedOf(strip, found.milliseconds, FRAMES);
      figures.hardware.h264 = found.hardware;
      break;
    }
  }
  for (const [name, codec] of OTHERS) {
    const endsPage = name === "av1" && AV1_ENDS_PAGE;
    const found = endsPage ? undefined : await encodeTime(browser, codec, small, 0);
    if (found !== undefined) {
      figures[name] = speedOf(small, found.milliseconds, SMALL_FRAMES);
      figures.hardware[name] = found.hardware;
    }
  }
  return figures;
}

/** Returns pixels per second, rounded. */
function speedOf({ width, height }: Strip, milliseconds: number, frames: number): number {
  return Math.round((width * height * frames * 1000) / Math.max(milliseconds, 0.1));
}

function tooSlow(): Error {
  return new Error("too slow to be of use");
}

function synthetic([width, height]: readonly [number, number], count: number): Strip {
  return {
    width,
    height,
    frames: Array.from({ length: count }, (_, index) => syntheticFrame(width, height, index)),
  };
}

/** Makes a frame of a moving pattern with grain: planar 4:2:0. */
function syntheticFrame(width: number, height: number, index: number): Uint8Array {
  const pixels = width * height;
  const frame = new Uint8Array((pixels * 3) / 2).fill(128, pixels);
  let noise = 12_345 + index;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) >>> 0;
      const shape = ((x + 3 * index) ^ (y + index)) & 0x60;
      frame[y * width + x] = 60 + shape + (noise >>> 29);
    }
  }
  return frame;
}

function encodeWithX264(
  encoder: Encoder,
  preset: string,
  { width, height, frames }: Strip,
): { milliseconds: number; blob: Blob | undefined } {
  const step: X264Step = {
    width,
    height,
    rate: RATE,
    preset,
    options: ["crf=28"],
    pass: "only",
    frames: frames.length,
  };
  const encode = encoder.open(step, [], undefined, () => {});
  try {
    let began = performance.now();
    frames.forEach((frame, index) => {
      if (index === WARM_UP) {
        began = performance.now();
      }
      encode.take(frame);
    });
    // The frames that x264 delays at the end make up for those that it delayed at the start.
    const blob = encode.finish().find(({ name }) => name === FILES.chunk)?.blob;
    return { milliseconds: performance.now() - began, blob };
  } finally {
    encode.close();
  }
}

/** Measures a whole decode, including its start; undefined when it fails. */
async function decodeTime(
  browser: Browser,
  chunk: Blob,
  { width, height, frames }: Strip,
): Promise<number | undefined> {
  const step: DecodeStep = {
    stream: 0,
    from: null,
    origin: 0,
    rate: RATE,
    first: 0,
    frames: frames.length,
    width,
    height,
    inside: [0, 0, width, height],
    crop: null,
    turn: 0,
    mirrored: false,
    fullRange: false,
    hdr: null,
    waiting: 6,
    lenient: false,
    ownDecoder: false,
  };
  try {
    const began = performance.now();
    await inTime(
      browser.decode(step, chunk, () => {}),
      tooSlow,
      TRIAL_MS,
    );
    return performance.now() - began;
  } catch {
    return undefined;
  }
}

/**
 * Measures the frames after the warm-up, with hardware if it encodes them; undefined when the encoder is missing or
 * fails.
 */
async function encodeTime(
  browser: Browser,
  codec: string,
  strip: Strip,
  warmUp: number,
): Promise<{ milliseconds: number; hardware: boolean } | undefined> {
  for (const hardware of [true, false]) {
    const milliseconds = await encodeTimeOf(browser, codec, hardware, strip, warmUp);
    if (milliseconds !== undefined) {
      return { milliseconds, hardware };
    }
  }
  return undefined;
}

async function encodeTimeOf(
  browser: Browser,
  codec: string,
  hardware: boolean,
  { width, height, frames }: Strip,
  warmUp: number,
): Promise<number | undefined> {
  const step: WebCodecsStep = {
    codec,
    width,
    height,
    rate: RATE,
    colour: [1, 1, 1],
    bitrate: BITRATE,
    frames: frames.length,
    hardware,
  };
  if (hardware && !(await browser.hasHardware(step))) {
    return undefined;
  }
  try {
    let began = performance.now();
    const encoded = browser.encode(step, async (encode) => {
      for (const [index, frame] of frames.entries()) {
        if (index === warmUp) {
          began = performance.now();
        }
        await encode.take(frame);
      }
    });
    await inTime(encoded, tooSlow, TRIAL_MS);
    return performance.now() - began;
  } catch {
    return undefined;
  }
}
