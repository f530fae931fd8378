// Measures jobs in a worker each: `{ package, mnist, build, seconds, batch, runs: [{ job, backend }] }`; emits one result a run.
import { withPage } from "./with-page.mjs";

export async function bench({ package: pkg, mnist, build, seconds, batch, runs }, emit) {
  for (const { job, backend } of runs) {
    // A browser of its own for each: no compiled code, memory or device is left over from the run before.
    await withPage({ "/pkg/": pkg, "/mnist/": mnist }, emit, async (page) => {
      const result = await page.evaluate(
        (options) =>
          new Promise((done, failed) => {
            const worker = new Worker("/harness/bench-worker.js", { type: "module" });
            worker.onerror = (event) => failed(new Error(event.message || "the worker's script could not be loaded"));
            worker.onmessage = ({ data }) => (data.error === undefined ? done(data) : failed(new Error(data.error)));
            worker.postMessage(options);
          }),
        { job, backend, batch, seconds },
      );
      emit({ ...result, build: backend === "cpu" ? build : null });
    }).catch((error) => {
      emit({ job, backend, error: error.message.replace(/^page\.evaluate: (Error: )?/, "").split("\n")[0] });
    });
  }
}
