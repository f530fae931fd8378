/** Where the steps of a run lie on the horizontal axis of a chart. Pure. */
import type { Mark } from "../../lib/run-clock.ts";
import type { History } from "../../lib/series.ts";
import type { Axis } from "./measures.ts";

/** Where a step of a run lies on the axis; null where that is not known. */
export type Place = (step: number) => number | null;

/** Seconds at a step, between two marks in proportion; null where no time was kept. */
export function secondsAt(marks: readonly Mark[], step: number): number | null {
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.[0] ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  const [from, began] = marks[low - 1] ?? [0, 0];
  const after = marks[low];
  if (!after) return marks.length > 0 ? began : null;
  return began + ((after[1] - began) * (step - from)) / (after[0] - from);
}

export function placeOn(axis: Axis, history: History, batch: number): Place {
  if (axis === "steps") return (step) => step;
  return axis === "images" ? (step) => step * batch : (step) => secondsAt(history.clock.marks, step);
}
