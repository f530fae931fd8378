/** What the horizontal axis of a chart counts. Pure. */
import type { History } from "../../lib/series.ts";

/** Steps; images trained on, so that batches of other sizes can be compared; seconds of training. */
export const AXES = ["steps", "images", "seconds"] as const;
export type Axis = (typeof AXES)[number];

/** Where a step of a run lies on the axis; null where that is not known. */
export type Place = (step: number) => number | null;

export function placeOn(axis: Axis, history: History, batch: number): Place {
  if (axis === "steps") return (step) => step;
  return axis === "images" ? (step) => step * batch : (step) => history.clock.at(step);
}
