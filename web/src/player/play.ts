// Plays a package that is held in memory, through hls.js, and tells how it goes. Refuses to know how it was made.

import type Hls from "hls.js";
import type { ErrorData } from "hls.js";
import { BASE, type Files, loaderOf } from "./memory.ts";

/** Why a package does not play. */
export type PlayError =
  /** The browser has no Media Source Extensions. */
  | "unsupported"
  /** A file of the package is missing, or no playlist. */
  | "package"
  /** The browser cannot decode it. */
  | "media";

export interface State {
  /** Folders of the renditions, the leanest first; empty until they are known. */
  readonly levels: readonly string[];
  /** Which one is shown; null before the first. */
  readonly current: number | null;
  /** Which one was chosen; null leaves it to the player. */
  readonly chosen: number | null;
  /** Seconds that are ready behind the picture that is shown. */
  readonly buffered: number;
  readonly ended: boolean;
  readonly error: PlayError | null;
  /** The player's own words for the error. */
  readonly detail: string | null;
}

export interface Playing {
  /** A rendition by its place in `levels`; null leaves it to the player. */
  switchTo(rendition: number | null): void;
  destroy(): void;
}

const MASTER = "master.m3u8";
const VIDEO_EVENTS = ["timeupdate", "progress", "seeked", "ended", "playing"] as const;

/** Tells of the state whenever it changes, until destroyed. Playing begins when the person, or the caller, starts the element. */
export async function play(
  video: HTMLVideoElement,
  pairs: Iterable<[string, Blob]>,
  onState: (state: State) => void,
): Promise<Playing> {
  const { default: HlsPlayer } = await import("hls.js");
  return new Player(HlsPlayer, video, new Map(pairs), onState);
}

class Player implements Playing {
  readonly #video: HTMLVideoElement;
  readonly #onState: (state: State) => void;
  readonly #tell = () => this.#report();
  #hls: Hls | undefined;
  #levels: string[] = [];
  #chosen: number | null = null;
  #failure: { error: PlayError; detail: string } | undefined;
  #recovered = false;
  #last = "";

  constructor(HlsPlayer: typeof Hls, video: HTMLVideoElement, files: Files, onState: (state: State) => void) {
    this.#video = video;
    this.#onState = onState;
    if (!HlsPlayer.isSupported()) {
      this.#fail("unsupported", "no Media Source Extensions");
      return;
    }
    // A worker would have to be fetched from a script of its own; the work is small.
    const hls = new HlsPlayer({ loader: loaderOf(files), enableWorker: false });
    this.#hls = hls;
    const { Events } = HlsPlayer;
    hls.on(Events.MANIFEST_PARSED, (_event, { levels }) => {
      this.#levels = levels.map(({ url }) => nameOf(url[0] ?? ""));
      this.#report();
    });
    // A stream that was loaded to its end is loaded again only after a seek.
    hls.on(Events.BUFFER_FLUSHED, () => {
      video.currentTime += 0;
    });
    hls.on(Events.LEVEL_SWITCHED, this.#tell);
    hls.on(Events.BUFFER_APPENDED, this.#tell);
    hls.on(Events.ERROR, (_event, data) => this.#onError(HlsPlayer, data));
    for (const name of VIDEO_EVENTS) {
      video.addEventListener(name, this.#tell);
    }
    hls.loadSource(new URL(MASTER, BASE).href);
    hls.attachMedia(video);
  }

  switchTo(rendition: number | null): void {
    this.#chosen = rendition;
    if (this.#hls !== undefined) {
      // What is buffered of another rendition goes, so that the choice is seen at once.
      this.#hls.currentLevel = rendition ?? -1;
    }
    this.#report();
  }

  destroy(): void {
    for (const name of VIDEO_EVENTS) {
      this.#video.removeEventListener(name, this.#tell);
    }
    this.#hls?.destroy();
    this.#hls = undefined;
  }

  #onError(HlsPlayer: typeof Hls, data: ErrorData): void {
    if (!data.fatal) {
      return;
    }
    const { ErrorTypes } = HlsPlayer;
    const media = data.type === ErrorTypes.MEDIA_ERROR || data.type === ErrorTypes.MUX_ERROR;
    if (media && !this.#recovered) {
      this.#recovered = true;
      this.#hls?.recoverMediaError();
      return;
    }
    this.#fail(media ? "media" : "package", `${data.details}: ${data.error.message}`);
  }

  #fail(error: PlayError, detail: string): void {
    this.#failure ??= { error, detail };
    this.#report();
  }

  #report(): void {
    const shown = this.#hls?.currentLevel ?? -1;
    const state: State = {
      levels: this.#levels,
      current: shown < 0 ? null : shown,
      chosen: this.#chosen,
      buffered: Math.floor(bufferedAhead(this.#video) * 10) / 10,
      ended: this.#video.ended,
      error: this.#failure?.error ?? null,
      detail: this.#failure?.detail ?? null,
    };
    const text = JSON.stringify(state);
    if (text !== this.#last) {
      this.#last = text;
      this.#onState(state);
    }
  }
}

/** The folder that a rendition's playlist lies in. */
function nameOf(address: string): string {
  return new URL(address, BASE).pathname.split("/").at(-2) ?? "";
}

/** Small gaps between what sound and pictures have are no end. */
const GAP_SECONDS = 0.2;

function bufferedAhead({ buffered, currentTime }: HTMLVideoElement): number {
  let until = currentTime;
  for (let index = 0; index < buffered.length; index += 1) {
    if (buffered.start(index) <= until + GAP_SECONDS && buffered.end(index) > until) {
      until = buffered.end(index);
    }
  }
  return until - currentTime;
}
