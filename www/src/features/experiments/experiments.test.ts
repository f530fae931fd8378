/** Experiments: the format, what it expands to, the runner and the statistics. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Spec } from "../../engine/protocol.ts";
import { stretch, withEpochs } from "./execute.ts";
import { expand, jobs } from "./expand.ts";
import type { Experiment } from "./experiment.ts";
import type { ExperimentFault } from "./fault.ts";
import { ExperimentError } from "./fault.ts";
import { readExperiment } from "./read.ts";
import { results } from "./results.ts";
import type { Control, Executor, JobState, ResultStore, RunResult } from "./runner.ts";
import { ExperimentRunner } from "./runner.ts";
import { deviation, difference, mean, summary } from "./statistics.ts";

const SPEC: Spec = {
  version: 1,
  input: [1, 28, 28],
  layers: [{ op: "flatten" }, { op: "linear", out_features: 32 }, { op: "relu" }, { op: "linear", out_features: 10 }],
  training: { batch_size: 32, optimizer: { type: "sgd", learning_rate: 0.1 } },
};
const PRESETS = new Map([["small", SPEC]]);

const EXPERIMENT: Experiment = {
  version: 1,
  name: "activation",
  title: { en: "With and without", ru: "С функцией и без" },
  claim: { en: "It helps.", ru: "Помогает.", source: "nobody" },
  base: { preset: "small" },
  variants: [{ name: "ReLU" }, { name: "none", patch: [{ op: "remove", path: "/layers/2" }] }],
  budget: { steps: 10 },
  seeds: [1, 2, 3],
  measure: ["test_top1", "test_loss"],
  expect: [{ measure: "test_top1", variant: "ReLU", than: "none" }],
};

function faultOf(work: () => unknown): ExperimentFault {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof ExperimentError) return thrown.fault;
    throw thrown;
  }
  throw new Error("nothing was wrong");
}

const read = (change: object): ExperimentFault => faultOf(() => readExperiment(JSON.stringify({ ...EXPERIMENT, ...change })));

test("what is wrong with a file is said with its place and what is allowed there", () => {
  assert.deepEqual(readExperiment(`\uFEFF${JSON.stringify(EXPERIMENT)}`), EXPERIMENT);
  assert.equal(faultOf(() => readExperiment("{")).kind, "not_json");
  assert.deepEqual(
    faultOf(() => readExperiment("3")),
    { kind: "wrong_type", path: "", allowed: ["object"] },
  );
  assert.deepEqual(read({ version: 2 }), { kind: "version", found: 2 });
  assert.deepEqual(read({ version: "1" }), { kind: "not_one_of", path: "/version", allowed: [1] });
  assert.deepEqual(read({ seeds: undefined }), { kind: "missing_key", path: "", key: "seeds" });
  assert.deepEqual(read({ budget: {} }), { kind: "one_of_keys", path: "/budget", keys: ["steps", "images"] });
  assert.deepEqual(read({ budget: { steps: 1, images: 1 } }).kind, "one_of_keys");
  assert.deepEqual(read({ budget: { steps: 2.5 } }), { kind: "wrong_type", path: "/budget/steps", allowed: ["integer"] });
  assert.deepEqual(read({ budget: { steps: 0 } }), { kind: "out_of_range", path: "/budget/steps", limit: "least", value: 1 });
  assert.deepEqual(read({ budget: { steps: 1, epochs: 1 } }), {
    kind: "unknown_key",
    path: "/budget",
    key: "epochs",
    allowed: ["steps", "images", "test_every"],
  });
  assert.deepEqual(read({ base: {} }), { kind: "out_of_range", path: "/base", limit: "least", value: 1 });
  assert.deepEqual(read({ seeds: [1, 2, 1] }), { kind: "repeated", path: "/seeds", value: 1 });
  assert.deepEqual(read({ name: "A b" }).kind, "pattern");
  assert.deepEqual(read({ show: "pie" }), { kind: "not_one_of", path: "/show", allowed: ["curves", "dots", "heat_map"] });
  const bad = { name: "x", patch: [{ op: "erase", path: "/layers/0" }] };
  assert.deepEqual(read({ variants: [bad] }), {
    kind: "not_one_of",
    path: "/variants/0/patch/0/op",
    allowed: ["add", "remove", "replace", "move", "copy", "test"],
  });
  assert.deepEqual(read({ variants: [{ name: "x" }, { name: "x" }] }), { kind: "repeated", path: "/variants", value: "x" });
  assert.deepEqual(read({ measure: ["test_loss"] }), {
    kind: "unmeasured",
    path: "/expect/0/measure",
    measure: "test_top1",
    allowed: ["test_loss"],
  });
});

test("a patched variant is the specification written by hand", () => {
  const [relu, none] = expand(EXPERIMENT, PRESETS);
  assert.deepEqual(relu?.spec, SPEC);
  assert.deepEqual(none?.spec, { ...SPEC, layers: SPEC.layers.filter(({ op }) => op !== "relu") });
  assert.equal(SPEC.layers.length, 4);
});

test("sweeps are written out, with names and settings", () => {
  const sweep = [
    { path: "/training/optimizer/learning_rate", values: [0.1, 1] },
    { path: "/training/batch_size", values: [16, 32] },
  ];
  const expanded = expand({ ...EXPERIMENT, variants: [{ name: "SGD", sweep }], expect: [] }, PRESETS);
  assert.deepEqual(
    expanded.map(({ name }) => name),
    [
      "SGD, learning_rate 0.1, batch_size 16",
      "SGD, learning_rate 0.1, batch_size 32",
      "SGD, learning_rate 1, batch_size 16",
      "SGD, learning_rate 1, batch_size 32",
    ],
  );
  assert.deepEqual(expanded[2]?.spec.training, { batch_size: 16, optimizer: { type: "sgd", learning_rate: 1 } });
});

test("what a patch does not find is said, and so are unknown presets and variants", () => {
  const withPatch = (patch: Experiment["patch"]): ExperimentFault =>
    faultOf(() => expand({ ...EXPERIMENT, variants: [{ name: "x", patch: patch ?? [] }], expect: [] }, PRESETS));
  assert.deepEqual(withPatch([{ op: "remove", path: "/layers/9" }]), {
    kind: "patch_failed",
    path: "/variants/0/patch/0",
    op: "remove",
    target: "/layers/9",
    why: "missing",
  });
  assert.deepEqual(
    withPatch([
      { op: "test", path: "/layers/0/op", value: "flatten" },
      { op: "test", path: "/layers/0/op", value: "relu" },
    ]),
    { kind: "patch_failed", path: "/variants/0/patch/1", op: "test", target: "/layers/0/op", why: "test" },
  );
  const base = { preset: "big" };
  assert.deepEqual(
    faultOf(() => expand({ ...EXPERIMENT, base }, PRESETS)),
    { kind: "unknown_preset", path: "/base", preset: "big", allowed: ["small"] },
  );
  assert.deepEqual(
    faultOf(() => expand({ ...EXPERIMENT, baseline: "tanh" }, PRESETS)),
    { kind: "unknown_variant", path: "/baseline", variant: "tanh", allowed: ["ReLU", "none"] },
  );
  const many = [{ path: "/training/batch_size", values: Array.from({ length: 24 }, (_, at) => at + 1) }];
  const variants = Array.from({ length: 10 }, (_, at) => ({ name: `v${at}`, sweep: many }));
  assert.deepEqual(
    faultOf(() => expand({ ...EXPERIMENT, variants, expect: [] }, PRESETS)),
    { kind: "too_many_runs", runs: 720, most: 400 },
  );
});

test("every variant has its first seed before any has its second", () => {
  const list = jobs(EXPERIMENT, expand(EXPERIMENT, PRESETS));
  assert.deepEqual(
    list.map(({ name, seed }) => `${name} ${seed}`),
    ["ReLU 1", "none 1", "ReLU 2", "none 2", "ReLU 3", "none 3"],
  );
  assert.equal(new Set(list.map(({ key }) => key)).size, 6);
  assert.equal(list[2]?.spec.training?.seed, 2);
});

test("statistics by hand", () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(deviation([1, 2, 6]), Math.sqrt((4 + 1 + 9) / 2));
  assert.equal(deviation([1]), null);
  assert.equal(summary([]), null);
  assert.equal(summary([1, 2])?.interval, null);
  // All resamples of equal values have their mean.
  assert.deepEqual(summary([2, 2, 2])?.interval, [2, 2]);
  const { interval } = summary([0, 0, 0, 0, 0, 0, 0, 0, 0, 10]) ?? {};
  // The number of tens in ten draws is binomial (10, 0.1): 95 % of it lies within 0 and 3.
  assert.deepEqual(interval, [0, 3]);
  assert.deepEqual(difference([3, 3, 3], [1, 1, 1]), { difference: 2, interval: [2, 2], verdict: "more" });
  assert.equal(difference([1, 1, 1], [3, 3, 3])?.verdict, "less");
  assert.equal(difference([1, 2, 3], [3, 2, 1])?.verdict, "not_shown");
  // Two runs a side show nothing, however far apart.
  assert.equal(difference([9, 9], [1, 1])?.verdict, "not_shown");
});

const resultOf = (top1: number): RunResult => ({ measures: { test_top1: top1, test_loss: 1 - top1 }, curve: [], seconds: 1 });

type Work = (name: string, seed: number, control: Control) => Promise<RunResult>;

/** Trains nothing: the result is the number that the test made up for a job. It ends when it is told to. */
class Fake implements Executor {
  static made: Fake[] = [];
  disposed = false;
  readonly #work: Work;

