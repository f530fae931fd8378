/** A network as exporters read it: the engine's description of it, with the fields of every node beside its shapes. */
import type { NetworkDescription } from "../../../src/web/types.d.ts";
import { valueAt } from "../spec/spec-path.ts";

/** What an operator's item says, under the specification's own names. */
export type Fields = Readonly<Record<string, unknown>>;

/** What exporters read of a specification: its training is as it was written, defaults left out. */
export interface Spec {
  readonly input?: readonly number[] | undefined;
  readonly data?: string | { readonly mean?: number; readonly std?: number } | undefined;
  readonly layers: readonly unknown[];
  readonly training?: object | undefined;
}

/** One operator applied: repetitions are written out. */
export interface NetworkNode {
  readonly name: string;
  readonly op: string;
  readonly fields: Fields;
  /** Names of the nodes it reads; `input` is the image. */
  readonly inputs: readonly string[];
  /** Without a batch dimension. */
  readonly inputShapes: readonly (readonly number[])[];
  readonly outputShape: readonly number[];
  /** The head it belongs to: it exists in training only. */
  readonly head: string | null;
  /** The item of the specification it was made of. */
  readonly path: string;
}

/** A container of the specification. */
export interface NetworkGroup {
  /** The full name that stands before those of its nodes; null where the specification gives none. */
  readonly name: string | null;
  readonly kind: string;
  readonly path: string;
  /** Its nodes, by their places in the network's. */
  readonly first: number;
  readonly count: number;
  /** The item, or the branch. */
  readonly item: Fields;
}

/** A second output, in training only. */
export interface NetworkHead {
  readonly name: string;
  readonly lossWeight: number;
  readonly output: string;
}

/** Subtracted from a pixel between 0 and 1, and what divides the difference; a number each channel. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A parameter or a statistic, by PyTorch's name and in PyTorch's layout. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What all exporters work on. */
export interface Network {
  readonly title: string;
  readonly input: readonly [number, number, number];
  readonly spec: Spec;
  /** In execution order. */
  readonly nodes: readonly NetworkNode[];
  /** Each before those it holds. */
  readonly groups: readonly NetworkGroup[];
  readonly heads: readonly NetworkHead[];
  /** The node whose value the network returns. */
  readonly output: string;
  /** What the weights expect of an image; null where nobody knows. */
  readonly normalization: Normalization | null;
  /** Whether it trains on the data that its specification names. */
  readonly trains: boolean;
}

/** What images of MNIST are normalized by, here and in PyTorch's examples. */
export const MNIST: Normalization = { mean: [0.1307], std: [0.3081] };

/** A network that cannot be exported, with what stands in the way. */
export class ExportError extends Error {
  readonly kind: "not_whole" | "unknown_operator" | "weights" | "unwritable";
  readonly node: string | null;

  constructor(kind: ExportError["kind"], message: string, node: string | null = null) {
    super(message);
    this.name = "ExportError";
    this.kind = kind;
    this.node = node;
  }
}

/** One number for both axes, or two. */
export function pair(value: unknown, otherwise: number | readonly [number, number]): [number, number] {
  if (Array.isArray(value)) return [Number(value[0]), Number(value[1])];
  if (typeof value === "number") return [value, value];
  return typeof otherwise === "number" ? [otherwise, otherwise] : [otherwise[0], otherwise[1]];
}

/** A field that is a number, or its default. */
export const number = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);

/** A field that is true or false, or its default. */
export const flag = (value: unknown, otherwise: boolean): boolean => (typeof value === "boolean" ? value : otherwise);

/**
 * Reads a specification with the engine's description of it.
 *
 * @throws {ExportError} `not_whole` for a network whose layers do not fit together.
 */
