// Decodes HEVC with FFmpeg's decoder, in this worker, where the browser has none. Refuses to know what the frames are
// for.

import type { EncodedPacket } from "mediabunny";
import type * as Glue from "../generated/hevc.d.ts";
import { fetchModule, importScript } from "../media/load.ts";
import { bytesOf } from "./bytes.ts";
import { Due } from "./due.ts";
import { CannotDecode, cannotDecode, isOurs, NoMemory } from "./failures.ts";
import type { Frame } from "./frames.ts";
import { planesOf } from "./layout.ts";

/** Where web/build.mjs puts the decoder, relative to this script; empty where it could not be built. */
declare const HEVC_FOLDER: string;

interface Module {
  script: typeof Glue;
  memory: WebAssembly.Memory;
}

let loaded: Promise<Module> | undefined;
let memory: WebAssembly.Memory | undefined;

/** Returns the bytes of the module's memory, which never shrinks. */
export function hevcBytes(): number {
  return memory?.buffer.byteLength ?? 0;
}

/** Loads the decoder, once for each worker. */
function load(): Promise<Module> {
  loaded ??= (async () => {
    const url = (file: string) => new URL(`${HEVC_FOLDER}${file}`, import.meta.url).href;
    const [script, module] = await Promise.all([
      importScript(url("hevc.js")) as Promise<typeof Glue>,
      fetchModule(url("hevc.wasm.gz"), 0, () => {}),
    ]);
    memory = script.initSync({ module }).memory;
    return { script, memory };
  })();
  return loaded;
}

/** Whether browsers decode a codec, by its name. */
const supported = new Map<string, boolean>();

/** Returns whether the browser has no decoder for this, and we have one. */
export async function needsOwn(config: VideoDecoderConfig): Promise<boolean> {
  if (HEVC_FOLDER === "" || !isHevc(config)) {
    return false;
  }
  const known = supported.get(config.codec);
  const isSupported = known ?? (await VideoDecoder.isConfigSupported(config)).supported === true;
  supported.set(config.codec, isSupported);
  return !isSupported;
}

function isHevc({ codec }: VideoDecoderConfig): boolean {
  return /^h(ev|vc)1\./.test(codec);
}

/** Decodes as `decodeFrames` does. */
export async function* decodeHevc(
  config: VideoDecoderConfig,
  packets: AsyncIterator<EncodedPacket, unknown, undefined>,
  mayLose: boolean,
): AsyncGenerator<Frame, void, undefined> {
  if (HEVC_FOLDER === "" || !isHevc(config)) {
    throw new CannotDecode(`no decoder of ours for ${config.codec}`);
  }
  const module = await load().catch((error) => {
    loaded = undefined;
    throw cannotDecode(error);
  });
  const { script } = module;
  const due = new Due(mayLose);
  const attempt = <T>(act: () => T) => attempted(script, act);
  const receive = () =>
    attempt(() => {
      const raw = decoder.receive();
      return raw && new HevcFrame(raw, module);
    });
  const decoder = attempt(() => opened(script, config));
  try {
    for (let next = await packets.next(); ; next = await packets.next()) {
      attempt(() => {
        if (next.done === true) {
          decoder.finish();
        } else {
          decoder.send(next.value.data, due.expect(next.value, true));
        }
      });
      for (let frame = receive(); frame !== undefined; frame = receive()) {
        if (due.settle(frame)) {
          yield frame;
        }
      }
      if (next.done === true) {
        due.checkLost(Number.POSITIVE_INFINITY);
        return;
      }
    }
  } finally {
    release(decoder);
  }
}

/** Frees what is in the module, if it still can: after a trap it cannot, and the trap is what is reported. */
function release(owner: { free(): void }): void {
  try {
    owner.free();
  } catch {
    // The worker ends.
  }
}

function opened({ Hevc }: typeof Glue, { description }: VideoDecoderConfig): Glue.Hevc {
  if (description === undefined) {
    throw new CannotDecode("HEVC without a decoder description");
  }
  return new Hevc(bytesOf(description));
}

/** Calls the decoder, and tells a lack of memory and a trap from what is wrong with the file. */
function attempted<T>({ memoryRefused }: typeof Glue, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (memoryRefused()) {
      throw new NoMemory("the HEVC decoder got no memory", { cause: error });
    }
    throw isOurs(error) ? error : cannotDecode(error);
  }
}

/** A frame in the decoder's memory. */
class HevcFrame implements Frame {
  readonly timestamp: number;
  readonly format: VideoPixelFormat | null;
  readonly visibleRect: DOMRectReadOnly;
  readonly #raw: Glue.HevcFrame;
  readonly #module: Module;

  constructor(raw: Glue.HevcFrame, module: Module) {
    this.timestamp = raw.time;
    this.format = (raw.layout as VideoPixelFormat | undefined) ?? null;
    this.visibleRect = new DOMRectReadOnly(0, 0, raw.width, raw.height);
    this.#raw = raw;
    this.#module = module;
  }

  async copyTo(target: Uint8Array, { layout, rect }: VideoFrameCopyToOptions): Promise<PlaneLayout[]> {
    const { x = 0, y = 0, width = 0, height = 0 } = rect ?? this.visibleRect;
    const planes = layout ?? [];
    for (const [index, [bytes, across, down]] of planesOf(this.format).entries()) {
      const [address, stride] = attempted(this.#module.script, () => this.#raw.plane(index)) ?? [];
      const plane = planes[index];
      if (address === undefined || stride === undefined || plane === undefined) {
        throw new CannotDecode(`no plane ${index}`);
      }
      const source = new Uint8Array(this.#module.memory.buffer);
      const from = address + Math.floor(y / down) * stride + Math.floor(x / across) * bytes;
      const [row, rows] = [bytes * Math.ceil(width / across), Math.ceil(height / down)];
      if (row === stride && row === plane.stride) {
        target.set(source.subarray(from, from + row * rows), plane.offset);
        continue;
      }
      for (let line = 0; line < rows; line += 1) {
        const at = from + line * stride;
        target.set(source.subarray(at, at + row), plane.offset + line * plane.stride);
      }
    }
    return planes;
  }

  close(): void {
    release(this.#raw);
  }
}
