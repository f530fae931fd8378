/**
 * A file that the page wrote says its specification, too: with names of groups, what is dropped in training, heads and settings. It is
 * taken where it
 * says the same network as the graph does.
 */
import type { Network, NetworkNode } from "../exports/network.ts";
import { connectionsOf, flag, number, pair, parametersOf, statisticsOf } from "../exports/network.ts";
import type { FlatNetwork } from "./flat.ts";
import { IMAGE } from "./flat.ts";

type Node = Pick<NetworkNode, "op" | "fields" | "outputShape"> & { readonly inputs: readonly (number | string)[] };

/** Of evaluation: they pass on what they read. */
const PASSING = ["dropout", "stochastic_depth"];

/** What an operator computes, in one way of saying it. */
function meaningOf({ op, fields, outputShape }: Node): unknown {
  switch (op) {
    case "conv2d":
    case "conv_transpose2d":
      return [
        pair(fields.kernel_size, 1),
        pair(fields.stride, 1),
        pair(fields.padding, 0),
        pair(fields.dilation, 1),
        pair(fields.output_padding, 0),
        number(fields.groups, 1),
        flag(fields.bias, true),
        connectionsOf(fields),
      ];
    case "linear":
      return flag(fields.bias, true);
    case "max_pool2d":
    case "avg_pool2d": {
      const [kernel, padding] = [pair(fields.kernel_size, 1), pair(fields.padding, 0)];
      // How sizes are rounded is seen in what comes out.
      const counts = padding[0] + padding[1] > 0 && flag(fields.count_include_pad, true);
      return [kernel, pair(fields.stride, kernel), padding, pair(fields.dilation, 1), counts, fields.divisor_override ?? null];
    }
    case "batch_norm2d":
      return [number(fields.eps, 1e-5), flag(fields.affine, true)];
    case "local_response_norm": {
      const size = number(fields.size, 1);
      const alpha = number(fields.alpha, 1e-4) * (flag(fields.alpha_over_size, true) ? 1 : size);
      return [size, ...[alpha, number(fields.beta, 0.75), number(fields.k, 1)].map((value) => value.toPrecision(5))];
    }
    case "scaled_tanh":
      return [number(fields.slope, 2 / 3), number(fields.amplitude, 1.7159)].map((value) => value.toPrecision(5));
    case "mul_const":
      return number(fields.factor, 1).toPrecision(5);
    case "pad2d":
      return Array.isArray(fields.padding) ? fields.padding : new Array<number>(4).fill(number(fields.padding, 0));
    case "pad_channels":
      return [number(fields.before, 0), number(fields.after, 0)];
    case "crop2d":
      return pair(fields.offset, 0);
    case "rbf":
      return [flag(fields.trainable, true), flag(fields.trainable, true) ? null : (fields.codes ?? "digits")];
    default:
      return outputShape.length;
  }
}

/** A network as one text: two are equal where both compute the same, in the same order. */
function textOf(nodes: readonly Node[], output: number | string, names: readonly (number | string)[]): string {
  const places = new Map<number | string, number>([
    [IMAGE, -1],
    ["input", -1],
  ]);
  const lines: unknown[] = [];
  for (const [at, node] of nodes.entries()) {
    const inputs = node.inputs.map((input) => places.get(input) ?? Number.NaN);
    const isPassing = PASSING.includes(node.op);
    places.set(names[at] ?? at, isPassing ? (inputs[0] ?? Number.NaN) : lines.length);
    if (isPassing) continue;
    // A sum is the same from both sides.
    lines.push([node.op, node.op === "add" ? inputs.sort((one, other) => one - other) : inputs, node.outputShape, meaningOf(node)]);
  }
  return JSON.stringify([lines, places.get(output)]);
}

/** The network of a file's graph and that of a specification, compared operator by operator and name by name. */
export function isSameNetwork(flat: FlatNetwork, network: Network): boolean {
  const nodes = network.nodes.filter(({ head }) => head === null);
  const tensors = nodes.flatMap((node) =>
    [...parametersOf(node), ...statisticsOf(node)].map(({ name, shape }) => `${name} ${shape.join()}`),
  );
  const found = flat.nodes.flatMap(({ name, tensors: own }) => own.map(({ role, shape }) => `${name}.${role} ${shape.join()}`));
  if (tensors.sort().join("\n") !== found.sort().join("\n")) return false;
  const theirs = flat.nodes.map(({ op, fields, inputs, shape }): Node => ({ op, fields, inputs, outputShape: shape }));
  const left = textOf(theirs, flat.output, [...theirs.keys()]);
  const right = textOf(
    nodes,
    network.output,
    nodes.map(({ name }) => name),
  );
  return flat.input.join() === network.input.join() && left === right;
}
