/** Curves of a run: collecting, thinning and smoothing, without any drawing. */

export interface Point {
  step: number;
  loss: number;
  /** 0 to 1. */
  top1: number;
}

/** Halves a curve by joining neighbours: the mean of their values at the later step. The last point always stays as it is. */
export function thin(points: readonly Point[]): Point[] {
  const last = points.at(-1);
  if (!last) return [];
  const thinned: Point[] = [];
  for (let index = 0; index + 1 < points.length - 1; index += 2) {
    const [first, second] = [points[index], points[index + 1]];
    if (first && second) {
      thinned.push({ step: second.step, loss: (first.loss + second.loss) / 2, top1: (first.top1 + second.top1) / 2 });
    }
  }
  thinned.push(last);
  return thinned;
}

/** Points in the order of their steps, never more than `limit`. */
export class Series {
  #points: Point[] = [];
  readonly #limit: number;

  constructor(limit = 1200) {
    this.#limit = limit;
  }

  get points(): readonly Point[] {
    return this.#points;
  }

  get last(): Point | undefined {
    return this.#points.at(-1);
  }

  /** A second point for the same step replaces the first; an older step is refused, so that a curve cannot run backwards. */
  push(point: Point): void {
    const last = this.#points.at(-1);
    if (last && point.step < last.step) return;
    if (last && point.step === last.step) this.#points.pop();
    this.#points.push(point);
    if (this.#points.length > this.#limit) this.#points = thin(this.#points);
  }
}

/** The curves of one run. `version` grows with every change, so that a chart knows when to draw. */
export class History {
  readonly train = new Series();
  readonly test = new Series();
  /** Steps at which epochs ended. */
  readonly epochEnds: number[] = [];
  version = 0;

  addTrain(point: Point): void {
    this.train.push(point);
    this.version++;
  }

  addTest(point: Point): void {
    this.test.push(point);
    this.version++;
  }

  addEpochEnd(step: number): void {
    if (this.epochEnds.at(-1) !== step) this.epochEnds.push(step);
    this.version++;
  }

  get empty(): boolean {
    return this.train.points.length + this.test.points.length === 0;
  }
}

/**
 * An exponential moving average with weight `weight` on the past (0 leaves the curve as it is), corrected for its start as Adam corrects its moments:
 * without that the first values would be drawn towards 0.
 */
export function smooth(values: readonly number[], weight: number): number[] {
  let mean = 0;
  let past = 1;
  return values.map((value) => {
    mean = weight * mean + (1 - weight) * value;
    past *= weight;
    return mean / (1 - past);
  });
}

/** Two curves over one axis: all steps of both, with null where a curve has no point. */
export function align(
  first: { steps: readonly number[]; values: readonly number[] },
  second: { steps: readonly number[]; values: readonly number[] },
): [number[], (number | null)[], (number | null)[]] {
  const steps = [...new Set([...first.steps, ...second.steps])].sort((a, b) => a - b);
  const spread = (curve: { steps: readonly number[]; values: readonly number[] }): (number | null)[] => {
    const at = new Map(curve.steps.map((step, index) => [step, curve.values[index] ?? null]));
    return steps.map((step) => at.get(step) ?? null);
  };
  return [steps, spread(first), spread(second)];
}

/** At most `rows` of the points, evenly spread, the first and the last among them: for the table beside a chart. */
export function sampleRows<T>(points: readonly T[], rows: number): T[] {
  if (points.length <= rows) return [...points];
  return Array.from({ length: rows }, (_, row) => points[Math.round((row * (points.length - 1)) / (rows - 1))] as T);
}

/**
 * True when training has gone on for `steps` steps and the loss is still that of guessing among `classes`: ln 10 = 2.30.
 * Only the recent half is looked at, since every run starts there.
 */
export function isGuessing(points: readonly Point[], classes = 10, steps = 200): boolean {
  const last = points.at(-1);
  if (!last || last.step < steps) return false;
  const recent = points.filter((point) => point.step > last.step / 2);
  const mean = recent.reduce((sum, point) => sum + point.loss, 0) / recent.length;
  return recent.length >= 3 && Math.abs(mean - Math.log(classes)) < 0.03;
}
