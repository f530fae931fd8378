/** From runs' histories to what a chart draws. */
import type { Curve, History, Point } from "../../lib/series.ts";
import { align, sampleRows, smooth } from "../../lib/series.ts";

export type Metric = "loss" | "accuracy" | "iou";
/** What a curve may show; the second curve of accuracy is top-5. */
type Measure = Metric | "top5";

export function measured({ loss, top1, top5, mean_iou }: Point, measure: Measure): number | null {
  return measure === "loss" ? loss : measure === "accuracy" ? top1 : measure === "top5" ? (top5 ?? null) : (mean_iou ?? null);
}

/** Points of a curve that lies behind: finer than this is not seen. */
const BEHIND = 300;

function curveOf(points: readonly Point[], measure: Measure): { steps: number[]; values: number[] } {
  const known = points.flatMap((point) => {
    const value = measured(point, measure);
    // A NaN loss has no place, and would make all later values of a smoothed curve NaN.
    return value === null || !Number.isFinite(value) ? [] : [{ step: point.step, value }];
  });
  return { steps: known.map(({ step }) => step), values: known.map(({ value }) => value) };
}

const smoothed = ({ steps, values }: Curve, weight: number): Curve => ({ steps, values: weight > 0 ? smooth(values, weight) : values });

function thinned({ steps, values }: Curve): Curve {
  const kept = sampleRows(
    steps.map((step, at) => ({ step, value: values[at] ?? 0 })),
    BEHIND,
  );
  return { steps: kept.map(({ step }) => step), values: kept.map(({ value }) => value) };
}

export interface ChartChoices {
  /** Weight on the past, 0 for none. */
  smoothing: number;
  top5: boolean;
}

/**
 * Steps; training as measured where it is drawn behind its smoothed self; training; test; training and test of top-5, empty unless asked for; then
 * training and test of each run behind.
 */
export function chartData(
  front: History,
  behind: readonly History[],
  metric: Metric,
  { smoothing, top5 }: ChartChoices,
): [number[], ...(number | null)[][]] {
  const train = curveOf(front.train.points, metric);
  const none: Curve = { steps: [], values: [] };
  const fives = top5 ? [smoothed(curveOf(front.train.points, "top5"), smoothing), curveOf(front.test.points, "top5")] : [none, none];
  const others = behind.flatMap((history) => [
    thinned(smoothed(curveOf(history.train.points, metric), smoothing)),
    thinned(curveOf(history.test.points, metric)),
  ]);
  return align(smoothing > 0 ? train : none, smoothed(train, smoothing), curveOf(front.test.points, metric), ...fives, ...others);
}

/** The value a curve has at a place of the axis: its own there, or its last one before. */
export function valueAt(values: ArrayLike<number | null | undefined> | undefined, at: number): number | null {
  for (let place = at; place >= 0; place--) {
    const value = values?.[place];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** The y axis: from 0 up, or the close-up. The axis of a share never moves; a loss's ends at a round number above the highest value. */
export function yRange(metric: Metric, closeup: boolean, values: readonly (number | null | undefined)[]): [number, number] {
  if (metric !== "loss") return closeup ? [0.9, 1] : [0, 1];
  const known = values.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  const most = known.length > 0 ? Math.max(...known) : 2.5;
  if (!closeup) return [0, Math.max(0.5, Math.ceil(most * 2) / 2)];
  const positive = known.filter((value) => value > 0);
  const least = positive.length > 0 ? Math.min(...positive) : 0.01;
  return [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(Math.max(most, least * 10)))];
}
