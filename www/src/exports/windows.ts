/** Windows of pooling as other programs take them: padding at each side, and no rule of rounding. */
import type { NetworkNode } from "./network.ts";
import { pair } from "./network.ts";

export interface Window {
  readonly strides: [number, number];
  /** Top, left, bottom, right: as many as make the windows that there are. */
  readonly pads: readonly [number, number, number, number];
  /** How far the last window reaches beyond the padding. */
  readonly beyond: readonly [number, number];
}

/** The window of a pooling node. */
export function windowOf(node: NetworkNode, kernel: readonly [number, number], dilation: readonly [number, number]): Window {
  const { fields, outputShape } = node;
  const [, ...input] = node.inputShapes[0] ?? [];
  const strides = pair(fields.stride, kernel);
  const padding = pair(fields.padding, 0);
  const ends = [0, 1].map((axis) => {
    const [size = 1, output = 1, before = 0] = [input[axis], outputShape[axis + 1], padding[axis]];
    const span = (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1;
    return Math.max(0, (output - 1) * (strides[axis] ?? 1) + span - size - before);
  });
  const [bottom = 0, right = 0] = ends;
  return {
    strides,
    pads: [padding[0], padding[1], bottom, right],
    beyond: [Math.max(0, bottom - padding[0]), Math.max(0, right - padding[1])],
  };
}
