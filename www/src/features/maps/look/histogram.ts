/** How values are spread. Pure. */
import type { Range } from "./stack.ts";
import { rangeOf } from "./stack.ts";

export interface Histogram {
  range: Range;
  bins: Uint32Array;
  count: number;
  mean: number;
  /** Of all values, not of a sample. */
  deviation: number;
  /** How many are exactly 0, as behind a ReLU. */
  zeros: number;
}

export function histogramOf(values: Float32Array, bins = 40): Histogram {
  const range = rangeOf(values);
  const [least, largest] = range;
  const counts = new Uint32Array(bins);
  const scale = largest > least ? bins / (largest - least) : 0;
  let [count, sum, zeros] = [0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (!Number.isFinite(value)) continue;
    count++;
    sum += value;
    if (value === 0) zeros++;
    const bin = Math.min(bins - 1, Math.floor((value - least) * scale));
    counts[bin] = (counts[bin] as number) + 1;
  }
  const mean = count > 0 ? sum / count : 0;
  let squares = 0;
  for (let at = 0; at < values.length; at++) if (Number.isFinite(values[at])) squares += ((values[at] as number) - mean) ** 2;
  return { range, bins: counts, count, mean, deviation: count > 0 ? Math.sqrt(squares / count) : 0, zeros };
}
