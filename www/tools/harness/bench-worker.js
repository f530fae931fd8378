// Measures one job of the harness build's BenchJob. Served by tools/drive/; the page beside it starts it.
import init, { BenchJob } from "/pkg/receptive.js";

const WINDOWS = 5;
/** Optimised code is there after about a second. */
const WARM_UP = 1.5;
/** `lenet-98`: how good, tested how often, and when to give up. */
const GOAL = { top1: 0.98, every: 100, steps: 30_000 };

const bytes = async (name) => {
  const response = await fetch(`/mnist/${name}`);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const round = (value) => (Number.isFinite(value) ? Number(value.toPrecision(5)) : null);

/** The loss so far; of a job that has not made a step yet, after its first. */
async function firstLoss(bench) {
  const loss = await bench.loss();
  if (loss !== null && loss !== undefined) return loss;
  await bench.run(0);
  return (await bench.loss()) ?? null;
}

async function speed(bench, job, backend, seconds) {
  const before = await firstLoss(bench);
  await bench.run(WARM_UP);
  const rates = [];
  const gflops = [];
  for (let window = 0; window < WINDOWS; window += 1) {
    const done = await bench.run(seconds / WINDOWS);
    rates.push(Number(done.images) / done.seconds);
    gflops.push(Number(done.flop) / done.seconds / 1e9);
  }
  const after = (await bench.loss()) ?? null;
  const countsImages = job.startsWith("lenet");
  return {
    job,
    backend,
    workers: 1,
    batch: bench.batch,
    ...(countsImages ? { images_per_second: round(median(rates)) } : {}),
    gflops: round(median(gflops)),
    loss_before: before,
    loss_after: after,
    windows: (countsImages ? rates : gflops).map(round),
  };
}

async function stepsToGoal(bench, job, backend) {
  const before = (await bench.loss()) ?? null;
  let seconds = 0;
  let steps = 0;
  let top1 = 0;
  const windows = [];
  while (top1 < GOAL.top1) {
    if (steps >= GOAL.steps) throw new Error(`${top1} after ${steps} steps, not ${GOAL.top1}`);
    const start = performance.now();
    await bench.trainSteps(GOAL.every);
    const window = (performance.now() - start) / 1000;
    seconds += window;
    steps += GOAL.every;
    windows.push(round((GOAL.every * bench.batch) / window));
    ({ top1 } = await bench.evaluate());
  }
  const after = (await bench.loss()) ?? null;
  return {
    job,
    backend,
    workers: 1,
    batch: bench.batch,
    images_per_second: round(median(windows)),
    seconds: round(seconds),
    steps,
    test_top1: top1,
    loss_before: before,
    loss_after: after,
    windows,
  };
}

onmessage = async ({ data: { job, backend, seconds } }) => {
  try {
    await init();
    const options = job.startsWith("lenet")
      ? {
          images: await bytes("train-images-idx3-ubyte"),
          labels: await bytes("train-labels-idx1-ubyte"),
          test_images: await bytes("t10k-images-idx3-ubyte"),
          test_labels: await bytes("t10k-labels-idx1-ubyte"),
        }
      : {};
    const bench = await BenchJob.create(job, backend, options);
    postMessage(job === "lenet-98" ? await stepsToGoal(bench, job, backend) : await speed(bench, job, backend, seconds));
  } catch (thrown) {
    postMessage({ error: thrown instanceof Error ? thrown.message : (thrown?.message ?? JSON.stringify(thrown)) });
  }
};
