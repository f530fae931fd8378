// Trunk's post_build hook: bundles the page's scripts and styles, and copies the WebAssembly package and the data shards,
// into the folder that becomes dist/.
import { cp, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { bundle } from "./bundle.mjs";
import { shrinkPackage, USED, USED_BY_CHECK } from "./package.mjs";

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
// `cargo xtask serve` names the package of its first page, which comes without the one of check/.
const first = process.env.RECEPTIVE_FIRST_PAGE;
await copy(first ?? join(root, "pkg"), join(staging, "pkg"));
const folders = ["pkg", "pkg/relaxed"];
if (first) {
  await writeFile(
    join(staging, "check/index.html"),
    "<!doctype html><meta charset=utf-8><title>check</title><p>cargo xtask serve --full</p>\n",
  );
} else {
  await copy(join(root, "target/check/simd128"), join(staging, "check/pkg"));
  await copy(join(root, "target/check/relaxed_simd"), join(staging, "check/pkg/relaxed"));
  folders.push("check/pkg", "check/pkg/relaxed");
}
for (const folder of folders) {
  await shrinkPackage(join(staging, folder), folder.startsWith("check") ? USED_BY_CHECK : USED);
  // They tell of the whole package, not of what is left of it here.
  const ofThePackage = ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "package.json", "receptive.d.ts", "receptive_bg.wasm.d.ts"];
  for (const file of ofThePackage) await rm(join(staging, folder, file), { force: true });
}
await copy(join(root, "target/data"), join(staging, "data"));
