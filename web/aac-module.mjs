// Bundles FFmpeg's AAC encoder out of @mediabunny/aac-encoder. That package itself would start a worker inside the worker, the
// suspected cause when about one job in a hundred hung in Firefox. Knows nothing of what is encoded.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(
  new URL("../node_modules/@mediabunny/aac-encoder/dist/modules/build/aac.js", import.meta.url),
);

/** The esbuild plugin that resolves `./aac-module.js`. */
export const aacModule = {
  name: "aac-module",
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\/aac-module\.js$/ }, () => ({ path: SCRIPT, namespace: "aac-module" }));
    bundle.onLoad({ filter: /.*/, namespace: "aac-module" }, async ({ path }) => {
      const script = await readFile(path, "utf8");
      // The script ships as a CommonJS module but uses `import.meta.url` of an ES module.
      return { contents: `const exports = {};\n${script}\nexport default exports.default;`, loader: "js" };
    });
  },
};
