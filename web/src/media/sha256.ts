// SHA-256 of bytes as they arrive (FIPS 180-4). The browser's own takes only what is held whole, and only on pages
// served securely. Refuses to know whose bytes they are.

const BLOCK_BYTES = 64;
const WORDS = 16;
const ROUNDS = 64;
/** The message's length in bits ends the last block. */
const LENGTH_BYTES = 8;
const WORD_VALUES = 2 ** 32;

/** The first 32 bits of the fractional parts of a root of the first primes: square roots, cube roots. */
function fractions(count: number, root: (prime: number) => number): Uint32Array {
  const found: number[] = [];
  for (let candidate = 2, primes: number[] = []; found.length < count; candidate += 1) {
    if (primes.every((prime) => candidate % prime !== 0)) {
      primes = [...primes, candidate];
      found.push((root(candidate) % 1) * WORD_VALUES);
    }
  }
  return Uint32Array.from(found);
}

const START = fractions(8, Math.sqrt);
const CONSTANTS = Int32Array.from(fractions(ROUNDS, Math.cbrt));

/** One hash in the making. */
export class Sha256 {
  readonly #state = Int32Array.from(START);
  readonly #words = new Int32Array(ROUNDS);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #filled = 0;
  #bytes = 0;

  /** Takes the next bytes. */
  take(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    let at = 0;
    if (this.#filled > 0) {
      at = Math.min(BLOCK_BYTES - this.#filled, bytes.length);
      this.#block.set(bytes.subarray(0, at), this.#filled);
      this.#filled += at;
      if (this.#filled < BLOCK_BYTES) {
        return;
      }
      this.#mix(this.#block, 0);
    }
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) {
      this.#mix(bytes, at);
    }
    this.#block.set(bytes.subarray(at));
    this.#filled = bytes.length - at;
  }

  /** Returns the hash as hexadecimal digits, and takes nothing after that. */
  finish(): string {
    const bits = this.#bytes * 8;
    this.#block[this.#filled] = 0x80;
    this.#block.fill(0, this.#filled + 1);
    if (this.#filled >= BLOCK_BYTES - LENGTH_BYTES) {
      this.#mix(this.#block, 0);
      this.#block.fill(0);
    }
    const length = new DataView(this.#block.buffer, BLOCK_BYTES - LENGTH_BYTES);
    length.setUint32(0, Math.floor(bits / WORD_VALUES));
    length.setUint32(4, bits % WORD_VALUES);
    this.#mix(this.#block, 0);
    return Array.from(this.#state, (one) => (one >>> 0).toString(16).padStart(8, "0")).join("");
  }

  #mix(bytes: Uint8Array, from: number): void {
    const w = this.#words;
    const state = this.#state;
    for (let t = 0, at = from; t < WORDS; t += 1, at += 4) {
      w[t] =
        ((bytes[at] as number) << 24) |
        ((bytes[at + 1] as number) << 16) |
        ((bytes[at + 2] as number) << 8) |
        (bytes[at + 3] as number);
    }
    for (let t = WORDS; t < ROUNDS; t += 1) {
      const near = w[t - 2] as number;
      const far = w[t - 15] as number;
      const s1 = ((near >>> 17) | (near << 15)) ^ ((near >>> 19) | (near << 13)) ^ (near >>> 10);
      const s0 = ((far >>> 7) | (far << 25)) ^ ((far >>> 18) | (far << 14)) ^ (far >>> 3);
      w[t] = s1 + (w[t - 7] as number) + s0 + (w[t - 16] as number);
    }
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    let e = state[4] as number;
    let f = state[5] as number;
    let g = state[6] as number;
    let h = state[7] as number;
    for (let t = 0; t < ROUNDS; t += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const first = (h + s1 + ((e & f) ^ (~e & g)) + (CONSTANTS[t] as number) + (w[t] as number)) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    // Each keeps its low 32 bits.
    state[0] = (state[0] as number) + a;
    state[1] = (state[1] as number) + b;
    state[2] = (state[2] as number) + c;
    state[3] = (state[3] as number) + d;
    state[4] = (state[4] as number) + e;
    state[5] = (state[5] as number) + f;
    state[6] = (state[6] as number) + g;
    state[7] = (state[7] as number) + h;
  }
}
