/** Settings that were changed while a run was under way, and which of these changes spoiled it. Pure. */
import type { Point } from "./series.ts";

/** What acts on a run under way. */
export const LIVE = ["learning_rate", "momentum", "weight_decay"] as const;
export type LiveSetting = (typeof LIVE)[number];

export interface LiveChange {
  /** The last step that was trained with the old value. */
  step: number;
  setting: LiveSetting;
  from: number;
  to: number;
}

/** Whether what was stored or came from a file is a change. */
export function isChange(value: Partial<LiveChange> | null): value is LiveChange {
  const numbers = [value?.step, value?.from, value?.to].every((number) => typeof number === "number" && Number.isFinite(number));
  return numbers && (LIVE as readonly unknown[]).includes(value?.setting);
}

/** A change after which the loss went up for good. */
export interface Blame extends LiveChange {
  /** The loss before it, and the largest since; null where there was no finite loss any more. */
  before: number;
  after: number | null;
}

/** The changes with one more. What is typed digit by digit, between two steps, is one change; one that is taken back is none. */
export function withChange(changes: readonly LiveChange[], change: LiveChange): LiveChange[] {
  const last = changes.at(-1);
  const joins = last !== undefined && last.setting === change.setting && last.step >= change.step;
  const joined = joins ? { ...change, step: last.step, from: last.from } : change;
  const rest = joins ? changes.slice(0, -1) : changes;
  return joined.from === joined.to ? [...rest] : [...rest, joined];
}

/** Points that tell the loss before a change, and now. */
const BEFORE = 5;
const RECENT = 3;
/** So many times the loss before is no swing of a run that is sound. */
const TIMES = 3;
/** A run that has gone on soundly for so many points after a change was not spoiled by it. */
const SOUND = 40;

const meanLoss = (points: readonly Point[]): number => points.reduce((sum, { loss }) => sum + loss, 0) / points.length;

/**
 * The change that spoiled a run, null where none did: the newest after which the loss rose to `TIMES` what it was and to `floor`, and stayed there.
 * `failed`: the loss or the weights are no longer finite.
 */
export function blameIn(changes: readonly LiveChange[], points: readonly Point[], floor: number, failed = false): Blame | null {
  for (const change of changes.toReversed()) {
    const before = points.filter(({ step }) => step <= change.step).slice(-BEFORE);
    if (before.length === 0) continue;
    const was = meanLoss(before);
    const since = points.filter(({ step }) => step > change.step);
    const peak = since.length > 0 ? Math.max(...since.map(({ loss, peak }) => peak?.[1] ?? loss)) : null;
    const blame = { ...change, before: was, after: peak };
    const now = since.slice(-RECENT);
    const risen = now.length === RECENT && meanLoss(now) >= Math.max(floor, TIMES * was);
    if (risen && was < floor) return blame;
    if (failed && since.length < SOUND) return { ...blame, after: peak !== null && peak >= TIMES * was ? peak : null };
  }
  return null;
}
