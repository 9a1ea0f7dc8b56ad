// Reads files as a media worker does to list them, in a process of its own, and says what came of each, how long it took
// and how much memory the process has taken so far. Arguments: the bundled readers, then the files.

import { openAsBlob } from "node:fs";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [bundle, ...files] = process.argv.slice(2);
const { Clip, orCannotDecode } = await import(pathToFileURL(bundle).href);

/** Goes through what `examine.ts` asks of the demuxer. */
async function survey(file) {
  const clip = await Clip.open(file);
  try {
    let packets = 0;
    for (const [index, { kind, still, odd }] of clip.structure.streams.entries()) {
      if ((kind !== "video" && kind !== "audio") || still || odd !== undefined || clip.structure.fragmented)
        continue;
      const track = clip.track(index);
      if (await track.isEmpty()) continue;
      await track.demuxed.getCodec();
      await track.last();
      await track.first(0);
      const rows = [];
      for await (const packet of track.listed()) {
        rows.push(packet.timestamp);
        packets += 1;
      }
    }
    return `${clip.structure.streams.length} streams, ${packets} packets`;
  } finally {
    clip.close();
  }
}

/** The most memory that the process has had so far. What Node reports counts its parent's, from before it was one. */
async function peak() {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS) * 1024;
}

for (const file of files) {
  const began = performance.now();
  const outcome = await orCannotDecode(survey)(await openAsBlob(file)).catch(
    (error) => `${error.name}: ${error.message}`,
  );
  globalThis.gc?.();
  console.info(
    JSON.stringify({ file, outcome, ms: Math.round(performance.now() - began), peak: await peak() }),
  );
}
