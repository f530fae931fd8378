/** How one value of a node comes to be: the real numbers, one by one. Pure. */
import type { LayerSpec, NodeMaps, NodeTensor } from "../../../engine/protocol.ts";
import { copied, formula } from "./pointwise.ts";
import { average, largest } from "./pooling.ts";
import { convolution, linear, radial, transposed } from "./weighted.ts";

/** `[channel, row, column]` or `[feature]`. */
export type Unit = readonly number[];

/** One value that goes in, and what it is multiplied by. */
export interface Term {
  /** Which of the node's inputs. */
  input: number;
  /** Null for padding. */
  at: Unit | null;
  x: number;
  /** What it is multiplied by, or the code it is compared with; null where there is neither. */
  weight: number | null;
  /** What it adds. */
  product: number;
}

/** Terms that lie on one grid: of one channel, or of features one after another; the last line may be shorter. */
export interface Plane {
  input: number;
  channel: number;
  rows: number;
  columns: number;
  /** Its first term; the others follow row by row. */
  first: number;
}

/** A line of a formula with its numbers. */
export interface Line {
  formula: string;
  numbers: readonly { name: string; value: number }[];
  result: number;
}

export type Arithmetic =
  /** The terms' sum, divided, and a bias. `squares`: each term is a squared difference. */
  | { kind: "sum"; terms: Term[]; planes: Plane[]; divisor: number; bias: number | null; squares: boolean; value: number }
  | { kind: "max"; terms: Term[]; planes: Plane[]; chosen: number; value: number }
  | { kind: "formula"; lines: Line[]; from: { input: number; at: Unit }[]; value: number }
  /** The same value as one of an input, or 0. */
  | { kind: "copy"; from: { input: number; at: Unit } | null; value: number }
  /** This page knows no arithmetic of this operator. */
  | { kind: "none" };

export interface Question {
  op: string;
  fields: LayerSpec;
  inputs: readonly Pick<NodeMaps, "shape" | "values">[];
  tensors: readonly NodeTensor[];
  output: readonly number[];
  unit: Unit;
}

type Explain = (question: Question) => Arithmetic;

const KNOWN: { readonly [op: string]: Explain } = {
  conv2d: convolution,
  conv_transpose2d: transposed,
  linear,
  rbf: radial,
  max_pool2d: largest,
  avg_pool2d: average,
  adaptive_avg_pool2d: average,
  global_avg_pool2d: average,
  add: added,
  concat: copied,
  flatten: copied,
  crop2d: copied,
  pad2d: copied,
  pad_channels: copied,
  upsample: copied,
  dropout: copied,
  stochastic_depth: copied,
  batch_norm2d: formula,
  relu: formula,
  sigmoid: formula,
  tanh: formula,
  scaled_tanh: formula,
  mul_const: formula,
  channel_affine: formula,
  softmax: formula,
  log_softmax: formula,
  local_response_norm: formula,
};

export function arithmeticOf(question: Question): Arithmetic {
  const explain = KNOWN[question.op];
  if (!explain || question.inputs.length === 0) return { kind: "none" };
  return explain(question);
}

/** Channels, height and width; features are channels of one pixel. */
export function sizeOf(shape: readonly number[]): readonly [number, number, number] {
  const [channels = 1, rows = 1, columns = 1] = shape;
  return [channels, rows, columns];
}

/** Where a unit's value lies. */
export function offsetOf(shape: readonly number[], unit: Unit): number {
  const [, rows, columns] = sizeOf(shape);
  const [channel = 0, row = 0, column = 0] = unit;
  return (channel * rows + row) * columns + column;
}

export function valueAt({ shape, values }: Pick<NodeMaps, "shape" | "values">, unit: Unit): number {
  return values[offsetOf(shape, unit)] ?? Number.NaN;
}

export function tensor(tensors: readonly NodeTensor[], name: string): NodeTensor | null {
  return tensors.find((one) => one.name === name || one.name.endsWith(`.${name}`)) ?? null;
}

export function summed(terms: Term[], planes: Plane[], bias: number | null, divisor = 1, squares = false): Arithmetic {
  const sum = terms.reduce((all, { product }) => all + product, 0);
  return { kind: "sum", terms, planes, divisor, bias, squares, value: sum / divisor + (bias ?? 0) };
}

function added({ inputs, unit }: Question): Arithmetic {
  const terms = inputs.map((map, input): Term => {
    const x = valueAt(map, unit);
    return { input, at: unit, x, weight: null, product: x };
  });
  return summed(
    terms,
    terms.map((_, input) => ({ input, channel: unit[0] ?? 0, rows: 1, columns: 1, first: input })),
    null,
  );
}

/** Whether the engine's value is this one, but for the rounding of its 32 bits and the order of its sums. */
export function agrees(arithmetic: Exclude<Arithmetic, { kind: "none" }>, value: number): boolean {
  const size =
    "terms" in arithmetic ? arithmetic.terms.reduce((all, { product }) => all + Math.abs(product), 0) : Math.abs(arithmetic.value);
  return Math.abs(arithmetic.value - value) <= 2e-5 * size + 1e-6;
}

/** The sum after each term. */
export function runningSums(terms: readonly Term[]): number[] {
  let sum = 0;
  return terms.map(({ product }) => (sum += product));
}
