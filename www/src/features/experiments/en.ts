import type { Formats } from "../../lib/format.ts";
import { faultText } from "./fault-text.ts";
import type { ExperimentsTexts } from "./texts.ts";

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);

export default (f: Formats): ExperimentsTexts => ({
  intro:
    "Which network is better, at equal budget? Each experiment trains some networks here, several times from different random weights, and says how far apart they are, and how much of that is luck.",
  own: "An experiment of your own",
  openFile: "Open file…",
  schema: "It is a JSON file without code: a base network, variants as JSON Patch, a budget, seeds. Save one of these and change it.",
  back: "All experiments",
  source: "Source",
  size: (variants, seeds, steps) =>
    `${f.whole(variants)} ${plural(variants, "network", "networks")}, ${f.whole(seeds)} ${plural(seeds, "seed", "seeds")}, ${f.whole(steps)} steps each`,
  measures: {
    test_top1: "test accuracy",
    test_loss: "test loss",
    test_mean_iou: "test mean IoU",
    train_top1: "training accuracy",
    train_loss: "training loss",
    images_per_second: "images a second",
  },
  start: "Start",
  goOn: "Go on",
  pause: "Pause",
  resume: "Resume",
  stop: "Stop",
  atOnce: "Runs at once",
  atOnceChoice: (workers) => f.whole(workers),
  cores: (cores) => `This computer has ${f.whole(cores)} ${plural(cores, "core", "cores")}. Each run takes one.`,
  pauseRun: "Pause the run in the workbench meanwhile",
  progress: (done, all, left) => `${f.whole(done)} of ${f.whole(all)} runs${left ? `, ${left} left` : ""}`,
  phases: { ready: "Not started", running: "Training", paused: "Paused", stopped: "Stopped", done: "Finished" },
  variant: "Network",
  runs: "Runs",
  toBaseline: "to baseline",
  baseline: "baseline",
  noRuns: "no run yet",
  failedRuns: (failed) => `${f.whole(failed)} failed`,
  again: (name, seed) => `Again: ${name}, seed ${seed}`,
  failure: (name, seed, reason) => `${name}, seed ${seed}, was not trained: ${reason}`,
  open: (name, seed, value) => `${name}, seed ${seed}: ${value}. Open in the workbench`,
  openHint: "Each dot is a run. It opens in the workbench.",
  curves: (measure) => `Over the steps: ${measure}`,
  heatMap: (measure) => `Mean of the runs: ${measure}`,
  stepAxis: "step",
  noise: (deviation) => `Runs of one network differ by ± ${deviation} (standard deviation): that much is luck.`,
  points: "points",
  verdict: {
    seen: (better, worse, difference, interval, runs) =>
      `Seen: ${better} is better than ${worse} by ${difference} (95 % interval ${interval}, ${f.whole(runs)} runs each).`,
    opposite: (better, worse, difference, interval, runs) =>
      `Not seen, the other way round: ${better} against ${worse} is ${difference} (95 % interval ${interval}, ${f.whole(runs)} runs each).`,
    open: (better, worse, difference, runs) =>
      `Not shown: ${better} against ${worse} is ${difference}, with ${f.whole(runs)} ${plural(runs, "run", "runs")} each. Luck alone can do that.`,
    waiting: (better, worse) => `Is ${better} better than ${worse}? It takes three runs of each to say.`,
  },
  single: (name, mean, deviation, runs) => `${name}: ${mean} ± ${deviation} over ${f.whole(runs)} runs.`,
  interval: "The bar is the 95 % interval of the mean (percentile bootstrap), the tall line the mean.",
  save: "Save",
  trainedHere: "Trained in this tab, on the CPU.",
  faulty: "This file is no experiment that can be run.",
  fault: faultText({
    at: (path) => (path === "" ? "At the top" : `At ${path}`),
    not_json: (reason) => `It is not JSON: ${reason}.`,
    version: (found) => `It is of version ${found}; this page reads version 1.`,
    wrong_type: (at, allowed) => `${at}: it has to be of type ${allowed}.`,
    unknown_key: (at, key, allowed) => `${at}: there is no key "${key}". Allowed: ${allowed}.`,
    missing_key: (at, key) => `${at}: the key "${key}" is missing.`,
    one_of_keys: (at, keys) => `${at}: exactly one of ${keys} has to be there.`,
    not_one_of: (at, allowed) => `${at}: allowed is ${allowed}.`,
    pattern: (at, pattern) => `${at}: it has to match ${pattern}.`,
    least: (at, value) => `${at}: at least ${value}.`,
    most: (at, value) => `${at}: at most ${value}.`,
    repeated: (at, value) => `${at}: ${value} is there twice.`,
    unknown_preset: (at, preset, allowed) => `${at}: there is no preset "${preset}". There are: ${allowed}.`,
    unknown_variant: (at, variant, allowed) => `${at}: there is no variant "${variant}". There are: ${allowed}.`,
    unmeasured: (at, measure, allowed) => `${at}: ${measure} is not among what is measured: ${allowed}.`,
    patch_failed: (at, op, target, why) =>
      `${at}: "${op}" of ${target} fails. ${why === "missing" ? "There is no such place in the network." : why === "test" ? "There is another value." : "The operation is not valid."}`,
    too_many_runs: (runs, most) => `It has ${runs} runs; at most ${most} are run.`,
  }),
});