  constructor(work: Work) {
    this.#work = work;
    Fake.made.push(this);
  }

  run(job: { name: string; seed: number }, control: Control): Promise<RunResult> {
    return this.#work(job.name, job.seed, control);
  }

  dispose(): void {
    this.disposed = true;
  }
}

interface Setup {
  work?: Work;
  parallel?: number;
  store?: ResultStore;
}

function runnerOf({ work = async (name, seed) => resultOf(name === "ReLU" ? 0.9 + seed / 100 : 0.8), parallel = 2, store }: Setup = {}): {
  runner: ExperimentRunner;
  clock: { now: number };
} {
  Fake.made = [];
  const clock = { now: 0 };
  const runner = new ExperimentRunner({
    jobs: jobs(EXPERIMENT, expand(EXPERIMENT, PRESETS)),
    executor: () => new Fake(work),
    parallel,
    now: () => clock.now,
    ...(store ? { store } : {}),
  });
  return { runner, clock };
}

const statesOf = (runner: ExperimentRunner): string => runner.states.map(({ state }) => state[0]).join("");

test("all runs are done, some at a time, and their places are ended", async () => {
  let most = 0;
  let now = 0;
  const { runner } = runnerOf({
    work: async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve));
      now -= 1;
      return resultOf(0.5);
    },
  });
  await runner.start();
  assert.equal(statesOf(runner), "dddddd");
  assert.equal(runner.phase, "done");
  assert.equal(most, 2);
  assert.deepEqual(
    Fake.made.map(({ disposed }) => disposed),
    [true, true],
  );
});