export function readNetwork(spec: Spec, description: NetworkDescription, normalization?: Normalization | null): Network {
  const wrong = description.nodes.find((node) => node.error !== null || node.output_shape.length === 0);
  if (wrong) throw new ExportError("not_whole", `${wrong.name} does not fit what it reads`, wrong.name);
  const [channels = 1, height = 28, width = 28] = spec.input ?? [];
  const shapes = new Map<string, readonly number[]>([["input", [channels, height, width]]]);
  for (const node of description.nodes) shapes.set(node.name, node.output_shape);
  const nodes = description.nodes.map((node): NetworkNode => {
    const inputShapes = node.inputs.map((name) => shapes.get(name) ?? []);
    const { name, op, inputs, head, path } = node;
    return { name, op, fields: fieldsOf(spec, node, inputShapes), inputs, inputShapes, outputShape: node.output_shape, head, path };
  });
  const groups = description.groups.map((group): NetworkGroup => {
    const item = valueAt(spec, group.path);
    const inner = Array.isArray(item) ? {} : ((valueAt(item, group.kind) as Fields | undefined) ?? (item as Fields));
    const content = group.kind === "join" ? (item as Fields) : inner;
    const name = typeof content.name === "string" ? group.name : null;
    return { name, kind: group.kind, path: group.path, first: group.first_node, count: group.nodes, item: content };
  });
  const heads = groups.flatMap((group): NetworkHead[] => {
    const output = nodes[group.first + group.count - 1];
    if (group.kind !== "head" || !group.name || !output) return [];
    return [{ name: group.name, lossWeight: number(group.item.loss_weight, 1), output: output.name }];
  });
  const data = typeof spec.data === "object" ? spec.data : null;
  const own: Normalization | null = data && { mean: [data.mean ?? 0], std: [data.std ?? 1] };
  const output = nodes.findLast((node) => node.head === null);
  if (!output) throw new ExportError("not_whole", "the network has no layers");
  return {
    title: description.name,
    input: [channels, height, width],
    spec,
    nodes,
    groups,
    heads,
    output: output.name,
    normalization: own ?? (normalization === undefined ? (channels === 1 ? MNIST : null) : normalization),
    // Scripts fetch MNIST: of one's own images they have the network and how pixels are normalized.
    trains: own === null && description.training_refused === null,
  };
}

/** The fields of a node: the item's own, or, where a container made the node, what follows from its shapes. */
function fieldsOf(spec: Spec, node: NetworkDescription["nodes"][number], inputShapes: (readonly number[])[]): Fields {
  const item = valueAt(spec, node.path) as Fields | undefined;
  if (item?.op === node.op) return item;
  const [channels = 1, height = 1, width = 1] = inputShapes[0] ?? [];
  const [toChannels = 1, toHeight = 1, toWidth = 1] = node.output_shape;
  switch (node.op) {
    case "avg_pool2d":
      // Option A's shortcut (He et al. 2016): every n-th pixel.
      return { kernel_size: 1, stride: [Math.ceil(height / toHeight), Math.ceil(width / toWidth)] };
    case "pad_channels": {
      const before = Math.floor((toChannels - channels) / 2);
      return { before, after: toChannels - channels - before };
    }
    case "crop2d":
      return { offset: [Math.floor((height - toHeight) / 2), Math.floor((width - toWidth) / 2)], size: [toHeight, toWidth] };
    default:
      return {};
  }
}

/** C3 of LeNet-5: the input maps that each output map sees (LeCun et al. 1998, table I). */
const LENET5 = "012 123 234 345 045 015 0123 1234 2345 0345 0145 0125 0134 1245 0235 012345"
  .split(" ")
  .map((maps) => [...maps].map(Number));

/** The input channels that each output channel of a convolution sees; null where it sees all. */
export function connectionsOf(fields: Fields): readonly (readonly number[])[] | null {
  const { connections } = fields;
  if (connections === "lenet5") return LENET5;
  return Array.isArray(connections) ? (connections as number[][]) : null;
}

/** Parameters that are trained, in the order in which the engine lists them. */
export function parametersOf(node: NetworkNode): Tensor[] {
  const { name, fields } = node;
  const [channels = 1] = node.inputShapes[0] ?? [];
  const named = (entries: [string, number[]][]): Tensor[] => entries.map(([role, shape]) => ({ name: `${name}.${role}`, shape }));
  const withBias = (shape: number[], outputs: number): Tensor[] =>
    named([["weight", shape], ...(flag(fields.bias, true) ? [["bias", [outputs]] as [string, number[]]] : [])]);
  switch (node.op) {
    case "conv2d": {
      const outputs = number(fields.out_channels, 1);
      return withBias([outputs, channels / number(fields.groups, 1), ...pair(fields.kernel_size, 1)], outputs);
    }
    case "conv_transpose2d": {
      const outputs = number(fields.out_channels, 1);
      return withBias([channels, outputs / number(fields.groups, 1), ...pair(fields.kernel_size, 1)], outputs);
    }
    case "linear": {
      const outputs = number(fields.out_features, 1);
      return withBias([outputs, channels], outputs);
    }
    case "batch_norm2d":
      return flag(fields.affine, true)
        ? named([
            ["weight", [channels]],
            ["bias", [channels]],
          ])
        : [];
    case "channel_affine":
      return named([
        ["weight", [channels]],
        ["bias", [channels]],
      ]);
    case "rbf":
      return flag(fields.trainable, true) ? named([["weight", [number(fields.out_features, 1), channels]]]) : [];
    default:
      return [];
  }
}

/** What a node gathers over training beside its parameters. */
export function statisticsOf(node: NetworkNode): Tensor[] {
  const [channels = 1] = node.inputShapes[0] ?? [];
  if (node.op !== "batch_norm2d") return [];
  return ["running_mean", "running_var"].map((role) => ({ name: `${node.name}.${role}`, shape: [channels] }));
}
