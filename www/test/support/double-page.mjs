// The page as it is shipped, but for its worker: that is the double of test/double/. For states a sound engine never gets into.
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const www = fileURLToPath(new URL("../../", import.meta.url));

const dist = process.env.RECEPTIVE_DIST ?? join(www, "../dist");

/** Copies the built page, without engine and data, beside the double in `scenario` into a folder of its own; returns the folder. */
export async function doublePage(scenario) {
  const folder = join(www, "build/double", scenario);
  await rm(folder, { recursive: true, force: true });
  const left = ["pkg", "data", "check"].map((name) => join(dist, name));
  await cp(dist, folder, { recursive: true, filter: (from) => !left.includes(from) });
  await build({
    absWorkingDir: www,
    entryPoints: { "trainer-worker": "test/double/trainer-worker.ts" },
    outdir: folder,
    bundle: true,
    format: "esm",
    define: { SCENARIO: JSON.stringify(scenario) },
    logLevel: "warning",
  });
  return folder;
}
