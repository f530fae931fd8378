/** Runs an experiment's file without the workbench: what `cargo xtask experiment` opens in a browser. */
import type { Spec } from "../../engine/protocol.ts";
import { TrainerClient } from "../../engine/trainer-client.ts";
import { WorkerExecutor } from "./execute.ts";
import { expand, jobs } from "./expand.ts";
import { readExperiment } from "./read.ts";
import { results } from "./results.ts";
import { ExperimentRunner } from "./runner.ts";

interface Options {
  /** The file. */
  text: string;
  /** Seeds 1 to so many in place of the file's. */
  seeds: number | null;
  /** Runs at once, each in a worker of its own. */
  parallel: number;
  /** Address of the trainer's worker. */
  worker: string;
}

/** Reports `{ type: "progress" }` as it goes on, then gives the experiment's numbers. */
export async function runExperiment({ text, seeds, parallel, worker }: Options, report: (event: object) => void): Promise<object> {
  const read = readExperiment(text);
  const experiment = seeds === null ? read : { ...read, seeds: Array.from({ length: seeds }, (_, at) => at + 1) };
  const client = (): TrainerClient => new TrainerClient(() => new Worker(worker, { type: "module" }));
  const asked = client();
  const { presets } = await asked.request({ type: "presets" });
  asked.dispose();
  const expanded = expand(experiment, new Map<string, Spec>(presets.map(({ name, spec }) => [name, spec])));
  let reported = 0;
  const runner: ExperimentRunner = new ExperimentRunner({
    jobs: jobs(experiment, expanded),
    executor: () => new WorkerExecutor(client(), experiment.budget, experiment.measure),
    parallel,
    changed: () => {
      const ended = runner.states.filter(({ state }) => state === "done" || state === "failed").length;
      if (ended === reported) return;
      reported = ended;
      report({ type: "progress", ended, of: runner.jobs.length, seconds_left: runner.secondsLeft });
    },
  });
  const began = performance.now();
  await runner.start();
  const failed = runner.states.flatMap((state, at) =>
    state.state === "failed" ? [{ name: runner.jobs[at]?.name, seed: runner.jobs[at]?.seed, ...state.error }] : [],
  );
  const { rows, ...rest } = results(experiment, expanded, runner.jobs, runner.states);
  return {
    name: experiment.name,
    experiment,
    seconds: (performance.now() - began) / 1000,
    parallel,
    ...rest,
    // A curve is drawn on the page; the file keeps what it came to.
    rows: rows.map((row) => ({ ...row, runs: row.runs.map(({ seed, result: { measures, seconds } }) => ({ seed, measures, seconds })) })),
    failed,
  };
}
