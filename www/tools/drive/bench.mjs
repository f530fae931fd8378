// Measures jobs in a worker each: `{ package, mnist, build, seconds, batch, isolated, runs: [{ job, backend, workers }] }`; emits one result a run.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build as bundle } from "esbuild";

import { withPage } from "./with-page.mjs";

export async function bench({ package: pkg, mnist, build, seconds, batch, isolated, runs }, emit) {
  const replicas = await mkdtemp(join(tmpdir(), "receptive-"));
  try {
    // Workers share a batch by the page's own script.
    await bundle({
      entryPoints: [fileURLToPath(new URL("../../src/engine/worker/replicas.ts", import.meta.url))],
      outdir: replicas,
      format: "esm",
      bundle: true,
    });
    for (const { job, backend, workers } of runs) {
      // A browser of its own for each: no compiled code, memory or device is left over from the run before.
      const measured = async (page) => {
        const result = await page.evaluate(
          (options) =>
            new Promise((done, failed) => {
              const worker = new Worker("/harness/bench-worker.js", { type: "module" });
              worker.onerror = (event) => failed(new Error(event.message || "the worker's script could not be loaded"));
              worker.onmessage = ({ data }) => (data.error === undefined ? done(data) : failed(new Error(data.error)));
              worker.postMessage(options);
            }),
          { job, backend, batch, workers, seconds },
        );
        emit({ ...result, build: backend === "cpu" ? build : null });
      };
      const mounts = { "/pkg/": pkg, "/mnist/": mnist, "/replicas/": replicas };
      await withPage(mounts, emit, measured, { isolated }).catch((error) => {
        emit({ job, backend, error: error.message.replace(/^page\.evaluate: (Error: )?/, "").split("\n")[0] });
      });
    }
  } finally {
    await rm(replicas, { recursive: true });
  }
}
