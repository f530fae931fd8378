// Bundles the page's scripts and styles with esbuild, and makes the operators' texts. `node tools/bundle.mjs OUTDIR`, or `bundle(outdir)`.
import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { fieldsModule } from "./fields.mjs";
import { operatorsModule, writeOperators } from "./operators.mjs";

const www = fileURLToPath(new URL("../", import.meta.url));

/**
 * Writes main.js and its parts, the workers and page.css (with the fonts they name) into `outdir`, the operators' texts into `operators/` there, and the file of networks
 * at true size.
 */
export async function bundle(outdir) {
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
    plugins: [operatorsModule(join(www, "..")), fieldsModule(join(www, ".."))],
    logLevel: "warning",
  };
  const workers = ["trainer-worker", "network-worker", "spec-worker", "layout-worker"];
  await build({ ...common, entryPoints: Object.fromEntries(workers.map((name) => [name, `src/${name}.ts`])) });
  // What is not seen at first comes when it is asked for: the page's script is in parts, beside each other so that all of them find the workers.
  await build({ ...common, entryPoints: { main: "src/main.ts", page: "styles/page.css" }, splitting: true, chunkNames: "part-[name]-[hash]" });
  await copyFile(join(www, "architectures.json"), join(outdir, "architectures.json"));
  await writeOperators(join(www, ".."), join(outdir, "operators"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outdir = process.argv[2];
  if (!outdir || !existsSync(`${www}src`)) throw new Error("usage: node tools/bundle.mjs OUTDIR");
  await bundle(outdir);
}
