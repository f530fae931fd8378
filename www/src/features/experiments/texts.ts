import type { Measure } from "./experiment.ts";
import type { ExperimentFault } from "./fault.ts";

export interface ExperimentsTexts {
  intro: string;
  own: string;
  openFile: string;
  schema: string;
  back: string;
  source: string;
  size: (variants: number, seeds: number, steps: number) => string;
  measures: { [M in Measure]: string };
  start: string;
  goOn: string;
  pause: string;
  resume: string;
  stop: string;
  atOnce: string;
  atOnceChoice: (workers: number) => string;
  cores: (cores: number) => string;
  pauseRun: string;
  progress: (done: number, all: number, left: string | null) => string;
  phases: { ready: string; running: string; paused: string; stopped: string; done: string };
  variant: string;
  runs: string;
  toBaseline: string;
  baseline: string;
  noRuns: string;
  failedRuns: (failed: number) => string;
  again: (name: string, seed: number) => string;
  failure: (name: string, seed: number, reason: string) => string;
  open: (name: string, seed: number, value: string) => string;
  openHint: string;
  curves: (measure: string) => string;
  heatMap: (measure: string) => string;
  stepAxis: string;
  noise: (deviation: string) => string;
  points: string;
  verdict: {
    seen: (better: string, worse: string, difference: string, interval: string, runs: number) => string;
    opposite: (better: string, worse: string, difference: string, interval: string, runs: number) => string;
    open: (better: string, worse: string, difference: string, runs: number) => string;
    waiting: (better: string, worse: string) => string;
  };
  single: (name: string, mean: string, deviation: string, runs: number) => string;
  interval: string;
  save: string;
  trainedHere: string;
  faulty: string;
  fault: (fault: ExperimentFault) => string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    experiments: ExperimentsTexts;
  }
}
