// The outer structure of an MP4 file.

import { readFile } from "node:fs/promises";

/** Types of the top-level boxes in order. @param {string} path */
export async function boxes(path) {
  const bytes = await readFile(path);
  const types = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    types.push(bytes.toString("latin1", at + 4, at + 8));
    const whole = size === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size;
    if (whole < 8) break;
    at += whole;
  }
  return types;
}
