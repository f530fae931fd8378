// The page as it is shipped, but for its worker: that is the double of test/double/. For states a sound engine never gets into.
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { bundle } from "../../tools/bundle.mjs";

const www = fileURLToPath(new URL("../../", import.meta.url));

/** Builds the page with the double in `scenario` into a folder of its own; returns the folder. */
export async function doublePage(scenario) {
  const folder = join(www, "build/double", scenario);
  await mkdir(folder, { recursive: true });
  await bundle(folder);
  await build({
    absWorkingDir: www,
    entryPoints: { "trainer-worker": "test/double/trainer-worker.ts" },
    outdir: folder,
    bundle: true,
    format: "esm",
    define: { SCENARIO: JSON.stringify(scenario) },
    logLevel: "warning",
  });
  await cp(join(www, "index.html"), join(folder, "index.html"));
  return folder;
}