test("the order in which runs end changes nothing", async () => {
  const expanded = expand(EXPERIMENT, PRESETS);
  const outcome = async (delays: number[]): Promise<string> => {
    let at = 0;
    const { runner } = runnerOf({
      parallel: 3,
      work: async (name, seed) => {
        await new Promise((resolve) => setTimeout(resolve, delays[at++ % delays.length]));
        return resultOf(name === "ReLU" ? 0.9 + seed / 100 : 0.8);
      },
    });
    await runner.start();
    return JSON.stringify(results(EXPERIMENT, expanded, runner.jobs, runner.states));
  };
  assert.equal(await outcome([0, 9, 3]), await outcome([5, 0, 1, 7]));
});

test("a run that fails loses no other, and can be tried again", async () => {
  let broken = true;
  const { runner } = runnerOf({
    work: async (name, seed) => {
      if (broken && name === "none" && seed === 2) throw { kind: "no_memory", message: "too large" };
      return resultOf(0.5);
    },
  });
  await runner.start();
  assert.equal(statesOf(runner), "dddfdd");
  assert.deepEqual(runner.states[3], { state: "failed", error: { kind: "no_memory", message: "too large" } });
  broken = false;
  runner.retry(3);
  await runner.start();
  assert.equal(statesOf(runner), "dddddd");
});

test("paused, runs stand still between two slices; stopped, they end and begin anew", async () => {
  const steps: string[] = [];
  const { runner } = runnerOf({
    parallel: 1,
    work: async (name, seed, control) => {
      for (let step = 1; step <= 2; step++) {
        await control.proceed();
        steps.push(`${name}${seed}:${step}`);
        control.progress(5 * step);
        if (steps.length === 3) runner.pause();
        if (steps.length === 7) runner.stop();
      }
      return resultOf(0.5);
    },
  });
  const first = runner.start();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(runner.phase, "paused");
  assert.deepEqual(steps, ["ReLU1:1", "ReLU1:2", "none1:1"]);
  assert.deepEqual(runner.states[1], { state: "running", step: 5 });
  assert.equal(runner.progress, 15 / 60);
  runner.resume();
  await first;
  assert.equal(runner.phase, "stopped");
  assert.equal(statesOf(runner), "dddwww");
  await runner.start();
  assert.equal(statesOf(runner), "dddddd");
  assert.deepEqual(steps.slice(7, 9), ["none2:1", "none2:2"]);
});

test("the time left is told by the steps so far, without the pauses", async () => {
  const left: (number | null)[] = [];
  const { runner, clock } = runnerOf({
    parallel: 1,
    work: async (_name, _seed, control) => {
      left.push(runner.secondsLeft);
      clock.now += 1000;
      control.progress(5);
      left.push(runner.secondsLeft);
      runner.pause();
      clock.now += 99_000;
      runner.resume();
      clock.now += 1000;
      return resultOf(0.5);
    },
  });
  await runner.start();
  // 60 steps at 5 a second: 1 s for the first 5, 11 s for the other 55.
  assert.deepEqual(left.slice(0, 4), [null, 11, 10, 9]);
  assert.equal(runner.secondsLeft, 0);
});

