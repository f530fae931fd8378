/** Checkpoints of earlier steps of a run, beside its newest one: their keys, and which of them make way for others. Pure. */

/** Between a run's key and the step; no run's key has it. */
const AT = "@";

export const keptKey = (run: string, step: number): string => `${run}${AT}${step}`;
export const isKeptStep = (key: string): boolean => key.includes(AT);
/** The run that a checkpoint is of. */
export const runOf = (key: string): string => key.split(AT, 1)[0] ?? key;

/** The steps of a run that can be gone on from, the oldest first. */
export function keptSteps(checkpoints: ReadonlyMap<string, number>, run: string): number[] {
  const steps = [...checkpoints].filter(([key]) => runOf(key) === run).map(([, step]) => step);
  return [...new Set(steps)].sort((one, other) => one - other);
}

/** The newest kept step that is not after this one. */
export function keptBefore(checkpoints: ReadonlyMap<string, number>, run: string, step: number): number | null {
  return keptSteps(checkpoints, run).findLast((kept) => kept <= step) ?? null;
}

export interface KeptStep {
  key: string;
  step: number;
  size: number;
  /** When it was kept: milliseconds since 1970. */
  at: number;
  /** It was kept before a live change: the way back from it. */
  change: boolean;
}

export const MOST_KEPT = 48;
export const MOST_KEPT_BYTES = 48 << 20;

/** How much is lost with it: the share of training between its neighbours. */
function worth(steps: readonly KeptStep[], at: number): number {
  const [before, own, after] = [steps[at - 1]?.step ?? 0, steps[at]?.step ?? 0, steps[at + 1]?.step];
  return after === undefined ? Number.POSITIVE_INFINITY : (after - before) / Math.max(1, own);
}

/**
 * The keys of those that have to go: of other runs than that of the newest first, the oldest first; then those whose neighbours are nearest. Ends of epochs
 * go before what was kept for a change; the newest never goes.
 */
export function surplus(kept: readonly KeptStep[], count = MOST_KEPT, bytes = MOST_KEPT_BYTES): string[] {
  const left = kept.toSorted((one, other) => one.at - other.at);
  const gone: string[] = [];
  const newest = left.at(-1);
  const size = (): number => left.reduce((sum, one) => sum + one.size, 0);
  while (left.length > 1 && (left.length > count || size() > bytes)) {
    const front = newest ? runOf(newest.key) : "";
    const other = left.find(({ key }) => runOf(key) !== front);
    const own = left.filter((one) => one !== newest).sort((one, next) => one.step - next.step);
    const ranked = own
      .map((one, at) => ({ one, worth: worth([...own, ...(newest ? [newest] : [])], at) }))
      .sort((one, next) => Number(one.one.change) - Number(next.one.change) || one.worth - next.worth);
    const victim = other ?? ranked[0]?.one;
    if (!victim) break;
    gone.push(victim.key);
    left.splice(left.indexOf(victim), 1);
  }
  return gone;
}
