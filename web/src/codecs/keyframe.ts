// Reads the size of a frame from the head of its keyframe. Refuses to know where packets come from.

export type FrameSize = [width: number, height: number];

/** Reads the size that a keyframe of VP8 or VP9 tells; undefined for what is neither. */
export function keyframeSize(codec: string, packet: Uint8Array): FrameSize | undefined {
  const size = codec === "vp8" ? vp8Size(packet) : codec === "vp9" ? vp9Size(packet) : undefined;
  return size?.every((side) => side > 0) ? size : undefined;
}

/**
 * Returns the decoder configuration that a keyframe of H.264 brings along; undefined where it leaves that to the
 * container. Each of its units has its length in front, in as many bytes as the container's record says (ISO/IEC
 * 14496-15, 5.3.3.1).
 */
export function h264Configuration(record: Uint8Array, packet: Uint8Array): Uint8Array | undefined {
  const [, , , , lengths = 3] = record;
  const set = parameterSet(packet, (lengths & 3) + 1);
  if (set === undefined || set.length < 4) {
    return undefined;
  }
  const head = [1, set[1] ?? 0, set[2] ?? 0, set[3] ?? 0, 0xff, 0xe1, set.length >> 8, set.length & 0xff];
  return Uint8Array.from([...head, ...set, 0]);
}

/** Finds the first sequence parameter set in a packet. */
function parameterSet(packet: Uint8Array, lengthBytes: number): Uint8Array | undefined {
  const SEQUENCE_PARAMETER_SET = 7;
  for (let at = 0; at + lengthBytes < packet.length; ) {
    const length = packet.subarray(at, at + lengthBytes).reduce((value, byte) => value * 256 + byte, 0);
    const unit = packet.subarray(at + lengthBytes, at + lengthBytes + length);
    if (((unit[0] ?? 0) & 0x1f) === SEQUENCE_PARAMETER_SET) {
      return unit;
    }
    at += lengthBytes + length;
  }
  return undefined;
}

/** RFC 6386, 9.1: the frame tag, the start code, then two bytes for each side, of which the upper two bits scale. */
function vp8Size(packet: Uint8Array): FrameSize | undefined {
  const [tag = 1, , , first, second, third, wide = 0, wider = 0, high = 0, higher = 0] = packet;
  const isKey = (tag & 1) === 0 && first === 0x9d && second === 0x01 && third === 0x2a;
  return isKey ? [wide | ((wider & 0x3f) << 8), high | ((higher & 0x3f) << 8)] : undefined;
}

/** VP9 bitstream specification, 6.2: the uncompressed header. */
function vp9Size(packet: Uint8Array): FrameSize | undefined {
  const bits = new Bits(packet);
  const isVp9 = bits.take(2) === 2;
  const profile = bits.take(1) + 2 * bits.take(1);
  bits.take(profile === 3 ? 1 : 0);
  const [showsExisting, isInter] = [bits.take(1), bits.take(1)];
  if (!isVp9 || showsExisting === 1 || isInter === 1) {
    return undefined;
  }
  // Whether it is shown, and whether it copes with errors.
  bits.take(2);
  const SYNC_CODE = 0x498342;
  if (bits.take(24) !== SYNC_CODE) {
    return undefined;
  }
  skipColours(bits, profile);
  const [width, height] = [bits.take(16) + 1, bits.take(16) + 1];
  return bits.isOver ? undefined : [width, height];
}

function skipColours(bits: Bits, profile: number): void {
  bits.take(profile >= 2 ? 1 : 0);
  const RGB = 7;
  const isRgb = bits.take(3) === RGB;
  // Subsampling and a reserved bit are told by the odd profiles only, the range of RGB is not.
  const said = profile === 1 || profile === 3;
  if (isRgb) {
    bits.take(said ? 1 : 0);
  } else {
    bits.take(said ? 4 : 1);
  }
}

/** Bits, the highest of each byte first; zeros behind the end. */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isOver(): boolean {
    return this.#at > this.#bytes.length * 8;
  }

  take(count: number): number {
    let value = 0;
    for (let taken = 0; taken < count; taken += 1) {
      const byte = this.#bytes[this.#at >> 3] ?? 0;
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1);
      this.#at += 1;
    }
    return value;
  }
}