test("what is kept is not trained again, and storage that refuses costs no result", async () => {
  const kept = new Map<string, RunResult>();
  let trained = 0;
  const work = async (): Promise<RunResult> => {
    trained += 1;
    return resultOf(0.5);
  };
  const store: ResultStore = {
    get: async (key) => kept.get(key) ?? null,
    put: async (key, result) => {
      kept.set(key, result);
    },
  };
  await runnerOf({ work, store }).runner.start();
  assert.equal(trained, 6);
  const again = runnerOf({ work, store }).runner;
  await again.start();
  assert.equal(trained, 6);
  assert.equal(again.phase, "done");
  assert.ok(again.states.every((state) => state.state === "done" && state.kept));
  const refuses = async (): Promise<never> => {
    throw new Error("denied");
  };
  const denied = runnerOf({ work, store: { get: refuses, put: refuses } }).runner;
  await denied.start();
  assert.equal(statesOf(denied), "dddddd");
});

test("the claim is seen, is not, or is open", () => {
  const expanded = expand(EXPERIMENT, PRESETS);
  const list = jobs(EXPERIMENT, expanded);
  const outcome = (values: number[], experiment = EXPERIMENT): string | undefined => {
    const states = list.map((_, at): JobState => {
      const value = values[at];
      return value === undefined ? { state: "waiting" } : { state: "done", result: resultOf(value), kept: false };
    });
    return results(experiment, expanded, list, states).outcomes[0]?.seen;
  };
  assert.equal(outcome([0.9, 0.8, 0.92, 0.8, 0.91, 0.81]), "seen");
  assert.equal(outcome([0.8, 0.9, 0.8, 0.92, 0.81, 0.91]), "opposite");
  assert.equal(outcome([0.9, 0.9, 0.8, 0.8, 0.85, 0.85]), "open");
  assert.equal(outcome([0.9, 0.8, 0.92, 0.8]), "open");
  const byMuch: Experiment = { ...EXPERIMENT, expect: [{ measure: "test_top1", variant: "ReLU", than: "none", by: 0.2 }] };
  assert.equal(outcome([0.9, 0.8, 0.92, 0.8, 0.91, 0.81], byMuch), "open");
  const loss: Experiment = { ...EXPERIMENT, expect: [{ measure: "test_loss", variant: "ReLU", than: "none" }] };
  assert.equal(outcome([0.9, 0.8, 0.92, 0.8, 0.91, 0.81], loss), "seen");
});

test("a row has its runs, what they are apart, and how far from the baseline", () => {
  const expanded = expand(EXPERIMENT, PRESETS);
  const list = jobs(EXPERIMENT, expanded);
  const values = [0.9, 0.8, 0.92, 0.8, 0.94, 0.8];
  const states = values.map((value): JobState => ({ state: "done", result: resultOf(value), kept: false }));
  const { rows, baseline, noise } = results(EXPERIMENT, expanded, list, states);
  assert.equal(baseline, "ReLU");
  assert.deepEqual(
    rows[0]?.runs.map(({ seed }) => seed),
    [1, 2, 3],
  );
  assert.ok(Math.abs((rows[0]?.measures.test_top1?.deviation ?? 0) - 0.02) < 1e-12);
  assert.deepEqual(rows[0]?.differences, {});
  assert.ok(Math.abs((rows[1]?.differences.test_top1?.difference ?? 0) + 0.12) < 1e-12);
  assert.ok(Math.abs((noise ?? 0) - 0.01) < 1e-12);
});

test("a budget of images is more steps where the batch is smaller", () => {
  const sweep = [{ path: "/training/batch_size", values: [32, 100] }];
  const experiment: Experiment = { ...EXPERIMENT, variants: [{ name: "b", sweep }], expect: [], budget: { images: 320 }, seeds: [1] };
  assert.deepEqual(
    jobs(experiment, expand(experiment, PRESETS)).map(({ steps }) => steps),
    [10, 4],
  );
});

test("stretches and epochs", () => {
  assert.equal(stretch(600, undefined), 10);
  assert.equal(stretch(30, undefined), 1);
  assert.equal(stretch(600, 4), 4);
  assert.equal(withEpochs(SPEC, 1875, 60_000).training?.epochs, 1);
  assert.equal(withEpochs(SPEC, 1876, 60_000).training?.epochs, 2);
});
