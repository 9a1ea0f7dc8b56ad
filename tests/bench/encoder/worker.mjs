// The x264 module alone, fed with raw frames of a file as fast as it takes them.

/** Frames read from the file at once. */
const FRAMES_AT_ONCE = 12;

/** The seconds are those of opening, reading, encoding and closing: loading the module is over before. */
async function run({ folder, width, height, rate, preset, options, file }) {
  const base = new URL(`${folder}/`, self.location.href);
  const script = await import(new URL("x264.js", base).href);
  const packed = await fetch(new URL("x264.wasm.gz", base));
  if (!packed.ok) throw new Error(`the encoder was answered with ${packed.status}`);
  const bytes = await new Response(packed.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  const { memory } = script.initSync({ module: await WebAssembly.compile(bytes) });
  const reader = new FileReaderSync();
  const frameBytes = (width * height * 3) / 2;
  const started = performance.now();
  let frames = 0;
  let chunk;
  try {
    const x264 = new script.X264(width, height, ...rate, preset, options, 0, undefined, undefined, true);
    for (let start = 0; start < file.size; start += FRAMES_AT_ONCE * frameBytes) {
      const piece = new Uint8Array(
        reader.readAsArrayBuffer(file.slice(start, start + FRAMES_AT_ONCE * frameBytes)),
      );
      for (let offset = 0; offset + frameBytes <= piece.length; offset += frameBytes) {
        const target = new Uint8Array(memory.buffer, x264.frameAddress, frameBytes);
        target.set(piece.subarray(offset, offset + frameBytes));
        x264.push();
        frames += 1;
      }
    }
    x264.finish();
    chunk = x264.chunk();
    x264.free();
  } catch (error) {
    // The module throws objects of its own, whose words lie in its memory.
    throw new Error(error.message);
  }
  const seconds = (performance.now() - started) / 1000;
  return { seconds, frames, memoryBytes: memory.buffer.byteLength, blob: new Blob([chunk]) };
}

self.onmessage = ({ data }) => {
  run(data).then(
    (done) => self.postMessage(done),
    (error) => self.postMessage({ error: `${error?.message ?? error}` }),
  );
};
