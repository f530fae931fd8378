// Trunk's post_build hook: bundles the page's scripts and styles, and copies the WebAssembly package and the data shards,
// into the folder that becomes dist/.
import { cp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { bundle } from "./bundle.mjs";
import { USED, USED_BY_CHECK, shrinkPackage } from "./package.mjs";

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
await copy(join(root, "target/check/simd128"), join(staging, "check/pkg"));
await copy(join(root, "target/check/relaxed_simd"), join(staging, "check/pkg/relaxed"));
for (const folder of ["pkg", "pkg/relaxed", "check/pkg", "check/pkg/relaxed"]) {
  await shrinkPackage(join(staging, folder), folder.startsWith("check") ? USED_BY_CHECK : USED);
  // They tell of the whole package, and wasm-pack ignores its output in git; a static host that publishes from git must not.
  for (const file of ["README.md", "package.json", "receptive.d.ts", "receptive_bg.wasm.d.ts", ".gitignore"]) await rm(join(staging, folder, file), { force: true });
}
await copy(join(root, "target/data"), join(staging, "data"));
