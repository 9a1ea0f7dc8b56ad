// The stock core as a simple app uses it: loaded once, the file mounted, one command after the other.

const LINES_KEPT = 3;

let loading;
let lines = [];

async function load(base) {
  const { default: createCore } = await import(new URL(`${base}/ffmpeg-core.js`, self.location.href).href);
  const response = await fetch(`${base}/ffmpeg-core.wasm.gz`);
  if (!response.ok) throw new Error(`the core was answered with ${response.status}`);
  const packed = new Uint8Array(await response.arrayBuffer());
  const unpacked =
    packed[0] === 0x1f && packed[1] === 0x8b
      ? new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")))
      : new Response(packed);
  const core = await createCore({ wasmBinary: new Uint8Array(await unpacked.arrayBuffer()) });
  core.setLogger(({ message }) => {
    if (message !== "Aborted()") lines = [...lines, message].slice(-LINES_KEPT);
  });
  return core;
}

/** Takes what the commands wrote: a file, or all that lies in a folder. */
function take(core, path) {
  if (core.FS.isDir(core.FS.stat(path).mode)) {
    const names = core.FS.readdir(path).filter((name) => ![".", ".."].includes(name));
    const files = names.flatMap((name) => take(core, `${path}/${name}`));
    core.FS.rmdir(path);
    return files;
  }
  const blob = new Blob([core.FS.readFile(path)]);
  core.FS.unlink(path);
  return [{ path, blob }];
}

/** The seconds are those of the commands alone: loading is over before. */
async function run({ core: base, folder, commands, folders = [], output, file }) {
  loading ??= load(base);
  const core = await loading;
  core.FS.mkdir(folder);
  core.FS.mount(core.FS.filesystems.WORKERFS, { files: [file] }, folder);
  for (const path of folders) core.FS.mkdir(path);
  const started = performance.now();
  for (const words of commands) {
    core.setTimeout(-1);
    const code = core.exec(...words);
    core.reset();
    if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${lines.join(" / ")}`);
  }
  const seconds = (performance.now() - started) / 1000;
  const files = take(core, output);
  core.FS.unmount(folder);
  core.FS.rmdir(folder);
  return { seconds, files };
}

self.onmessage = ({ data }) => {
  run(data).then(
    (done) => self.postMessage(done),
    (error) => self.postMessage({ error: `${error?.message ?? error}` }),
  );
};
