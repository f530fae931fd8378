/** What a network gets wrong, from what it says to every image. Pure. */
import type { Predictions } from "../engine/protocol.ts";

export const CLASSES = 10;
/** Stands where the network says no class, since what it computes are no finite numbers. */
export const NO_CLASS = 255;

/** The class with the largest of its shares; null where there is none, or one of them is NaN. */
export function bestOf(shares: readonly number[] | null): number | null {
  if (!shares || shares.length === 0 || !shares.every(Number.isFinite)) return null;
  return shares.indexOf(Math.max(...shares));
}

/** How many images the network says no class of. */
export function withoutClass({ first }: Predictions): number {
  return first.reduce((count, said) => count + Number(said === NO_CLASS), 0);
}

/** Counts `[label][prediction]`. */
export function confusionOf({ labels, first }: Predictions, classes: number = CLASSES): number[][] {
  const counts = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (let at = 0; at < labels.length; at++) {
    const row = counts[labels[at] as number];
    const said = first[at] as number;
    if (row && said < classes) row[said] = (row[said] as number) + 1;
  }
  return counts;
}

/** Each row as shares of its sum; a row of nothing stays so. */
export function sharesOf(counts: readonly (readonly number[])[]): number[][] {
  return counts.map((row) => {
    const sum = row.reduce((all, count) => all + count, 0);
    return row.map((count) => (sum > 0 ? count / sum : 0));
  });
}

/** The images of a cell, in the order of the set. */
export function cellImages({ labels, first }: Predictions, label: number, said: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < labels.length; at++) if (labels[at] === label && first[at] === said) found.push(at);
  return found;
}

/** Images that the network gets wrong, the largest loss first. */
export function worstOf({ labels, first, losses }: Predictions, most: number): number[] {
  const wrong: number[] = [];
  for (let at = 0; at < labels.length; at++) if (labels[at] !== first[at]) wrong.push(at);
  // A NaN loss is the worst.
  const size = (at: number): number => (Number.isNaN(losses[at]) ? Number.POSITIVE_INFINITY : (losses[at] as number));
  return wrong.sort((a, b) => size(b) - size(a) || a - b).slice(0, most);
}

export interface ClassScore {
  label: number;
  count: number;
  /** Shares: said first, said first or second. */
  top1: number;
  top2: number;
}

export function scoresOf({ labels, first, second }: Predictions, classes: number = CLASSES): ClassScore[] {
  return Array.from({ length: classes }, (_, label) => {
    let [count, one, two] = [0, 0, 0];
    for (let at = 0; at < labels.length; at++) {
      if (labels[at] !== label) continue;
      count++;
      if (first[at] === label) one++;
      if (first[at] === label || second[at] === label) two++;
    }
    return { label, count, top1: count > 0 ? one / count : 0, top2: count > 0 ? two / count : 0 };
  });
}
