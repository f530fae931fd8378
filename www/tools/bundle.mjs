// Bundles the page's scripts and styles with esbuild, and makes the operators' texts. `node tools/bundle.mjs OUTDIR`, or `bundle(outdir)`.
import { existsSync } from "node:fs";
import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { minify } from "terser";

import { featuresModule } from "./features.mjs";
import { fieldsModule } from "./fields.mjs";
import { writeLessons } from "./lessons.mjs";
import { operatorsModule, writeOperators } from "./operators.mjs";

const PART = /^part-.*\.js(\.map)?$/u;
const www = fileURLToPath(new URL("../", import.meta.url));

/**
 * Writes main.js and its parts, the workers, page.css (with the fonts it names) and lazy.css into `outdir`, the operators' texts into `operators/` there, the page
 * of the check into `check/`, the lessons into `lessons/`, and the file of networks at true size. `others` are more folders of features, as a test has.
 */
export async function bundle(outdir, others = []) {
  // Parts are named by what is in them: those of an earlier build would stay.
  const earlier = (await readdir(outdir)).filter((name) => PART.test(name));
  await Promise.all(earlier.map((name) => rm(join(outdir, name))));
  const common = {
    absWorkingDir: www,
    outdir,
    bundle: true,
    format: "esm",
    target: ["chrome123", "firefox120", "safari17.5"],
    minify: true,
    // Modules are UTF-8 everywhere; escapes would make Russian three times as long.
    charset: "utf8",
    // Beside the scripts, and only read when the developer tools are open.
    sourcemap: true,
    legalComments: "none",
    assetNames: "fonts/[name]-[hash]",
    loader: { ".woff2": "file" },
    // The engine's package lies beside the bundle and is loaded at run time.
    external: ["./pkg/*"],
    plugins: [operatorsModule(join(www, "..")), fieldsModule(join(www, "..")), featuresModule(www, others)],
    logLevel: "warning",
  };
  // Before any module, and where none runs.
  await build({ ...common, format: "iife", entryPoints: { boot: "src/app/boot.ts" } });
  const workers = ["engine/trainer-worker", "engine/spec-worker", "features/true-size/network-worker", "features/diagram/layout-worker"];
  await build({ ...common, entryPoints: Object.fromEntries(workers.map((path) => [basename(path), `src/${path}.ts`])) });
  // What is not seen at first comes when it is asked for: the page's script is in parts, beside each other so that all of them find the workers.
  await build({
    ...common,
    entryPoints: { main: "src/app/main.ts", page: "styles/page.css", lazy: "styles/lazy.css" },
    splitting: true,
    chunkNames: "part-[name]-[hash]",
  });
  // A page of its own: it shares no part with the trainer's, so that neither grows with the other.
  const check = join(outdir, "check");
  const entryPoints = [
    ["src/check/main.ts", "check"],
    ["src/check/worker.ts", "check-worker"],
    ["styles/check.css", "check"],
  ];
  await build({ ...common, outdir: check, entryPoints: entryPoints.map(([from, out]) => ({ in: from, out })) });
  await copyFile(join(www, "check.html"), join(check, "index.html"));
  for (const folder of [outdir, check]) for (const name of await readdir(folder)) if (/\.js$/u.test(name)) await shrink(join(folder, name));
  await copyFile(join(www, "architectures.json"), join(outdir, "architectures.json"));
  await writeOperators(join(www, ".."), join(outdir, "operators"));
  writeLessons(join(www, "lessons"), join(outdir, "lessons"));
}

/** A second pass: terser finds some three in a hundred that esbuild leaves. */
async function shrink(path) {
  const map = `${path}.map`;
  const options = { module: true, ecma: 2022, compress: { passes: 2 }, format: { comments: false } };
  const sourceMap = { content: await readFile(map, "utf8"), url: basename(map) };
  const made = await minify(await readFile(path, "utf8"), { ...options, sourceMap });
  await Promise.all([writeFile(path, made.code), writeFile(map, made.map)]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outdir = process.argv[2];
  if (!outdir || !existsSync(`${www}src`)) throw new Error("usage: node tools/bundle.mjs OUTDIR");
  await bundle(outdir);
}
