// Reference cases on one backend, in a worker of its own: `{ fixtures, mnist, package, backend, cases: [{ kind, index }] }`.
// Emits `{ report: CaseReport, kind, index }` for each case, or `{ unavailable }` when the backend cannot be had at all.
import { withPage } from "./with-page.mjs";

export async function conformance({ fixtures, mnist, package: pkg, backend, cases }, emit) {
  await withPage({ "/fixtures/": fixtures, "/mnist/": mnist, "/pkg/": pkg }, emit, (page) =>
    page.evaluate(
      async ({ backend, cases }) => {
        // A worker that trapped or hangs is replaced; the case it was at has failed, the rest go on.
        const SILENCE = 900_000;
        const run = (remaining) =>
          new Promise((done) => {
            const worker = new Worker("/harness/conformance-worker.js", { type: "module" });
            let finished = 0;
            let watchdog;
            const stop = (message) => {
              clearTimeout(watchdog);
              worker.terminate();
              done({ finished, message });
            };
            const watch = () => {
              clearTimeout(watchdog);
              watchdog = setTimeout(() => stop(`no answer for ${SILENCE / 1000} s`), SILENCE);
            };
            worker.onerror = (event) => stop(event.message || "the worker's script could not be loaded");
            worker.onmessage = ({ data }) => {
              watch();
              if (data.report) {
                finished += 1;
                void globalThis.report(data);
              } else if (data.unavailable !== undefined) {
                void globalThis.report(data);
                stop(null);
              } else if (data.trapped !== undefined) stop(data.trapped);
              else if (data.done) stop(null);
            };
            watch();
            worker.postMessage({ backend, cases: remaining });
          });
        let remaining = cases;
        while (remaining.length > 0) {
          const { finished, message } = await run(remaining);
          if (message === null) break;
          const failed = remaining[finished];
          if (failed === undefined) break;
          const failure = { tensor: "", largest_error: null, allowed: null, message };
          await globalThis.report({ ...failed, report: { id: null, outcome: "failed", failures: [failure] } });
          remaining = remaining.slice(finished + 1);
        }
      },
      { backend, cases },
    ),
  );
}
