// Mixes audio channels by the matrices of a step. Refuses to know sample rates and time, and to choose a matrix.

import type { AudioStep } from "../generated/protocol.ts";
import { CannotDecode } from "./failures.ts";

/** Mixes interleaved samples of one channel count into another. */
export type Mix = (samples: Float32Array<ArrayBuffer>) => Float32Array<ArrayBuffer>;

export function mixer(from: number, { channels: to, mixes }: AudioStep): Mix {
  if (from === to) {
    return (samples) => samples;
  }
  const rows = mixes.find(({ channels }) => channels === from)?.rows;
  if (rows === undefined) {
    throw new CannotDecode(`no mix of ${from} channels into ${to}`);
  }
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
