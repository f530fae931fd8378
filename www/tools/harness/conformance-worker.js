// Runs reference cases through the harness build's ConformanceRunner. Served by tools/drive/; the page beside it starts it.
import init, { ConformanceRunner } from "/pkg/receptive.js";

const bytes = async (path) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};
const describe = (thrown) => (thrown instanceof Error ? thrown.message : (thrown?.message ?? JSON.stringify(thrown)));

/** A trap or an abort leaves the module's memory in an unknown state: the worker has to be replaced. */
const isTrap = (thrown) => thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError;

async function create(backend, cases) {
  await init();
  const runner = await ConformanceRunner.create(backend);
  if (cases.some(({ kind }) => kind === "trajectories")) {
    runner.setMnist(await bytes("/mnist/train-images-idx3-ubyte"), await bytes("/mnist/train-labels-idx1-ubyte"));
    runner.setMnistTest(await bytes("/mnist/t10k-images-idx3-ubyte"), await bytes("/mnist/t10k-labels-idx1-ubyte"));
  }
  return runner;
}

self.onmessage = async ({ data: { backend, cases } }) => {
  let runner;
  try {
    runner = await create(backend, cases);
  } catch (thrown) {
    postMessage({ unavailable: describe(thrown) });
    return;
  }
  const indexes = new Map();
  for (const { kind, index } of cases) {
    let report;
    try {
      if (!indexes.has(kind)) indexes.set(kind, JSON.parse(new TextDecoder().decode(await bytes(`/fixtures/${kind}.json`))));
      const found = indexes.get(kind).cases[index];
      const tensors = found.file === undefined ? undefined : await bytes(`/fixtures/${found.file}`);
      report = await runner.run(kind, JSON.stringify(found), tensors);
    } catch (thrown) {
      if (isTrap(thrown)) {
        postMessage({ trapped: describe(thrown) });
        return;
      }
      report = { id: null, outcome: "failed", failures: [{ tensor: "", largest_error: null, allowed: null, message: describe(thrown) }] };
    }
    postMessage({ kind, index, report });
  }
  postMessage({ done: true });
};
