// Brings FFmpeg's AAC encoder into a bundle, out of @mediabunny/aac-encoder: that package itself would start a worker within the
// worker, the suspect where about one job in a hundred hung in Firefox. Knows nothing of what is encoded.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(
  new URL("../node_modules/@mediabunny/aac-encoder/dist/modules/build/aac.js", import.meta.url),
);

/** For esbuild: what `./aac-module.js` stands for. */
export const aacModule = {
  name: "aac-module",
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\/aac-module\.js$/ }, () => ({ path: SCRIPT, namespace: "aac-module" }));
    bundle.onLoad({ filter: /.*/, namespace: "aac-module" }, async ({ path }) => {
      const script = await readFile(path, "utf8");
      // It was shipped as a CommonJS module, but asks for the address of an ES module.
      return { contents: `const exports = {};\n${script}\nexport default exports.default;`, loader: "js" };
    });
  },
};
