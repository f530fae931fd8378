/** What the measured numbers say together, and as files. Pure. */
import type { LesionState, Part } from "./model.ts";
import { changeOf, figureOf, keyOf, partsOf } from "./model.ts";

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

export interface Summary {
  /** The part without which the network loses most. */
  most: Part;
  drop: number;
  median: number;
  /** The same with statistics estimated anew, where all of them were measured so. */
  anew: number | null;
}

/** Null until each part of the kind on show was measured by itself. */
export function summaryOf(lesion: LesionState): Summary | null {
  const parts = partsOf(lesion);
  const drops = (anew: boolean): number[] => parts.flatMap(({ id }) => changeOf(lesion, [id], anew)?.drop ?? []);
  const [stored, anew] = [drops(false), drops(true)];
  const whole = (values: readonly number[]): boolean => parts.length > 1 && values.length === parts.length;
  const of = whole(stored) ? stored : anew;
  if (!whole(of)) return null;
  const drop = Math.max(...of);
  const most = parts[of.indexOf(drop)];
  return most ? { most, drop, median: median(of), anew: whole(stored) && whole(anew) ? median(anew) : null } : null;
}

/** Of each number of parts left out at random, what the network said each time. */
export interface DrawnAt {
  k: number;
  values: readonly number[];
}

export function drawnOf({ draws, found }: LesionState): DrawnAt[] {
  if (!draws) return [];
  const by = new Map<number, number[]>();
  for (const { k, cut } of draws.list) {
    const first = found.get(keyOf(cut, draws.anew))?.first;
    if (first) by.set(k, [...(by.get(k) ?? []), figureOf(first)]);
  }
  return [...by].map(([k, values]) => ({ k, values })).sort((one, other) => one.k - other.k);
}

/** RFC 4180: quoted where it has to be. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
function cell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\n\r]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const lines = (rows: readonly (readonly (string | number)[])[]): string => [...rows.map((row) => row.map(cell).join(",")), ""].join("\r\n");

/** A line for everything that was measured: the intact network has no parts. */
export function csvOf({ found, of }: LesionState): string {
  const rows = [...found].flatMap(([key, { first, all }]) => {
    const [statistics = "", ...ids] = key.split("\n");
    return [first, all].flatMap((shares) =>
      shares && !(shares === all && all.images === first?.images)
        ? [[ids.join(" "), statistics, of?.step ?? 0, shares.images, shares.top1, shares.loss, shares.iou ?? ""]]
        : [],
    );
  });
  return lines([["left_out", "statistics", "step", "test_images", "top1", "loss", "mean_iou"], ...rows]);
}
