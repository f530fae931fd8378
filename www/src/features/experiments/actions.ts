import type { Spec } from "../../engine/protocol.ts";
import type { Actions } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import { expand, jobs } from "./expand.ts";
import { ExperimentError } from "./fault.ts";
import type { OpenExperiment } from "./model.ts";
import { isBusy } from "./model.ts";
import { readExperiment } from "./read.ts";
import type { Executor, ResultStore } from "./runner.ts";
import { ExperimentRunner } from "./runner.ts";

/** What an experiment runs with. A test has its own. */
export interface Workshop {
  executor: (open: OpenExperiment) => Executor;
  store?: ResultStore;
}

/** Workers, and results in the browser's storage: they come when the first experiment starts. */
const workshop = async (): Promise<Workshop> => (await import("./workshop.ts")).workshop();

export const actions = (page: Page): Actions => experimentActions(page, workshop);

export function experimentActions(page: Page, prepare: () => Promise<Workshop>): Actions {
  let runner: ExperimentRunner | null = null;

  const change = (changes: Partial<OpenExperiment>): void => {
    const { experiments } = page.state;
    if (experiments.open) page.set({ experiments: { ...experiments, open: { ...experiments.open, ...changes } } });
  };

  const show = (): void => {
    if (!runner) return;
    change({ states: [...runner.states], phase: runner.phase, progress: runner.progress, secondsLeft: runner.secondsLeft });
  };

  async function start(parallel: number, pause: boolean): Promise<void> {
    const { open } = page.state.experiments;
    if (!open || isBusy(open) || open.phase === "done") return;
    if (pause && page.state.run.phase === "running") page.handle({ type: "toggle_run" });
    if (!runner) {
      const { executor, store } = await prepare();
      // Another one may have been opened meanwhile.
      if (page.state.experiments.open?.experiment !== open.experiment) return;
      const { clock } = page.environment;
      runner = new ExperimentRunner({
        jobs: open.jobs,
        executor: () => executor(open),
        parallel,
        now: () => clock.now(),
        changed: show,
        ...(store ? { store } : {}),
      });
    }
    await runner.start();
  }

  return {
    open_experiment: ({ text }) => {
      if (isBusy(page.state.experiments.open)) return;
      runner = null;
      const experiments = opened(text, page.state.presets);
      page.set({ experiments, wantedExperiment: experiments.open?.experiment.name ?? null });
    },
    start_experiment: ({ parallel, pause }) => start(parallel, pause),
    pause_experiment: () => runner?.pause(),
    resume_experiment: () => runner?.resume(),
    stop_experiment: () => runner?.stop(),
    retry_experiment: ({ at }) => runner?.retry(at),
    take_experiment_run: ({ expanded, seed }) => {
      const found = page.state.experiments.open?.expanded[expanded];
      if (!found) return;
      const spec: Spec = { ...found.spec, name: found.name, training: { ...found.spec.training, seed } };
      page.handle({ type: "open_network", title: found.name, spec });
    },
  };
}

/** The state with the experiment that a file says, or with what is wrong with it; null is the list. */
function opened(text: string | null, presets: Page["state"]["presets"]): Page["state"]["experiments"] {
  if (text === null) return { open: null, fault: null };
  try {
    const experiment = readExperiment(text);
    const expanded = expand(experiment, new Map(presets.map(({ name, spec }) => [name, spec])));
    const list = jobs(experiment, expanded);
    const states = list.map(() => ({ state: "waiting" }) as const);
    const open: OpenExperiment = { experiment, expanded, jobs: list, states, phase: "ready", progress: 0, secondsLeft: null };
    return { open, fault: null };
  } catch (thrown) {
    if (!(thrown instanceof ExperimentError)) throw thrown;
    return { open: null, fault: thrown.fault };
  }
}
