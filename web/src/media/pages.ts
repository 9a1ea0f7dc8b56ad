// Bytes that are written anywhere and grow beyond what one array can hold. Refuses to know what they are.

/** Large enough to be few, small enough to be had anywhere in memory. */
const PAGE_BYTES = 1 << 24;

/** A growing file in memory, page by page. */
export class Pages {
  readonly #pageBytes: number;
  readonly #pages: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;

  constructor(pageBytes = PAGE_BYTES) {
    this.#pageBytes = pageBytes;
  }

  get size(): number {
    return this.#size;
  }

  write(position: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const { page, start } = this.#at(position + done);
      const piece = bytes.subarray(done, done + this.#pageBytes - start);
      page.set(piece, start);
      done += piece.length;
    }
    this.#size = Math.max(this.#size, position + bytes.length);
  }

  /** Fills `target` from `position` on; returns how many bytes there were. */
  read(position: number, target: Uint8Array): number {
    const length = Math.max(Math.min(target.length, this.#size - position), 0);
    for (let done = 0; done < length; ) {
      const { page, start } = this.#at(position + done);
      const piece = page.subarray(start, start + length - done);
      target.set(piece, done);
      done += piece.length;
    }
    return length;
  }

  blob(type: string): Blob {
    const whole = Math.ceil(this.#size / this.#pageBytes);
    const parts = Array.from({ length: whole }, (_, index) => {
      const { page } = this.#at(index * this.#pageBytes);
      return page.subarray(0, this.#size - index * this.#pageBytes);
    });
    return new Blob(parts, { type });
  }

  #at(position: number): { page: Uint8Array<ArrayBuffer>; start: number } {
    const index = Math.floor(position / this.#pageBytes);
    let page = this.#pages[index];
    if (page === undefined) {
      page = new Uint8Array(this.#pageBytes);
      this.#pages[index] = page;
    }
    return { page, start: position - index * this.#pageBytes };
  }
}
