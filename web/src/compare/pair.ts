// Plays and seeks two videos as one: the result leads, the source follows. Refuses to know how they are drawn.

import { clamp, type Facts, frameAt, middleOf } from "./facts.ts";

/** The source is left alone while it is nearer than this to its place, in frames of the result. */
const NEAR_FRAMES = 0.25;
/** It is not hurried but sought while it is farther than this from its place, in seconds. */
const FAR_SECONDS = 0.3;
/** In this time a hurried source is at its place. */
const HURRY_SECONDS = 0.15;
/** The source is not sought again sooner than this: a machine that cannot keep up would do nothing else. */
const SEEK_AGAIN_MS = 1000;

export class Pair {
  readonly #source: HTMLVideoElement;
  readonly #result: HTMLVideoElement;
  readonly #facts: Facts;
  readonly #onChange: () => void;
  #playing = false;
  #closed = false;
  #wanted = 0;
  #shown = -1;
  #seeking: Promise<void> | undefined;
  #soughtAt = 0;

  /** Both videos have their first frame. */
  constructor(source: HTMLVideoElement, result: HTMLVideoElement, facts: Facts, onChange: () => void) {
    this.#source = source;
    this.#result = result;
    this.#facts = facts;
    this.#onChange = onChange;
  }

  /** Whether they play, or are about to. */
  get playing(): boolean {
    return this.#playing;
  }

  /** The frame that is shown, or is about to be. */
  get frame(): number {
    return this.#wanted;
  }

  /** Whether both show `frame`. */
  get settled(): boolean {
    return !this.#playing && this.#shown === this.#wanted;
  }

  /** Shows a frame in both. */
  show(frame: number): void {
    const wasPlaying = this.#playing;
    this.#halt();
    this.#wanted = clamp(frame, 0, this.#facts.frames - 1);
    if (wasPlaying) {
      this.#shown = -1;
    }
    this.#settle();
  }

  /** Shows a frame so many after the one that is shown. */
  step(by: number): void {
    if (this.#playing) {
      this.pause();
    }
    this.show(this.#wanted + by);
  }

  async play(): Promise<void> {
    this.#playing = true;
    if (this.#wanted >= this.#facts.frames - 1) {
      this.#wanted = 0;
    }
    await this.#settle();
    if (!this.#playing || this.#closed) {
      return;
    }
    try {
      await Promise.all([this.#result.play(), this.#source.play()]);
    } catch {
      // The browser does not let it play, or it was paused meanwhile.
      this.pause();
      return;
    }
    this.#follow();
  }

  /** Stops at a frame that both show. */
  pause(): void {
    this.show(this.#result.ended ? this.#facts.frames - 1 : frameAt(this.#result.currentTime, this.#facts));
  }

  close(): void {
    this.#closed = true;
    this.#halt();
  }

  #halt(): void {
    this.#playing = false;
    this.#result.pause();
    this.#source.pause();
    this.#source.playbackRate = 1;
  }

  /** Seeks until both show the wanted frame, one frame after the other. */
  #settle(): Promise<void> {
    this.#seeking ??= this.#seek().finally(() => {
      this.#seeking = undefined;
    });
    this.#onChange();
    return this.#seeking;
  }

  async #seek(): Promise<void> {
    while (this.#shown !== this.#wanted && !this.#closed) {
      const frame = this.#wanted;
      const at = middleOf(frame, this.#facts);
      await Promise.all([seek(this.#result, at), seek(this.#source, at + this.#facts.origin)]);
      this.#shown = frame;
      if (!this.#closed) {
        this.#onChange();
      }
    }
  }

  /** Keeps the source beside the result with every frame of the screen, until something else is wanted. */
  #follow(): void {
    if (!this.#playing || this.#closed) {
      return;
    }
    if (this.#result.ended) {
      this.pause();
      return;
    }
    this.#wanted = frameAt(this.#result.currentTime, this.#facts);
    this.#shown = -1;
    this.#keepUp();
    this.#onChange();
    requestAnimationFrame(() => this.#follow());
  }

  #keepUp(): void {
    const [source, result] = [this.#source, this.#result];
    if (source.seeking || result.seeking) {
      return;
    }
    if (source.paused && !source.ended) {
      source.play().catch(() => {});
    }
    const behind = result.currentTime + this.#facts.origin - source.currentTime;
    const now = performance.now();
    if (Math.abs(behind) > FAR_SECONDS && !source.ended && now - this.#soughtAt > SEEK_AGAIN_MS) {
      this.#soughtAt = now;
      source.playbackRate = 1;
      source.currentTime += behind;
      return;
    }
    const near = Math.abs(behind) * this.#facts.rate < NEAR_FRAMES;
    const rate = near ? 1 : clamp(1 + behind / HURRY_SECONDS, 0.5, 2);
    if (Math.abs(source.playbackRate - rate) > 0.02 || (near && source.playbackRate !== 1)) {
      source.playbackRate = rate;
    }
  }
}

/** Seeks and waits until the frame is there. */
function seek(video: HTMLVideoElement, time: number): Promise<void> {
  return new Promise((resolve) => {
    const wait = new AbortController();
    const done = () => {
      wait.abort();
      resolve();
    };
    // A viewer that closes empties its videos.
    for (const name of ["seeked", "error", "emptied"]) {
      video.addEventListener(name, done, { signal: wait.signal });
    }
    video.currentTime = Math.max(0, time);
  });
}
