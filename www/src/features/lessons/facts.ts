/** What checks are made of: the network on show with what the engine counts of it, the runs, what was looked at. Pure. */
import type { EpochSummary, Evaluation, NetworkDescription, Spec } from "../../engine/protocol.ts";
import { allRuns } from "../../model/runs.ts";
import type { AppState } from "../../model/state.ts";
import { compilable } from "../../spec/document.ts";

export interface RunFacts {
  spec: Spec;
  steps: number;
  epochs: readonly Pick<EpochSummary, "epoch" | "test_top1" | "test_top5" | "test_mean_iou">[];
  /** The last one on the test images. */
  evaluation: Pick<Evaluation, "epoch" | "split" | "top1" | "top5" | "mean_iou"> | null;
}

export interface Facts {
  /** As it would be trained; null where there is none. */
  spec: Spec | null;
  /** Null where it cannot be read, or is being examined. */
  network: NetworkDescription | null;
  /** The newest last. */
  runs: readonly RunFacts[];
  /** Views that were open during the step. */
  seen: ReadonlySet<string>;
  experiment: { name: string; runs: number } | null;
}

export function factsOf(state: AppState, seen: ReadonlySet<string>): Facts {
  const { document, settings, experiments } = state;
  const examination = document?.examined ? document.examination : null;
  const finished = experiments.open?.states.filter(({ state }) => state === "done").length ?? 0;
  return {
    spec: document && settings ? compilable(document, settings.edited) : null,
    network: examination && !examination.error ? examination.network : null,
    runs: allRuns(state).map(({ spec, metrics, epochs, evaluation }) => ({ spec, steps: metrics.step, epochs, evaluation })),
    seen,
    experiment: experiments.open ? { name: experiments.open.experiment.name, runs: finished } : null,
  };
}
