// Repairs the H.264 decoder configuration record of Firefox's encoder. Refuses to know packets.

/** The first byte of a sequence parameter set. */
const SEQUENCE = 0x67;
/** Offset of the number of sequence parameter sets. */
const COUNT_AT = 5;

/**
 * Removes the byte that Firefox (153) duplicates at the start of every parameter set. 0x67 is not a profile, so a
 * sequence parameter set cannot begin with it twice.
 */
export function mendedAvcc(record: Uint8Array): Uint8Array {
  const firstSet = COUNT_AT + 3;
  if (record[firstSet] !== SEQUENCE || record[firstSet + 1] !== SEQUENCE) {
    return record;
  }
  const mended = [...record.subarray(0, COUNT_AT)];
  let at = COUNT_AT;
  for (const countBits of [0x1f, 0xff]) {
    const count = record[at] ?? 0;
    mended.push(count);
    at += 1;
    for (let left = count & countBits; left > 0; left -= 1) {
      const length = ((record[at] ?? 0) << 8) | (record[at + 1] ?? 0);
      mended.push((length - 1) >> 8, (length - 1) & 0xff, ...record.subarray(at + 3, at + 2 + length));
      at += 2 + length;
    }
  }
  return Uint8Array.from([...mended, ...record.subarray(at)]);
}
