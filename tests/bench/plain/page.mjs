// Hands the chosen file and ffmpeg's arguments to the worker and its answer to the benchmark.

const worker = new Worker("worker.mjs", { type: "module" });

/**
 * @param {{ core: string, folder: string, commands: string[][], folders?: string[], output: string }} order `folder` is where
 *   the clip is mounted, `folders` are made before, `output` is a file or one of them.
 * @returns {Promise<{ seconds: number, files: { path: string, href: string }[] }>}
 */
globalThis.runPlain = (order) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.error !== undefined) reject(new Error(data.error));
      else {
        const files = data.files.map(({ path, blob }) => ({ path, href: URL.createObjectURL(blob) }));
        resolve({ seconds: data.seconds, files });
      }
    };
    worker.onerror = (event) => reject(new Error(event.message ?? "the worker did not start"));
    worker.postMessage({ ...order, file: document.querySelector("input").files[0] });
  });
