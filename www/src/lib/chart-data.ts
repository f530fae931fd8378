/** From a run's history to what a chart draws. */
import type { History, Point } from "./series.ts";
import { align, smooth } from "./series.ts";

export type Metric = "loss" | "accuracy" | "iou";

export function valueOf({ loss, top1, mean_iou }: Point, metric: Metric): number | null {
  return metric === "loss" ? loss : metric === "accuracy" ? top1 : (mean_iou ?? null);
}

const SMOOTHING = 0.85;

/** Steps; training as measured where it is drawn behind its smoothed self; training; test. */
export function curves(history: History, metric: Metric, smoothing: boolean): [number[], (number | null)[], (number | null)[], (number | null)[]] {
  const of = (points: readonly Point[]): { steps: number[]; values: number[] } => {
    const known = points.flatMap((point) => {
      const value = valueOf(point, metric);
      return value === null ? [] : [{ step: point.step, value }];
    });
    return { steps: known.map(({ step }) => step), values: known.map(({ value }) => value) };
  };
  const train = of(history.train.points);
  const test = of(history.test.points);
  const [steps, measured, tested] = align(train, test);
  if (!smoothing) return [steps, steps.map(() => null), measured, tested];
  const [, smoothed] = align({ steps: train.steps, values: smooth(train.values, SMOOTHING) }, test);
  return [steps, measured, smoothed, tested];
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
