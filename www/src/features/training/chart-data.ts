/** From runs' histories to what a chart draws. */
import type { Curve, History, Point } from "../../lib/series.ts";
import { align, smooth } from "../../lib/series.ts";
import type { Place } from "./axis.ts";
import type { Measure, Metric } from "./measures.ts";
import { measured } from "./measures.ts";

/** Points of a curve that lies behind: finer than this is not seen. */
const BEHIND = 300;

/** A peak is drawn beside the mean of what it is of where it is so many times that. */
const STANDS_OUT = 1.5;

/** What a point says of a measure: its value, and before or after it a peak that was joined into it. */
function valuesOf(point: Point, measure: Measure): { step: number; value: number | null }[] {
  const own = { step: point.step, value: measured(point, measure) };
  const { peak, dip, loss, top1 } = point;
  const out = measure === "loss" && peak && peak[1] > STANDS_OUT * loss ? peak : null;
  const down = measure === "accuracy" && dip && 1 - dip[1] > STANDS_OUT * (1 - top1) ? dip : null;
  const other = out ?? down;
  if (!other || other[0] === point.step) return [own];
  const extreme = { step: other[0], value: other[1] };
  return extreme.step < own.step ? [extreme, own] : [own, extreme];
}

function curveOf(points: readonly Point[], measure: Measure, peaks = false): { steps: number[]; values: number[] } {
  const all = points.flatMap((point) => (peaks ? valuesOf(point, measure) : [{ step: point.step, value: measured(point, measure) }]));
  const known = all.flatMap((point) => {
    const { value } = point;
    // A NaN loss has no place, and would make all later values of a smoothed curve NaN.
    return value === null || !Number.isFinite(value) ? [] : [{ step: point.step, value }];
  });
  return { steps: known.map(({ step }) => step), values: known.map(({ value }) => value) };
}

const smoothed = ({ steps, values }: Curve, weight: number): Curve => ({ steps, values: weight > 0 ? smooth(values, weight) : values });

function placed({ steps, values }: Curve, place: Place | undefined): Curve {
  if (!place) return { steps, values };
  const known = steps.flatMap((step, at) => {
    const where = place(step);
    return where === null ? [] : [[where, values[at] ?? 0] as const];
  });
  return { steps: known.map(([where]) => where), values: known.map(([, value]) => value) };
}

/** No more than {@link BEHIND} points, the highest and the lowest of each stretch among them. */
function thinned({ steps, values }: Curve): Curve {
  if (steps.length <= BEHIND) return { steps, values };
  const stretch = Math.ceil((2 * steps.length) / BEHIND);
  const kept: number[] = [];
  for (let from = 0; from < steps.length; from += stretch) {
    const places = Array.from({ length: Math.min(stretch, steps.length - from) }, (_, at) => from + at);
    const by = (sign: 1 | -1): number =>
      places.reduce((best, at) => (sign * (values[at] ?? 0) > sign * (values[best] ?? 0) ? at : best), from);
    kept.push(...new Set([by(1), by(-1)].sort((one, other) => one - other)));
  }
  return { steps: kept.map((at) => steps[at] ?? 0), values: kept.map((at) => values[at] ?? 0) };
}

export interface ChartChoices {
  /** Weight on the past, 0 for none. */
  smoothing: number;
  top5: boolean;
  /** Of the run in front and of each behind: where its steps lie on the axis. They are steps where it is left out. */
  places?: readonly Place[];
}

/**
 * Steps; training as measured where it is drawn behind its smoothed self; training; test; training and test of top-5, empty unless asked for; then
 * training and test of each run behind.
 */
export function chartData(
  front: History,
  behind: readonly History[],
  metric: Metric,
  { smoothing, top5, places = [] }: ChartChoices,
): [number[], ...(number | null)[][]] {
  const smooths = smoothing > 0;
  const train = curveOf(front.train.points, metric, true);
  const mean = smooths ? curveOf(front.train.points, metric) : train;
  const none: Curve = { steps: [], values: [] };
  const fives = top5 ? [smoothed(curveOf(front.train.points, "top5"), smoothing), curveOf(front.test.points, "top5")] : [none, none];
  const others = behind.flatMap((history, at) =>
    [thinned(smoothed(curveOf(history.train.points, metric, !smooths), smoothing)), thinned(curveOf(history.test.points, metric))].map(
      (curve) => placed(curve, places[at + 1]),
    ),
  );
  const own = [smooths ? train : none, smoothed(mean, smoothing), curveOf(front.test.points, metric), ...fives];
  return align(...own.map((curve) => placed(curve, places[0])), ...others);
}

/** A loss so many times what nearly all others are below does not fix the axis; and how many are nearly all. */
const OUTLIER = 4;
const NEARLY_ALL = 0.9;

const finite = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((value): value is number => typeof value === "number" && Number.isFinite(value));

/** The largest loss, and where the axis would end without outliers. */
function ends(known: readonly number[]): { most: number; usual: number } {
  if (known.length === 0) return { most: 2.5, usual: 2.5 };
  const sorted = known.toSorted((one, other) => one - other);
  const usual = Math.max(2.5, OUTLIER * (sorted[Math.floor(NEARLY_ALL * (sorted.length - 1))] ?? 0));
  const most = sorted.at(-1) ?? 0;
  return { most, usual: Math.min(most, usual) };
}

/** The largest loss where it lies above the linear axis, else null. */
export function aboveAxis(metric: Metric, closeup: boolean, values: readonly (number | null | undefined)[]): number | null {
  if (metric !== "loss" || closeup) return null;
  const { most, usual } = ends(finite(values));
  return usual < most ? most : null;
}

/**
 * The y axis: from 0 up, or the close-up. The axis of a share never moves; a loss's ends at a round number above the highest value, outliers left out, which
 * a logarithmic one has room for.
 */
export function yRange(metric: Metric, closeup: boolean, values: readonly (number | null | undefined)[]): [number, number] {
  if (metric !== "loss") return closeup ? [0.9, 1] : [0, 1];
  const known = finite(values);
  const { most, usual } = ends(known);
  if (!closeup) return [0, Math.max(0.5, Math.ceil(usual * 2) / 2)];
  const positive = known.filter((value) => value > 0);
  const least = positive.length > 0 ? Math.min(...positive) : 0.01;
  return [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(Math.max(most, least * 10)))];
}
