/** The runs of a page: the one in front, which trains, and those before it, whose curves and weights stay. Pure. */

import type { EpochSummary, Evaluation, Metrics, Spec } from "../engine/protocol.ts";
import { nextLook, nextName } from "../lib/run-names.ts";
import type { SavedHistory } from "../lib/series.ts";
import { History } from "../lib/series.ts";
import { sameNetwork } from "../spec/same-network.ts";
import { settingsOf, withSettings } from "../spec/settings.ts";
import { nameOfDifference } from "./difference-name.ts";
import type { AppState, RunState } from "./state.ts";

/** What tells a run from the others. */
export interface RunLabel {
  key: string;
  name: string;
  /** Place in `LOOKS`. */
  look: number;
  /** The run it went on from. */
  parent: string | null;
}

/** A run that another one has followed. */
export interface PastRun extends RunLabel {
  title: string;
  /** With the settings it ended with. */
  spec: Spec;
  history: History;
  epochs: readonly EpochSummary[];
  metrics: Metrics;
  evaluation: Evaluation | null;
}

/** A run for keeping: in storage, and as the note in a checkpoint. */
export type SavedRun = Omit<PastRun, "history"> & { history: SavedHistory };

/** More would be neither seen nor told apart; the oldest goes. */
const MOST_RUNS = 24;
const LEAST_STEPS = 5;

const labels = ({ runs, run }: AppState): RunLabel[] => [...runs, ...(run.label ? [run.label] : [])];

/** A label that no run has. */
export function newLabel(state: AppState, parent: string | null = null): RunLabel {
  const all = labels(state);
  const number = 1 + Math.max(0, ...[...all.map(({ key }) => key), ...state.checkpoints.keys()].map((key) => Number(key.slice(1)) || 0));
  const taken = all.map(({ name }) => name);
  return {
    key: `r${number}`,
    name: (parent === null && differenceName(state, taken)) || nextName(taken),
    look: nextLook(all.map(({ look }) => look)),
    parent,
  };
}

/** What a run changes of the newest one before it, where both are of the same network. */
function differenceName({ runs, network, settings, preferences }: AppState, taken: readonly string[]): string | null {
  const before = runs.at(-1);
  if (!before || !network || !settings || !sameNetwork(before.spec, network.spec)) return null;
  return nameOfDifference({ ...settingsOf(before.spec), epochs: settings.applied.epochs }, settings.applied, preferences.language, taken);
}

/** The run in front as one of the list; null where nothing has been trained. */
export function frontRun({ run, network }: AppState): PastRun | null {
  const { label, metrics, settings, history, epochs, evaluation } = run;
  if (!label || !metrics || !network) return null;
  const spec = settings ? withSettings(network.spec, settings) : network.spec;
  return { ...label, title: network.title, spec, history, epochs, metrics, evaluation };
}

/** All runs, the one in front last. */
export function allRuns(state: AppState): PastRun[] {
  const front = frontRun(state);
  return front ? [...state.runs, front] : [...state.runs];
}

/** The list when another run takes the front. */
export function withFrontKept(state: AppState): readonly PastRun[] {
  const front = frontRun(state);
  // A few steps are tried and reset: there is nothing in them to come back to.
  if (front && front.metrics.step < LEAST_STEPS) return state.runs;
  return front ? [...state.runs, front].slice(-MOST_RUNS) : state.runs;
}

export const saved = (run: PastRun): SavedRun => ({ ...run, history: run.history.save() });
export const unsaved = (run: SavedRun): PastRun => ({ ...run, history: History.from(run.history) });

/** The run in front as it was when it was kept. `epochsDone` are those the weights have behind them. */
export function wentOn(id: string, run: PastRun, label: RunLabel, { step, epochsDone }: { step: number; epochsDone: number }): RunState {
  const { history, epochs, evaluation } = run;
  const left = Math.max(0, run.metrics.epochs - epochsDone);
  const metrics = { ...run.metrics, step, images_per_second: 0, seconds_left: null };
  return {
    id,
    phase: left > 0 ? "paused" : "done",
    label,
    metrics,
    settings: settingsOf(run.spec),
    evaluation,
    epochs,
    history,
    historyVersion: history.version,
    epochsLeft: left > 0 ? left : null,
  };
}

/** Changes a name, whichever run has it; one that another run has is refused. */
export function renamed(state: AppState, key: string, name: string): Partial<AppState> | null {
  const wanted = name.trim().slice(0, 24);
  if (wanted === "" || labels(state).some((label) => label.name === wanted && label.key !== key)) return null;
  if (state.run.label?.key === key) return { run: { ...state.run, label: { ...state.run.label, name: wanted } } };
  return { runs: state.runs.map((run) => (run.key === key ? { ...run, name: wanted } : run)) };
}
