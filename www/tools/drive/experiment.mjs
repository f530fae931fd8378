// Runs an experiment with the page's own scripts: `{ dist, text, seeds, parallel }`. Emits progress, then `{ type: "result", result }`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { withPage } from "./with-page.mjs";

const harness = fileURLToPath(new URL("../../src/features/experiments/harness.ts", import.meta.url));

export async function experiment({ dist, text, seeds, parallel }, emit) {
  const scripts = await mkdtemp(join(tmpdir(), "experiment-"));
  try {
    await build({ entryPoints: { harness }, outdir: scripts, bundle: true, format: "esm", target: "es2022", logLevel: "warning" });
    await withPage({ "/course/receptive/": dist, "/experiment/": scripts }, emit, async (page) => {
      const result = await page.evaluate(
        async (options) => {
          const { runExperiment } = await import("/experiment/harness.js");
          return runExperiment({ ...options, worker: "/course/receptive/trainer-worker.js" }, (event) => void globalThis.report(event));
        },
        { text, seeds, parallel },
      );
      emit({ type: "result", result });
    });
  } finally {
    await rm(scripts, { recursive: true, force: true });
  }
}
