/** What the page shows, from what the worker sent. No DOM. */
import type { CheckDifference, NetworkDescription } from "../../../src/web/types.d.ts";
import type { BackendId, BackendResult } from "./protocol.ts";
import { BACKENDS } from "./protocol.ts";

export type Half = "forward" | "backward";

/** A node's time on one backend, in milliseconds. */
export interface NodeTime {
  forward: number;
  backward: number;
  total: number;
  /** Of the sum of all nodes. */
  share: number;
}

export interface Row {
  name: string;
  /** Null for what is no layer: the images, the loss, the counts. */
  op: string | null;
  /** Whether no backend has a kernel call of its own for it: it was folded into another's, or costs nothing. */
  folded: boolean;
  times: { [B in BackendId]?: NodeTime };
}

/** A backend whose steps have all been timed. */
export const isTimed = ({ steps, times }: BackendResult): boolean => steps.length > 0 && times.length === steps.length;

function timesOf({ steps, times }: BackendResult): Map<string, NodeTime> {
  const of = new Map<string, NodeTime>();
  let sum = 0;
  steps.forEach(({ node, backward }, place) => {
    const ms = times[place]?.ms ?? 0;
    const time = of.get(node) ?? { forward: 0, backward: 0, total: 0, share: 0 };
    time[backward ? "backward" : "forward"] += ms;
    time.total += ms;
    sum += ms;
    of.set(node, time);
  });
  for (const time of of.values()) time.share = sum > 0 ? time.total / sum : 0;
  return of;
}

/** Rows in the order in which they run: the images, the layers, what follows them. */
export function rows({ nodes }: NetworkDescription, results: readonly BackendResult[]): Row[] {
  const timed = results.filter(isTimed).map((result) => ({ id: result.id, of: timesOf(result) }));
  const layers = new Map(nodes.map(({ name, op }) => [name, op]));
  const others = [...new Set(timed.flatMap(({ of }) => [...of.keys()]))].filter((name) => !layers.has(name));
  const before = others.filter((name) => name === "input");
  const after = others.filter((name) => name !== "input");
  return [...before, ...layers.keys(), ...after].map((name) => {
    const times: Row["times"] = {};
    for (const { id, of } of timed) {
      const time = of.get(name);
      if (time) times[id] = time;
    }
    return { name, op: layers.get(name) ?? null, folded: Object.keys(times).length === 0, times };
  });
}

/** The slowest on that backend first; what has no time stays behind, in its order. */
export function byTime(list: readonly Row[], backend: BackendId): Row[] {
  const time = ({ times }: Row): number => times[backend]?.total ?? -1;
  return [...list].sort((a, b) => time(b) - time(a));
}

/** The sum of all rows on a backend. */
export function total(list: readonly Row[], backend: BackendId): NodeTime {
  const sum = { forward: 0, backward: 0, total: 0, share: 0 };
  for (const {
    times: { [backend]: time },
  } of list) {
    if (!time) continue;
    sum.forward += time.forward;
    sum.backward += time.backward;
    sum.total += time.total;
    sum.share += time.share;
  }
  return sum;
}

/** Relative to the largest magnitude of its tensor. */
export const relative = ({ largest, magnitude }: CheckDifference): number => (largest === 0 ? 0 : largest / magnitude);

/** Which of them is the worst: what is not a number, then what fails, then what is furthest apart. */
export function worst(differences: readonly CheckDifference[]): CheckDifference | null {
  const rank = (difference: CheckDifference): number => {
    const apart = relative(difference);
    if (Number.isNaN(apart) || Number.isNaN(difference.used)) return Number.POSITIVE_INFINITY;
    return difference.passes ? apart : 1e9 + difference.used;
  };
  return differences.reduce<CheckDifference | null>((found, one) => (found && rank(found) >= rank(one) ? found : one), null);
}

export interface Verdict {
  loss: CheckDifference | null;
  logits: CheckDifference | null;
  gradients: CheckDifference | null;
  passes: boolean;
  /** The largest part of a tolerance that is used. NaN where a number is none. */
  used: number;
}

/** Null as long as nothing was compared. */
export function verdict({ differences }: BackendResult): Verdict | null {
  if (differences.length === 0) return null;
  const output = (name: string): CheckDifference | null => differences.find((one) => !one.gradient && one.name === name) ?? null;
  return {
    loss: output("loss"),
    logits: output("logits"),
    gradients: worst(differences.filter(({ gradient }) => gradient)),
    passes: differences.every(({ passes }) => passes),
    used: differences.reduce((most, { used }) => (used <= most || Number.isNaN(most) ? most : used), 0),
  };
}

/** How many times as fast as the reference, where both are known. */
export function speedUp(results: readonly BackendResult[], id: BackendId): number | null {
  const ms = (of: BackendId): number | null => results.find((result) => result.id === of)?.batch?.ms ?? null;
  const [reference, own] = [ms(BACKENDS[0]), ms(id)];
  return reference && own ? reference / own : null;
}

/** Images a second of a batch that takes so many milliseconds. */
export const imagesPerSecond = (batch: number, ms: number): number => (1e3 * batch) / ms;
