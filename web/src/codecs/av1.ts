// Finds sequence headers in AV1 packets, puts one into a packet that lacks it, and reads how bright HDR is. Refuses to
// know where packets come from.

/** One unit of a packet (AV1 specification, 5.3 and 5.9): its type, and where it and its payload begin and end. */
interface Unit {
  type: number;
  start: number;
  payload: number;
  end: number;
}

const SEQUENCE_HEADER = 1;
const TEMPORAL_DELIMITER = 2;
const METADATA = 5;

/** Lists the units of a packet; the last one may have no size. Stops where the packet is not well-formed. */
function* units(data: Uint8Array): Generator<Unit> {
  for (let start = 0; start < data.length; ) {
    const header = data[start] ?? 0;
    const [hasExtension, hasSize] = [(header & 4) !== 0, (header & 2) !== 0];
    let payload = start + (hasExtension ? 2 : 1);
    let size = data.length - payload;
    if (hasSize) {
      size = 0;
      // At most eight bytes of seven bits each, the lowest first.
      for (let index = 0; ; index += 1) {
        const byte = data[payload];
        if (byte === undefined || index === 8) {
          return;
        }
        payload += 1;
        size += (byte & 127) * 2 ** (7 * index);
        if (byte < 128) {
          break;
        }
      }
    }
    const end = payload + size;
    if (size < 0 || end > data.length) {
      return;
    }
    yield { type: (header >> 3) & 15, start, payload, end };
    start = end;
  }
}

/** Returns the first sequence header in a packet or in a configuration, as a unit with its size; or nothing. */
export function sequenceHeader(data: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  for (const { type, payload, end } of units(data)) {
    if (type === SEQUENCE_HEADER) {
      const size: number[] = [];
      for (let rest = end - payload; size.length === 0 || rest > 0; rest >>= 7) {
        size.push((rest & 127) | (rest > 127 ? 128 : 0));
      }
      return Uint8Array.of((SEQUENCE_HEADER << 3) | 2, ...size, ...data.subarray(payload, end));
    }
  }
  return undefined;
}

/** Reads the brightest light in nits of the content and of the screen that it was made on (5.8.3, 5.8.4). */
export function lightOf(data: Uint8Array): { content?: number; screen?: number } {
  const light: { content?: number; screen?: number } = {};
  for (const { type, payload, end } of units(data)) {
    const view = new DataView(data.buffer, data.byteOffset + payload, end - payload);
    if (type === METADATA && view.byteLength >= 5 && view.getUint8(0) === 1) {
      light.content = view.getUint16(1);
    } else if (type === METADATA && view.byteLength >= 25 && view.getUint8(0) === 2) {
      light.screen = view.getUint32(17) / 256;
    }
  }
  return light;
}

/** Returns the packet with `header`, behind the delimiter that it may begin with. */
export function withSequenceHeader(data: Uint8Array, header: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = units(data).next().value;
  const place = first?.type === TEMPORAL_DELIMITER ? first.end : 0;
  const whole = new Uint8Array(data.length + header.length);
  whole.set(data.subarray(0, place));
  whole.set(header, place);
  whole.set(data.subarray(place), place + header.length);
  return whole;
}
