// Mixes audio channels down or up. Refuses to know sample rates and time.

import { CannotDecode } from "./failures.ts";

const HALF_POWER = Math.SQRT1_2;

/** The share of each channel in left and right (ITU-R BS.775, with ffmpeg's levels), in the decoders' channel order. */
const TO_STEREO: Readonly<Record<number, readonly (readonly [left: number, right: number])[]>> = {
  1: [[1, 1]],
  2: [
    [1, 0],
    [0, 1],
  ],
  // Left, right, centre, low frequencies, back left, back right.
  6: [
    [1, 0],
    [0, 1],
    [HALF_POWER, HALF_POWER],
    [0, 0],
    [HALF_POWER, 0],
    [0, HALF_POWER],
  ],
  // The same, then side left, side right.
  8: [
    [1, 0],
    [0, 1],
    [HALF_POWER, HALF_POWER],
    [0, 0],
    [HALF_POWER, 0],
    [0, HALF_POWER],
    [HALF_POWER, 0],
    [0, HALF_POWER],
  ],
};

/** Mixes interleaved samples of one channel count into another. */
export type Mix = (samples: Float32Array<ArrayBuffer>) => Float32Array<ArrayBuffer>;

export function mixer(from: number, to: number): Mix {
  if (from === to) {
    return (samples) => samples;
  }
  const stereo = TO_STEREO[from];
  if (stereo === undefined || to > 2) {
    throw new CannotDecode(`no mix of ${from} channels into ${to}`);
  }
  // Mono is the average of left and right.
  const rows =
    to === 1
      ? [stereo.map(([left, right]) => (left + right) / 2)]
      : [stereo.map(([left]) => left), stereo.map(([, right]) => right)];
  return (samples) => {
    const frames = samples.length / from;
    const mixed = new Float32Array(frames * to);
    for (let frame = 0; frame < frames; frame += 1) {
      for (const [channel, row] of rows.entries()) {
        let sum = 0;
        for (let source = 0; source < from; source += 1) {
          sum += (samples[frame * from + source] ?? 0) * (row[source] ?? 0);
        }
        mixed[frame * to + channel] = sum;
      }
    }
    return mixed;
  };
}
