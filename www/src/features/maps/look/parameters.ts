/** What a node was made with: the fields of its item in the specification, with their defaults; of nodes that containers make, what follows from shapes. */
import type { LayerSpec, NodeDescription, Spec } from "../../../engine/protocol.ts";

/** Down and across. */
export type Pair = readonly [number, number];

export interface Window {
  kernel: Pair;
  stride: Pair;
  padding: Pair;
  dilation: Pair;
}

/** The item at a path as the engine writes it: `layers[2].residual.body[0]`. */
export function itemAt(spec: Spec, path: string): LayerSpec | null {
  let at: unknown = spec;
  for (const [step] of path.matchAll(/[^.[\]]+/gu)) {
    if (typeof at !== "object" || at === null) return null;
    at = (at as Record<string, unknown>)[step];
  }
  return typeof at === "object" && at !== null ? (at as LayerSpec) : null;
}

/** The fields of a node's own layer; none where a container made it. */
export function fieldsOf(spec: Spec, node: Pick<NodeDescription, "op" | "path">): LayerSpec {
  const item = itemAt(spec, node.path);
  return item?.op === node.op ? item : {};
}

export function pair(value: unknown, otherwise: Pair): Pair {
  if (typeof value === "number") return [value, value];
  const [down, across] = Array.isArray(value) ? (value as unknown[]) : [];
  return typeof down === "number" && typeof across === "number" ? [down, across] : otherwise;
}

export function number(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

/** Of a convolution or a pooling; poolings step by their kernel where no stride is given. */
export function windowOf(fields: LayerSpec, pooling: boolean): Window {
  const kernel = pair(fields.kernel_size, [1, 1]);
  return {
    kernel,
    stride: pair(fields.stride, pooling ? kernel : [1, 1]),
    padding: pair(fields.padding, [0, 0]),
    dilation: pair(fields.dilation, [1, 1]),
  };
}

/** C3 of LeNet-5 (LeCun et al. 1998, table I): the input channels of each output channel. */
const LENET5: readonly (readonly number[])[] = [
  [0, 1, 2],
  [1, 2, 3],
  [2, 3, 4],
  [3, 4, 5],
  [0, 4, 5],
  [0, 1, 5],
  [0, 1, 2, 3],
  [1, 2, 3, 4],
  [2, 3, 4, 5],
  [0, 3, 4, 5],
  [0, 1, 4, 5],
  [0, 1, 2, 5],
  [0, 1, 3, 4],
  [1, 2, 4, 5],
  [0, 2, 3, 5],
  [0, 1, 2, 3, 4, 5],
];

/** The input channels that an output channel of a convolution reads. */
export function channelsRead(fields: LayerSpec, output: number, outputs: number, inputs: number): number[] {
  const { connections } = fields;
  const table = connections === "lenet5" ? LENET5 : Array.isArray(connections) ? (connections as number[][]) : null;
  if (table) return [...(table[output] ?? [])].sort((a, b) => a - b);
  const groups = number(fields.groups, 1);
  const each = inputs / groups;
  const first = Math.floor(output / (outputs / groups)) * each;
  return Array.from({ length: each }, (_, at) => first + at);
}
