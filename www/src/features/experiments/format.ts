/** Measures as text. Shares are percent, differences of shares are points. */
import type { Formats } from "../../lib/format.ts";
import type { Measure } from "./experiment.ts";
import type { Scale } from "./plots.ts";

const SHARES: ReadonlySet<Measure> = new Set(["test_top1", "train_top1", "test_mean_iou"]);

export const isShare = (measure: Measure): boolean => SHARES.has(measure);

/** What a measure can be at all: an axis goes no further. */
export const boundsOf = (measure: Measure): Scale => ({ least: 0, most: isShare(measure) ? 1 : Number.POSITIVE_INFINITY });

export function valueText(f: Formats, measure: Measure, value: number): string {
  if (isShare(measure)) return f.percent(value);
  return measure === "images_per_second" ? f.whole(value) : f.loss(value);
}

/** With its sign: `+0.21`, in points for shares. */
export function differenceText(f: Formats, measure: Measure, value: number): string {
  const sign = value > 0 ? "+" : value < 0 ? "−" : "±";
  return `${sign}${spreadText(f, measure, Math.abs(value))}`;
}

/** A width, without a unit: points for shares. */
export function spreadText(f: Formats, measure: Measure, value: number): string {
  if (isShare(measure)) return f.fixed(100 * value, 2);
  return measure === "images_per_second" ? f.whole(value) : f.loss(value);
}

/** `+0.11 … +0.30` */
export function intervalText(f: Formats, measure: Measure, [least, most]: readonly [number, number]): string {
  return `${differenceText(f, measure, least)} … ${differenceText(f, measure, most)}`;
}
