// Trains as the page does: the page's own worker, its protocol, the folder that is published, from a sub-path.
// `{ dist, spec, backend, workers, epochs }`; emits the worker's events and the compiled network's backend.
import { withPage } from "./with-page.mjs";

export async function train({ dist, spec, backend, workers, epochs }, emit) {
  await withPage({ "/course/receptive/": dist }, emit, (page) =>
    page.evaluate(
      async ({ spec, backend, workers, epochs }) => {
        const worker = new Worker("/course/receptive/trainer-worker.js", { type: "module" });
        const waiting = new Map();
        let finish;
        let fail;
        const finished = new Promise((resolve, reject) => {
          finish = resolve;
          fail = reject;
        });
        const problem = (error) => new Error(`${error.kind ?? "error"}: ${error.message ?? JSON.stringify(error)}`);
        worker.onerror = (event) => fail(new Error(event.message || "the worker's script could not be loaded"));
        worker.onmessage = ({ data }) => {
          if (data.id !== undefined) {
            const { resolve, reject } = waiting.get(data.id);
            waiting.delete(data.id);
            if (data.type === "error") reject(problem(data.error));
            else resolve(data);
            return;
          }
          if (data.type === "failed" || data.type === "data_failed") fail(problem(data.error));
          if (data.type === "done") finish();
          if (["epoch", "backend", "metrics"].includes(data.type)) void globalThis.report(data);
        };
        let id = 0;
        const request = (body) =>
          Promise.race([
            new Promise((resolve, reject) => {
              id += 1;
              waiting.set(id, { resolve, reject });
              worker.postMessage({ id, ...body });
            }),
            finished.then(() => new Promise(() => {})),
          ]);
        await request({ type: "load_data" });
        const compiled = await request({ type: "compile", run: "train", spec, backend, workers });
        await globalThis.report({ type: "compiled", backend: compiled.backend });
        // A run that was asked for on one backend must not quietly report another's numbers.
        const wanted = backend === "webgpu_software" ? "webgpu" : backend;
        if (wanted !== "auto" && compiled.backend.backend !== wanted) {
          throw new Error(
            `${wanted} cannot be had: ${compiled.backend.reason ? problem(compiled.backend.reason).message : "no reason given"}`,
          );
        }
        if (compiled.workers !== workers)
          throw new Error(`${workers} workers cannot share a batch of ${spec.training.batch_size}: ${compiled.workers} can`);
        await request({ type: "start", epochs, wait_for_all: true });
        await finished;
        await request({ type: "dispose" });
      },
      { spec, backend, workers, epochs },
    ),
  );
}
