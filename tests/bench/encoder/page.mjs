// Hands the chosen frames and the settings to the worker and its answer to the benchmark.

/** @param {{ folder: string, width: number, height: number, rate: [number, number], preset: string, options: string[] }} order */
globalThis.runEncoder = (order) =>
  new Promise((resolve, reject) => {
    const worker = new Worker("worker.mjs", { type: "module" });
    worker.onmessage = ({ data }) => {
      if (data.error !== undefined) reject(new Error(data.error));
      else resolve({ ...data, blob: undefined, href: URL.createObjectURL(data.blob) });
    };
    worker.onerror = (event) => reject(new Error(event.message ?? "the worker did not start"));
    worker.postMessage({ ...order, file: document.querySelector("input").files[0] });
  });
