// Trunk's pre-build step: bundles the workers and the style sheet, and prepares both builds of the ffmpeg core, the engine, the
// encoder, the codecs module, the player of packages and the viewer that compares. Everything goes into web/dist, from
// where index.html collects it. Run it alone with `node web/build.mjs`.

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { constants, createGzip, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { aacModule } from "./aac-module.mjs";

const web = dirname(fileURLToPath(import.meta.url));
const out = join(web, "dist");
const packages = join(web, "../node_modules/@ffmpeg");

/** Returns the folder where `cargo xtask` puts a module. */
const moduleFolder = (name) => join(web, `../target/${name}/module`);
/** wasm-bindgen's script needs no bundling. */
const nativeScript = { minify: true, target: ["es2022"], format: "esm" };

/** Options that all bundles share. */
const common = {
  bundle: true,
  minify: true,
  target: ["es2022", "chrome107", "firefox110", "safari16.4"],
  legalComments: "none",
  logLevel: "warning",
};

/** Bundles the media worker, the page's own script and its loader. The hash in a name lets browsers cache it forever. */
async function buildWorkers() {
  const folder = join(out, "workers");
  await rm(folder, { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: {
      media: join(web, "src/media-worker.ts"),
      // In a folder of its own: the loader fetches all scripts of a folder together.
      "page/page": join(web, "src/page/page.ts"),
      loader: join(web, "src/engine/loader.ts"),
    },
    entryNames: "[dir]/[name]-[hash]",
    format: "esm",
    outdir: folder,
  });
}

/** Bundles the service worker as a classic script: some supported browsers have no module service workers. */
async function buildServiceWorker() {
  await build({
    ...common,
    entryPoints: [join(web, "src/service-worker.ts")],
    format: "iife",
    outfile: join(out, "service-worker.js"),
  });
}

/** Bundles all style sheets into one. Trunk adds the hash to its name. */
async function buildStyles() {
  const entry = join(web, "styles/index.css");
  const outfile = join(out, "app.css");
  if (!existsSync(entry)) {
    console.warn("web/styles/index.css is missing: the page will be unstyled");
    await writeFile(outfile, "");
    return;
  }
  await build({ ...common, entryPoints: [entry], outfile, external: ["*.svg", "*.woff2"] });
}

/**
 * Compresses a build of the core once: it takes ten seconds and the input is pinned. The folder's name is `prefix` and
 * the version.
 */
async function prepareCore(name, prefix) {
  const corePackage = join(packages, name);
  const { version } = JSON.parse(await readFile(join(corePackage, "package.json"), "utf8"));
  const folder = join(out, "core", `${prefix}${version}`);
  const script = join(corePackage, "dist/esm/ffmpeg-core.js");
  const wasm = join(corePackage, "dist/esm/ffmpeg-core.wasm");
  const threads = join(corePackage, "dist/esm/ffmpeg-core.worker.js");
  const stampFile = join(out, `${name}.json`);
  const stamp = JSON.stringify({ version, script: (await stat(script)).size, wasm: (await stat(wasm)).size });
  const packed = join(folder, "ffmpeg-core.wasm.gz");
  const known = existsSync(stampFile) ? await readFile(stampFile, "utf8") : "";
  if (known === stamp && existsSync(packed) && existsSync(join(folder, "ffmpeg-core.js"))) return;

  console.info(`Compressing the ffmpeg ${name} ${version} (ten seconds, once)`);
  await removeCoreFolders((other) => new RegExp(`^${prefix}\\d`).test(other));
  await mkdir(folder, { recursive: true });
  await copyFile(script, join(folder, "ffmpeg-core.js"));
  if (existsSync(threads)) await copyFile(threads, join(folder, "ffmpeg-core.worker.js"));
  // Written under another name first, so that an interrupted run leaves nothing that looks complete.
  const partial = join(out, `${name}.partial`);
  const gzip = createGzip({ level: constants.Z_BEST_COMPRESSION });
  await pipeline(createReadStream(wasm), gzip, createWriteStream(partial));
  await rename(partial, packed);
  await writeFile(stampFile, stamp);
}

/** Bundles a script with its dependencies and returns the names and contents of the files, not yet written. */
async function bundled(entry, options) {
  const { outputFiles } = await build({
    ...common,
    ...options,
    entryPoints: [join(web, "src", entry)],
    format: "esm",
    outdir: out,
    write: false,
  });
  return outputFiles.map((file) => [basename(file.path), file.contents]);
}

/** Prepares the engine and the script that opens it. */
async function prepareEngine() {
  const folder = moduleFolder("engine");
  const module = join(folder, "engine_bg.wasm");
  if (!existsSync(module)) throw new Error("the engine is missing: build it with `cargo xtask build`");
  const scripts = await bundled("engine/engine.ts", {
    plugins: [generatedScript("engine", join(folder, "engine.js"))],
  });
  await placeModule("engine", [...scripts, ["engine.wasm", await readFile(module)]]);
}

/** Prepares a module with C, if `cargo xtask` could build it. Returns the name of its folder, else nothing. */
async function prepareNative(name) {
  const folder = moduleFolder(name);
  const module = join(folder, `${name}_bg.wasm`);
  if (!existsSync(module)) return placeModule(name, []);
  const script = await readFile(join(folder, `${name}.js`), "utf8");
  const { code } = await transform(script, { ...nativeScript, loader: "js" });
  return placeModule(name, [
    [`${name}.js`, code],
    [`${name}.wasm`, await readFile(module)],
  ]);
}

/** Prepares the script that works with the browser's codecs, and the WebAssembly module for its inner loops. */
async function prepareCodecs(hevc) {
  const folder = moduleFolder("media");
  const module = join(folder, "media_bg.wasm");
  if (!existsSync(module)) return placeModule("codecs", []);
  const scripts = await bundled("codecs/codecs.ts", {
    splitting: true,
    define: { HEVC_FOLDER: JSON.stringify(hevc === undefined ? "" : `../${hevc}/`) },
    chunkNames: "[name]-[hash]",
    plugins: [generatedScript("media", join(folder, "media.js")), aacModule],
  });
  await placeModule("codecs", [...scripts, ["media.wasm", await readFile(module)]]);
}

/** Prepares the player of packages, and hls.js as a separate file, because packages contain a copy of it. */
async function preparePlayer() {
  const hls = join(web, "../node_modules/hls.js");
  const library = await readFile(join(hls, "dist/hls.light.min.mjs"), "utf8");
  const scripts = await bundled("player/player.ts", {
    loader: { ".html": "text" },
    plugins: [
      {
        name: "hls",
        setup: (bundle) => {
          bundle.onResolve({ filter: /^hls\.js$/ }, () => ({ path: "./hls.min.js", external: true }));
          bundle.onResolve({ filter: /^hls\.js\/LICENSE$/ }, () => ({
            path: join(hls, "LICENSE"),
            namespace: "text",
          }));
          bundle.onLoad({ filter: /./, namespace: "text" }, async ({ path }) => ({
            contents: await readFile(path, "utf8"),
            loader: "text",
          }));
        },
      },
    ],
  });
  await placeModule("player", [
    ...scripts,
    ["hls.min.js", library.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n")],
  ]);
}

/** Prepares the viewer that shows source and result. */
async function prepareCompare() {
  await placeModule("compare", await bundled("compare/compare.ts", {}));
}

/** Resolves a module's script to where it was built: the sources contain only its types. */
function generatedScript(name, path) {
  const filter = new RegExp(`/generated/${name}\\.js$`);
  return {
    name: "generated-script",
    setup: (bundle) => bundle.onResolve({ filter }, () => ({ path })),
  };
}

/**
 * Puts files, WebAssembly compressed, into a folder of web/dist/core that is named after a hash of their contents.
 * Returns its name.
 * Removes what earlier builds left under `prefix`.
 */
async function placeModule(prefix, files) {
  const hash = createHash("sha256");
  for (const [file, content] of files) hash.update(file).update(content);
  const name = `${prefix}-${hash.digest("hex").slice(0, 12)}`;
  await mkdir(join(out, "core"), { recursive: true });
  await removeCoreFolders(
    (other) => other.startsWith(`${prefix}-`) && (files.length === 0 || other !== name),
  );
  const folder = join(out, "core", name);
  if (files.length === 0) return undefined;
  if (existsSync(folder)) return name;
  // Written under another name first, so that an interrupted run leaves nothing that looks complete.
  const partial = join(out, `${prefix}.partial`);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  for (const [file, content] of files) {
    if (file.endsWith(".wasm")) {
      const packed = gzipSync(content, { level: constants.Z_BEST_COMPRESSION });
      await writeFile(join(partial, `${file}.gz`), packed);
    } else {
      await writeFile(join(partial, file), content);
    }
  }
  await rename(partial, folder);
  return name;
}

/** Removes the folders of web/dist/core that `unwanted` picks by name. */
async function removeCoreFolders(unwanted) {
  const folder = join(out, "core");
  const names = existsSync(folder) ? await readdir(folder) : [];
  await Promise.all(
    names.filter(unwanted).map((name) => rm(join(folder, name), { recursive: true, force: true })),
  );
}

await mkdir(out, { recursive: true });
await Promise.all([buildWorkers(), buildServiceWorker(), buildStyles()]);
await prepareCore("core", "");
await prepareCore("core-mt", "threads-");
await prepareEngine();
await prepareNative("x264");
await prepareCodecs(await prepareNative("hevc"));
await preparePlayer();
await prepareCompare();
