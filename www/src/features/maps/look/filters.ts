/** Weights as pictures: kernels one by one, or rows of a matrix. Pure. */
import type { NodeTensor } from "../../../engine/protocol.ts";
import type { Stack } from "./stack.ts";

/** All pairs of channels, the mean over the inputs, or the kernels of one input channel. */
export type Inputs = "all" | "mean" | number;

export interface Filters {
  stack: Stack;
  /** Kernels in a line, where each line is one output's; null where they flow. */
  across: number | null;
}

/** How many second channels a tensor has; 1 where it is no stack of kernels. */
export function inputsOf({ shape }: NodeTensor): number {
  return shape.length === 4 ? (shape[1] ?? 1) : 1;
}

/** Kernels `[out, in, rows, columns]`, a matrix `[out, in]` as one map, or a vector as cells. */
export function filtersOf(tensor: NodeTensor, inputs: Inputs): Filters {
  const { shape, values } = tensor;
  const [first = 1, second = 1, rows = 1, columns = 1] = shape;
  if (shape.length < 2) return { stack: { count: values.length, rows: 1, columns: 1, values }, across: null };
  if (shape.length === 2) return { stack: { count: 1, rows: first, columns: second, values }, across: null };
  if (inputs === "all" || second === 1)
    return { stack: { count: first * second, rows, columns, values }, across: second === 1 ? null : second };
  const size = rows * columns;
  const some = new Float32Array(first * size);
  for (let out = 0; out < first; out++) {
    for (let at = 0; at < size; at++) {
      let sum = 0;
      if (inputs === "mean") for (let from = 0; from < second; from++) sum += values[(out * second + from) * size + at] as number;
      some[out * size + at] = inputs === "mean" ? sum / second : (values[(out * second + inputs) * size + at] as number);
    }
  }
  return { stack: { count: first, rows, columns, values: some }, across: null };
}
