// Trunk's post_build hook: bundles the page's scripts and styles, and copies the WebAssembly package and the data shards,
// into the folder that becomes dist/.
import { cp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { transform } from "esbuild";

import { bundle } from "./bundle.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const staging = process.env.TRUNK_STAGING_DIR;
if (!staging) throw new Error("TRUNK_STAGING_DIR is not set: run this through `cargo xtask build` or `trunk build`");

async function copy(from, to) {
  try {
    await stat(from);
  } catch {
    throw new Error(`${from} is missing: run \`cargo xtask build\``);
  }
  await cp(from, to, { recursive: true });
}

await bundle(staging);
await copy(join(root, "pkg"), join(staging, "pkg"));
// The package's scripts are written to be read; a visitor only loads them.
for (const file of await readdir(join(staging, "pkg"), { recursive: true })) {
  if (!file.endsWith(".js")) continue;
  const path = join(staging, "pkg", file);
  const { code } = await transform(await readFile(path, "utf8"), { minify: true, format: "esm", charset: "utf8", legalComments: "none" });
  await writeFile(path, code);
}
await copy(join(root, "target/data"), join(staging, "data"));
// wasm-pack ignores its output in git; a static host that publishes from git must not.
for (const folder of ["pkg", "pkg/relaxed"]) await rm(join(staging, folder, ".gitignore"), { force: true });
