/** What came out: a row a variant, its difference to the baseline, and whether the claim was seen. Pure. */

import type { Expanded, Job } from "./expand.ts";
import type { Expectation, Experiment, Measure } from "./experiment.ts";
import { LESS_IS_BETTER } from "./experiment.ts";
import type { JobState, RunResult } from "./runner.ts";
import type { Difference, Summary } from "./statistics.ts";
import { difference, summary } from "./statistics.ts";

export interface Row {
  name: string;
  settings: Expanded["settings"];
  /** The finished runs, in the order of the seeds. */
  runs: { seed: number; result: RunResult }[];
  failed: number;
  measures: Partial<Record<Measure, Summary>>;
  /** To the baseline; none for itself. */
  differences: Partial<Record<Measure, Difference>>;
}

export interface Outcome {
  expectation: Expectation;
  difference: Difference | null;
  /** Of the side that has fewer. */
  runs: number;
  /** `seen`: the whole interval lies where it is expected. `opposite`: on the other side of zero. `open`: neither, or too few runs. */
  seen: "seen" | "opposite" | "open";
}

export interface Results {
  baseline: string;
  rows: Row[];
  outcomes: Outcome[];
  /** Of the first measure: the mean of the deviations within a variant, which is what luck does; null with single runs. */
  noise: number | null;
}

const valuesOf = (runs: Row["runs"], measure: Measure): number[] =>
  runs.flatMap(({ result }) => {
    const value = result.measures[measure];
    return value === undefined || !Number.isFinite(value) ? [] : [value];
  });

/** All runs of a variant: a name stands for every one of its sweep's. */
function runsOf(name: string, rows: readonly Row[], experiment: Experiment, expanded: readonly Expanded[]): Row["runs"] {
  const exact = rows.find((row) => row.name === name);
  if (exact) return exact.runs;
  const variant = experiment.variants.findIndex((one) => one.name === name);
  return rows.filter((_, at) => expanded[at]?.variant === variant).flatMap(({ runs }) => runs);
}

function outcomeOf(expectation: Expectation, values: number[], others: number[]): Outcome {
  const found = difference(values, others);
  const runs = Math.min(values.length, others.length);
  if (!found?.interval) return { expectation, difference: found, runs, seen: "open" };
  const [least, most] = found.interval;
  const by = expectation.by ?? 0;
  // Less is better for losses: the same, turned round.
  const [low, high] = LESS_IS_BETTER.has(expectation.measure) ? [-most, -least] : [least, most];
  return { expectation, difference: found, runs, seen: low > 0 && low >= by ? "seen" : high < 0 ? "opposite" : "open" };
}

export function results(experiment: Experiment, expanded: readonly Expanded[], jobs: readonly Job[], states: readonly JobState[]): Results {
  const baseline = experiment.baseline ?? expanded[0]?.name ?? "";
  const rows = expanded.map(({ name, settings }, at): Row => {
    const own = jobs.flatMap((job, index) => (job.expanded === at ? [{ job, state: states[index] }] : []));
    const runs = own.flatMap(({ job, state }) => (state?.state === "done" ? [{ seed: job.seed, result: state.result }] : []));
    const failed = own.filter(({ state }) => state?.state === "failed").length;
    const measures: Row["measures"] = {};
    for (const measure of experiment.measure) {
      const found = summary(valuesOf(runs, measure));
      if (found) measures[measure] = found;
    }
    return { name, settings, runs, failed, measures, differences: {} };
  });
  const base = runsOf(baseline, rows, experiment, expanded);
  for (const row of rows) {
    if (row.name === baseline) continue;
    for (const measure of experiment.measure) {
      const found = difference(valuesOf(row.runs, measure), valuesOf(base, measure));
      if (found) row.differences[measure] = found;
    }
  }
  const outcomes = (experiment.expect ?? []).map((expectation) => {
    const values = (name: string): number[] => valuesOf(runsOf(name, rows, experiment, expanded), expectation.measure);
    return outcomeOf(expectation, values(expectation.variant), values(expectation.than));
  });
  const first = experiment.measure[0];
  const deviations = rows.flatMap(({ measures }) => (first && measures[first]?.deviation != null ? [measures[first].deviation] : []));
  const noise = deviations.length > 0 ? deviations.reduce((sum, one) => sum + one, 0) / deviations.length : null;
  return { baseline, rows, outcomes, noise };
}
