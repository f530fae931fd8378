// Networks forward, a worker for each, so that memory is given back: `{ package, runs: [{ network, spec, seed, weights, backends }], repeats }`.
// Emits `{ network, backend, bytes, weights_seconds, seconds, shape, top, difference }` a run; `difference` is the largest one from the network's first
// backend, as a part of the largest logit. What cannot run emits `{ network, backend, error }`.
import { basename, dirname } from "node:path";

import { withPage } from "./with-page.mjs";

export async function forward({ package: pkg, runs, repeats }, emit) {
  for (const { network, spec, seed, weights, backends } of runs) {
    const mounts = { "/pkg/": pkg, ...(weights ? { "/weights/": dirname(weights) } : {}) };
    await withPage(mounts, emit, async (page) => {
      const options = { spec, seed, repeats, weights: weights && `/weights/${encodeURIComponent(basename(weights))}` };
      const one = (backend) =>
        page.evaluate(
          (options) =>
            new Promise((done, failed) => {
              const worker = new Worker("/harness/forward-worker.js", { type: "module" });
              const finish = (settle, value) => {
                worker.terminate();
                settle(value);
              };
              worker.onerror = (event) => finish(failed, new Error(event.message || "the worker's script could not be loaded"));
              worker.onmessage = ({ data }) => {
                if (data.error) return finish(done, { error: data.error });
                const { logits, ...rest } = data;
                globalThis.first ??= logits;
                const { first } = globalThis;
                const largest = first.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
                const apart = logits.reduce(
                  (most, value, i) => Math.max(most, Number.isFinite(value) ? Math.abs(value - first[i]) : Infinity),
                  0,
                );
                finish(done, { ...rest, difference: apart / largest });
              };
              worker.postMessage(options);
            }),
          { ...options, backend },
        );
      for (const backend of backends) {
        const result = await one(backend).catch((error) => ({ error: { kind: "error", message: error.message.split("\n")[0] } }));
        emit({ network, backend, ...result });
      }
    });
  }
}
