// Saves a package as one archive or to a folder, with a page that plays it. Refuses to know what is in its files.

import { makeZip } from "client-zip";
import licence from "hls.js/LICENSE";
import { fetchWhole } from "../media/load.ts";
import page from "./package.html";

type Pairs = Iterable<[string, Blob]>;

/** The player's script. A package holds the same file as this site. */
const SCRIPT = "hls.min.js";

let library: Blob | undefined;

/** Fetches what a package gets that is not made by its job: nothing of it is missing then when the work is done. */
export async function prepare(withPage: boolean): Promise<void> {
  if (withPage) {
    await player();
  }
}

/** Returns the player's script, and keeps it: what failed is tried again with the next call. */
async function player(): Promise<Blob> {
  library ??= (await fetchWhole(new URL(SCRIPT, import.meta.url).href)).content;
  return library;
}

/** Returns the files of a package; for a stream, also the page that plays it from a server and what the page needs. */
async function contents(pairs: Pairs, withPage: boolean): Promise<[string, Blob][]> {
  if (!withPage) {
    return [...pairs];
  }
  return [
    ...pairs,
    ["index.html", new Blob([page], { type: "text/html" })],
    [SCRIPT, await player()],
    ["hls.LICENSE.txt", new Blob([licence], { type: "text/plain" })],
  ];
}

/** Makes one archive without compression, since video is compressed already. Streams file by file into a Blob. */
export async function zip(folder: string, pairs: Pairs, withPage: boolean): Promise<Blob> {
  const files = (await contents(pairs, withPage)).map(([path, blob]) => ({
    name: `${folder}/${path}`,
    input: blob,
    size: blob.size,
  }));
  const headers = { "content-type": "application/zip" };
  return new Response(makeZip(files), { headers }).blob();
}

/** An API that only some browsers have. */
interface Folders {
  showDirectoryPicker?: (options: { id: string; mode: "readwrite" }) => Promise<FileSystemDirectoryHandle>;
}

/** Asks for a folder and writes the package into a new folder inside it. Returns false if the user chose none. */
export async function saveIntoFolder(name: string, pairs: Pairs, withPage: boolean): Promise<boolean> {
  const { showDirectoryPicker } = globalThis as Folders;
  if (showDirectoryPicker === undefined) {
    throw new Error("This browser cannot write to folders.");
  }
  let root: FileSystemDirectoryHandle;
  try {
    root = await showDirectoryPicker({ id: "package", mode: "readwrite" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      return false;
    }
    throw error;
  }
  const home = await newFolder(root, name);
  for (const [path, blob] of await contents(pairs, withPage)) {
    const folders = path.split("/");
    const file = folders.pop() ?? path;
    let place = home;
    for (const folder of folders) {
      place = await place.getDirectoryHandle(folder, { create: true });
    }
    const writable = await (await place.getFileHandle(file, { create: true })).createWritable();
    await blob.stream().pipeTo(writable);
  }
  return true;
}

/** Creates a folder without overwriting anything: if the name is taken, it gets a number. */
async function newFolder(root: FileSystemDirectoryHandle, name: string): Promise<FileSystemDirectoryHandle> {
  const taken = new Set<string>();
  for await (const entry of root.keys()) {
    taken.add(entry);
  }
  let free = name;
  for (let number = 2; taken.has(free); number += 1) {
    free = `${name} ${number}`;
  }
  return root.getDirectoryHandle(free, { create: true });
}
