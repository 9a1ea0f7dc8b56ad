// Hands the chosen file and ffmpeg's arguments to the worker and its answer to the benchmark.

const worker = new Worker("worker.mjs", { type: "module" });

/** @param {{ core: string, folder: string, commands: string[][], output: string }} order */
globalThis.runPlain = (order) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.error !== undefined) reject(new Error(data.error));
      else resolve({ seconds: data.seconds, href: URL.createObjectURL(data.blob) });
    };
    worker.onerror = (event) => reject(new Error(event.message ?? "the worker did not start"));
    worker.postMessage({ ...order, file: document.querySelector("input").files[0] });
  });
