// Measures one job of the harness build's BenchJob. Served by tools/drive/; the page beside it starts it.
import init, { BenchJob, Replica } from "/pkg/receptive.js";

const WINDOWS = 5;
/** Optimised code is there after about a second. */
const WARM_UP = 1.5;
/** So many steps; of the first that workers share, one takes some alone, to learn what that reaches (`train/parallel.rs`). */
const MEASURED_ALONE = 10;
/** Seconds of each look at the roof. */
const ROOF = 0.15;
/** `lenet-98`: how good, tested how often, and when to give up. */
const GOAL = { top1: 0.98, every: 100, steps: 30_000 };

const bytes = async (name) => {
  const response = await fetch(`/mnist/${name}`);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

/** `lenet-steady`. */
const STEADY = { windows: 10, steps: 1000 };

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const round = (value) => (Number.isFinite(value) ? Number(value.toPrecision(5)) : null);

const gflopsOf = (done) => Number(done.flop) / done.seconds / 1e9;

async function speed(bench, job, backend, workers, seconds) {
  const roof = backend === "cpu" && job !== "peak" ? await BenchJob.create("peak", "cpu", {}) : null;
  if (workers > 1) await bench.trainSteps(MEASURED_ALONE);
  await bench.run(WARM_UP);
  await roof?.run(ROOF);
  const rates = [];
  const gflops = [];
  const shares = [];
  for (let window = 0; window < WINDOWS; window += 1) {
    // The roof is measured right before each window: what else the machine does slows both down.
    const most = roof === null ? null : gflopsOf(await roof.run(ROOF));
    const done = await bench.run(seconds / WINDOWS);
    rates.push(Number(done.images) / done.seconds);
    gflops.push(gflopsOf(done));
    if (most !== null) shares.push(gflopsOf(done) / most);
  }
  const countsImages = ofNetwork(job);
  return {
    ...(countsImages ? { images_per_second: round(median(rates)) } : {}),
    gflops: round(median(gflops)),
    share_of_peak: roof === null ? null : round(median(shares)),
    windows: (countsImages ? rates : gflops).map(round),
  };
}

async function stepsToGoal(bench) {
  let seconds = bench.times[2] / 1000;
  let steps = 1; // taken while it was made ready
  let top1 = 0;
  const windows = [];
  while (top1 < GOAL.top1) {
    if (steps >= GOAL.steps) throw new Error(`${top1} after ${steps} steps, not ${GOAL.top1}`);
    const start = performance.now();
    const more = GOAL.every - (steps % GOAL.every);
    await bench.trainSteps(more);
    const window = (performance.now() - start) / 1000;
    seconds += window;
    steps += more;
    windows.push(round((more * bench.batch) / window));
    ({ top1 } = await bench.evaluate());
  }
  return { images_per_second: round(median(windows)), seconds: round(seconds), steps, test_top1: top1, windows };
}

/** Ten thousand steps, a thousand a window: what they take, and the engine's memory after the first window and after the last. */
async function steady(bench, memory) {
  const windows = [];
  const bytes = [];
  for (let window = 0; window < STEADY.windows; window += 1) {
    const done = await bench.trainSteps(STEADY.steps);
    windows.push(round(Number(done.images) / done.seconds));
    bytes.push(memory.buffer.byteLength);
  }
  return {
    images_per_second: round(median(windows)),
    steady_steps: STEADY.windows * STEADY.steps,
    first_and_last: [windows[0], windows.at(-1)],
    memory_bytes: [bytes[0], bytes.at(-1)],
    windows,
  };
}

const ofNetwork = (job) => job.startsWith("lenet") || job.startsWith("resnet");

/** Other workers that run this script, in the page's own way. */
const REPLICA = "replica";
const sharing = () => import("/replicas/replicas.js");

async function measure({ data: { job, backend, workers, batch, seconds } }) {
  try {
    const { memory } = await init();
    const images = ofNetwork(job) && !job.endsWith("-infer");
    const options = images
      ? {
          images: await bytes("train-images-idx3-ubyte"),
          labels: await bytes("train-labels-idx1-ubyte"),
          test_images: await bytes("t10k-images-idx3-ubyte"),
          test_labels: await bytes("t10k-labels-idx1-ubyte"),
        }
      : {};
    if (workers > 1) {
      const { ReplicaWorkers } = await sharing();
      options.replicas = new ReplicaWorkers(() => new Worker(import.meta.url, { type: "module", name: REPLICA }));
    }
    const bench = await BenchJob.create(job, backend, { ...options, batch, workers });
    const loss = async () => (await bench.loss()) ?? null;
    const loss_before = await loss();
    const found = await (job === "lenet-98"
      ? stepsToGoal(bench)
      : job === "lenet-steady"
        ? steady(bench, memory)
        : speed(bench, job, backend, workers, seconds));
    const [planning_ms, ready_ms, first_step_ms] = [...(bench.times ?? [])].map(round);
    const times = { planning_ms, ready_ms, first_step_ms };
    const shared = workers > 1 && crossOriginIsolated ? { shared_memory: true } : {};
    postMessage({ job, backend, workers, ...shared, batch: bench.batch, ...times, loss_before, loss_after: await loss(), ...found });
  } catch (thrown) {
    postMessage({ error: thrown instanceof Error ? thrown.message : (thrown?.message ?? JSON.stringify(thrown)) });
  }
}

if (self.name === REPLICA) {
  // What is asked before the script is there waits for it.
  const early = [];
  self.onmessage = (event) => early.push(event.data);
  const { serveReplica } = await sharing();
  self.onmessage = null;
  serveReplica(
    self,
    init().then(() => ({ package: { Replica } })),
  );
  for (const data of early) self.dispatchEvent(new MessageEvent("message", { data }));
} else {
  self.onmessage = measure;
}
