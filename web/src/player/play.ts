// Plays a package from memory through hls.js and reports the player's state. Refuses to know how the package was made.

import type Hls from "hls.js";
import type { ErrorData } from "hls.js";
import { importScript } from "../media/load.ts";
import { BASE, type Files, loaderOf } from "./memory.ts";

/** Why a package cannot be played. */
export type PlayError =
  /** The browser has no Media Source Extensions. */
  | "unsupported"
  /** A file of the package is missing, or a playlist is invalid. */
  | "package"
  /** The browser cannot decode it. */
  | "media";

export interface State {
  /** Folders of the renditions, lowest bitrate first; empty until they are known. */
  readonly levels: readonly string[];
  /** The rendition that is shown; null before the first. */
  readonly current: number | null;
  /** The chosen rendition; null leaves the choice to the player. */
  readonly chosen: number | null;
  /** Seconds buffered after the current frame. */
  readonly buffered: number;
  readonly ended: boolean;
  readonly error: PlayError | null;
  /** hls.js's own text for the error. */
  readonly detail: string | null;
}

export interface Playing {
  /** Switches to a rendition by its index in `levels`; null leaves the choice to the player. */
  switchTo(rendition: number | null): void;
  destroy(): void;
}

/** hls.js, next to this script. */
const LIBRARY = "hls.min.js";
type Library = { readonly default: typeof Hls };

const MASTER = "master.m3u8";
const VIDEO_EVENTS = ["timeupdate", "progress", "seeked", "ended", "playing"] as const;

/** Plays a package; reports every change of the state until destroyed. The user or the caller starts the element. */
export async function play(
  video: HTMLVideoElement,
  pairs: Iterable<[string, Blob]>,
  onState: (state: State) => void,
): Promise<Playing> {
  const { default: HlsPlayer } = (await importScript(new URL(LIBRARY, import.meta.url).href)) as Library;
  return new Player(HlsPlayer, video, new Map(pairs), onState);
}

class Player implements Playing {
  readonly #video: HTMLVideoElement;
  readonly #onState: (state: State) => void;
  readonly #onChange = () => this.#report();
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
    // A worker would need a separate script; the work is small.
    const hls = new HlsPlayer({ loader: loaderOf(files), enableWorker: false });
    this.#hls = hls;
    const { Events } = HlsPlayer;
    hls.on(Events.MANIFEST_PARSED, (_event, { levels }) => {
      this.#levels = levels.map(({ url }) => nameOf(url[0] ?? ""));
      this.#report();
    });
    // hls.js reloads a stream that was loaded to its end only after a seek.
    hls.on(Events.BUFFER_FLUSHED, () => {
      video.currentTime += 0;
    });
    hls.on(Events.LEVEL_SWITCHED, this.#onChange);
    hls.on(Events.BUFFER_APPENDED, this.#onChange);
    hls.on(Events.ERROR, (_event, data) => this.#onError(HlsPlayer, data));
    for (const name of VIDEO_EVENTS) {
      video.addEventListener(name, this.#onChange);
    }
    hls.loadSource(new URL(MASTER, BASE).href);
    hls.attachMedia(video);
  }

  switchTo(rendition: number | null): void {
    this.#chosen = rendition;
    if (this.#hls !== undefined) {
      // This drops what is buffered of other renditions, so that the choice is visible at once.
      this.#hls.currentLevel = rendition ?? -1;
    }
    this.#report();
  }

  destroy(): void {
    for (const name of VIDEO_EVENTS) {
      this.#video.removeEventListener(name, this.#onChange);
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

/** Returns the folder of a rendition's playlist. */
function nameOf(address: string): string {
  return new URL(address, BASE).pathname.split("/").at(-2) ?? "";
}

/** A gap this small between buffered audio and video is not the end of the buffer. */
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
