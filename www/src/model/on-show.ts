/**
 * The network on show beside the one that is compiled, which trains and answers: whether they differ, of which one the results are, and what the buttons
 * that train do. Pure.
 */

import type { OptimizerSpec, Spec } from "../engine/protocol.ts";
import type { Blame } from "../lib/live-changes.ts";
import { blameIn } from "../lib/live-changes.ts";
import { sameContent } from "../lib/same-content.ts";
import { compilable } from "../spec/document.ts";
import { sameNetwork } from "../spec/same-network.ts";
import type { FreshSetting } from "../spec/settings.ts";
import { pending } from "../spec/settings.ts";
import { selector } from "../store/store.ts";
import type { AppState, RunState } from "./state.ts";
import { classesOf, isActive, problemOf, saysPixels } from "./state.ts";

/** Whether the network on show is another one than the one that is compiled: other layers, names of layers, input or data. */
export const isAnother = selector(
  ({ document, network }: Pick<AppState, "document" | "network">): boolean =>
    document !== null && network !== null && !sameNetwork(document.present.spec, network.spec),
);

/** Whether the compiled network has been trained, or is about to be: then it stays as it is until a person wants another. */
export function isUnderWay({ metrics, phase }: RunState): boolean {
  return metrics !== null || (phase !== "idle" && phase !== "waiting");
}

/** The same network under another title, as of a preset with the same layers: one that has not been trained takes it over. */
export function retitled(state: AppState): Pick<AppState, "network"> | null {
  const { document, network, run } = state;
  if (!document || !network || isUnderWay(run) || isAnother(state) || document.present.title === network.title) return null;
  return { network: { ...network, title: document.present.title } };
}

/** Fields of an optimizer that have no setting on the page, as Adam's betas: they come with a network. */
function unseen({ training }: Spec): string {
  const {
    type: _t,
    learning_rate: _l,
    momentum: _m,
    weight_decay: _w,
    clip_grad_norm: _c,
    decay: _d,
    ...rest
  }: OptimizerSpec = training?.optimizer ?? {};
  return JSON.stringify(
    Object.entries(rest)
      .filter(([, value]) => value != null)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** Settings that the compiled network was not made with and that need a fresh start. Those that reach a run under way are not among them. */
export const waitingSettings = selector(({ document, network, settings }: AppState): FreshSetting[] => {
  if (!settings) return [];
  const changed = pending(settings.applied, settings.edited);
  const other = document && network && unseen(compilable(document, settings.edited)) !== unseen(network.spec);
  return other && !changed.includes("optimizer") ? ["optimizer", ...changed] : changed;
});

/** A network that has been trained, and the run that trained it. */
export interface Owner {
  title: string;
  /** Null until it has a name: before its first step. */
  run: string | null;
  /** The network on show has the same title: it is this one, edited. */
  edited: boolean;
}

/** Of which network the curves, maps, mistakes and answers are. */
export type Results =
  | { of: "shown" }
  /** Of the one before, untrained, until the one on show is compiled. */
  | { of: "before" }
  /** Of none: the one on show is not finished, and nothing was trained. */
  | { of: "none" }
  | { of: "another"; owner: Owner };

export const resultsOf = selector((state: AppState): Results => {
  const { document, network, run } = state;
  if (!document || !network || !isAnother(state)) return { of: "shown" };
  if (!isUnderWay(run)) return { of: problemOf(state) ? "none" : "before" };
  return { of: "another", owner: { title: network.title, run: run.label?.name ?? null, edited: document.present.title === network.title } };
}, sameContent);

/** Whether a drawn digit gets an answer: a network that is blank or not finished has none, whichever was trained before it. */
export const canAnswer = selector((state: AppState): boolean => state.network !== null && !(isAnother(state) && problemOf(state) !== null));

/** Whole epochs that a run has behind it. */
const epochsDone = ({ metrics, phase }: RunState): number => (metrics === null ? 0 : phase === "done" ? metrics.epochs : metrics.epoch - 1);

/** How many epochs Run trains: until the one that the field says; after that one, one more. The one under way is trained to its end. */
export function epochsToTrain(run: RunState, until: number): number {
  return Math.max(1, until - epochsDone(run));
}

/** Below the loss of guessing among the classes by so much, it is no guessing; a network that says pixels is far below it from the start. */
const BETTER = 0.03;

/** The live change that spoiled the run in front, null where none did. */
export function blameOf(state: AppState): Blame | null {
  const { history, phase } = state.run;
  return blameIn(history.changes, history.train.points, saysPixels(state) ? 0 : Math.log(classesOf(state)) - BETTER, phase === "failed");
}

/** What the first button does, and what stands beside it as the second choice. */
export interface Choices {
  first: "run" | "pause" | "resume" | "train_new";
  possible: boolean;
  /** With the network that was trained before, where another is on show. */
  second: "pause" | "go_on" | null;
}

export const choicesOf = selector((state: AppState): Choices => {
  const { phase } = state.run;
  const stopped = state.engine.phase === "stopped";
  const going = isActive(phase) || phase === "pausing";
  if (resultsOf(state).of === "another") {
    const second = phase === "failed" || stopped ? null : going ? "pause" : "go_on";
    return { first: "train_new", possible: !stopped && phase !== "pausing" && problemOf(state) === null, second };
  }
  // A run that is under way has a network that is sound; it can always be paused.
  const possible = !stopped && phase !== "pausing" && (going || problemOf(state) === null);
  return { first: going ? "pause" : phase === "paused" ? "resume" : "run", possible, second: null };
});
