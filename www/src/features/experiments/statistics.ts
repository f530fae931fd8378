/** Numbers about a few runs: mean, spread, and how sure a difference is. Pure, and the same each time. */

/** Resamples of a bootstrap. */
const RESAMPLES = 2000;
/** Of the resampled means, the middle so much. */
const CONFIDENCE = 0.95;
/** With fewer runs a side nothing is said to be shown. */
export const LEAST_RUNS = 3;

export interface Summary {
  n: number;
  mean: number;
  /** Standard deviation of the sample, by n - 1; null for one run. */
  deviation: number | null;
  least: number;
  most: number;
  /** 95 % interval of the mean by the percentile bootstrap; null for fewer than {@link LEAST_RUNS}. */
  interval: [number, number] | null;
}

export interface Difference {
  /** Mean of one less mean of the other. */
  difference: number;
  /** 95 % interval of it by the percentile bootstrap, each side resampled by itself; null where a side has fewer than {@link LEAST_RUNS}. */
  interval: [number, number] | null;
  /** `more`, `less`: the interval has no zero in it. `not_shown`: it has, or there is none. */
  verdict: "more" | "less" | "not_shown";
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** By n - 1. */
export function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/** Whole numbers below `limit`, the same sequence each time (mulberry32, public domain). */
function generator(): (limit: number) => number {
  let state = 0x5eed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

function bootstrap(statistic: (below: (limit: number) => number) => number): [number, number] {
  const below = generator();
  const found = Array.from({ length: RESAMPLES }, () => statistic(below)).sort((one, other) => one - other);
  const at = (share: number): number => found[Math.round(share * (RESAMPLES - 1))] ?? Number.NaN;
  return [at((1 - CONFIDENCE) / 2), at((1 + CONFIDENCE) / 2)];
}

function resampledMean(values: readonly number[], below: (limit: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[below(values.length)] ?? Number.NaN;
  return sum / values.length;
}

/** @returns null for no values. */
export function summary(values: readonly number[]): Summary | null {
  if (values.length === 0) return null;
  const interval = values.length < LEAST_RUNS ? null : bootstrap((below) => resampledMean(values, below));
  return {
    n: values.length,
    mean: mean(values),
    deviation: deviation(values),
    least: Math.min(...values),
    most: Math.max(...values),
    interval,
  };
}

/** How far the mean of `values` is from that of `others`, and whether it is more than chance. */
export function difference(values: readonly number[], others: readonly number[]): Difference | null {
  if (values.length === 0 || others.length === 0) return null;
  const found = mean(values) - mean(others);
  if (Math.min(values.length, others.length) < LEAST_RUNS) return { difference: found, interval: null, verdict: "not_shown" };
  const interval = bootstrap((below) => resampledMean(values, below) - resampledMean(others, below));
  const verdict = interval[0] > 0 ? "more" : interval[1] < 0 ? "less" : "not_shown";
  return { difference: found, interval, verdict };
}
