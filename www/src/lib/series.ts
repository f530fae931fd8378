/** Curves of a run: collecting, thinning and smoothing, without any drawing. */
import type { LiveChange } from "./live-changes.ts";
import { isChange, withChange } from "./live-changes.ts";
import type { Mark } from "./run-clock.ts";
import { RunClock } from "./run-clock.ts";

export interface Point {
  step: number;
  loss: number;
  /** 0 to 1. */
  top1: number;
  top5?: number | null;
  /** Where every pixel has a class, and of test images only. */
  mean_iou?: number | null;
  /** Of a point that stands for several: the step and the value of the largest loss among them, and of the least accuracy. */
  peak?: readonly [number, number];
  dip?: readonly [number, number];
}

/** Among several, the one that lies farthest up, or down with `sign` -1. */
function extreme(all: readonly (readonly [number, number])[], sign: 1 | -1): readonly [number, number] {
  return all.reduce((most, one) => (sign * one[1] > sign * most[1] ? one : most));
}

/** The mean of some points, at the mean of their steps: it lies where their curve does. */
function mean(points: readonly Point[]): Point {
  const of = (value: (point: Point) => number): number => points.reduce((sum, point) => sum + value(point), 0) / points.length;
  const known = (field: "top5" | "mean_iou"): boolean => points.every((point) => point[field] != null);
  return {
    step: of(({ step }) => step),
    loss: of(({ loss }) => loss),
    top1: of(({ top1 }) => top1),
    ...(known("top5") && { top5: of(({ top5 }) => top5 ?? 0) }),
    ...(known("mean_iou") && { mean_iou: of(({ mean_iou }) => mean_iou ?? 0) }),
    ...(points.length > 1 && {
      peak: extreme(
        points.map(({ peak, step, loss }) => peak ?? [step, loss]),
        1,
      ),
      dip: extreme(
        points.map(({ dip, step, top1 }) => dip ?? [step, top1]),
        -1,
      ),
    }),
  };
}

/** Step, loss, top-1, top-5, mean IoU; of a point that stands for several, its peak and its dip. Earlier versions of the page wrote neither. */
type SavedPoint =
  | [number, number, number, number | null, number | null]
  | [number, number, number, number | null, number | null, readonly [number, number], readonly [number, number]];

/** A curve for keeping: what it is made of, and how many points go into one. */
export interface SavedSeries {
  together: number;
  joined: SavedPoint[];
  open: SavedPoint[];
}

/** Six digits are more than a chart or a table shows. */
const brief = (value: number): number => Number(value.toPrecision(6));

const briefPair = ([step, value]: readonly [number, number]): readonly [number, number] => [step, brief(value)];

function savedPoint({ step, loss, top1, top5, mean_iou, peak, dip }: Point): SavedPoint {
  const own: SavedPoint = [
    brief(step),
    brief(loss),
    brief(top1),
    top5 == null ? null : brief(top5),
    mean_iou == null ? null : brief(mean_iou),
  ];
  return peak && dip ? ([...own.slice(0, 5), briefPair(peak), briefPair(dip)] as SavedPoint) : own;
}

const readPoint = ([step, loss, top1, top5, mean_iou, peak, dip]: SavedPoint): Point => ({
  step,
  loss,
  top1,
  ...(top5 !== null && { top5 }),
  ...(mean_iou !== null && { mean_iou }),
  ...(peak && dip && { peak, dip }),
});

/**
 * Points in the order of their steps, never more than `limit` and one. When they would be more, neighbours are joined, and from then on twice as
 * many points go into one: the curve is equally fine from its beginning to its end. The last point is always there as it was measured.
 */
export class Series {
  readonly #limit: number;
  #joined: Point[] = [];
  /** Points that do not fill a joined one yet. */
  #open: Point[] = [];
  #together = 1;
  #points: readonly Point[] = [];

  constructor(limit = 1200) {
    this.#limit = limit;
  }

  get points(): readonly Point[] {
    return this.#points;
  }

  get last(): Point | undefined {
    return this.#points.at(-1);
  }

