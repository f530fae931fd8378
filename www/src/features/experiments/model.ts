/** What is known of experiments: the one that is open, and how far its runs are. */
import { selector } from "../../store/store.ts";
import type { Expanded, Job } from "./expand.ts";
import type { Experiment } from "./experiment.ts";
import type { ExperimentFault } from "./fault.ts";
import type { Results } from "./results.ts";
import { results } from "./results.ts";
import type { JobState, RunnerPhase } from "./runner.ts";

/** An experiment with its runs. */
export interface OpenExperiment {
  experiment: Experiment;
  expanded: readonly Expanded[];
  jobs: readonly Job[];
  states: readonly JobState[];
  phase: RunnerPhase;
  /** 0 to 1. */
  progress: number;
  secondsLeft: number | null;
}

export interface ExperimentsState {
  open: OpenExperiment | null;
  fault: ExperimentFault | null;
}

export const NO_EXPERIMENTS: ExperimentsState = { open: null, fault: null };

declare module "../../model/state.ts" {
  interface FeatureState {
    experiments: ExperimentsState;
    /** The name in the address: what the panel opens when it is there. */
    wantedExperiment: string | null;
  }
}

declare module "../../page/intent.ts" {
  interface Intents {
    /** Shows an experiment by the text of its file; null shows the list. Refused while another one runs. */
    open_experiment: { text: string | null };
    /** So many runs at once. With `pause` the run of the workbench waits. */
    start_experiment: { parallel: number; pause: boolean };
    pause_experiment: object;
    resume_experiment: object;
    stop_experiment: object;
    retry_experiment: { at: number };
    /** The network of a run, with its settings, in the workbench. */
    take_experiment_run: { expanded: number; seed: number };
  }
}

/** What the finished runs say so far. */
export const resultsOf = selector(({ experiments: { open } }: { experiments: ExperimentsState }): Results | null =>
  open ? results(open.experiment, open.expanded, open.jobs, open.states) : null,
);

/** Whether runs are under way or wait for going on. */
export const isBusy = (open: OpenExperiment | null): boolean => open?.phase === "running" || open?.phase === "paused";
