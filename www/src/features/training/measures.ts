/** What a curve shows, and its value at a place. Pure. */
import type { Point } from "../../lib/series.ts";

export type Metric = "loss" | "accuracy" | "iou";
/** What a curve may show; the second curve of accuracy is top-5. */
export type Measure = Metric | "top5";

/** What the horizontal axis counts: steps; images trained on, so that batches of other sizes can be compared; seconds of training. */
export const AXES = ["steps", "images", "seconds"] as const;
export type Axis = (typeof AXES)[number];

export function measured({ loss, top1, top5, mean_iou }: Point, measure: Measure): number | null {
  return measure === "loss" ? loss : measure === "accuracy" ? top1 : measure === "top5" ? (top5 ?? null) : (mean_iou ?? null);
}

/** The value a curve has at a place of the axis: its own there, or its last one before. */
export function valueAt(values: ArrayLike<number | null | undefined> | undefined, at: number): number | null {
  for (let place = at; place >= 0; place--) {
    const value = values?.[place];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}