  /** A second point for the same step takes the place of the first; one of an older step is refused: a curve cannot run backwards. */
  push(point: Point): void {
    const last = this.last;
    if (last && point.step < last.step) return;
    if (last && point.step === last.step) (this.#open.length > 0 ? this.#open : this.#joined).pop();
    this.#open.push(point);
    if (this.#open.length >= this.#together) {
      this.#joined.push(mean(this.#open));
      this.#open = [];
    }
    if (this.#joined.length >= this.#limit) {
      this.#joined = this.#joined.flatMap((first, at) => (at % 2 === 0 ? [mean([first, ...this.#joined.slice(at + 1, at + 2)])] : []));
      this.#together *= 2;
    }
    const ends = this.#joined.at(-1)?.step !== point.step;
    this.#points = ends ? [...this.#joined, point] : [...this.#joined];
  }

  save(): SavedSeries {
    return { together: this.#together, joined: this.#joined.map(savedPoint), open: this.#open.map(savedPoint) };
  }

  /** What was saved takes the place of all there is. */
  load({ together, joined, open }: SavedSeries): void {
    this.#together = Math.max(1, together);
    this.#joined = joined.map(readPoint);
    this.#open = open.map(readPoint);
    this.#points = [...this.#joined, ...this.#open.slice(-1)];
  }
}

export interface SavedHistory {
  train: SavedSeries;
  test: SavedSeries;
  epochEnds: number[];
  /** Earlier versions of the page wrote none. */
  changes?: LiveChange[];
  clock?: Mark[];
}

/** The curves of one run. `version` grows with every change, so that a chart knows when to draw. */
export class History {
  readonly train = new Series();
  readonly test = new Series();
  /** Steps at which epochs ended. */
  readonly epochEnds: number[] = [];
  /** Of settings, while it was under way. */
  changes: readonly LiveChange[] = [];
  readonly clock = new RunClock();
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

  addChange(change: LiveChange): void {
    this.changes = withChange(this.changes, change);
    this.version++;
  }

  save(): SavedHistory {
    return {
      train: this.train.save(),
      test: this.test.save(),
      epochEnds: [...this.epochEnds],
      changes: [...this.changes],
      clock: this.clock.save(),
    };
  }

  static from({ train, test, epochEnds, changes, clock }: SavedHistory): History {
    const history = new History();
    history.train.load(train);
    history.test.load(test);
    history.epochEnds.push(...epochEnds);
    if (Array.isArray(changes)) history.changes = changes.filter(isChange);
    if (Array.isArray(clock)) history.clock.load(clock);
    history.version++;
    return history;
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

export interface Curve {
  steps: readonly number[];
  values: readonly number[];
}

/** Curves over one axis: all steps of all of them, with null where a curve has no point. */
export function align(...curves: readonly Curve[]): [number[], ...(number | null)[][]] {
  const steps = [...new Set(curves.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
  const spread = (curve: Curve): (number | null)[] => {
    const at = new Map(curve.steps.map((step, index) => [step, curve.values[index] ?? null]));
    return steps.map((step) => at.get(step) ?? null);
  };
  return [steps, ...curves.map(spread)];
}

/** At most `rows` of the points, evenly spread, the first and the last among them: for the table beside a chart. */
export function sampleRows<T>(points: readonly T[], rows: number): T[] {
  if (points.length <= rows) return [...points];
  return Array.from({ length: rows }, (_, row) => points[Math.round((row * (points.length - 1)) / (rows - 1))] as T);
}

/**
 * True when training has gone on for `steps` steps and the loss is still no better than guessing among `classes`: ln 10 = 2.30.
 * Only the recent half is looked at, since every run starts there.
 */
export function isGuessing(points: readonly Point[], classes = 10, steps = 200): boolean {
  const last = points.at(-1);
  if (!last || last.step < steps) return false;
  const recent = points.filter((point) => point.step > last.step / 2);
  const mean = recent.reduce((sum, point) => sum + point.loss, 0) / recent.length;
  return recent.length >= 3 && mean > Math.log(classes) - 0.03;
}
