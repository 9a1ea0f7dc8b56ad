// Delivers a package: with a page that plays it, as one archive or into a folder. Refuses to know what is in its files.

import { makeZip } from "client-zip";
import licence from "hls.js/LICENSE";
import page from "./package.html";

type Pairs = Iterable<[string, Blob]>;

/** The player's script: the same file in a package as on this site. */
const SCRIPT = "hls.min.js";

/** A package, where it is a stream with the page that plays it from a server, and what that needs. */
async function contents(pairs: Pairs, withPage: boolean): Promise<[string, Blob][]> {
  if (!withPage) {
    return [...pairs];
  }
  const response = await fetch(new URL(SCRIPT, import.meta.url));
  if (!response.ok) {
    throw new Error(`${SCRIPT}: status ${response.status}`);
  }
  return [
    ...pairs,
    ["index.html", new Blob([page], { type: "text/html" })],
    [SCRIPT, await response.blob()],
    ["hls.LICENSE.txt", new Blob([licence], { type: "text/plain" })],
  ];
}

/** One archive, nothing packed: video is. It is read file by file and written as a stream into what the browser keeps. */
export async function zip(folder: string, pairs: Pairs, withPage: boolean): Promise<Blob> {
  const files = (await contents(pairs, withPage)).map(([path, blob]) => ({
    name: `${folder}/${path}`,
    input: blob,
    size: blob.size,
  }));
  const headers = { "content-type": "application/zip" };
  return new Response(makeZip(files), { headers }).blob();
}

/** What only some browsers have. */
interface Folders {
  showDirectoryPicker?: (options: { id: string; mode: "readwrite" }) => Promise<FileSystemDirectoryHandle>;
}

/** Asks for a folder and writes the package into it. False when the person chose none. */
export async function saveIntoFolder(pairs: Pairs, withPage: boolean): Promise<boolean> {
  const { showDirectoryPicker } = globalThis as Folders;
  if (showDirectoryPicker === undefined) {
    throw new Error("this browser cannot write into folders");
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
  for (const [path, blob] of await contents(pairs, withPage)) {
    const folders = path.split("/");
    const name = folders.pop() ?? path;
    let place = root;
    for (const folder of folders) {
      place = await place.getDirectoryHandle(folder, { create: true });
    }
    const file = await (await place.getFileHandle(name, { create: true })).createWritable();
    await blob.stream().pipeTo(file);
  }
  return true;
}
